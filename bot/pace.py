"""How fast one bot account may send: a sliding window, so that the platform has nothing to refuse."""

import asyncio
from collections import deque
from collections.abc import Callable

WINDOW = 1.0  # seconds
GUARD = 0.01  # the platform's clock and ours do not tick together
PATIENCE = 0.1  # seconds an answer may wait; three times what it takes while a broadcast goes out
BEHIND = 3  # messages that may follow each other at once when the loop was late


class Pace:
    """At most `limit` messages a second in which nobody waits for an answer, evenly spread (Telegram: about 30).

    Answers count too. One that finds the second full of a broadcast takes the next place, a thirtieth of a second
    later; where the second is full of answers, or after `PATIENCE`, they go out all the same.
    """

    def __init__(self, limit: int = 30, monotonic: Callable[[], float] | None = None) -> None:
        self._limit = limit
        self._monotonic = monotonic or asyncio.get_running_loop().time
        self._went: deque[tuple[float, bool]] = deque()  # when, and whether nobody waited for it
        self._unasked = 0  # of those
        self._answers = 0  # that wait for a place
        self._next = 0.0  # when the next that nobody waits for may go: a step after the one before, whoever it was
        self._queue = asyncio.Lock()

    async def turn(self, *, unasked: bool) -> None:
        """Return when the next message may go out."""
        if unasked:
            async with self._queue:
                await self._evenly()
        else:
            await self._soon()

    def begin_again(self) -> None:
        """Another process may have sent until now: its second counts as full."""
        now = self._monotonic()
        self._went.clear()
        self._went.extend([(now, True)] * self._limit)
        self._unasked = self._limit

    async def _evenly(self) -> None:
        while True:
            now = self._monotonic()
            wait = max(self._free_in(now, self._answers), self._next - now)
            if wait <= 0:
                return self._count(now, unasked=True)
            await asyncio.sleep(wait)

    async def _soon(self) -> None:
        now = self._monotonic()
        until = now + PATIENCE
        self._answers += 1
        try:
            while (wait := self._free_in(now)) > 0 and self._unasked and now < until:
                await asyncio.sleep(min(wait, until - now))
                now = self._monotonic()
        finally:
            self._answers -= 1
        self._count(now, unasked=False)

    def _free_in(self, now: float, before: int = 0) -> float:
        """Seconds until there is a place, after so many who go first."""
        while self._went and self._went[0][0] <= now - WINDOW - GUARD:
            self._unasked -= self._went.popleft()[1]
        over = len(self._went) + before - self._limit
        if over < 0:
            return 0.0
        return self._went[min(over, len(self._went) - 1)][0] + WINDOW + GUARD - now

    def _count(self, now: float, *, unasked: bool) -> None:
        self._went.append((now, unasked))
        self._unasked += unasked
        step = WINDOW / self._limit
        place = self._next if self._next > now - BEHIND * step else now
        self._next = min(place + step, now + WINDOW)
