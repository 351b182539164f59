"""Metrics as Prometheus reads them: what this process counted, and how it stands in the database."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from bot.core.errors import DatabaseAway
from bot.meter import BOUNDS, Meter, Times
from bot.services import figures
from bot.services.figures import Figures, Queue

if TYPE_CHECKING:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

Read = Callable[[Callable[[Any], Figures]], Awaitable[Figures]]  # bot.storage.database.Database.read
COUNTED: Final = {
    "sends": ("Messages given to a platform, by what came of it.", ("channel", "outcome")),
    "errors": ("What broke: a handler, a transaction, the database, a job.", ("part",)),
}
TIMED: Final = {
    "handler": "From a message understood to its answer, before the commit.",
    "message": "From a message received to its commit.",
    "send": "From a message given to a platform to its answer.",
}


def text(meter: Meter, found: Figures | None) -> bytes:
    """The metrics of this moment; without figures the database does not answer."""
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415  paid for by who asks for metrics

    registry = CollectorRegistry()  # of this one answer: nothing is global
    registry.register(_Collector(meter, found))
    return generate_latest(registry)


async def gather(meter: Meter, read: Read, now: datetime) -> bytes:
    """The same, with what the database says now."""
    try:
        return text(meter, await read(lambda tx: figures.look(tx, now)))
    except DatabaseAway:
        return text(meter, None)


class _Collector:
    """What prometheus-client asks for metrics."""

    def __init__(self, meter: Meter, found: Figures | None) -> None:
        self._meter, self._figures = meter, found

    def collect(self) -> "Iterator[Metric]":
        """Every metric."""
        for name, (meaning, labels) in COUNTED.items():
            yield _counter(self._meter, name, meaning, labels)
        for name, meaning in TIMED.items():
            yield _histogram(self._meter, name, meaning)
        yield _gauge("database_up", "1: the database answers.", {(): float(self._figures is not None)})
        if self._figures:
            yield from _gauges(self._figures)


def _counter(meter: Meter, name: str, meaning: str, labels: tuple[str, ...]) -> "CounterMetricFamily":
    from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415

    family = CounterMetricFamily(f"tungngo_{name}", meaning, labels=labels)
    for (what, *values), number in sorted(meter.counts.copy().items()):
        if what == name:
            family.add_metric(values[: len(labels)], number)
    return family


def _histogram(meter: Meter, name: str, meaning: str) -> "HistogramMetricFamily":
    from prometheus_client.core import HistogramMetricFamily  # noqa: PLC0415

    family = HistogramMetricFamily(f"tungngo_{name}_seconds", meaning, labels=("channel",))
    for (what, channel), times in sorted(meter.times.copy().items()):
        if what == name:
            family.add_metric([channel], _buckets(times), times.total)
    return family


def _buckets(times: Times) -> list[tuple[str, float]]:
    bounds = (*(str(bound) for bound in BOUNDS), "+Inf")
    return list(zip(bounds, accumulate(times.counts), strict=True))


def _gauges(now: Figures) -> "Iterator[GaugeMetricFamily]":
    yield _gauge("inbox_last_received_age_seconds", "Since the newest inbound message.", {(): now.last_received})
    yield from _queues("inbox", "Inbound messages of the last day", "status", now.inbox)
    yield from _queues("outbox", "Messages that wait to be sent", "class", now.outbox)
    yield _gauge("outbox_unknown", "Messages nobody knows of whether they arrived.", {(): now.unknown})
    yield _gauge("due_waiting", "Unasked messages that fall due.", {(): now.due})
    yield _gauge("due_overdue", "Of them past their time.", {(): now.overdue.number})
    yield _gauge("due_overdue_age_seconds", "By how much the oldest is.", {(): now.overdue.age})
    yield _gauge("due_skipped_last_day", "Unasked messages skipped in the last day.", {(): now.skipped})
    yield _gauge("quota_left", "Messages a bot may still send this month.", now.left, ("channel", "bot"))


def _queues(name: str, meaning: str, label: str, queues: dict[str, Queue]) -> "Iterator[GaugeMetricFamily]":
    numbers = {(key,): float(queue.number) for key, queue in queues.items()}
    ages = {(key,): queue.age for key, queue in queues.items()}
    yield _gauge(f"{name}_messages", f"{meaning}.", numbers, (label,))
    yield _gauge(f"{name}_age_seconds", f"{meaning}: how long the oldest has waited.", ages, (label,))


def _gauge(name: str, meaning: str, values: Mapping[Any, float], labels: tuple[str, ...] = ()) -> "GaugeMetricFamily":
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

    family = GaugeMetricFamily(f"tungngo_{name}", meaning, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
