"""The two commands, on a machine and on an empty one."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot import demo, library
from bot.__main__ import cli
from bot.core.errors import SetupFault
from bot.core.keyring import Keyring
from bot.secret import keyring, secret_key
from bot.services.personal_data import erasing, tombstones
from bot.settings import Settings
from bot.storage import people
from bot.storage.database import Database

WORDS = "mười hai ký tự trở lên"


@contextmanager
def _place(folder: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("DATABASE_URL", "SECRET_KEY", "SECRET_KEYS_OLD", "BACKUP_PASSPHRASE"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Path]:
    """Where the commands run: no settings but those a test makes."""
    with _place(tmp_path):
        yield tmp_path


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two machines, `here` and `full`, and `b`, the backup of the first; to be copied."""
    folder = tmp_path_factory.mktemp("furnished")
    with _place(folder):
        run("db", "upgrade")
        run("backup", "-o", "b", BACKUP_PASSPHRASE=WORDS)
        run("db", "upgrade", DATA_DIR="full")
        sample = Path(__file__).parents[1] / "content/samples/don-vi-mau.csv"
        run("area", "import", str(sample), DATA_DIR="full")
    return folder


def run(*words: str, **settings: str) -> str:
    result = CliRunner().invoke(cli, words, env={"DATA_DIR": "here", **settings})
    if result.exception:
        raise result.exception
    return result.output


def test_the_words_are_all_that_an_empty_machine_needs(machine: Path) -> None:
    run("db", "upgrade")
    assert "khớp từng bảng" in run("backup", "-o", "b", BACKUP_PASSPHRASE=WORDS)
    assert "đều khớp" in run("restore", "b", BACKUP_PASSPHRASE=WORDS, DATA_DIR="there")
    assert (machine / "there/secret.key").read_bytes() == (machine / "here/secret.key").read_bytes()
    assert (machine / "there/tungngo.db").is_file()


def test_the_file_is_named_by_its_time_and_needs_the_key(machine: Path) -> None:
    run("db", "upgrade")
    run("backup")
    (made,) = (machine / "here/backups").glob("tungngo-*.backup")
    with pytest.raises(SetupFault, match=r"secret\.key"):
        run("restore", str(made), DATA_DIR="there")
    key = (machine / "here/secret.key").read_text()
    assert "đều khớp" in run("restore", str(made), DATA_DIR="there", SECRET_KEY=key)


@pytest.mark.parametrize(
    ("words", "settings", "fault"),
    [
        (("restore", "b"), {"DATA_DIR": "there"}, "Set BACKUP_PASSPHRASE"),
        (("restore", "b"), {"DATA_DIR": "there", "BACKUP_PASSPHRASE": "nhầm nhầm nhầm"}, "another key or passphrase"),
        (
            ("restore", "b"),
            {"DATA_DIR": "there", "BACKUP_PASSPHRASE": WORDS, "SECRET_KEY": "k" * 32},
            "another key than",
        ),
        (("restore", "b"), {"BACKUP_PASSPHRASE": WORDS, "DATA_DIR": "full"}, "not empty"),
        (("restore", "c"), {"DATA_DIR": "there"}, "cannot be read"),
        (("backup", "-o", "d"), {"BACKUP_PASSPHRASE": "ngắn"}, "at least 12"),
        (("backup", "-o", "d"), {"DATA_DIR": "there"}, "no database"),
        (("backup", "-o", "b/d"), {}, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(
    machine: Path, furnished: Path, words: tuple[str, ...], settings: dict[str, str], fault: str
) -> None:
    shutil.copytree(furnished, machine, dirs_exist_ok=True)
    before = (machine / "b").read_bytes()
    with pytest.raises(SetupFault, match=fault) as told:
        run(*words, **settings)
    assert "\n" not in str(told.value)
    assert (machine / "b").read_bytes() == before
    assert not (machine / "there").exists()
    assert not (machine / "d").exists()


@pytest.mark.fault("the machine is gone, and with it the list of who was erased", "restored from the night before")
def test_who_was_erased_after_the_backup_is_erased_again_elsewhere(machine: Path) -> None:
    """The list lies beside the backup; the machine's own is gone."""
    run("db", "upgrade")
    settings = Settings(_env_file=None, data_dir=machine / "here")
    with closing(Database(settings.database, keyring(settings))) as database:
        now = datetime(2026, 11, 20, tzinfo=UTC)
        lan = database.write_now(lambda tx: demo.add_person(tx, "chat-lan", "Lan", now))
        database.write_now(lambda tx: demo.add_person(tx, "chat-hoa", "Hoa", now))
        (machine / "nas").mkdir()
        run("backup", "-o", "nas/b", BACKUP_PASSPHRASE=WORDS)
        gone: dict[str, Any] = {"key": secret_key(settings), "now": now + timedelta(days=1), "today": now.date()}
        content = library.load(settings.content_dir)
        database.write_now(lambda tx: erasing.erase_person(tx, content, lan.person, **gone))
        assert tombstones.keep(database, settings.data_dir) == 1  # as the scheduler does each minute
    run("privacy", "rotate")
    shutil.rmtree(machine / "here")
    said = run("restore", "nas/b", BACKUP_PASSPHRASE=WORDS, DATA_DIR="there")
    assert "Đã xóa lại 1 người" in said
    there = Settings(_env_file=None, data_dir=machine / "there")
    with closing(Database(there.database, keyring(there))) as restored:
        left = restored.read_now(lambda tx: [row.name for row in people.persons(tx, [1, 2]).values()])
    assert sorted(left) == ["", "Hoa"]


def test_a_backup_of_a_former_key_is_opened_and_sealed_with_the_newest(machine: Path) -> None:
    run("db", "upgrade")
    settings = Settings(_env_file=None, data_dir=machine / "here")
    with closing(Database(settings.database, keyring(settings))) as database:
        database.write_now(lambda tx: demo.add_person(tx, "chat-lan", "Lan", datetime(2026, 11, 20, tzinfo=UTC)))
    run("backup", "-o", "b")
    run("privacy", "rotate")
    new = f"sqlite:///{machine / 'new.db'}"
    assert "đều khớp" in run("restore", "b", DATABASE_URL=new)
    with closing(Database(new, Keyring([secret_key(settings)]))) as restored:
        assert [row.name for row in restored.read_now(lambda tx: people.persons(tx, [1])).values()] == ["Lan"]
    run("privacy", "rotate", "--drop")
    with pytest.raises(SetupFault, match="another key"):
        run("restore", "b", DATABASE_URL=f"sqlite:///{machine / 'newer.db'}")
