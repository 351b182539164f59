"""What is done at regular times: plain functions on the database; the time is an argument."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.clock import Clock
from bot.core.messages import Reply
from bot.library import Library
from bot.services import reminders, summary
from bot.services.reminders import Waiting
from bot.storage.database import Database, Transaction
from handlers import reminders as reminder_words
from handlers import summary as summary_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What jobs need."""

    database: Database
    library: Library
    zone: ZoneInfo
    clock: Clock
    wake: Callable[[], None] = lambda: None


async def plan(office: Office, now: datetime) -> None:
    """Write down what falls due; may run in any number of processes."""
    today = now.astimezone(office.zone).date()
    rules = list(office.library.dates.values())

    def work(tx: Transaction) -> None:
        reminders.plan_dates(tx, rules, today=today, zone=office.zone)
        reminders.plan_summaries(tx, today=today, zone=office.zone)

    await office.database.write(work)


async def hand_over(office: Office, now: datetime) -> None:
    """Put what is due into the outbox, said in words at this moment; each due row in a transaction with its message."""

    def work(tx: Transaction) -> int:
        waiting = reminders.take_due(tx, now=now, zone=office.zone)
        for each in waiting:
            reminders.queue(tx, each, render(tx, office, each), now=now)
        return len(waiting)

    while await office.database.write(work):
        office.wake()


def render(tx: Transaction, office: Office, waiting: Waiting) -> Reply | None:
    """The message of a due row as it is true now; None when there is nothing to say any more."""
    words = office.library.words[waiting.locale]
    if waiting.kind == reminders.DATE:
        rule = office.library.dates.get(waiting.subject)
        return reminder_words.render(rule, waiting, words) if rule else None
    week = summary.of_team(tx, int(waiting.subject), day=_any_day_of(waiting.occurrence), zone=office.zone)
    if week is None:
        return None
    return Reply(text=summary_words.render(week, words, office.library.forms["outreach"]))


def _any_day_of(monday: date) -> date:
    return monday + timedelta(days=3)
