"""kill -9 in the middle of everybody's conversation: who has to tap again, who has lost it, what is on disk twice."""

import asyncio
import time
from dataclasses import dataclass

from benchmarks.peers.rig.bots import Bot
from benchmarks.peers.rig.load import CHATS
from benchmarks.peers.rig.stage import Places, stage
from benchmarks.peers.rig.until import until
from benchmarks.peers.rig.volunteers import Crowd, Volunteer

RUN_SECONDS = 3.0
WAIT_SECONDS = 6.0  # for an answer, before somebody taps again


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashed:
    """What became of the open conversations."""

    bot: str
    open: int
    again: int  # had to tap again
    lost: int  # got no answer to that either
    doubled: int  # rows on disk that say the same as another
    missing: int  # reports people saw confirmed that are not on disk
    repeated: int  # answers that came twice, or at the wrong moment
    back: float | None  # seconds from the kill to the first answer after it; None: there was none


async def crash(bot: Bot, places: Places, people: int) -> Crashed:
    """Start, get busy, kill, start again on the same files; updates that were not confirmed are delivered again."""
    crowd = Crowd(chats=CHATS)
    async with stage(bot, places, crowd) as set_up:
        await crowd.gather(people)
        await crowd.ramp(people, RUN_SECONDS)
        await asyncio.sleep(RUN_SECONDS / 4)
        set_up.check()
        set_up.running.kill()
        killed = time.perf_counter()
        heard = {somebody: somebody.answers for somebody in crowd.people}
        set_up.running.start()
        await set_up.running.listening()
        there = time.perf_counter()
        answered = await until(lambda: crowd.last > there, seconds=WAIT_SECONDS, every=0.002)
        back = crowd.last - killed if answered else None
        unheard = await _silent(heard)
        for somebody in unheard:
            somebody.repeat()
        lost = await _silent({somebody: heard[somebody] for somebody in unheard})
        crowd.rounds = 0  # everybody finishes the report they are at
        await until(lambda: all(who.through for who in crowd.people if who not in lost), seconds=2 * WAIT_SECONDS)
        confirmed = crowd.tally.reports
        kept, different = set_up.running.reports()
    return Crashed(
        bot=bot.name,
        open=people,
        again=len(unheard),
        lost=len(lost),
        doubled=kept - different,
        missing=max(0, confirmed - different),
        repeated=sum(count for words, count in crowd.tally.wrong.items() if words.startswith("step")),
        back=back,
    )


async def _silent(heard: dict[Volunteer, int]) -> list[Volunteer]:
    """Who has heard nothing since then, after a while."""
    await until(lambda: all(who.answers > count for who, count in heard.items()), seconds=WAIT_SECONDS)
    return [who for who, count in heard.items() if who.answers == count]
