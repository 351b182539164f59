"""A backup holds everything or is none; a restore brings all of it or nothing."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.core.errors import SetupFault
from bot.core.sealing import HEAD, PIECE, TAG, Kind, Opener, seal
from bot.library import Library
from bot.models import METADATA, Media, Person
from bot.services.files import backups
from bot.services.files.backup_file import Manifest, Tally, compressed, lines, verify
from bot.services.files.backups import Made
from bot.storage import backup, schema
from bot.storage.database import Database, Transaction
from tests.crashing import stride
from tests.databases import PostgresTemplate
from tests.fakes.clock import SettableClock
from tests.killed_runs import NOW, OPENER, killer
from tests.services.commune import Commune

STEP = PIECE + TAG


@pytest.fixture
def full(database: Database, library: Library, clock: SettableClock) -> Database:
    """A commune with a report, a picture, and a person who is no more."""
    commune = Commune(database, library, clock).build()
    commune.file()
    database.write_now(_more)
    return database


def _more(tx: Transaction) -> None:
    later = datetime(2026, 11, 18, 2, 3, 4, 567891, tzinfo=UTC)
    for name, content in (("Zz", bytes(range(256)) * 3000), ("aa", None)):
        recipe = {"a": [1, None]}
        tx.session.add(
            Media(
                name=name,
                kind="image/png",
                label="ảnh",
                recipe=recipe,
                content=content,
                created_at=NOW,
                expires_at=later,
            )
        )
    gone = Person(name="Người đã xóa", created_at=NOW)
    tx.session.add(gone)
    tx.session.flush()
    tx.session.delete(gone)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where there is no database yet; every test that takes it runs from both kinds to both."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'tungngo.db'}"
        return
    template: PostgresTemplate = request.getfixturevalue("postgres_template")
    name = template.fresh()
    engine = Database(template.url(name))
    engine.write_now(lambda tx: tx.connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    engine.close()
    yield template.url(name)
    template.drop(name)


@pytest.fixture
def second_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[str]:
    """Another empty database of the same kind."""
    if database_url.startswith("sqlite"):
        (tmp_path / "second").mkdir()
        yield request.getfixturevalue("sqlite_template").fresh(tmp_path / "second")
        return
    template: PostgresTemplate = request.getfixturevalue("postgres_template")
    name = template.fresh()
    yield template.url(name)
    template.drop(name)


def write(database: Database, path: Path, opener: Opener = OPENER) -> Made:
    return backups.write(database, path, opener, secret="", now=NOW)


def everything(url: str) -> dict[str, list[Any]]:
    def work(tx: Transaction) -> dict[str, list[Any]]:
        queries = {each.name: each.select() for each in METADATA.sorted_tables}
        found = {name: tx.connection.execute(query).all() for name, query in queries.items()}
        return {name: sorted((tuple(row) for row in rows), key=repr) for name, rows in found.items()}

    with closing(Database(url)) as database:
        return database.read_now(work)


@pytest.mark.fault("the machine is gone", "a restore to an empty database of either kind, compared row by row")
def test_everything_comes_back_on_either_database(full: Database, empty_url: str, tmp_path: Path) -> None:
    made = write(full, tmp_path / "b")
    assert {each.table for each in made.tables} == set(METADATA.tables)
    manifest, told = backups.restore(tmp_path / "b", OPENER, empty_url)
    assert told == made.tables
    assert manifest.made_at == NOW.isoformat()
    assert everything(empty_url) == everything(full.url)
    schema.check(empty_url)
    with closing(Database(empty_url)) as restored:  # the number of who is no more is nobody else's
        assert restored.write_now(_newcomer) == full.write_now(_newcomer)


def _newcomer(tx: Transaction) -> int:
    tx.session.add(person := Person(created_at=NOW))
    tx.session.flush()
    return person.id or 0


def test_a_backup_is_one_moment_while_others_write(full: Database, tmp_path: Path, sqlite_template: Any) -> None:
    reading = backup.shapes
    before = full.read_now(lambda tx: len(tx.connection.execute(text("SELECT 1 FROM person")).all()))

    def shapes(tx: Transaction) -> list[backup.Shape]:
        tx.connection.execute(text("SELECT 1 FROM team")).all()
        with closing(Database(full.url)) as other:
            other.write_now(lambda tx: tx.session.add(Person(name="Mới", created_at=NOW)))
        return reading(tx)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backup, "shapes", shapes)
        made = write(full, tmp_path / "b")
    assert next(each.rows for each in made.tables if each.table == "person") == before
    (tmp_path / "c").mkdir()
    url = sqlite_template.fresh(tmp_path / "c")
    backups.restore(tmp_path / "b", OPENER, url)
    assert len(everything(url)["person"]) == before


@pytest.mark.fault("a backup that is cut, changed, reordered or no backup", "ten broken files")
def test_a_file_that_is_not_as_it_was_written_is_refused_and_nothing_is_restored(
    sqlite_url: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/new/x.db"
    with closing(Database(sqlite_url)) as database:
        database.write_now(_more)
        large = Media.metadata.tables["media"].update().values(content=os.urandom(PIECE * 2))
        database.write_now(lambda tx: tx.connection.execute(large))
        write(database, tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    head, first, second, rest = (whole[a:b] for a, b in pairwise((0, HEAD, HEAD + STEP, HEAD + 2 * STEP, len(whole))))
    bad = {
        "one bit": whole[:-STEP] + bytes([whole[-STEP] ^ 1]) + whole[1 - STEP :],
        "salt": whole[:20] + bytes([whole[20] ^ 1]) + whole[21:],
        "cut in a piece": whole[:-5],
        "cut between pieces": head + first + second,
        "only its head": head,
        "cut in its head": whole[:30],
        "pieces exchanged": head + second + first + rest,
        "something behind": whole + b"more",
        "another file": b"PK" + bytes(5000),
        "empty": b"",
    }
    for what, content in bad.items():
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(SetupFault) as told:
            backups.restore(tmp_path / "bad", OPENER, url)
        assert "\n" not in str(told.value), what
        assert not (tmp_path / "new").exists(), what


@pytest.mark.parametrize(
    "opener",
    [Opener(Kind.KEY, b"another key of thirty-two bytes."), Opener(Kind.PASSPHRASE, b"k" * 32)],
    ids=["another key", "words for a key"],
)
def test_it_opens_only_with_what_sealed_it(sqlite_url: str, opener: Opener, tmp_path: Path) -> None:
    with closing(Database(sqlite_url)) as database:
        write(database, tmp_path / "b")
    with pytest.raises(SetupFault, match=r"another key|something else"):
        backups.restore(tmp_path / "b", opener, f"sqlite:///{tmp_path}/new/x.db")
    assert not (tmp_path / "new").exists()


def test_nothing_that_was_kept_can_be_read_in_it(full: Database, tmp_path: Path) -> None:
    write(full, tmp_path / "b")
    content = (tmp_path / "b").read_bytes()
    assert not [word for word in ("Hoa", "Tổ Bản Mẫu", "person", "schema") if word.encode() in content]
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600


def test_a_database_with_anything_in_it_is_refused(full: Database, database_url: str, tmp_path: Path) -> None:
    write(full, tmp_path / "b")
    before = everything(database_url)
    with pytest.raises(SetupFault, match="not empty"):
        backups.restore(tmp_path / "b", OPENER, database_url)
    assert everything(database_url) == before


def test_who_fills_the_database_meanwhile_keeps_it(database: Database, tmp_path: Path) -> None:
    write(database, tmp_path / "b")
    database.write_now(lambda tx: tx.session.add(Person(created_at=NOW)))
    with pytest.raises(SetupFault, match="not empty"):
        database.write_now(lambda tx: backups._put(tx, tmp_path / "b", OPENER))
    assert len(everything(database.url)["person"]) == 1


def test_a_newer_backup_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    with closing(Database(sqlite_url)) as database, pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "version_of", lambda _: "9999")
        write(database, tmp_path / "b")
    with pytest.raises(SetupFault, match="newer version"):
        backups.restore(tmp_path / "b", OPENER, f"sqlite:///{tmp_path}/new/x.db")
    assert not (tmp_path / "new").exists()


def test_an_older_backup_comes_back_and_is_brought_up_to_date(empty_url: str, tmp_path: Path) -> None:
    old = f"sqlite:///{tmp_path / 'old.db'}"
    schema.upgrade(old, to="0001")
    with closing(Database(old)) as database:
        person = "INSERT INTO person (name, locale, address, quiet, created_at) VALUES ('Lan','vi','',0,'2026-10-01')"
        database.write_now(lambda tx: tx.connection.execute(text(person)))
        write(database, tmp_path / "b")
    backups.restore(tmp_path / "b", OPENER, empty_url)
    schema.check(empty_url)
    assert [row[1] for row in everything(empty_url)["person"]] == ["Lan"]


def test_what_the_other_database_cannot_hold_is_one_line_and_nothing_is_restored(
    sqlite_url: str, postgres_url: str, tmp_path: Path
) -> None:
    with closing(Database(sqlite_url)) as database:
        database.write_now(lambda tx: tx.session.add_all([Person(created_at=NOW), Person(name="a\0b", created_at=NOW)]))
        write(database, tmp_path / "b")
    with pytest.raises(SetupFault, match="rows of person do not fit"):
        backups.restore(tmp_path / "b", OPENER, postgres_url)
    assert not any(everything(postgres_url).values())


def test_an_empty_database_of_another_version_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    old = f"sqlite:///{tmp_path / 'old.db'}"
    schema.upgrade(old, to="0001")
    with closing(Database(old)) as database:
        write(database, tmp_path / "b")
    with pytest.raises(SetupFault, match="made for version"):
        backups.restore(tmp_path / "b", OPENER, sqlite_url)


@pytest.mark.fault("the disk is full while a backup is written", "fsync says no space left")
def test_a_disk_that_is_full_leaves_the_old_file(sqlite_url: str, tmp_path: Path) -> None:
    path = tmp_path / "b"
    path.write_bytes(b"the old one")
    with closing(Database(sqlite_url)) as database, pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", _no_space)
        with pytest.raises(SetupFault, match="No space left"):
            write(database, path)
    assert path.read_bytes() == b"the old one"
    assert not list(tmp_path.glob(".*.part"))


def _no_space(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_what_was_not_written_as_it_was_read_does_not_take_the_name(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "b"
    path.write_bytes(b"the old one")

    def rotten(*args: Any, **named: Any) -> Iterator[bytes]:
        for piece in seal(*args, **named):
            yield piece[:-1] + bytes([piece[-1] ^ 1])

    monkeypatch.setitem(backups.__dict__, "seal", rotten)
    with closing(Database(sqlite_url)) as database, pytest.raises(SetupFault):
        write(database, path)
    assert path.read_bytes() == b"the old one"


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[..., int]]:
    with killer() as made:
        yield made


@pytest.mark.fault("kill -9 during a backup", "SIGKILL at each piece, the check, and behind the new name")
def test_killed_at_any_step_a_backup_leaves_the_old_file_whole(
    full: Database, tmp_path: Path, run: Callable[..., int]
) -> None:
    path = tmp_path / "b"
    write(full, path)
    old = path.read_bytes()
    changed: list[bool] = []
    while run("backup", path, full.url, len(changed)) == -signal.SIGKILL:
        with path.open("rb") as file:
            verify(file, OPENER)
        changed.append(path.read_bytes() != old)
    assert changed == [False, False, False, True]  # at its head, its one piece, the check; behind the new name


@pytest.mark.fault("kill -9 during a restore", "SIGKILL at every table, and at the numbers that follow")
def test_killed_at_any_step_a_restore_leaves_nothing_and_can_be_done_again(
    full: Database, second_url: str, tmp_path: Path, run: Callable[..., int]
) -> None:
    made = write(full, tmp_path / "b")
    last = len(made.tables)
    for steps in (*range(0, last, stride(last // 2)), last):
        assert run("restore", tmp_path / "b", second_url, steps) == -signal.SIGKILL
        assert not any(everything(second_url).values()), steps
    assert backups.restore(tmp_path / "b", OPENER, second_url)[1] == made.tables


def test_a_file_leaves_in_pieces_however_many_rows_there_are(sqlite_url: str) -> None:
    document = (
        "INSERT INTO document (content_hash, name, title, date_basis, source, ingested_at) "
        "VALUES ('h', 'n', 't', '', '', '2026-11-18 00:00:00')"
    )
    many = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO passage "
        "(content_hash, document_id, line, text) SELECT hex(randomblob(32)), 1, i, hex(randomblob(100)) FROM n"
    )
    told: list[Tally] = []

    def work(tx: Transaction) -> int:
        manifest = Manifest(schema="", made_at="", marks={})
        return max(len(piece) for piece in compressed(lines(tx, manifest, told)))

    with closing(Database(sqlite_url)) as database:
        database.write_now(lambda tx: [tx.connection.execute(text(each)) for each in (document, many)])
        assert database.read_now(work) < PIECE
    assert next(each.rows for each in told if each.table == "passage") == 20000
