"""The line between processes on PostgreSQL: advisory locks hold the bot accounts, NOTIFY is the bell."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import psycopg
import structlog

from bot.storage import line
from bot.storage.line import Account, until

CHANNEL = "outbox"
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
                await until(stop, work())
            except psycopg.Error as error:
                log.warning("database away", part="line", error=type(error).__name__)
                await until(stop, asyncio.sleep(line.AGAIN_SECONDS))

    async def _listening(self, heard: Callable[[], None]) -> None:
        try:
            async with await psycopg.AsyncConnection.connect(self._url, **_CONNECT) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                heard()  # what was put out before
                while True:
                    if await self._take(connection):
                        heard()
                    async for _ in connection.notifies(timeout=line.AGAIN_SECONDS, stop_after=1):
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
