"""The database: one short transaction at a time on SQLite, many on PostgreSQL, the same code for both.

Work is a plain function from a Transaction to a result. It runs on a database thread, never on the event loop, and
its result is handed out only after the commit: what a caller has seen is on disk.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from bot.core.errors import DatabaseAway

T = TypeVar("T")
Work = Callable[["Transaction"], T]

BATCH = 64  # units of work that may share one fsync
BUSY_SECONDS = 10
POSTGRES_THREADS = 8
READERS = 4
_RETRY_STATES = {"40001", "40P01"}  # serialization failure, deadlock: PostgreSQL asks to try again


def is_away(error: BaseException) -> bool:
    """Whether the database is at fault, not the statement: SQLite calls a misspelt statement operational too."""
    if isinstance(error, DatabaseAway):
        return True
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    return type(error) is DatabaseError or (isinstance(error, DBAPIError) and error.connection_invalidated)


class Transaction:
    """One unit of work on one connection. Queries take it as their first argument."""

    __slots__ = ("__dict__", "connection", "is_postgres")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.is_postgres = connection.dialect.name == "postgresql"

    @cached_property
    def session(self) -> Session:
        """For what is not hot: SQLModel rows, detached from nothing but this transaction.

        It works behind a savepoint of its own: when it cannot write a row it undoes its own work, not the transaction.
        """
        return Session(bind=self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint")

    def finish(self) -> None:
        """Write what the session still holds, and let go of its savepoint."""
        if "session" in self.__dict__:
            self.session.commit()

    def savepoint(self, name: str) -> None:
        """Mark a point to return to."""
        self.finish()
        self._plain(f"SAVEPOINT {name}")

    def release(self, name: str) -> None:
        """Keep what happened since the savepoint."""
        self.finish()
        self._plain(f"RELEASE SAVEPOINT {name}")

    def rollback_to(self, name: str) -> None:
        """Undo what happened since the savepoint, and forget it."""
        if "session" in self.__dict__:
            self.session.close()
            del self.__dict__["session"]
        self._plain(f"ROLLBACK TO SAVEPOINT {name}")
        self._plain(f"RELEASE SAVEPOINT {name}")

    def _plain(self, sql: str) -> None:
        """A statement without values or rows, past SQLAlchemy where that is a tenth of the work."""
        if self.is_postgres:
            self.connection.exec_driver_sql(sql)
            return
        try:
            self.connection.connection.driver_connection.execute(sql)  # type: ignore[union-attr]
        except sqlite3.Error as error:
            raise DatabaseAway from error


def make_engine(url: str) -> Engine:
    """An engine with the settings every process shares. No connection is opened."""
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=READERS + 1,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        event.listen(engine, "connect", _sqlite_settings)
        return engine
    return create_engine(url, pool_size=POSTGRES_THREADS, max_overflow=READERS, pool_pre_ping=True)


def _sqlite_settings(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


class Database:
    """Where work is handed in. `write` and `read` are for the event loop, `write_now` and `read_now` for commands."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._writer: _SqliteWriter | _PostgresWriter = (
            _SqliteWriter(self.engine) if self.is_sqlite else _PostgresWriter(self.engine)
        )

    async def write(self, work: Work[T]) -> T:
        """The result of the work, after its commit. Raises what the work raises; DatabaseAway when there is none."""
        return await asyncio.wrap_future(self._writer.submit(work))

    async def read(self, work: Work[T]) -> T:
        """The result of work that changes nothing, from a consistent snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    def write_now(self, work: Work[T]) -> T:
        """As `write`, waiting here."""
        return self._writer.submit(work).result()

    def read_now(self, work: Work[T]) -> T:
        """As `read`, waiting here."""
        try:
            with self.engine.connect() as connection:
                if self.is_sqlite:
                    connection.exec_driver_sql("BEGIN")
                else:
                    connection.execution_options(isolation_level="REPEATABLE READ")
                return work(Transaction(connection))
        except DBAPIError as error:
            if is_away(error):
                raise DatabaseAway from error
            raise

    def close(self) -> None:
        """Finish what was handed in, then let go of every connection."""
        self._writer.close()
        self._readers.shutdown(wait=True)
        self.engine.dispose()


class _SqliteWriter:
    """One thread, one connection. What arrives while a commit waits for the disk shares the next one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, work: Work[T]) -> Future[T]:
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                future.set_exception(DatabaseAway())
                return future
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()
            self._queue.put((work, future))
        return future

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._queue.put(None)
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        connection: Connection | None = None
        while True:
            batch, last = self._take()
            if batch:
                try:
                    # from here on nobody can take their work back, so that every future waits for its outcome
                    batch = [item for item in batch if item[1].set_running_or_notify_cancel()]
                    connection = connection or self._engine.connect()
                    _run_batch(connection, batch)
                except Exception as error:  # noqa: BLE001  every caller of the batch is told
                    _discard(connection)
                    connection = None
                    _fail(batch, error)
            if last:
                _discard(connection)
                return

    def _take(self) -> tuple[list[tuple[Work[Any], Future[Any]]], bool]:
        batch: list[tuple[Work[Any], Future[Any]]] = []
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if len(batch) == BATCH or self._queue.empty():
                return batch, False
            item = self._queue.get()
        return batch, True


def _run_batch(connection: Connection, batch: list[tuple[Work[Any], Future[Any]]]) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    outcomes: list[tuple[Future[Any], Any, Exception | None]] = []
    for work, future in batch:
        tx = Transaction(connection)
        tx.savepoint("unit")
        try:
            result = work(tx)
            tx.release("unit")
        except Exception as error:  # told to its own caller; the others go on
            if is_away(error):
                raise
            tx.rollback_to("unit")
            outcomes.append((future, None, error))
        else:
            outcomes.append((future, result, None))
    connection.exec_driver_sql("COMMIT")
    connection.rollback()  # SQLAlchemy's own bookkeeping; nothing is open any more
    for future, result, failure in outcomes:
        if failure is None:
            future.set_result(result)
        else:
            future.set_exception(failure)


def _discard(connection: Connection | None) -> None:
    if connection is not None:
        connection.invalidate()
        connection.close()


def _fail(batch: list[tuple[Work[Any], Future[Any]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            away = DatabaseAway()
            away.__cause__ = error
            future.set_exception(away if isinstance(error, DBAPIError | DatabaseAway) else error)


class _PostgresWriter:
    """A few threads, a connection each; rows are locked by the queries."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(POSTGRES_THREADS, thread_name_prefix="writer")

    def submit(self, work: Work[T]) -> Future[T]:
        try:
            return self._threads.submit(self._run, work)
        except RuntimeError:  # closed
            future: Future[T] = Future()
            future.set_exception(DatabaseAway())
            return future

    def close(self) -> None:
        self._threads.shutdown(wait=True)

    def _run(self, work: Work[T], tries: int = 3) -> T:
        try:
            with self._engine.begin() as connection:
                tx = Transaction(connection)
                result = work(tx)
                tx.finish()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in _RETRY_STATES and tries > 1:
                return self._run(work, tries - 1)
            if is_away(error):
                raise DatabaseAway from error
            raise
        else:
            return result
