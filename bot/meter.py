"""What this process counts and times while it works: plain numbers, no names, no texts; shown by bot.metrics."""

import asyncio
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from bot.core.channel import Capabilities, Channel, SendFailure, Sent
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, OutboundMessage, Reply
from bot.turn import Turn

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds

Receive = Callable[[InboundMessage], Awaitable[Sequence[OutboundMessage]]]
Dialogue = Callable[[Turn], Reply | None]


@dataclass(slots=True)
class Times:
    """How long something took, how often: a number for each bound, one for what took longer, and the sum."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Note one."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


@dataclass(slots=True)
class Meter:
    """The counts of one process, since its start. Threads may share it."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # ("sends", channel, outcome)
    times: dict[tuple[str, str], Times] = field(default_factory=dict)  # ("handler", channel)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str, label: str, outcome: str = "") -> None:
        """Count one."""
        with self._lock:
            self.counts[name, label, outcome] += 1

    def time(self, name: str, label: str, seconds: float) -> None:
        """Note how long one took."""
        with self._lock:
            found = self.times.get((name, label))
            if found is None:
                found = self.times[name, label] = Times()
            found.add(seconds)

    def answered(self, dialogue: Dialogue) -> Dialogue:
        """The same dialogue, timed; what breaks is counted."""

        def timed(turn: Turn) -> Reply | None:
            start = perf_counter()
            try:
                return dialogue(turn)
            except Exception:
                self.add("errors", "handler")
                raise
            finally:
                self.time("handler", turn.message.channel, perf_counter() - start)

        return timed

    def received(self, receive: Receive) -> Receive:
        """The same, timed to the commit; what was not taken is counted by why."""

        async def timed(message: InboundMessage) -> Sequence[OutboundMessage]:
            start = perf_counter()
            try:
                return await receive(message)
            except DatabaseAway:
                self.add("errors", "database")
                raise
            except Exception:
                self.add("errors", "receiver")
                raise
            finally:
                self.time("message", message.channel, perf_counter() - start)

        return timed

    def sending(self, channel: Channel) -> Channel:
        """The same channel, timed; what came of each message is counted."""
        return Metered(channel, self)

    def job_failed(self, name: str) -> None:
        """A job of the timetable broke."""
        self.add("errors", f"job {name}")


class Metered:
    """A channel whose sending is watched."""

    def __init__(self, channel: Channel, meter: Meter) -> None:
        self.name: str = channel.name
        self.capabilities: Capabilities = channel.capabilities
        self._channel, self._meter = channel, meter

    async def send(self, message: OutboundMessage) -> Sent | SendFailure:
        """Send, and note what came of it."""
        start, outcome = perf_counter(), "error"
        try:
            sent = await self._channel.send(message)
            outcome = "sent" if isinstance(sent, Sent) else outcome_of(sent)
        except asyncio.CancelledError:
            outcome = "timeout"
            raise
        else:
            return sent
        finally:
            self._meter.add("sends", self.name, outcome)
            self._meter.time("send", self.name, perf_counter() - start)


def outcome_of(failure: SendFailure) -> str:
    """One word of a small set."""
    if failure.unreachable:
        return "unreachable"
    if failure.maybe_sent:
        return "unsure"
    return "later" if failure.retryable else "refused"
