"""The whole program, serving on a port of this machine while a test looks at its pages."""

import asyncio
import threading
from types import TracebackType
from typing import Self

from bot.app import Parts, Program, serve
from bot.core.messages import InboundMessage, Reply
from bot.library import Library
from bot.search.finder import Finder
from bot.services import teams
from bot.settings import Settings
from bot.storage import messages, people
from bot.storage.database import Database, Transaction
from tests.fakes.clock import SettableClock
from tests.services.commune import TEAM, add_team


class Running:
    """A commune with one team on an empty database; `empty`: the test adds its own."""

    def __init__(self, url: str, *, library: Library, index: Finder, clock: SettableClock, empty: bool = False) -> None:
        self.clock, self._empty = clock, empty
        self.database = Database(url)
        self._program = Program(
            settings=Settings(_env_file=None, database_url=url, telegram_bot_token="", public_url="", port=0),
            clock=clock,
            database=self.database,
            library=library,
            index=index,
            started=clock(),
            secret=b"k" * 32,
            commune="Xã Bản Mẫu",
        )
        self.url = ""
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def __enter__(self) -> Self:
        if not self._empty:
            self.database.write_now(lambda tx: add_team(tx, self.clock()))
        self._thread.start()
        assert self._up.wait(20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop
        assert self._stop
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        assert not self._thread.is_alive()
        self._program.close()

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await serve(self._program, Parts(scheduler=False), stop=self._stop, listening=self._listens)

    def _listens(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._up.set()

    def invite(self, role: str) -> str:
        """A code that gives the role in the team."""
        return self.database.write_now(
            lambda tx: teams.invite(tx, team=TEAM, role=role, uses=1, days=7, now=self.clock())  # type: ignore[arg-type]
        )

    def tell(self, chat: str, text: str) -> None:
        """A message nobody asked for."""

        def work(tx: Transaction) -> None:
            hello = InboundMessage(channel="web", chat=chat, external_id="")
            found = people.find_speaker(tx, hello)
            assert found
            outgoing = messages.Outgoing(contact=found[0].contact, reply=Reply(text=text), kind="news", unasked=True)
            messages.put_out(tx, outgoing, self.clock())

        self.database.write_now(work)
