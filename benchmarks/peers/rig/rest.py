"""What a bot holds while it rests, what an open conversation adds, how long the first answer takes after a start."""

import asyncio

from benchmarks.peers.rig.bots import Bot
from benchmarks.peers.rig.processes import Memory, memory
from benchmarks.peers.rig.scenario import STEPS
from benchmarks.peers.rig.stage import Places, stage
from benchmarks.peers.rig.until import until
from benchmarks.peers.rig.volunteers import Crowd

AT_ONCE = 40
OPEN_STEPS = 2  # messages of a conversation that is then left open
IDLE_SECONDS = 3.0
ASIDE_SECONDS = 1.0  # for what a bot does after its answer


async def resting(bot: Bot, places: Places) -> Memory:
    """What it holds after a start and one answer."""
    async with stage(bot, places, Crowd(chats=1)) as set_up:
        await asyncio.sleep(IDLE_SECONDS)
        return memory(set_up.running.pid)


async def open_chats(bot: Bot, places: Places, *, first: int, chats: int) -> float:
    """KB that each open conversation adds.

    `first` are begun before counting, so that nothing is met for the first time; then `chats` more, each two messages
    of a report and left there.
    """
    crowd = Crowd(chats=first + chats + 1, steps=STEPS[:OPEN_STEPS])
    async with stage(bot, places, crowd) as set_up:
        await crowd.gather(AT_ONCE)
        await _open(crowd, first)
        before = memory(set_up.running.pid)
        await _open(crowd, first + chats)
        after = memory(set_up.running.pid)
        set_up.check()
    return (after.rss - before.rss) / chats


async def _open(crowd: Crowd, chats: int) -> None:
    crowd.rounds = chats // AT_ONCE
    crowd.busy(AT_ONCE)
    await until(lambda: all(somebody.through and somebody.round == crowd.rounds for somebody in crowd.people))
    await asyncio.sleep(ASIDE_SECONDS)


async def cold(bot: Bot, places: Places) -> float:
    """Seconds from the start of the process to the arrival of its first answer."""
    async with stage(bot, places, Crowd(chats=1)) as set_up:
        set_up.check()
        return set_up.first
