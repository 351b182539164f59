"""What others wait while people flood the program: p95 with the flood as a ratio of p95 without, in alternating rounds.

`python -m benchmarks.flood`: a hundred people send fifty messages a second; then the same beside one, and beside
twenty, who send a hundred a second each. Ratios of one run, because the machine does other things too.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

import structlog

from bot import library as content
from bot.app import Program
from bot.core.clock import system_clock
from bot.core.messages import InboundMessage
from bot.search.finder import Finder
from bot.services import answers
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import Database

ROUNDS, SECONDS, PEOPLE, EACH_SECOND, FLOOD = 5, 6, 100, 50, 100
Receive = Callable[[InboundMessage], Coroutine[Any, Any, Sequence[object]]]


async def one_round(receive: Receive, flooding: int, dice: Random, run: int) -> list[float]:
    """Seconds that each of the hundred waited for the commit and the answer."""
    waited: list[float] = []
    end = time.monotonic() + SECONDS

    async def flood(number: int) -> None:
        count = 0
        while time.monotonic() < end:
            count += 1
            chat = f"flood-{run}-{number}"
            message = InboundMessage(channel="web", chat=chat, external_id=f"{chat}-{count}", text="menu")
            sending.add(asyncio.create_task(receive(message)))
            await asyncio.sleep(1 / FLOOD)

    async def say(number: int) -> None:
        chat = f"người-{dice.randrange(PEOPLE)}"
        begun = time.perf_counter()
        await receive(InboundMessage(channel="web", chat=chat, external_id=f"{run}-{number}", text="menu"))
        waited.append(time.perf_counter() - begun)

    sending: set[asyncio.Task[object]] = set()
    floods = [asyncio.create_task(flood(number)) for number in range(flooding)]
    others, number = [], 0
    while time.monotonic() < end:
        number += 1
        others.append(asyncio.create_task(say(number)))
        await asyncio.sleep(dice.expovariate(EACH_SECOND))
    await asyncio.gather(*others, *floods, *sending)
    return waited


async def main() -> None:
    """Alternate the three, print the median of the ratios."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    library = content.load(Path(__file__).parents[1] / "content")
    index: Finder = answers.build_index(library)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/flood.db"
        schema.upgrade(url)
        program = Program(
            settings=Settings(_env_file=None, database_url=url), clock=system_clock, database=Database(url),
            library=library, index=index, started=system_clock(), secret=b"k" * 32,
        )  # fmt: skip
        receive, dice = program.receiver().receive, Random(7)  # noqa: S311  when somebody writes, nothing secret
        ratios = {1: list[float](), 20: list[float]()}
        await one_round(receive, 0, dice, -1)
        for run in range(ROUNDS):
            alone = p95(await one_round(receive, 0, dice, 10 * run))
            for flooding, found in ratios.items():
                found.append(p95(await one_round(receive, flooding, dice, 10 * run + flooding)) / alone)
        program.close()
    for flooding, found in ratios.items():
        low, high = min(found), max(found)
        print(f"{flooding:2} flooding: p95 of others x {median(found):.2f} ({low:.2f} to {high:.2f}, {ROUNDS} rounds)")


def p95(waited: list[float]) -> float:
    """The time that 95 of 100 did not wait longer than."""
    return quantiles(waited, n=20)[-1]


if __name__ == "__main__":
    asyncio.run(main())
