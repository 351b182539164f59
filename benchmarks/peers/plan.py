"""The whole comparison with the peers: what is measured in which order, so that noise hits all alike."""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import uvloop

from benchmarks.peers.rig import load, rest
from benchmarks.peers.rig.bots import BOTS, OURS
from benchmarks.peers.rig.crash import Crashed, crash
from benchmarks.peers.rig.load import Measured
from benchmarks.peers.rig.profile import profile
from benchmarks.peers.rig.rest import Resting
from benchmarks.peers.rig.stage import Places

T = TypeVar("T")

ROUNDS = 3
LOADS = {1: 1.5, 5: 1.0, 20: 1.0, 40: 2.5, 100: 1.0, 200: 1.0}  # volunteers at once: seconds
WARM = 2.0  # at most
RATE, SHARE = 200.0, 0.6  # updates a second; where a bot cannot, this part of what the slowest can
DELAY = 0.05  # seconds the platform takes
PEOPLE = 100  # who are there when updates come at a rate
RATE_SECONDS = 4.0
PROFILE_SECONDS = 4.0
COLD = {OURS: 5, "ptb": 5, "aiogram": 2, "telebot": 2}  # starts
CHATS = {OURS: 2000, "aiogram": 2000}  # conversations left open
FIRST_CHATS = 1000
ONE_BY_ONE = "ptb"  # cannot bear a rate when the platform takes its time
CRASH = (OURS, "aiogram")
CRASH_PEOPLE = 40
SEEDED = max(load.CHATS, FIRST_CHATS + max(CHATS.values()) + 1)  # volunteers the program must know


@dataclass(slots=True)
class Found:
    """Everything, by bot; several values are one a round."""

    loads: dict[tuple[str, int], list[Measured]] = field(default_factory=lambda: defaultdict(list))
    rates: dict[str, list[Measured]] = field(default_factory=lambda: defaultdict(list))
    colds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    rests: dict[str, Resting] = field(default_factory=dict)
    crashes: list[Crashed] = field(default_factory=list)
    profile: list[tuple[str, float]] = field(default_factory=list)  # where our time goes, as shares
    one_by_one: Measured | None = None  # ONE_BY_ONE with a platform that takes its time


def say(*words: object) -> None:
    """What is being done, beside the result."""
    print(*words, file=sys.stderr, flush=True)


def run(work: Coroutine[Any, Any, T]) -> T:
    """On a loop that is light, so that the bot is what is slow."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def everything(places: Places, bots: Iterable[str] = tuple(BOTS)) -> Found:
    """Loads, rates, starts, rest and the crash."""
    found, chosen = Found(), [name for name in BOTS if name in bots]
    _loads(found, places, chosen)
    _rates(found, places, [name for name in chosen if name != ONE_BY_ONE])
    if ONE_BY_ONE in chosen:
        found.one_by_one = run(load.sweep(BOTS[ONE_BY_ONE], places, {40: 3.0}, warm=WARM, delay=DELAY))[0]
    _starts(found, places, chosen)
    for name in chosen:
        say(f"at rest: {name}")
        found.rests[name] = run(rest.resting(BOTS[name], places, first=FIRST_CHATS, chats=CHATS.get(name, 0)))
    found.profile = run(profile(places, 40, seconds=PROFILE_SECONDS, warm=WARM))
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


def _rates(found: Found, places: Places, bots: list[str]) -> None:
    """The same rate for all, as high as every one of them can bear."""
    slowest = min(each.updates for name in bots for each in found.loads[name, 40])
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
