"""Where the program's processor time goes while it is busy, and while it starts."""

import asyncio
import json
import shlex
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.peers.rig.bots import Bot
from benchmarks.peers.rig.load import CHATS
from benchmarks.peers.rig.stage import Places, stage
from benchmarks.peers.rig.volunteers import Crowd
from benchmarks.results import ROOT

Shares = Sequence[tuple[str, float]]
LEAST = 0.01  # what is less is "other"


async def profile(bot: Bot, places: Places, people: int, *, seconds: float, warm: float) -> Shares:
    """Parts of the program and their share, the greatest first."""
    with tempfile.TemporaryDirectory(prefix="bench-profile-") as folder:
        seen = Path(folder, "seen")
        crowd = Crowd(chats=CHATS)
        async with stage(bot, _with("sampled.py", seen, places), crowd) as set_up:
            await crowd.gather(people)
            await crowd.ramp(people, warm)
            before = _last(seen)
            await asyncio.sleep(seconds)
            spent = {part: total - before.get(part, 0) for part, total in _last(seen).items()}
            await crowd.rest()
            set_up.check()
    return shares(spent)


def imported(bot: Bot, places: Places) -> list[tuple[str, float, float]]:
    """What the start imports: package, seconds of processor time, MB; the slowest first."""
    with tempfile.TemporaryDirectory(prefix="bench-start-") as folder:
        seen = Path(folder, "seen")
        asyncio.run(_start(bot, _with("starting.py", seen, places)))
        spent: dict[str, tuple[float, float]] = json.loads(seen.read_text("utf-8"))
    found = [(package, seconds, kilobytes / 1024) for package, (seconds, kilobytes) in spent.items()]
    return sorted(found, key=lambda each: -each[1])


async def _start(bot: Bot, places: Places) -> None:
    async with stage(bot, places, Crowd(chats=1)):
        pass


def _with(script: str, seen: Path, places: Places) -> Places:
    command = [sys.executable, str(ROOT / "benchmarks/peers" / script), str(seen), "run"]
    return replace(places, command=shlex.join(command))


def _last(seen: Path) -> dict[str, float]:
    last: dict[str, float] = json.loads(seen.read_text("utf-8").rpartition("\n")[0].rpartition("\n")[2])
    return last


def shares(spent: dict[str, float]) -> Shares:
    """Of all that was spent, the greatest first; small ones together."""
    whole = sum(spent.values()) or 1
    found = {part: seconds / whole for part, seconds in spent.items() if seconds >= LEAST * whole}
    ordered = sorted(found.items(), key=lambda each: -each[1])
    return [*ordered, ("other", max(0.0, 1 - sum(found.values())))]
