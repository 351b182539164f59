"""What a bot holds while it rests, what an open conversation adds, how long the first answer takes after a start."""

import asyncio
from dataclasses import dataclass

from benchmarks.peers.rig.bots import Bot
from benchmarks.peers.rig.processes import Memory, memory
from benchmarks.peers.rig.scenario import STEPS
from benchmarks.peers.rig.stage import Places, stage
from benchmarks.peers.rig.until import until
from benchmarks.peers.rig.volunteers import Crowd

AT_ONCE = 40
OPEN_STEPS = 2  # messages of a conversation that is then left open
IDLE_SECONDS = 5.0
ASIDE_SECONDS = 1.0  # for what a bot does after its answer


@dataclass(frozen=True, slots=True)
class Resting:
    """kB after a start and one answer, and kB that each open conversation adds."""

    idle: Memory
    chat: float | None


async def resting(bot: Bot, places: Places, *, first: int, chats: int) -> Resting:
    """`first` conversations are begun before counting, so that nothing is met for the first time; then `chats` more."""
    crowd = Crowd(chats=first + chats + 1, steps=STEPS[:OPEN_STEPS])
    async with stage(bot, places, crowd) as set_up:
        await asyncio.sleep(IDLE_SECONDS)
        idle = memory(set_up.running.pid)
        if not chats:
            return Resting(idle, None)
        await crowd.gather(AT_ONCE)
        await _open(crowd, first)
        before = memory(set_up.running.pid)
        await _open(crowd, first + chats)
        after = memory(set_up.running.pid)
        set_up.check()
    return Resting(idle, (after.pss - before.pss) / chats)


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
