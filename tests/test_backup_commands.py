"""The two commands, on a machine and on an empty one."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.core.errors import SetupFault

WORDS = "mười hai ký tự trở lên"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands run: no settings but those a test makes."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "SECRET_KEY", "BACKUP_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("bot.logs.set_up", lambda _: None)
    return tmp_path


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
    machine: Path, words: tuple[str, ...], settings: dict[str, str], fault: str
) -> None:
    run("db", "upgrade")
    run("backup", "-o", "b", BACKUP_PASSPHRASE=WORDS)
    run("db", "upgrade", DATA_DIR="full")
    sample = Path(__file__).parents[1] / "content/samples/don-vi-mau.csv"
    run("area", "import", str(sample), DATA_DIR="full")
    before = (machine / "b").read_bytes()
    with pytest.raises(SetupFault, match=fault) as told:
        run(*words, **settings)
    assert "\n" not in str(told.value)
    assert (machine / "b").read_bytes() == before
    assert not (machine / "there").exists()
    assert not (machine / "d").exists()
