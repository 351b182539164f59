"""A worker as a process of its own: it sends for one bot account and writes down who sent what. Tests kill it."""

import asyncio
import os
import sys
from contextlib import closing
from pathlib import Path

from bot.core.channel import Capabilities, Sent
from bot.core.clock import system_clock
from bot.core.messages import OutboundMessage
from bot.sender import Sender, owner_name
from bot.storage.database import Database
from bot.storage.line import open_line

ACCOUNT = ("telegram", "1")


class Book:
    """A channel that writes every message into a file, one line each, and takes a moment over it."""

    name = ACCOUNT[0]
    capabilities = Capabilities(buttons=True, edit=True, text_limit=4000)

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def send(self, message: OutboundMessage) -> Sent:
        """Take it."""
        await asyncio.sleep(0.005)
        os.write(self._file, f"{os.getpid()} {message.chat} {message.id}\n".encode())
        return Sent(str(message.id))


async def work(url: str, path: Path) -> None:
    """Send until killed."""
    with closing(Database(url)) as database:
        line = open_line(url, [ACCOUNT])
        owner = owner_name(system_clock())
        sender = Sender(database=database, channels={ACCOUNT: Book(path)}, clock=system_clock, owner=owner, line=line)
        await sender.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2])))
