"""How it stands with the queues and quotas, in numbers that name nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.services import usage
from bot.storage import figures
from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Queue:
    """Some rows that wait: how many, and how many seconds the oldest has waited."""

    number: int = 0
    age: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the database says; None instead of it: it does not answer."""

    last_received: float  # seconds since the newest inbound message; 0 where there is none
    inbox: dict[str, Queue] = field(default_factory=dict)  # of the last day, by status: retry, failed, dead
    outbox: dict[str, Queue] = field(default_factory=dict)  # by class: answer, unasked, held
    unknown: int = 0
    due: int = 0
    overdue: Queue = Queue()
    skipped: int = 0  # in the last day
    left: dict[tuple[str, str], int] = field(default_factory=dict)  # messages of this month, by channel and bot


INBOX, OUTBOX = ("retry", "failed", "dead"), ("answer", "unasked", "held")


def look(tx: Transaction, now: datetime) -> Figures:
    """The figures of this moment."""

    def age(since: datetime | None) -> float:
        return max(0.0, (now - since).total_seconds()) if since else 0.0

    def queues(names: Sequence[str], rows: Sequence[tuple[str, int, datetime | None]]) -> dict[str, Queue]:
        found = {name: Queue(number, age(oldest)) for name, number, oldest in rows}
        return {name: found.get(name, Queue()) for name in names}

    waiting, late, oldest = figures.due(tx, now)
    return Figures(
        last_received=age(figures.last_received(tx)),
        inbox=queues(INBOX, figures.broken(tx, now)),
        outbox=queues(OUTBOX, figures.waiting(tx)),
        unknown=figures.unsettled(tx),
        due=waiting,
        overdue=Queue(late, age(oldest)),
        skipped=figures.skipped(tx, now),
        left={
            (channel, bot): max(0, limit.messages - usage.sent(tx, channel, bot, now))
            for channel, limit in usage.LIMITS.items()
            for bot in figures.bots(tx, channel)
        },
    )
