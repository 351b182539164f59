"""The database: one short transaction at a time on SQLite, many on PostgreSQL, the same code for both.

Work is a plain function from a Transaction to a result. It runs on a database thread, never on the event loop, and
its result is handed out only after the commit: what a caller has seen is on disk.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from bot.core.errors import DatabaseAway
from bot.models.sealed import Sealer

if TYPE_CHECKING:
    from bot.storage.postgres_writer import PostgresWriter
    from bot.storage.sqlite_writer import SqliteWriter

T = TypeVar("T")
Work = Callable[["Transaction"], T]

BUSY_SECONDS = 10
POSTGRES_WRITERS = 3  # while one waits for the disk or for a row, another works
READERS = 4
_IDLE, _UNKNOWN, _COMMAND_OK = 0, 4, 1  # libpq's PQTRANS_IDLE, PQTRANS_UNKNOWN, PGRES_COMMAND_OK
_READ_ONLY = "25006"  # PostgreSQL takes no writes: a standby, or it was told so
PATIENCE = {  # a server whose machine is gone answers nothing at all: seconds, and for the last milliseconds
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def is_away(error: BaseException) -> bool:
    """Whether the database is at fault, not the statement: SQLite calls a misspelt statement operational too."""
    if isinstance(error, DatabaseAway):
        return True
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    if isinstance(error, DBAPIError) and (error.connection_invalidated or _sqlstate(error) == _READ_ONLY):
        return True
    return type(error) is DatabaseError


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


class Transaction:
    """One unit of work on one connection. Queries take it as their first argument."""

    __slots__ = ("__dict__", "connection", "dialect", "dispatch", "driver", "is_postgres")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect
        self.is_postgres = self.dialect.name == "postgresql"
        self.driver: Any = connection.connection.driver_connection  # for what is hot
        self.dispatch: Any = connection.engine.dispatch  # who listens to statements

    @cached_property
    def runner(self) -> Any:
        """What runs hot statements: values by their places, the rows fetched before the next one.

        One cursor for all of them is cheaper on PostgreSQL. On SQLite one that is still known when its connection is
        closed would keep that alive, and its locks.
        """
        if not self.is_postgres:
            return self.driver
        from psycopg import RawCursor  # noqa: PLC0415  only where there is PostgreSQL

        return RawCursor(self.driver)

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
        self.plain(f"SAVEPOINT {name}")

    def release(self, name: str) -> None:
        """Keep what happened since the savepoint."""
        self.finish()
        self.plain(f"RELEASE SAVEPOINT {name}")

    def rollback_to(self, name: str) -> None:
        """Undo what happened since the savepoint, and forget it."""
        if "session" in self.__dict__:
            self.session.close()
            del self.__dict__["session"]
        self.plain(f"ROLLBACK TO SAVEPOINT {name}")
        self.plain(f"RELEASE SAVEPOINT {name}")

    def plain(self, sql: str) -> None:
        """A statement without values or rows, past SQLAlchemy where that is a tenth of the work."""
        if self.is_postgres:
            self._plain_postgres(sql)
            return
        try:
            self.driver.execute(sql)
        except sqlite3.Error as error:
            raise DatabaseAway from error

    def _plain_postgres(self, sql: str) -> None:
        """One round trip on the bare connection; the driver's own BEGIN goes with it where that is still to come."""
        wire = self.driver.pgconn
        begun = wire.transaction_status != _IDLE
        if wire.exec_((sql if begun else f"BEGIN; {sql}").encode()).status != _COMMAND_OK:
            if wire.transaction_status == _UNKNOWN:
                raise DatabaseAway
            self.connection.exec_driver_sql(sql)  # says what is wrong as any other statement does


def make_engine(url: str, sealer: Sealer | None = None) -> Engine:
    """An engine with the settings every process shares; `sealer` seals the columns that are sealed (decision 0042).

    No connection is opened.
    """
    engine = _engine(url)
    vars(engine.dialect)["sealer"] = sealer
    return engine


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=READERS + 1,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        event.listen(engine, "connect", _sqlite_settings)
        return engine
    patience = {name: value for name, value in PATIENCE.items() if name not in make_url(url).query}
    return create_engine(
        url, pool_size=POSTGRES_WRITERS + READERS, max_overflow=READERS, pool_pre_ping=True, connect_args=patience
    )


def _sqlite_settings(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


class Database:
    """Where work is handed in. `write` and `read` are for the event loop, `write_now` and `read_now` for commands."""

    def __init__(self, url: str, sealer: Sealer | None = None) -> None:
        self.url = url
        self.engine = make_engine(url, sealer)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._writer = _writer(self.engine)

    async def write(self, work: Work[T]) -> T:
        """The result of the work, after its commit. Raises what the work raises; DatabaseAway when there is none."""
        return await self._writer.hand_in(work)

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


def _writer(engine: Engine) -> "SqliteWriter | PostgresWriter":
    if engine.dialect.name == "sqlite":
        from bot.storage.sqlite_writer import SqliteWriter  # noqa: PLC0415  it needs Transaction

        return SqliteWriter(engine)
    from bot.storage.postgres_writer import PostgresWriter  # noqa: PLC0415  only where there is PostgreSQL

    return PostgresWriter(engine)
