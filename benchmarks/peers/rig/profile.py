"""Where the program's processor time goes while it is busy."""

import asyncio
import json
import shlex
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.peers.rig.bots import BOTS, OURS, ROOT
from benchmarks.peers.rig.load import CHATS
from benchmarks.peers.rig.stage import Places, stage
from benchmarks.peers.rig.volunteers import Crowd

LEAST = 0.01  # what is less is "other"


async def profile(places: Places, people: int, *, seconds: float, warm: float) -> list[tuple[str, float]]:
    """Parts of the program and their share, the greatest first."""
    with tempfile.TemporaryDirectory(prefix="bench-profile-") as folder:
        seen = Path(folder, "seen")
        command = [sys.executable, str(ROOT / "benchmarks/peers/sampled.py"), str(seen), "run"]
        crowd = Crowd(chats=CHATS)
        async with stage(BOTS[OURS], replace(places, command=shlex.join(command)), crowd) as set_up:
            await crowd.gather(people)
            await crowd.ramp(people, warm)
            before = _last(seen)
            await asyncio.sleep(seconds)
            spent = {part: total - before.get(part, 0) for part, total in _last(seen).items()}
            await crowd.rest()
            set_up.check()
    return shares(spent)


def _last(seen: Path) -> dict[str, float]:
    last: dict[str, float] = json.loads(seen.read_text("utf-8").rpartition("\n")[0].rpartition("\n")[2])
    return last


def shares(spent: dict[str, float]) -> list[tuple[str, float]]:
    """Of all that was spent, the greatest first; small ones together."""
    whole = sum(spent.values()) or 1
    found = {part: seconds / whole for part, seconds in spent.items() if seconds >= LEAST * whole}
    ordered = sorted(found.items(), key=lambda each: -each[1])
    return [*ordered, ("other", max(0.0, 1 - sum(found.values())))]
