"""What a person wants of reminders: topics, days before, hours, weekends, silence about one thing, once more later."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.calendar import send_time
from bot.core.decency import Hours, decent
from bot.core.errors import N_, KnownError
from bot.core.quiet import QUIET_FROM, QUIET_TO
from bot.models import Due, ReminderSetting
from bot.services import pauses
from bot.storage import reminders, subscriptions
from bot.storage.database import Transaction

TOPICS = ("national", "target", "team")
TOPIC = "topic:"
AGAIN = "again"
LONGEST_LEAD, MOST_LEADS = 90, 5
SHORTEST_DAY = timedelta(hours=2)  # so much of a day must be left in which reminders may come
MOST_AGAIN = 5  # how often one reminder may be put off
RECENT = timedelta(days=3)  # "stop this one" means the reminder of the last days
_MINUTES = 60
_DAY_MINUTES = 24 * _MINUTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person chose; the defaults for who never did."""

    quiet_from: time = QUIET_FROM
    quiet_to: time = QUIET_TO
    weekends: bool = True
    leads: tuple[int, ...] | None = None  # days before, of every date; None: as each date has it
    muted: frozenset[str] = frozenset()

    def follows(self, topic: str) -> bool:
        """Whether the person wants dates of this topic."""
        return TOPIC + topic not in self.muted


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing a message said: which date, and which of its days."""

    due: int
    rule: str
    occurrence: date


def wishes(tx: Transaction, person: int) -> Wishes:
    """What the person chose."""
    row = subscriptions.settings(tx, [person]).get(person)
    muted = subscriptions.mutes(tx, [person]).get(person, frozenset())
    if row is None:
        return Wishes(muted=muted)
    leads = tuple(row.leads) if row.leads else None
    return Wishes(
        quiet_from=_time(row.quiet_from), quiet_to=_time(row.quiet_to), weekends=row.weekends, leads=leads, muted=muted
    )


def hours_of(tx: Transaction, persons: Sequence[int], today: date) -> dict[int, Hours]:
    """By person, when they are left alone: their own hours, and the pauses of their teams."""
    chosen = subscriptions.settings(tx, persons)
    resting = subscriptions.pauses_of(tx, persons, today - timedelta(days=pauses.LONGEST))
    found: dict[int, Hours] = {}
    for person in persons:
        row = chosen.get(person)
        hours = (
            Hours(quiet_from=_time(row.quiet_from), quiet_to=_time(row.quiet_to), weekends=row.weekends)
            if row
            else Hours()
        )
        rests = tuple((pause.first, pause.last, pause.reason) for pause in resting.get(person, ()))
        found[person] = replace(hours, pauses=rests)
    return found


def set_quiet_hours(tx: Transaction, person: int, quiet_from: time, quiet_to: time, now: datetime) -> Wishes:
    """Leave the person alone between these times. KnownError when hardly anything of the day is left."""
    silent = (_minutes(quiet_to) - _minutes(quiet_from)) % _DAY_MINUTES
    if quiet_from == quiet_to or _DAY_MINUTES - silent < SHORTEST_DAY / timedelta(minutes=1):
        raise KnownError(
            N_("Reminders need two hours of the day at least. Type the quiet time, for example: 20:30 to 7:00")
        )
    return _keep(tx, person, now, quiet_from=_minutes(quiet_from), quiet_to=_minutes(quiet_to))


def set_weekends(tx: Transaction, person: int, now: datetime, *, wanted: bool) -> Wishes:
    """Reminders on Saturday and Sunday, or not."""
    return _keep(tx, person, now, weekends=wanted)


def set_leads(tx: Transaction, person: int, leads: tuple[int, ...] | None, now: datetime) -> Wishes:
    """So many days before every date; None: as each date has it. KnownError for what makes no sense."""
    if leads is not None and (not leads or len(leads) > MOST_LEADS or max(leads) > LONGEST_LEAD):
        raise KnownError(
            N_("At most {n} reminders, at most {days} days before. Type for example: 7, 3, 1"),
            n=MOST_LEADS,
            days=LONGEST_LEAD,
        )
    return _keep(tx, person, now, leads=list(leads) if leads else None)


def mute(tx: Transaction, person: int, subject: str, now: datetime) -> None:
    """Hear no more of one date ("date:<id>", "team:<id>") or one topic ("topic:<topic>")."""
    subscriptions.mute(tx, person, subject, now)


def unmute(tx: Transaction, person: int, subject: str) -> None:
    """Hear of it again."""
    subscriptions.unmute(tx, person, subject)


def newest_told(tx: Transaction, person: int, kinds: Sequence[str], now: datetime) -> int | None:
    """The newest reminder the person was sent in the last days."""
    return reminders.newest_told(tx, person, kinds, now - RECENT)


def told_with(tx: Transaction, due: int, person: int) -> list[Told]:
    """Everything the message of a due row said. KnownError when it was nobody's, or another's."""
    rows = [row for row in reminders.said_with(tx, due) if row.person_id == person and row.status == "queued"]
    if not rows:
        raise KnownError(N_("This reminder is not there any more."))
    return [Told(due=row.id or 0, rule=_of(row), occurrence=row.occurrence) for row in rows]


def again_at(tx: Transaction, told: Told, wanted: datetime, *, person: int, now: datetime, zone: ZoneInfo) -> datetime:
    """Say it once more at that moment, moved to a decent one. KnownError when that would be after the day itself."""
    hours = hours_of(tx, [person], now.astimezone(zone).date())[person]
    at, _ = decent(wanted, zone, hours)
    if at.astimezone(zone).date() > told.occurrence:
        raise KnownError(N_("That would be after the day itself. Choose an earlier time."))
    rule = f"{AGAIN}:{told.rule}"
    known = reminders.of_rule(tx, person, rule, told.occurrence)
    waiting = next((when for _, when, status in known if status == "waiting"), None)
    if waiting is not None and waiting == at:
        return at
    if len(known) >= MOST_AGAIN:
        raise KnownError(N_("This was put off {n} times already. It can be found under “dates”."), n=MOST_AGAIN)
    row = {
        "rule": rule,
        "occurrence": told.occurrence,
        "lead": len(known),
        "person_id": person,
        "due_at": at,
    }
    reminders.add(tx, [row])
    return at


def again_before(told: Told, lead: int, zone: ZoneInfo) -> datetime:
    """The moment at which reminders go out so many days before."""
    return send_time(told.occurrence - timedelta(days=lead), zone)


def _of(row: Due) -> str:
    return row.rule.removeprefix(f"{AGAIN}:")


def _keep(tx: Transaction, person: int, now: datetime, **changed: object) -> Wishes:
    row = subscriptions.settings(tx, [person]).get(person)
    known = row or ReminderSetting(
        person_id=person, quiet_from=_minutes(QUIET_FROM), quiet_to=_minutes(QUIET_TO), changed_at=now
    )
    values = {**known.model_dump(), **changed, "changed_at": now}
    subscriptions.keep(tx, values)
    reminders.look_again(tx, [person])
    tx.session.expire_all()
    return wishes(tx, person)


def _time(minutes: int) -> time:
    return time(minutes // _MINUTES, minutes % _MINUTES)


def _minutes(clock: time) -> int:
    return clock.hour * _MINUTES + clock.minute
