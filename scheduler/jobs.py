"""What is done at regular times: plain functions on the database; the time is an argument."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.clock import Clock
from bot.core.messages import Reply
from bot.library import Library
from bot.services import followups, media, news, periods, reminders, summary
from bot.services.reminders import Waiting
from bot.storage.database import Database, Transaction
from handlers import reminders as reminder_words
from scheduler import joining, summaries
from scheduler import news as news_words


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
        periods.plan(tx, today=today, zone=office.zone)
        summary.close(tx, now=now, zone=office.zone)

    await office.database.write(work)


async def hand_over(office: Office, now: datetime) -> None:
    """Put what is due into the outbox, said in words at this moment; each due row in a transaction with its message."""

    def work(tx: Transaction) -> int:
        waiting = reminders.take_due(tx, now=now, zone=office.zone)
        for each in waiting:
            reminders.queue(tx, each, render(tx, office, each, now), now=now)
        return len(waiting)

    while await office.database.write(work):
        office.wake()


def render(tx: Transaction, office: Office, waiting: Waiting, now: datetime) -> Reply | None:
    """The message of a due row as it is true now; None when there is nothing to say any more."""
    words = office.library.words[waiting.locale]
    if waiting.kind == reminders.DATE:
        rule = office.library.dates.get(waiting.subject)
        return reminder_words.render(rule, waiting, words) if rule else None
    if waiting.kind in joining.KINDS:
        return joining.render(tx, waiting, words)
    if waiting.kind in news.KINDS:
        form = office.library.forms["outreach"]
        return news_words.render(tx, waiting, words=words, form=form, zone=office.zone)
    if waiting.kind == periods.NUDGE:
        return summaries.nudge(tx, waiting, words, now=now, zone=office.zone)
    return summaries.by_itself(tx, office.library, waiting, words, now=now, zone=office.zone)


async def forget(office: Office, now: datetime) -> None:
    """Delete pictures and files that were kept long enough."""
    await office.database.write(lambda tx: media.forget_old(tx, now))


async def find_late(office: Office, now: datetime) -> None:
    """Tell coordinators of visits whose day has passed, each visit once."""
    today = now.astimezone(office.zone).date()
    await office.database.write(lambda tx: followups.tell_of_late(tx, now=now, today=today))
