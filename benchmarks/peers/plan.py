"""The whole comparison with the peers: what is measured in which order, so that noise hits all alike."""

import asyncio
import sys
import tempfile
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from benchmarks.peers.rig import load, rest
from benchmarks.peers.rig.bot_api import TOKEN
from benchmarks.peers.rig.bots import BOTS, OURS, POSTGRES, WEBS, Bot
from benchmarks.peers.rig.crash import Crashed, crash
from benchmarks.peers.rig.load import Measured
from benchmarks.peers.rig.processes import Memory
from benchmarks.peers.rig.profile import Shares, imported, profile
from benchmarks.peers.rig.quota import NotLimited
from benchmarks.peers.rig.seed import seed
from benchmarks.peers.rig.stage import Places
from benchmarks.peers.rig.volunteers import FIRST_CHAT

T = TypeVar("T")

ROUNDS = 3
LOADS = {1: 1.5, 10: 1.0, 40: 2.5, 100: 1.0, 200: 1.0}  # volunteers at once: seconds
WARM = 2.0  # at most
BUSY = 40  # volunteers at once at which is judged
WEB_SECONDS = 4.0
RATE, SHARE = 200.0, 0.6  # updates a second; where a bot cannot, this part of what the slowest can
DELAY = 0.05  # seconds the platform takes
PEOPLE = 100  # who are there when updates come at a rate
RATE_SECONDS = 4.0
PROFILE_SECONDS = 4.0
COLD = {OURS: 4, POSTGRES: 2, "ptb": 4, "aiogram": 2, "telebot": 2, "grammy": 2}  # starts
FIRST_CHATS = 3000  # conversations begun before any is counted
CHATS = {OURS: 10_000, "aiogram": 3000}  # then so many more that are left open
ONE_BY_ONE = "ptb"  # cannot bear a rate when the platform takes its time
CRASH = (OURS, POSTGRES, "aiogram")
CRASH_PEOPLE = 40
SEEDED = load.CHATS  # volunteers the program must know


@dataclass(slots=True)
class Found:
    """Everything, by bot; several values are one a round."""

    loads: dict[tuple[str, int], list[Measured]] = field(default_factory=lambda: defaultdict(list))
    rates: dict[str, list[Measured]] = field(default_factory=lambda: defaultdict(list))
    colds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    rests: dict[str, Memory] = field(default_factory=dict)
    chats: dict[str, float] = field(default_factory=dict)  # kB of each conversation that is left open
    crashes: list[Crashed] = field(default_factory=list)
    profile: Shares = ()  # where our time goes
    imports: list[tuple[str, float, float]] = field(default_factory=list)  # package, seconds, MB
    webs: dict[int, list[Measured]] = field(default_factory=lambda: defaultdict(list))  # by their number
    not_limited: str = ""  # why web processes could not be kept to a part of a core
    one_by_one: Measured | None = None  # ONE_BY_ONE with a platform that takes its time


def say(*words: object) -> None:
    """What is being done, beside the result."""
    print(*words, file=sys.stderr, flush=True)


def run(work: Coroutine[Any, Any, T]) -> T:
    """On a loop that is light, so that the bot is what is slow."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def join(folder: Path, volunteers: int, url: str = "") -> None:
    """Have the program know so many volunteers: in its database in the folder, or at the URL."""
    say(f"{volunteers} volunteers join{' on PostgreSQL' if url else ''}")
    seed(folder, bot=TOKEN.partition(":")[0], first=FIRST_CHAT, count=volunteers, url=url)


def open_chats(bot: Bot, places: Places) -> float:
    """KB that each conversation adds which is left open; on a database that knows as many volunteers."""
    with tempfile.TemporaryDirectory(prefix="bench-many-") as folder:
        if bot.is_ours:
            join(Path(folder), FIRST_CHATS + CHATS[bot.name] + 1)
        there = replace(places, seeded=Path(folder))
        return run(rest.open_chats(bot, there, first=FIRST_CHATS, chats=CHATS[bot.name]))


def everything(places: Places, bots: Iterable[str] = tuple(BOTS)) -> Found:
    """Loads, rates, starts, rest and the crash."""
    found, chosen = Found(), [name for name in BOTS if name in bots]
    _loads(found, places, chosen)
    if POSTGRES in chosen:
        _webs(found, places)
    _rates(found, places, [name for name in chosen if name != ONE_BY_ONE])
    if ONE_BY_ONE in chosen:
        found.one_by_one = run(load.sweep(BOTS[ONE_BY_ONE], places, {BUSY: 3.0}, warm=WARM, delay=DELAY))[0]
    _starts(found, places, chosen)
    for name in chosen:
        say(f"at rest: {name}")
        found.rests[name] = run(rest.resting(BOTS[name], places))
        if name in CHATS:
            say(f"{FIRST_CHATS + CHATS[name]} open conversations: {name}")
            found.chats[name] = open_chats(BOTS[name], places)
    if OURS in chosen:
        found.profile = run(profile(BOTS[OURS], places, BUSY, seconds=PROFILE_SECONDS, warm=WARM))
        found.imports = imported(BOTS[OURS], places)
    for name in chosen:
        if name in CRASH:
            say(f"kill -9: {name}")
            found.crashes.append(run(crash(BOTS[name], places, CRASH_PEOPLE)))
    return found


def _loads(found: Found, places: Places, bots: list[str]) -> None:
    for row in range(ROUNDS):
        for name in bots:
            say(f"loads, round {row + 1} of {ROUNDS}: {name}")
            for each in run(load.sweep(BOTS[name], places, LOADS, warm=WARM)):
                found.loads[name, int(each.load)].append(each)


def _webs(found: Found, places: Places) -> None:
    """One web process, and two, each kept to a part of a core so that it is what is slow."""
    try:
        for row in range(ROUNDS):
            for number, bot in WEBS.items():
                say(f"{bot.title}, round {row + 1} of {ROUNDS}")
                found.webs[number] += run(load.sweep(bot, places, {BUSY: WEB_SECONDS}, warm=WARM))
    except NotLimited as error:
        found.not_limited = str(error)
        found.webs.clear()


def _rates(found: Found, places: Places, bots: list[str]) -> None:
    """The same rate for all, as high as every one of them can bear."""
    slowest = min(each.updates for name in bots if name != POSTGRES for each in found.loads[name, BUSY])
    rate = RATE if SHARE * slowest >= RATE else float(round(SHARE * slowest, -1))
    for row in range(ROUNDS):
        for name in bots:
            say(f"{rate:.0f} updates a second, round {row + 1} of {ROUNDS}: {name}")
            measured = load.at_rate(
                BOTS[name], places, rate, delay=DELAY, people=PEOPLE, seconds=RATE_SECONDS, warm=WARM
            )
            found.rates[name].append(run(measured))


def _starts(found: Found, places: Places, bots: list[str]) -> None:
    for row in range(max(COLD.values())):
        say(f"start {row + 1} of {max(COLD.values())}")
        for name in bots:
            if row < COLD[name]:
                found.colds[name].append(run(rest.cold(BOTS[name], places)))
