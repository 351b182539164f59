"""What falls due for whom: rows made once, whatever runs twice, and handed to the outbox once.

A tick writes down what belongs to its days (`plan_dates`), another takes what is due person by person (`take_due`),
asks again whether it is decent and still true, and puts it into the outbox (`bot/services/reminding.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.calendar import is_reminded, leads, leads_on, send_time
from bot.core.content import DateRule
from bot.core.decency import Hours, decent
from bot.models import Due
from bot.services import news, subscriptions, team_dates
from bot.storage import people, reminders
from bot.storage import subscriptions as chosen
from bot.storage.database import Transaction

LOOK_BACK = 3  # days made up for when nobody knows when the last tick was
FURTHEST_BACK = 60  # days made up for after a long down time; most of it is recorded as skipped
GRACE = timedelta(hours=36)  # after which a reminder is recorded as skipped
LATE = timedelta(hours=3)  # after which it says that it is late
THANKS_FOR = 6  # days for which a word about what is over is still welcome
DATE, TEAM, SUMMARY, NUDGE, AGAIN = "date", "team", "summary", "nudge", subscriptions.AGAIN
REMINDERS = (DATE, TEAM, AGAIN)  # what a person can put off, stop, and follow by topic
JOINED = frozenset({*REMINDERS, NUDGE})  # what becomes one message when it is due together
PLAN = "plan dates"
PERSONS_AT_ONCE = 500  # whose reminders are planned while others wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One due message, to be put into words."""

    due: int
    kind: str  # DATE, SUMMARY, …
    subject: str  # the rule's id, or the team's; of AGAIN the whole rule: "date:<id>"
    occurrence: date
    lead: int  # days before, as planned
    left: int  # days before, as it is now
    person: int
    locale: str
    late: bool
    why: str = ""  # why it was moved, see bot/core/decency.py


def plan_dates(tx: Transaction, rules: Iterable[DateRule], *, today: date, zone: ZoneInfo, after: int = 0) -> int:
    """Make the due rows of today, and of the days since the last tick, for everybody who asked for them.

    A portion of the persons at a time, those numbered higher than `after`: the number to go on after, 0 at the end.
    What is over already is made too: it is recorded as skipped, not forgotten.
    """
    these = (after + 1, after + PERSONS_AT_ONCE)
    plan = _Plan(days=_days(tx, today), zone=zone, own=chosen.own_leads(tx, these if after else None))
    rows = [] if after else [*_of_teams(tx, plan)]
    falling = [(rule, *each) for rule in rules for each in plan.falling(rule)]
    reminders.add(tx, [*rows, *(_national(falling, reminders.audience(tx, these), plan) if falling else ())])
    if falling and reminders.last_person(tx) > these[1]:
        return these[1]
    reminders.set_mark(tx, PLAN, today)
    return 0


def after_a_leap(tx: Transaction, now: datetime) -> int:
    """Once a clock that was ahead is right again: what it made skip is looked at anew. How many rows."""
    return reminders.wait_again(tx, now)


def take_due(tx: Transaction, *, now: datetime, zone: ZoneInfo, limit: int = 100) -> tuple[list[list[Waiting]], int]:
    """(what is to be said now, person by person; how many rows were looked at).

    What is too late is recorded as skipped; what falls into a night, a weekend, a pause or Tết is moved.
    """
    today = now.astimezone(zone).date()
    persons = reminders.due_persons(tx, now, limit)
    rows = reminders.due_of(tx, persons, now)
    hours = subscriptions.hours_of(tx, persons, today)
    ready: dict[int, list[tuple[Due, str]]] = {}
    for due in rows:
        why = _move(tx, due, _hours(due, hours[due.person_id]), now=now, zone=zone)
        if why is not None:
            ready.setdefault(due.person_id, []).append((due, why))
    found = people.persons(tx, list(ready))
    groups = [
        [_waiting(due, found[person].locale, why, now=now, zone=zone, hours=hours[person]) for due, why in dues]
        for person, dues in ready.items()
        if person in found
    ]
    return groups, len(rows)


def _days(tx: Transaction, today: date) -> list[date]:
    mark = reminders.mark_of(tx, PLAN)
    back = LOOK_BACK - 1 if mark is None or mark > today else min((today - mark).days, FURTHEST_BACK)
    return [today - timedelta(days=each) for each in range(back + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is being planned: which days, and who wants other days before than the dates themselves."""

    days: Sequence[date]
    zone: ZoneInfo
    own: Mapping[int, tuple[int, ...]]  # by person

    def falling(self, rule: DateRule) -> list[tuple[date, int, datetime]]:
        """(occurrence, lead, when) of everything that belongs to these days, at the rule's leads and at people's."""
        if not rule.lead_days or not is_reminded(rule):
            return []
        every = tuple(dict.fromkeys((*leads(rule), *(lead for own in self.own.values() for lead in own))))
        return [
            (day, lead, send_time(each, self.zone)) for each in self.days for day, lead in leads_on(rule, each, every)
        ]

    def wants(self, person: int, rule: DateRule, lead: int) -> bool:
        """A person's own days before go in the place of the rule's; a word of thanks is no reminder."""
        own = self.own.get(person)
        return lead in leads(rule) if own is None or lead < 0 else lead in own


def _national(
    falling: Sequence[tuple[DateRule, date, int, datetime]],
    audience: Sequence[tuple[int, str, datetime, frozenset[str]]],
    plan: _Plan,
) -> Iterable[dict[str, object]]:
    for rule, occurrence, lead, due_at in falling:
        for person, role, since, provinces in audience:
            here = not rule.province or rule.province in provinces
            if role in _audience(rule, lead) and here and since <= due_at + LATE and plan.wants(person, rule, lead):
                yield _row(f"{DATE}:{rule.id}", occurrence, lead, person, due_at, urgent=rule.urgent)


def _of_teams(tx: Transaction, plan: _Plan) -> Iterable[dict[str, object]]:
    found = [
        (team, rule, *each)
        for team, rule, changed_at in team_dates.all_rules(tx)
        for each in plan.falling(rule)
        if changed_at <= each[2]
    ]
    members: dict[int, list[tuple[int, datetime]]] = {}
    for team, person, _, since in reminders.members(tx) if found else ():
        members.setdefault(team, []).append((person, since))
    for team, rule, occurrence, lead, due_at in found:
        for person, since in members.get(team, ()):
            if since <= due_at and plan.wants(person, rule, lead):
                yield _row(f"{TEAM}:{rule.id}", occurrence, lead, person, due_at)


def _audience(rule: DateRule, lead: int) -> Sequence[str]:
    """Who hears at that lead: the rule's audience, or only the campaign's where there is no reminder."""
    if lead in rule.lead_days or lead >= 0:
        return rule.audience
    return [role for step in rule.campaign if step.lead == lead for role in step.audience]


def _hours(due: Due, hours: Hours) -> Hours:
    """When this may go out: news is held back by the night and Tết, what is urgent by the night only."""
    if due.urgency:
        return hours.urgent()
    if due.rule.partition(":")[0] in news.KINDS:
        return Hours(quiet_from=hours.quiet_from, quiet_to=hours.quiet_to)
    return hours


def _move(tx: Transaction, due: Due, hours: Hours, *, now: datetime, zone: ZoneInfo) -> str | None:
    """Why it was moved, empty when it was not; None when it is not to be said now: moved further, or skipped."""
    number = due.id or 0
    planned, why = decent(due.planned_at or due.due_at, zone, hours)
    following, now_why = decent(max(now, planned), zone, hours)
    missed = "quota" if due.reason == "quota" else "too late"
    if _is_over(due, following.astimezone(zone).date()):
        reminders.settle(tx, number, status="skipped", reason=why or missed, now=now)
    elif now - planned > GRACE:
        reminders.settle(tx, number, status="skipped", reason=missed, now=now)
    elif following > now:
        reminders.postpone(tx, number, due_at=following, reason=why or now_why)
    else:
        return why
    return None


def _is_over(due: Due, today: date) -> bool:
    """Whether what is said to come is here already, or "today" is not today any more."""
    kind, left = due.rule.partition(":")[0], (due.occurrence - today).days
    if kind == AGAIN:
        return left < 0
    if kind not in REMINDERS:
        return False
    return left < (due.lead - THANKS_FOR if due.lead < 0 else min(due.lead, 1))


def _waiting(due: Due, locale: str, why: str, *, now: datetime, zone: ZoneInfo, hours: Hours) -> Waiting:
    kind, _, subject = due.rule.partition(":")
    planned, _ = decent(due.planned_at or due.due_at, zone, _hours(due, hours))
    return Waiting(
        due=due.id or 0,
        kind=kind,
        subject=subject,
        occurrence=due.occurrence,
        lead=due.lead,
        left=(due.occurrence - now.astimezone(zone).date()).days,
        person=due.person_id,
        locale=locale,
        late=now - planned > LATE,
        why=why,
    )


def _row(
    rule: str, occurrence: date, lead: int, person: int, due_at: datetime, *, urgent: bool = False
) -> dict[str, object]:
    return {
        "rule": rule,
        "occurrence": occurrence,
        "lead": lead,
        "person_id": person,
        "due_at": due_at,
        "urgency": int(urgent),
    }
