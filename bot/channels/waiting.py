"""What channels share about waiting: a pause that grows, and work that ends when the program stops."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
T = TypeVar("T")


def longer(pause: float) -> float:
    """The pause after this one, in seconds: 1, 2, 4, … 60, 60. Start with 0."""
    return min(pause * 2 or FIRST_PAUSE, LONGEST_PAUSE)


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What the work returns or raises; None when `stop` came first, and then the work is cancelled."""
    task, halt = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((task, halt), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        halt.cancel()
        await asyncio.gather(task, halt, return_exceptions=True)
