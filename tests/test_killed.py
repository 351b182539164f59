"""Commands that are killed: a schema is the old one or the new one, a file is whole or not there."""

import csv
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.library import Library
from bot.storage import schema
from bot.storage.database import Database, Transaction
from tests.commune import Commune
from tests.crashing import stride
from tests.databases import PostgresTemplate
from tests.fakes.clock import SettableClock
from tests.killed_runs import TOLD, killer

KILLED = -signal.SIGKILL


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[..., int]]:
    with killer() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where there are no tables yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    template: PostgresTemplate = request.getfixturevalue("postgres_template")
    name = template.fresh()
    with closing(Database(template.url(name))) as database:
        empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
        database.write_now(lambda tx: tx.connection.exec_driver_sql(empty))
    yield template.url(name)
    template.drop(name)


def _add_lan(tx: Transaction) -> None:
    query = text("INSERT INTO person (name, locale, address, quiet, created_at) VALUES ('Lan', 'vi', '', :no, :at)")
    tx.connection.execute(query, {"no": False, "at": "2026-10-01"})


def _locales(tx: Transaction) -> list[str]:
    return list(tx.connection.scalars(text("SELECT locale FROM person")))


@pytest.mark.fault(
    "kill -9 while the schema is brought up to date", "SIGKILL at every statement, from the first schema"
)
def test_killed_at_any_statement_an_upgrade_leaves_the_old_schema_or_the_new(
    bare_url: str, run: Callable[..., int]
) -> None:
    schema.upgrade(bare_url, to="0001")
    with closing(Database(bare_url)) as database:
        database.write_now(_add_lan)
    steps, each = 0, stride(45)
    while (ended := run("upgrade", "", bare_url, steps)) == KILLED:
        assert schema.version(bare_url) == "0001", steps
        steps += each
    assert (ended, steps > 100) == (0, True)
    schema.check(bare_url)
    with closing(Database(bare_url)) as database:
        assert database.read_now(_locales) == ["vi"]


@pytest.mark.fault("kill -9 while the database is made", "SIGKILL at every eighth statement, from nothing")
def test_killed_at_any_statement_a_new_database_is_whole_or_not_there(bare_url: str, run: Callable[..., int]) -> None:
    steps, each = 3, max(stride(90), 8)
    while (ended := run("upgrade", "", bare_url, steps)) == KILLED:
        assert schema.version(bare_url) == "", steps
        steps += each
    assert (ended, steps > 100) == (0, True)
    schema.check(bare_url)


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock) -> Commune:
    made = Commune(database, library, clock())
    for day in range(2, 8):
        made.file(f"2026-11-0{day}", unit=day)
    return made


@pytest.mark.fault("kill -9 during an export", "SIGKILL at every write, at fsync, before and behind the new name")
@pytest.mark.parametrize("name", ["b.csv", "b.xlsx"])
def test_killed_at_any_write_an_export_leaves_the_old_file_or_the_new(
    commune: Commune, tmp_path: Path, run: Callable[..., int], name: str
) -> None:
    path, url = tmp_path / name, commune.database.url
    path.write_bytes(b"the old one")
    steps, each, changed = 0, stride(5) if name == "b.xlsx" else 1, [False]
    while (ended := run("export", path, url, steps)) == KILLED:
        changed.append(path.read_bytes() != b"the old one")
        assert not changed[-1] or _is_whole(path), steps
        steps += each
    assert (ended, len(changed) > 3) == (0, True)
    assert changed == sorted(changed)
    assert _is_whole(path)
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith((name, f".{name}"))] == [name]


def _is_whole(path: Path) -> bool:
    if path.suffix == ".csv":
        return len(list(csv.reader(path.read_text("utf-8-sig").splitlines()))) == 7
    with zipfile.ZipFile(path) as packed:
        return packed.testzip() is None


@pytest.mark.fault("the disk is full while an export or a backup is written", "RLIMIT_FSIZE at 0, 700, 1,400 … bytes")
@pytest.mark.parametrize("name", ["b.csv", "b.xlsx", "b.backup"])
def test_a_file_that_may_not_grow_leaves_the_old_one_and_is_told_in_one_line(
    commune: Commune, tmp_path: Path, run: Callable[..., int], name: str
) -> None:
    path, url = tmp_path / name, commune.database.url
    path.write_bytes(b"the old one")
    what = "backup-small" if name == "b.backup" else "export-small"
    size, each = 0, 700 * stride(9)
    while (ended := run(what, path, url, size)) == TOLD:
        assert path.read_bytes() == b"the old one", size
        assert not (tmp_path / f".{name}.part").exists()
        size += each
    assert ended == 0
    assert size > 700
    assert path.stat().st_size > 700
