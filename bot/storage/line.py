"""The line between processes on one database: who sends for which bot account, and a bell when there is something to.

A process holds an account by a lock that ends with it: an advisory lock on PostgreSQL, a locked file beside SQLite's.
The bell is PostgreSQL's NOTIFY, rung after the commit and outside of it: a commit that notifies waits for every other
such commit. It may be lost: the sender looks every second too.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

import psycopg
import structlog
from sqlalchemy import make_url

Account = tuple[str, str]  # channel and bot
CHANNEL = "outbox"
AGAIN_SECONDS = 1.0  # between looks whether an account is free, and tries to be connected again
_CONNECT: dict[str, Any] = {
    "autocommit": True,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    # a host that is gone loses its accounts in seconds, not hours; nothing here has to reach the disk
    "options": "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
    " -c synchronous_commit=off",
}
log = structlog.get_logger(__name__)


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
    plain = location.set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresLine(plain, accounts)


class PostgresLine:
    """A connection that listens and holds, and another that rings, opened when it is needed."""

    def __init__(self, url: str, accounts: Sequence[Account]) -> None:
        self._url = url
        self._accounts = accounts
        self._held: set[Account] = set()
        self._rung = asyncio.Event()

    def holds(self, account: Account) -> bool:
        """Whether this process sends for that account."""
        return account in self._held

    def ring(self) -> None:
        """Tell the others soon; many at once are told as one."""
        self._rung.set()

    async def run(self, stop: asyncio.Event, heard: Callable[[], None] | None = None) -> None:
        """Hold what is free and hear the bell, until told to stop; then let go. Without `heard` only ring."""
        if heard is None:
            await self._again(self._ringing, stop)
        else:
            listening = self._again(lambda: self._listening(heard), stop)
            await asyncio.gather(listening, self._again(self._ringing_at_last, stop))

    async def _again(self, work: Callable[[], Coroutine[Any, Any, None]], stop: asyncio.Event) -> None:
        """The work, begun again whenever the database has been away."""
        while not stop.is_set():
            try:
                await _until(stop, work())
            except psycopg.Error as error:
                log.warning("database away", part="line", error=type(error).__name__)
                await _until(stop, asyncio.sleep(AGAIN_SECONDS))

    async def _listening(self, heard: Callable[[], None]) -> None:
        try:
            async with await psycopg.AsyncConnection.connect(self._url, **_CONNECT) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                heard()  # what was put out before
                while True:
                    if await self._take(connection):
                        heard()
                    async for _ in connection.notifies(timeout=AGAIN_SECONDS, stop_after=1):
                        heard()
        finally:
            self._held.clear()  # the locks went with the connection

    async def _take(self, connection: psycopg.AsyncConnection) -> bool:
        """Hold every account that is free; whether there was one."""
        before = len(self._held)
        for account in self._accounts:
            if account in self._held:
                continue
            name = f"tungngo sends {account[0]} {account[1]}"
            found = await connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (name,))
            row = await found.fetchone()
            if row and row[0]:
                self._held.add(account)
                log.info("sends for", channel=account[0], bot=account[1])
        return len(self._held) > before

    async def _ringing_at_last(self) -> None:
        """Who sends has seldom to ring: no connection is opened for it before."""
        await self._rung.wait()
        await self._ringing()

    async def _ringing(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._url, **_CONNECT) as connection:
            while True:
                await self._rung.wait()
                self._rung.clear()
                try:
                    await connection.execute(f"NOTIFY {CHANNEL}")
                except psycopg.Error:
                    self._rung.set()
                    raise


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
                await _until(stop, asyncio.sleep(AGAIN_SECONDS))
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


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
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
