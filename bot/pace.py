"""How fast one bot account may send: a sliding window, so that the platform has nothing to refuse."""

import asyncio
from collections import deque
from collections.abc import Callable

WINDOW = 1.0  # seconds
GUARD = 0.01  # the platform's clock and ours do not tick together


class Pace:
    """At most `limit` messages a second in which nobody waits for an answer.

    Answers never wait here, but they count: a broadcast leaves them room (Telegram: about 30 messages a second).
    """

    def __init__(self, limit: int = 30, monotonic: Callable[[], float] | None = None) -> None:
        self._limit = limit
        self._monotonic = monotonic or asyncio.get_running_loop().time
        self._sent: deque[float] = deque()
        self._queue = asyncio.Lock()

    async def turn(self, *, unasked: bool) -> None:
        """Return when the next message may go out."""
        if not unasked:
            self._count(self._monotonic())
            return
        async with self._queue:
            while True:
                now = self._monotonic()
                self._forget(now)
                if len(self._sent) < self._limit:
                    self._count(now)
                    return
                await asyncio.sleep(self._sent[0] + WINDOW + GUARD - now)

    def _count(self, now: float) -> None:
        self._sent.append(now)
        self._forget(now)

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0] <= now - WINDOW - GUARD:
            self._sent.popleft()
