"""The program on a database with one platform that takes every message, for tests that break something around it."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import text

from bot.app import Program
from bot.core.channel import Capabilities, Sent
from bot.core.messages import InboundMessage, OutboundMessage
from bot.library import Library
from bot.search.finder import Finder
from bot.sender import Sender
from bot.settings import Settings
from bot.storage.database import Database
from tests.fakes.clock import SettableClock


class Noting:
    """A platform that takes every message and notes it."""

    name = "console"
    capabilities = Capabilities(buttons=False, edit=False, text_limit=4000)

    def __init__(self) -> None:
        self.sent: list[tuple[str, int]] = []

    async def send(self, message: OutboundMessage) -> Sent:
        self.sent.append((message.chat, message.id))
        return Sent(str(message.id))


class Place:
    """The program on a database, with one platform."""

    def __init__(self, url: str, library: Library, index: Finder, clock: SettableClock) -> None:
        self.channel, self.clock = Noting(), clock
        self.database = Database(url)
        self.program = Program(
            settings=Settings(_env_file=None),
            clock=clock,
            database=self.database,
            library=library,
            index=index,
            started=clock(),
            secret=b"k" * 32,
            extra=(self.channel,),
        )

    def sender(self, machine: str = "one") -> Sender:
        """Sends from a machine of that name: a sender of this process and host would be taken for the same one."""
        channels = {("console", ""): self.channel}
        return Sender(database=self.database, channels=channels, clock=self.clock, owner=f"{machine}:1:1.000")

    def run(self, work: Callable[..., Awaitable[None]]) -> None:
        """Do the work with a receiver and a sender that runs."""

        async def inside() -> None:
            sender, stop = self.sender(), asyncio.Event()
            running = asyncio.create_task(sender.run(stop))
            await work(self.program.receiver(sender).receive)
            stop.set()
            await running
            while claimed := await sender._claim():
                sender.deliver(claimed)
                await sender.finish()

        asyncio.run(inside())
        self.is_whole()

    def is_whole(self) -> None:
        """Every message that was taken has its answer, and every answer left once."""
        query = "SELECT status, count(*) FROM {} GROUP BY status"
        inbox, outbox = (
            dict(self.database.read_now(lambda tx, name=name: tx.connection.execute(text(query.format(name))).all()))  # type: ignore[misc]
            for name in ("inbox", "outbox")
        )
        assert set(inbox) == {"done"}
        assert outbox == {"sent": inbox["done"]}
        rows = self.database.read_now(lambda tx: list(tx.connection.scalars(text("SELECT id FROM outbox ORDER BY id"))))
        assert sorted(row for _, row in self.channel.sent) == rows
        chats = {chat for chat, _ in self.channel.sent}
        in_order = {chat: [row for each, row in self.channel.sent if each == chat] for chat in chats}
        assert all(rows == sorted(rows) for rows in in_order.values())


def message(number: int, chat: str = "1", said: str = "menu") -> InboundMessage:
    return InboundMessage(channel="console", chat=chat, external_id=str(number), text=said)
