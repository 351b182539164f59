"""The line between processes on one database: who sends for which bot account, and a bell when there is something to.

A process holds an account by a lock that ends with it: an advisory lock on PostgreSQL, a locked file beside SQLite's.
The bell is PostgreSQL's NOTIFY, rung after the commit and outside of it: a commit that notifies waits for every other
such commit. It may be lost: the sender looks every second too.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from sqlalchemy import make_url

Account = tuple[str, str]  # channel and bot
AGAIN_SECONDS = 1.0  # between looks whether an account is free, and tries to be connected again


class Line(Protocol):
    """One process's end of it."""

    def holds(self, account: Account) -> bool:
        """Whether this process sends for that account."""
        ...

    def ring(self) -> None:
        """Tell the others that something was put out."""
        ...

    async def run(self, stop: asyncio.Event, heard: Callable[[], None] | None = None) -> None:
        """Hold what is free and hear the bell, until told to stop; then let go. Without `heard` only ring.

        `heard` is called whenever there may be something to send.
        """
        ...


def open_line(url: str, accounts: Sequence[Account]) -> Line:
    """The line of that database, for a process that can send for those accounts."""
    location = make_url(url)
    if location.get_backend_name() == "sqlite":
        return FileLine(location.database or "", accounts)
    from bot.storage.postgres_line import PostgresLine  # noqa: PLC0415  the driver only where that database is

    plain = location.set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresLine(plain, accounts)


class FileLine:
    """On one machine: a locked file an account. Nobody rings; the sender's own look each second is the bell."""

    def __init__(self, path: str, accounts: Sequence[Account]) -> None:
        self._path = path
        self._accounts = accounts
        self._held: dict[Account, sqlite3.Connection] = {}

    def holds(self, account: Account) -> bool:
        """Whether this process sends for that account."""
        return account in self._held

    def ring(self) -> None:
        """Nothing."""

    async def run(self, stop: asyncio.Event, heard: Callable[[], None] | None = None) -> None:
        """Hold what is free, until told to stop; then let go."""
        try:
            while not stop.is_set():
                for account in self._accounts:
                    if heard and account not in self._held and (lock := self._lock(account)):
                        self._held[account] = lock
                        heard()
                await until(stop, asyncio.sleep(AGAIN_SECONDS))
        finally:
            for lock in self._held.values():
                lock.close()
            self._held.clear()

    def _lock(self, account: Account) -> sqlite3.Connection | None:
        """An open lock on the account's file: SQLite's own, which every system has and which ends with the process."""
        name = "".join(letter if letter.isalnum() else "_" for letter in "-".join(account))
        connection = sqlite3.connect(f"{self._path}.{name}.lock", timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            connection.close()
            return None
        return connection


async def until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """The work, given up when it is time to stop. Raises what it raises."""
    task, halt = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((task, halt), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
    finally:
        task.cancel()
        halt.cancel()
        await asyncio.gather(task, halt, return_exceptions=True)
