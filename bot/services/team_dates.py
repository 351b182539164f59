"""A team's own dates: made, changed, skipped once, deleted by its coordinator; they reach that team only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bot.core.calendar import next_occurrence, occurrences
from bot.core.content import Bilingual, DateRule
from bot.core.date_line import FURTHEST, LEADS, MOST_LEADS, Recurrence
from bot.core.errors import N_, KnownError
from bot.core.markup import guard
from bot.core.people import Membership
from bot.core.privacy import mask
from bot.models import TeamDate
from bot.services.permissions import Action, allowed, require
from bot.storage import areas, audit, team_dates
from bot.storage.database import Transaction

TITLE_LIMIT = 80  # characters
MOST = 50  # dates of a team at a time
GONE = N_("This date is not there any more.")
NOBODY = Bilingual.model_construct(vi="", en="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A date as it is being made or changed."""

    team: int
    title: str
    day: date
    recurrence: Recurrence = "once"
    leads: tuple[int, ...] | None = None  # None: as is usual for this recurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDateView:
    """One date of a team, with the rule by which it falls."""

    id: int
    team: int
    team_name: str
    rule: DateRule
    mine: bool  # the person may change it


def rule_of(wish: Wish, number: int = 0, skips: tuple[date, ...] = ()) -> DateRule:
    """The date as the calendar knows dates."""
    leads = LEADS[wish.recurrence] if wish.leads is None else wish.leads
    return DateRule.model_construct(
        id=str(number),
        title=Bilingual.model_construct(vi=wish.title, en=wish.title),
        todo=NOBODY,
        topic="team",
        recurrence=wish.recurrence,
        day=wish.day,
        skip=skips,
        lead_days=leads,
        audience=("volunteer", "coordinator"),
        source="",
    )


def all_rules(tx: Transaction, teams: Iterable[int] | None = None) -> list[tuple[int, DateRule, datetime]]:
    """(team, rule, changed when) of every date of some teams, or of every team; the rule's id is the date's."""
    rows = team_dates.of_teams(tx, teams)
    return [(row.team_id, rule, row.changed_at) for row, rule in _rules(tx, rows)]


def of_person(tx: Transaction, roles: Sequence[Membership], today: date) -> list[TeamDateView]:
    """The dates to come of every team the person is in, the next one first."""
    names = {role.team: role.team_name for role in roles}
    coming = [
        (found.day, row, rule)
        for row, rule in _rules(tx, team_dates.of_teams(tx, names))
        if (found := next_occurrence(rule, today))
    ]
    return [
        _view(row, rule, names[row.team_id], roles)
        for _, row, rule in sorted(coming, key=lambda each: (each[0], each[1].id or 0))
    ]


def one(tx: Transaction, number: int, *, roles: Sequence[Membership]) -> TeamDateView:
    """One date of a team the person is in. KnownError when there is none such."""
    row = team_dates.get(tx, number)
    role = next((role for role in roles if row and role.team == row.team_id), None)
    if row is None or role is None:
        raise KnownError(GONE)
    return _view(row, _rule(tx, row), role.team_name, roles)


def between(tx: Transaction, team: int, first: date, last: date) -> list[tuple[str, date]]:
    """(title, day) of everything that falls on the days first..last, in order."""
    found = [
        (rule.title.vi, day)
        for _, rule in _rules(tx, team_dates.of_teams(tx, [team]))
        for day in occurrences(rule, first, last)
    ]
    return sorted(found, key=lambda each: each[1])


def find(tx: Transaction, number: int) -> tuple[int, DateRule] | None:
    """(team, rule) of a date, for a job; None when it was deleted."""
    row = team_dates.get(tx, number)
    return (row.team_id, _rule(tx, row)) if row else None


def clean_title(text: str) -> str:
    """The title as it is kept: personal numbers masked, shortened. KnownError when nothing is left."""
    title = " ".join(guard(mask(text).text).split())[:TITLE_LIMIT].strip()
    if not any(char.isalpha() for char in title):
        raise KnownError(N_("What is to be done on that day? Type it in a few words, for example: quarterly report"))
    return title


def check(wish: Wish, today: date) -> Wish:
    """The wish, put right. KnownError for a day that is over or leads that make no sense."""
    wish = replace(wish, title=clean_title(wish.title))
    if next_occurrence(rule_of(wish), today) is None:
        raise KnownError(N_("That day is over. Type a day that is still to come, for example: 25/12"))
    if wish.leads is not None:
        furthest = FURTHEST[wish.recurrence]
        if len(wish.leads) > MOST_LEADS or any(lead > furthest for lead in wish.leads):
            raise KnownError(
                N_("At most {n} reminders, at most {days} days before. Type for example: 7, 3, 1"),
                n=MOST_LEADS,
                days=furthest,
            )
    return wish


def save(
    tx: Transaction,
    wish: Wish,
    *,
    roles: Sequence[Membership],
    person: int,
    today: date,
    now: datetime,
    number: int = 0,
) -> TeamDateView:
    """Keep a new date, or the date `number` as it is now. NotAllowed unless they coordinate the team."""
    role = require(roles, Action.SET_DATES, wish.team)
    wish = check(wish, today)
    row = team_dates.get(tx, number, lock=True) if number else None
    if number and (row is None or row.team_id != wish.team):
        raise KnownError(GONE)
    before = _plain(row) if row else None
    if row is None:
        if len(_coming(tx, wish.team, today)) >= MOST:
            raise KnownError(N_("There are {n} dates already. Delete one first."), n=MOST)
        row = TeamDate(
            team_id=wish.team, title="", day=wish.day, leads=[], person_id=person, created_at=now, changed_at=now
        )
    row.title, row.day, row.recurrence = wish.title, wish.day, wish.recurrence
    row.leads = list(LEADS[wish.recurrence] if wish.leads is None else wish.leads)
    row.changed_at = now
    kept = team_dates.keep(tx, row)
    action = "change" if before else "add"
    audit.note(tx, at=now, person=person, action=action, subject=("team date", kept), before=before, after=_plain(row))
    return _view(row, _rule(tx, row), role.team_name, roles)


def skip_next(
    tx: Transaction, number: int, *, roles: Sequence[Membership], person: int, today: date, now: datetime
) -> tuple[TeamDateView, date]:
    """The next occurrence does not take place; which day that was. KnownError when none is left."""
    row = _mine(tx, number, roles)
    found = next_occurrence(_rule(tx, row), today)
    if found is None:
        raise KnownError(GONE)
    team_dates.skip(tx, number, found.day)
    after = found.day.isoformat()
    audit.note(tx, at=now, person=person, action="skip", subject=("team date", number), before=None, after=after)
    return one(tx, number, roles=roles), found.day


def remove(tx: Transaction, number: int, *, roles: Sequence[Membership], person: int, now: datetime) -> TeamDateView:
    """Delete the date; what it was."""
    row = _mine(tx, number, roles)
    was = one(tx, number, roles=roles)
    row.removed_at = now
    team_dates.keep(tx, row)
    audit.note(
        tx, at=now, person=person, action="remove", subject=("team date", number), before=_plain(row), after=None
    )
    return was


def provinces(tx: Transaction, roles: Sequence[Membership]) -> frozenset[str]:
    """Where the person's teams are."""
    teams = [areas.get_team(tx, role.team) for role in roles]
    return frozenset(team.province for team in teams if team)


def _mine(tx: Transaction, number: int, roles: Sequence[Membership]) -> TeamDate:
    row = team_dates.get(tx, number, lock=True)
    if row is None or not any(role.team == row.team_id for role in roles):
        raise KnownError(GONE)
    require(roles, Action.SET_DATES, row.team_id)
    return row


def _coming(tx: Transaction, team: int, today: date) -> list[DateRule]:
    return [rule for _, rule in _rules(tx, team_dates.of_teams(tx, [team])) if next_occurrence(rule, today)]


def _rules(tx: Transaction, rows: Sequence[TeamDate]) -> Iterable[tuple[TeamDate, DateRule]]:
    skips = team_dates.skips(tx, [row.id or 0 for row in rows])
    return [(row, rule_of(_wish(row), row.id or 0, skips.get(row.id or 0, ()))) for row in rows]


def _rule(tx: Transaction, row: TeamDate) -> DateRule:
    return next(rule for _, rule in _rules(tx, [row]))


def _wish(row: TeamDate) -> Wish:
    recurrence: Any = row.recurrence
    return Wish(team=row.team_id, title=row.title, day=row.day, recurrence=recurrence, leads=tuple(row.leads))


def _view(row: TeamDate, rule: DateRule, team_name: str, roles: Sequence[Membership]) -> TeamDateView:
    mine = allowed(roles, Action.SET_DATES, row.team_id) is not None
    return TeamDateView(id=row.id or 0, team=row.team_id, team_name=team_name, rule=rule, mine=mine)


def _plain(row: TeamDate) -> dict[str, Any]:
    return {"title": row.title, "day": row.day.isoformat(), "recurrence": row.recurrence, "leads": list(row.leads)}
