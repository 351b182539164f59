"""Waiting for what another process does."""

import asyncio
import math
import time
from collections.abc import Callable


async def until(true: Callable[[], bool], *, seconds: float = math.inf, every: float = 0.005) -> bool:
    """Return when it is true, looking every so many seconds; False when it is not after `seconds`."""
    end = time.perf_counter() + seconds
    while not (found := true()) and time.perf_counter() < end:  # noqa: ASYNC110  nothing there can set an event here
        await asyncio.sleep(every)
    return found
