"""How much a bot does when so many volunteers are busy at once, and how long its answers take at a given rate."""

import asyncio
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks.peers.rig.bots import Bot
from benchmarks.peers.rig.running import Running
from benchmarks.peers.rig.stage import Places, Stage, Wrong, stage
from benchmarks.peers.rig.volunteers import Crowd

CHATS = 3000  # more than there are reports after one start
SETTLE = 0.3  # seconds after a change of the load


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One bot under one load. Times are milliseconds."""

    bot: str
    load: float  # volunteers at once, or updates a second
    updates: float  # a second
    reports: float  # a second
    p50: float
    p99: float
    cpu: float  # of the bot, an update
    bot_busy: float  # cores the bot used
    rig_busy: float  # cores the rig used
    calls: float  # of the Bot API, an update
    server: float = 0.0  # of its database server, an update
    front_busy: float = 0.0  # cores that those who take messages used
    late: int = 0  # updates for which nobody was free at the end

    @property
    def beside(self) -> float:
        """Cores used by what is beside the bot: the rig and the database server."""
        return self.rig_busy + self.server * self.updates / 1000

    def brief(self) -> dict[str, object]:
        """For the screen."""
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}


async def measure(set_up: Stage, seconds: float, load: float) -> Measured:
    """What happens from now on."""
    crowd, running = set_up.crowd, set_up.running
    crowd.tally.clear()
    calls = crowd.api.calls.total()
    began, before = time.perf_counter(), _spent(running)
    await asyncio.sleep(seconds)
    took = time.perf_counter() - began
    used, front, server, own = (now - then for now, then in zip(_spent(running), before, strict=True))
    tally = crowd.tally
    times, updates = tally.times, tally.updates
    if not updates:
        set_up.check()
        msg = f"{running.bot.name} answered nothing in {took:.1f} s"
        raise Wrong(msg)
    return Measured(
        bot=running.bot.name,
        load=load,
        updates=tally.updates / took,
        reports=tally.reports / took,
        p50=1000 * statistics.median(times),
        p99=1000 * quantile(times, 0.99),
        cpu=1000 * used / updates,
        server=1000 * server / updates,
        bot_busy=used / took,
        front_busy=front / took,
        rig_busy=own / took,
        calls=(crowd.api.calls.total() - calls) / updates,
        late=len(crowd.late),
    )


def _spent(running: Running) -> tuple[float, float, float, float]:
    """Seconds of processor time: the bot's, its web processes', its database server's, ours."""
    return running.used(), running.front_used(), running.server_used(), time.process_time()


def quantile(times: Sequence[float], part: float) -> float:
    """The value that so large a part is not above."""
    return sorted(times)[min(len(times) - 1, int(part * len(times)))]


async def sweep(
    bot: Bot, places: Places, loads: Mapping[int, float], *, warm: float, delay: float = 0.0
) -> list[Measured]:
    """One start of the bot, one load after the other, each for so many seconds."""
    crowd = Crowd(chats=CHATS)
    async with stage(bot, places, crowd, delay=delay) as set_up:
        await crowd.gather(max(loads))
        await crowd.ramp(max(loads), warm)
        found = []
        for load in sorted(loads, reverse=True):
            crowd.busy(load)
            await asyncio.sleep(SETTLE)
            found.append(await measure(set_up, loads[load], load))
        await crowd.rest()
        set_up.check()
    return found


async def at_rate(
    bot: Bot, places: Places, rate: float, *, delay: float, people: int, seconds: float, warm: float
) -> Measured:
    """Updates that come at random times, `rate` a second, from so many people; the platform takes `delay` seconds."""
    crowd = Crowd(chats=CHATS)
    async with stage(bot, places, crowd, delay=delay) as set_up:
        await crowd.gather(people)
        await crowd.ramp(people, warm)
        await crowd.rest()
        crowd.arrive(rate)
        await asyncio.sleep(2 * SETTLE)
        found = await measure(set_up, seconds, rate)
        await crowd.rest()
        set_up.check()
    return found
