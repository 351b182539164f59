"""A bot, the Bot API it talks to and the volunteers who talk to it, set up and taken down together."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.rig.bot_api import serve
from benchmarks.peers.rig.bots import Bot
from benchmarks.peers.rig.quota import limited
from benchmarks.peers.rig.running import Running
from benchmarks.peers.rig.until import until
from benchmarks.peers.rig.volunteers import Crowd
from benchmarks.postgres import Server

FIRST_SECONDS = 30.0


class Wrong(Exception):
    """A bot that did not answer as it should; the words say how."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are that every start needs."""

    seeded: Path  # a DATA_DIR in which every volunteer is known
    peers: Path  # the Python that has the peers' packages
    command: str = ""  # what to run instead of `tungngo run`
    core: int | None = None  # of the bot
    server: Server | None = None  # on which the template is


@dataclass(slots=True)
class Stage:
    """What is set up."""

    running: Running
    crowd: Crowd
    first: float  # seconds from the start of the process to the arrival of its first answer

    def check(self) -> None:
        """Raise Wrong when anything was answered otherwise than it should have been."""
        seen = self.crowd.tally.wrong + self.crowd.api.refused
        if all(somebody.done for somebody in self.crowd.people):
            seen += Counter({"taps that were not answered": len(self.crowd.taps)})
        if seen:
            msg = f"{self.running.bot.name}: {dict(seen.most_common(5))}\n{self.running.said()}"
            raise Wrong(msg)


@asynccontextmanager
async def stage(bot: Bot, places: Places, crowd: Crowd, *, delay: float = 0.0) -> AsyncIterator[Stage]:
    """The bot started and its first message answered; `delay` is what the platform takes to answer a call."""
    server, address = await serve(crowd.api)
    crowd.api.delay = delay
    running = Running(bot, address, places)
    crowd.ports = running.ports
    try:
        running.start()
        await running.listening()
        first = await _first_answer(running, crowd)
        with limited(running.pids[: bot.webs], bot.part):
            yield Stage(running, crowd, first)
    finally:
        await crowd.close()
        await running.stop()
        server.close()


async def _first_answer(running: Running, crowd: Crowd) -> float:
    await crowd.gather(1)
    first = crowd.people[0]
    first.act()
    if not await until(lambda: first.done, seconds=FIRST_SECONDS, every=0.001):
        msg = f"{running.bot.name}: no first answer; {dict(crowd.tally.wrong + crowd.api.refused)}\n{running.said()}"
        raise Wrong(msg)
    return crowd.last - running.started
