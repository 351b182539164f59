"""What is done at regular times: plain functions on the database; the time is an argument."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.core.clock import Clock
from bot.core.messages import Reply
from bot.library import Library
from bot.services import followups, news, periods, reminders, reminding, reviews, summary
from bot.services.files import media
from bot.services.personal_data import retention
from bot.services.reminders import Waiting
from bot.services.reminding import Quotas, Ready
from bot.storage.database import Database, Transaction
from scheduler import answers, data_requests, dates, joining, summaries
from scheduler import news as news_words
from scheduler import reviews as review_words


@dataclass(slots=True, kw_only=True)
class Office:
    """What jobs need; the content may be replaced between two of them."""

    database: Database
    library: Library
    zone: ZoneInfo
    clock: Clock
    wake: Callable[[], None] = lambda: None
    periods: retention.Periods = field(default_factory=retention.Periods)  # how long what is kept is kept
    erased: Path | None = None  # the folder in which what was erased is written down, beside the database
    failed: Callable[[str], None] = lambda _: None  # told the name of a job that broke


async def plan(office: Office, now: datetime) -> None:
    """Write down what falls due; may run in any number of processes."""
    await office.database.write(lambda tx: reminders.after_a_leap(tx, now))
    await office.database.write(lambda tx: _plan_rows(tx, office, now))
    after = 0
    while after := await office.database.write(partial(_plan_dates, office=office, now=now, after=after)):
        pass  # a few hundred persons at a time: others wait no longer than that takes
    while await office.database.write(lambda tx: summary.close(tx, now=now, zone=office.zone)):
        pass  # a few teams at a time


def plan_now(tx: Transaction, office: Office, now: datetime) -> None:
    """The same, in a transaction."""
    _plan_rows(tx, office, now)
    after = 0
    while after := _plan_dates(tx, office, now, after):
        pass
    while summary.close(tx, now=now, zone=office.zone):
        pass


def _plan_dates(tx: Transaction, office: Office, now: datetime, after: int) -> int:
    today = now.astimezone(office.zone).date()
    return reminders.plan_dates(tx, office.library.dates.values(), today=today, zone=office.zone, after=after)


def _plan_rows(tx: Transaction, office: Office, now: datetime) -> None:
    today = now.astimezone(office.zone).date()
    periods.plan(tx, today=today, zone=office.zone)
    reviews.plan(tx, now=now, zone=office.zone)


async def hand_over(office: Office, now: datetime) -> None:
    """Put what is due into the outbox, said in words at this moment; each due row in a transaction with its message."""
    await office.database.write(lambda tx: reminding.take_back(tx, now))
    while await office.database.write(lambda tx: hand_over_now(tx, office, now)):
        office.wake()


def hand_over_now(tx: Transaction, office: Office, now: datetime, limit: int = 50) -> int:
    """One batch of persons; how many due rows it was, none when there are no more or the outbox is full."""
    limit = min(limit, reminding.room(tx))
    if not limit:
        return 0
    groups, count = reminders.take_due(tx, now=now, zone=office.zone, limit=limit)
    quotas = Quotas(tx, now)

    def join(pairs: Sequence[tuple[Waiting, Reply]]) -> Reply:
        return dates.join(pairs, office.library)

    for group in groups:
        ready = [ready_of(tx, office, waiting, now) for waiting in group]
        reminding.queue(tx, ready, join=join, quotas=quotas, now=now)
    return count


def ready_of(tx: Transaction, office: Office, waiting: Waiting, now: datetime) -> Ready:
    """A due row in words."""
    if waiting.kind in reminders.REMINDERS:
        return dates.ready(tx, waiting, office.library)
    return Ready(waiting=waiting, reply=render(tx, office, waiting, now))


def render(  # noqa: PLR0911  one return a kind of message
    tx: Transaction, office: Office, waiting: Waiting, now: datetime
) -> Reply | None:
    """The message of a due row as it is true now; None when there is nothing to say any more."""
    words = office.library.words[waiting.locale]
    if waiting.kind in joining.KINDS:
        return joining.render(tx, waiting, words)
    if waiting.kind == data_requests.KIND:
        return data_requests.render(tx, waiting, words)
    if waiting.kind in answers.KINDS:
        return answers.render(tx, office.library, waiting, words, now=now, zone=office.zone)
    if waiting.kind in news.KINDS:
        form = office.library.forms["outreach"]
        return news_words.render(tx, waiting, words=words, form=form, zone=office.zone)
    if waiting.kind == periods.NUDGE:
        return summaries.nudge(tx, waiting, words, now=now, zone=office.zone)
    if waiting.kind == reviews.REVIEW:
        return review_words.render(tx, office.library, waiting, now=now, zone=office.zone)
    if waiting.kind == periods.SUMMARY:
        return summaries.by_itself(tx, office.library, waiting, words, now=now, zone=office.zone)
    return None


async def forget(office: Office, now: datetime) -> None:
    """Delete pictures and files that were kept long enough."""
    await office.database.write(lambda tx: media.forget_old(tx, now))


async def look_at_answers(office: Office, now: datetime) -> None:
    """Find told facts that were replaced and answers that end; coordinators are told of each once."""
    today = now.astimezone(office.zone).date()
    await office.database.write(lambda tx: answers.look(tx, office.library, now=now, today=today))


async def find_late(office: Office, now: datetime) -> None:
    """Tell coordinators of visits whose day has passed, each visit once."""
    await office.database.write(lambda tx: find_late_now(tx, office, now))


def find_late_now(tx: Transaction, office: Office, now: datetime) -> int:
    """The same, in a transaction; how many there were."""
    return followups.tell_of_late(tx, now=now, today=now.astimezone(office.zone).date())
