import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import IntegrityError

from bot.core.errors import DatabaseAway
from bot.models import OpenQuestion, Unit
from bot.storage import database as module
from bot.storage import learning
from bot.storage.database import Database, Transaction
from bot.storage.sqlite_writer import BATCH

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
PATIENCE = 20  # seconds after which a test that waits for an event has failed


def put(said: str) -> Callable[[Transaction], str]:
    def work(tx: Transaction) -> str:
        learning.add_question(tx, person=None, text=said, now=NOW)
        return said

    return work


def kept(tx: Transaction) -> list[str]:
    return list(tx.connection.scalars(text("SELECT text FROM open_question ORDER BY text")))


def on_disk(url: str) -> list[str]:
    """What another process sees."""
    with closing(Database(url)) as other:
        return other.read_now(kept)


class Gate:
    """Holds back one commit until it is opened."""

    def __init__(self) -> None:
        self.reached, self._go = threading.Event(), threading.Event()
        self.commits = 0

    def open(self) -> None:
        self._go.set()

    async def wait(self) -> None:
        assert await asyncio.to_thread(self.reached.wait, PATIENCE)

    def pass_through(self) -> None:
        self.commits += 1
        self.reached.set()
        assert self._go.wait(PATIENCE)


@contextmanager
def gate_before_commit(engine: Engine) -> Iterator[Gate]:
    gate = Gate()

    def on_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement == "COMMIT":
            gate.pass_through()

    def on_commit(_connection: Connection) -> None:
        gate.pass_through()

    sqlite = engine.dialect.name == "sqlite"
    listener = ("before_cursor_execute", on_statement) if sqlite else ("commit", on_commit)
    event.listen(engine, *listener)
    try:
        yield gate
    finally:
        gate.open()
        event.remove(engine, *listener)


def submit(database: Database, work: Callable[[Transaction], Any]) -> Future[Any]:
    return database._writer.submit(work)


def test_a_result_is_handed_out_only_after_its_commit(database: Database, database_url: str) -> None:
    async def run() -> None:
        with gate_before_commit(database.engine) as gate:
            writing = asyncio.create_task(database.write(put("a")))
            await gate.wait()
            assert not writing.done()
            assert await asyncio.to_thread(on_disk, database_url) == []
            gate.open()
            assert await writing == "a"
        assert await asyncio.to_thread(on_disk, database_url) == ["a"]

    asyncio.run(run())


def test_work_that_fails_leaves_nothing_and_tells_only_its_own_caller(database: Database) -> None:
    def fails(tx: Transaction) -> None:
        put("half done")(tx)
        msg = "no"
        raise LookupError(msg)

    def breaks_a_rule(tx: Transaction) -> None:
        put("half done")(tx)
        tx.session.add(Unit(province="p", commune="c", kind="Thôn", name="1"))
        tx.session.flush()
        tx.session.add(Unit(province="p", commune="c", kind="Thôn", name="1"))  # refused when the unit is finished

    with gate_before_commit(database.engine) as gate:
        first = submit(database, put("first"))
        assert gate.reached.wait(PATIENCE)
        good, bad, worse, last = [submit(database, work) for work in (put("good"), fails, breaks_a_rule, put("last"))]
        gate.open()
        assert [future.result(PATIENCE) for future in (first, good, last)] == ["first", "good", "last"]
        with pytest.raises(LookupError):
            bad.result(PATIENCE)
        with pytest.raises(IntegrityError):
            worse.result(PATIENCE)
    assert database.read_now(kept) == ["first", "good", "last"]
    assert database.read_now(lambda tx: tx.connection.scalar(text("SELECT count(*) FROM unit"))) == 0


def test_what_arrives_while_a_commit_waits_for_the_disk_shares_the_next_one(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database, gate_before_commit(database.engine) as gate:
        futures = [submit(database, put("first"))]
        assert gate.reached.wait(PATIENCE)
        futures += [submit(database, put(f"{number:03}")) for number in range(BATCH + 6)]
        gate.open()
        assert [future.result(PATIENCE) for future in futures[:2]] == ["first", "000"]
        assert futures[-1].result(PATIENCE) == f"{BATCH + 5:03}"
        assert gate.commits == 3  # the first alone, a full batch, the rest
        assert len(database.read_now(kept)) == BATCH + 7


@pytest.mark.fault("the commit fails", "an error at COMMIT of a batch")
def test_when_the_commit_fails_nobody_of_the_batch_is_told_that_all_is_well(sqlite_url: str) -> None:
    def breaks_at_commit(tx: Transaction) -> None:
        tx.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        tx.connection.execute(text("INSERT INTO open_question (person_id, text, asked_at) VALUES (99, 'x', '2026')"))

    with closing(Database(sqlite_url)) as database, gate_before_commit(database.engine) as gate:
        first = submit(database, put("first"))
        assert gate.reached.wait(PATIENCE)
        batch = [submit(database, work) for work in (put("a"), breaks_at_commit, put("b"))]
        gate.open()
        assert first.result(PATIENCE) == "first"
        for future in batch:
            assert isinstance(future.exception(PATIENCE), DatabaseAway)
        assert on_disk(sqlite_url) == ["first"]
        assert submit(database, put("again")).result(PATIENCE) == "again"
        assert on_disk(sqlite_url) == ["again", "first"]


def test_a_caller_who_goes_away_takes_nobody_along(database: Database, database_url: str) -> None:
    async def run() -> None:
        with gate_before_commit(database.engine) as gate:
            first = asyncio.create_task(database.write(put("first")))
            await gate.wait()
            others = [asyncio.create_task(database.write(put(said))) for said in ("a", "b", "c")]
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            gate.open()
            assert await asyncio.gather(*others) == ["a", "b", "c"]
            assert await database.write(put("later")) == "later"
        assert await asyncio.to_thread(on_disk, database_url) == ["a", "b", "c", "first", "later"]

    asyncio.run(run())


def test_a_caller_who_goes_away_inside_a_batch_takes_nobody_along(sqlite_url: str) -> None:
    """Its work is done or not done; everybody else's is done, and they are told so."""

    async def run(database: Database) -> list[str]:
        with gate_before_commit(database.engine) as gate:
            first = asyncio.create_task(database.write(put("first")))
            await gate.wait()
            tasks = [asyncio.create_task(database.write(put(said))) for said in ("a", "gone", "b")]
            _, waiting = await asyncio.wait(tasks, timeout=0)
            assert waiting == set(tasks)  # handed in now
            tasks[1].cancel()
            gate.open()
            assert list(await asyncio.gather(first, tasks[0], tasks[2])) == ["first", "a", "b"]
            with pytest.raises(asyncio.CancelledError):
                await tasks[1]
        return on_disk(sqlite_url)

    with closing(Database(sqlite_url)) as database:
        assert set(asyncio.run(run(database))) - {"gone"} == {"first", "a", "b"}


def test_a_read_sees_one_moment(database: Database) -> None:
    database.write_now(put("before"))

    def work(tx: Transaction) -> tuple[list[str], list[str]]:
        first = kept(tx)
        database.write_now(put("meanwhile"))
        return first, kept(tx)

    assert database.read_now(work) == (["before"], ["before"])
    assert database.read_now(kept) == ["before", "meanwhile"]


def test_what_a_read_changes_is_thrown_away(database: Database) -> None:
    def work(tx: Transaction) -> None:
        tx.connection.execute(text("SELECT 1"))
        put("by a reader")(tx)

    database.read_now(work)
    assert database.read_now(kept) == []


def test_a_savepoint_undoes_rows_and_statements_and_keeps_what_was_before(database: Database) -> None:
    def work(tx: Transaction) -> None:
        put("before")(tx)
        tx.savepoint("here")
        put("undone")(tx)
        tx.session.add(OpenQuestion(person_id=None, text="never flushed", asked_at=NOW))
        tx.rollback_to("here")
        tx.savepoint("here")
        tx.session.add(OpenQuestion(person_id=None, text="flushed by release", asked_at=NOW))
        tx.release("here")
        tx.session.add(OpenQuestion(person_id=None, text="flushed by the end", asked_at=NOW))

    database.write_now(work)
    assert database.read_now(kept) == ["before", "flushed by release", "flushed by the end"]


def test_closing_finishes_what_was_handed_in_and_takes_no_more(database_url: str) -> None:
    database = Database(database_url)
    with gate_before_commit(database.engine) as gate, ThreadPoolExecutor(1) as helper:
        futures = [submit(database, put("first"))]
        assert gate.reached.wait(PATIENCE)
        futures += [submit(database, put(said)) for said in ("a", "b")]
        closed = helper.submit(database.close)
        assert not closed.done()
        gate.open()
        closed.result(PATIENCE)
    assert [future.result(0) for future in futures] == ["first", "a", "b"]
    assert on_disk(database_url) == ["a", "b", "first"]
    with pytest.raises(DatabaseAway):
        database.write_now(put("too late"))
    assert on_disk(database_url) == ["a", "b", "first"]


def test_sqlite_keeps_what_it_promised_through_a_power_cut(sqlite_url: str) -> None:
    said: list[str] = []

    def settings(tx: Transaction) -> list[object]:
        return [
            tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    with closing(Database(sqlite_url)) as database:
        assert database.write_now(settings) == ["wal", 2, 1]  # 2 is FULL
        assert database.read_now(settings) == ["wal", 2, 1]
        event.listen(database.engine, "before_cursor_execute", lambda _c, _k, statement, *_: said.append(statement))
        database.write_now(put("a"))
        assert said[0] == "BEGIN IMMEDIATE"
        assert said[-1] == "COMMIT"
        said.clear()
        database.read_now(kept)
        assert said[0] == "BEGIN"
        assert "COMMIT" not in said


def test_a_row_that_points_to_nobody_is_refused(database: Database) -> None:
    def work(tx: Transaction) -> None:
        learning.add_question(tx, person=4711, text="whose?", now=NOW)

    with pytest.raises(IntegrityError):
        database.write_now(work)


def test_a_time_without_its_zone_is_refused(database: Database) -> None:
    def work(tx: Transaction) -> None:
        learning.add_question(tx, person=None, text="when?", now=NOW.replace(tzinfo=None))

    with pytest.raises(Exception, match="zone"):
        database.write_now(work)


@pytest.mark.fault("the database is locked", "another process holds the write lock")
def test_a_locked_database_is_away_and_comes_back(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0)
    with closing(Database(sqlite_url)) as database:
        database.write_now(put("before"))
        with closing(sqlite3.connect(database.engine.url.database or "", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseAway):
                database.write_now(put("locked out"))
            assert database.read_now(kept) == ["before"]
            other.execute("ROLLBACK")
        assert database.write_now(put("after")) == "after"
        assert database.read_now(kept) == ["after", "before"]


@pytest.mark.fault("the database may only be read", "a read-only file")
def test_a_file_that_may_only_be_read_is_away_for_writing(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database:
        database.write_now(put("before"))
    path = sqlite_url.removeprefix("sqlite:///")
    with closing(Database(f"sqlite:///file:{path}?mode=ro&uri=true")) as database:
        assert database.read_now(kept) == ["before"]
        with pytest.raises(DatabaseAway):
            database.write_now(put("never"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.fault("the database is missing", "no file, no server")
def test_a_database_that_is_not_there_is_away(kind: str, tmp_path: Path) -> None:
    nowhere = tmp_path / "missing"
    url = f"sqlite:///{nowhere}/x.db" if kind == "sqlite" else f"postgresql+psycopg://u@/x?host={nowhere}"
    with closing(Database(url)) as database:
        with pytest.raises(DatabaseAway):
            database.write_now(put("a"))
        with pytest.raises(DatabaseAway):
            database.read_now(kept)
    assert not nowhere.exists()


def test_a_statement_sqlite_cannot_run_is_the_fault_of_its_own_unit(sqlite_url: str) -> None:
    def nonsense(tx: Transaction) -> None:
        tx.connection.exec_driver_sql("SELECT * FROM no_such_table")

    with closing(Database(sqlite_url)) as database, gate_before_commit(database.engine) as gate:
        first = submit(database, put("first"))
        assert gate.reached.wait(PATIENCE)
        good, bad = submit(database, put("good")), submit(database, nonsense)
        gate.open()
        assert (first.result(PATIENCE), good.result(PATIENCE)) == ("first", "good")
        assert not isinstance(bad.exception(PATIENCE), DatabaseAway)


@pytest.mark.fault("the connection is lost", "pg_terminate_backend")
def test_a_lost_connection_is_away_and_comes_back(postgres_url: str) -> None:
    def cut(tx: Transaction) -> None:
        put("lost")(tx)
        tx.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with closing(Database(postgres_url)) as database:
        with pytest.raises(DatabaseAway):
            database.write_now(cut)
        with pytest.raises(DatabaseAway):
            database.read_now(cut)
        assert database.write_now(put("after")) == "after"
        assert database.read_now(kept) == ["after"]


def _lock(tx: Transaction, said: str) -> None:
    tx.connection.execute(text("UPDATE open_question SET person_id = NULL WHERE text = :said"), {"said": said})


@pytest.mark.fault("a deadlock", "two transactions lock each other's rows")
def test_a_deadlock_is_tried_again(postgres_url: str) -> None:
    both = threading.Barrier(2)
    tries: list[str] = []

    def locking(first: str, second: str) -> Callable[[Transaction], None]:
        def work(tx: Transaction) -> None:
            tries.append(first)
            tx.connection.exec_driver_sql("SET LOCAL deadlock_timeout = '10ms'")
            _lock(tx, first)
            if len(tries) <= 2:
                both.wait(PATIENCE)
            _lock(tx, second)
            put(f"{first} then {second}")(tx)

        return work

    with closing(Database(postgres_url)) as database, closing(Database(postgres_url)) as other:
        for said in ("a", "b"):
            database.write_now(put(said))
        futures = [submit(database, locking("a", "b")), submit(other, locking("b", "a"))]
        assert [future.result(PATIENCE) for future in futures] == [None, None]
        assert 3 <= len(tries) <= 6  # who lost may be quicker than who won, and meet them again
        assert database.read_now(kept) == ["a", "a then b", "b", "b then a"]


def test_a_serialization_failure_is_tried_again_but_not_for_ever(postgres_url: str) -> None:
    tries = 0

    def clashing(until: int) -> Callable[[Transaction], int]:
        def work(tx: Transaction) -> int:
            nonlocal tries
            tries += 1
            tx.connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            kept(tx)
            if tries <= until:
                database.write_now(lambda other: _lock(other, "a"))
            _lock(tx, "a")
            return tries

        return work

    with closing(Database(postgres_url)) as database:
        database.write_now(put("a"))
        assert database.write_now(clashing(until=2)) == 3
        tries = 0
        with pytest.raises(DatabaseAway):
            database.write_now(clashing(until=99))
        assert tries == 3
