"""What would go out between two days, and why not.

The real jobs run on a copy of the tables they write to, under a clock that jumps from one due moment to the next.
Nothing is sent, nothing is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.services import rehearsals
from bot.services.rehearsals import Line
from bot.storage.database import Database, Transaction
from scheduler import broadcasts, jobs
from scheduler.jobs import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days first..last."""

    first: date
    last: date
    team: int | None = None  # only who is in that team


def rehearse(database: Database, office: Office, span: Span) -> list[Line]:
    """Every message that would go out on these days, in order, and what would be moved, joined, or not sent."""

    def work(tx: Transaction) -> list[Line]:
        for moment in _moments(tx, office, span):
            if moment.astimezone(office.zone).time() == time():
                jobs.find_late_now(tx, office, moment)
            while jobs.hand_over_now(tx, office, moment):
                pass
            rehearsals.send(tx, moment)
            full: list[int] = []
            while batch := broadcasts.hand_over_now(tx, office, moment, full):
                full += [] if batch[1] else [batch[0]]
                rehearsals.send(tx, moment)
        return rehearsals.lines(tx, _start(span.first, office.zone), office.zone, span.team)

    return rehearsals.on_a_copy(database, work)


def _moments(tx: Transaction, office: Office, span: Span) -> Iterator[datetime]:
    """Midnight of each day, where the day is planned, and every moment at which something falls due then."""
    day = span.first
    while day <= span.last:
        at, end = _start(day, office.zone), _start(day + timedelta(days=1), office.zone)
        jobs.plan_now(tx, office, at)
        yield at
        while (following := rehearsals.next_moment(tx, at)) and following < end:
            at = following
            yield at
        day += timedelta(days=1)


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
