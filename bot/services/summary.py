"""The summary of a period: what a team did, in the five parts officers use; frozen when the period closes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from pydantic import TypeAdapter

from bot.core.people import Membership
from bot.core.periods import RULES, Period, after, before, period_of, series, short
from bot.models import Snapshot
from bot.services import followups, goals, periods, queries, team_dates, teams
from bot.services.goals import Progress
from bot.services.permissions import Action, require
from bot.storage import aggregates, areas, learning, people, reports, summaries
from bot.storage.database import Transaction
from bot.storage.reports import Row

POINTS = 8  # periods of the line
CLOSED_AT_ONCE = 2  # teams whose period is frozen while others wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts of one period."""

    reports: int
    households: int
    people: int
    elderly: int | None  # None when no report says


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What was done in one place."""

    label: str
    reports: int
    households: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One team's period as it stands, or as it stood when it closed."""

    team: str
    commune: str
    period: Period
    as_of: datetime
    totals: Totals
    before: Totals  # the period before
    units: tuple[Unit, ...]  # every place of the team, in its order, and others that reports name
    skills: tuple[tuple[str, int], ...]  # choice name, reports that name it (or the counts given), most first
    difficulties: tuple[tuple[str, int], ...]
    visits: tuple[tuple[str, date], ...]  # place and day of visits that are wanted, the most urgent first
    queries: int  # reports the coordinator has asked about
    silent_units: tuple[str, ...]  # places without a report
    silent_members: int  # volunteers without a report
    open_questions: int
    corrections: int
    goals: tuple[Progress, ...]
    line: tuple[tuple[str, int], ...]  # households of the last periods, the oldest first
    dates: tuple[tuple[str, date], ...] = ()  # the team's own dates of the next period


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What changed in a period after it was closed."""

    filed: int
    corrected: int
    totals: Totals  # as they are now


_READ: TypeAdapter[Summary] = TypeAdapter(Summary)


def of_role(
    tx: Transaction, role: Membership, *, period: Period, now: datetime, zone: ZoneInfo, roles: Sequence[Membership]
) -> tuple[Summary, Since | None]:
    """A team's summary and, once it is closed, what changed since. NotAllowed unless the person coordinates it."""
    require(roles, Action.SEE_SUMMARY, role.team)
    return of_period(tx, role.team, period=period, now=now, zone=zone)


def of_period(
    tx: Transaction, team: int, *, period: Period, now: datetime, zone: ZoneInfo
) -> tuple[Summary, Since | None]:
    """The same for a job, which has asked for the right already. A closed period is frozen when it is first asked for.

    KeyError when there is no such team.
    """
    if now < period.closes_at(zone):
        return compute(tx, team, period=period, now=now, zone=zone), None
    kept = summaries.frozen(tx, team, period.rule, period.first)
    if kept is None:
        found = compute(tx, team, period=period, now=now, zone=zone)
        summaries.freeze(tx, _snapshot(team, found))
        return found, None
    filed, corrected = summaries.changes_since(tx, team, period.first, period.last, kept.closed_at)
    since = Since(filed=filed, corrected=corrected, totals=_sum(tx, team, period)) if filed or corrected else None
    return read(kept.body), since


def close(tx: Transaction, *, now: datetime, zone: ZoneInfo, limit: int = CLOSED_AT_ONCE) -> int:
    """Freeze the last period of every team, if it is closed and was not frozen before; of so many at once: how many."""
    left = limit
    for rule in RULES:
        period = before(period_of(rule, now.astimezone(zone).date()))
        if now < period.closes_at(zone):
            continue
        for team in summaries.not_frozen(tx, rule, period.first, default=periods.DEFAULT, limit=left):
            summaries.freeze(tx, _snapshot(team, compute(tx, team, period=period, now=now, zone=zone)))
            left -= 1
    return limit - left


def compute(tx: Transaction, team_id: int, *, period: Period, now: datetime, zone: ZoneInfo) -> Summary:
    """The summary as it stands at this moment. KeyError when there is no such team."""
    team = areas.get_team(tx, team_id)
    if team is None:
        raise KeyError(team_id)
    filed = reports.of_team(tx, team_id, period.first, period.last)
    units = _units(tx, team_id, filed)
    seen = {report.person_id for report in filed}
    since, until = _moment(period.first, zone), _moment(period.last + timedelta(days=1), zone)
    earlier = before(period)
    kept = summaries.frozen(tx, team_id, earlier.rule, earlier.first)
    return Summary(
        team=team.name,
        commune=team.commune,
        period=period,
        as_of=now,
        totals=totals(filed),
        before=read(kept.body).totals if kept else _sum(tx, team_id, earlier),
        units=tuple(units.values()),
        skills=_counted(filed, "skills"),
        difficulties=_counted(filed, "difficulties"),
        visits=tuple((visit.place, visit.due_on) for visit in followups.open_for_team(tx, team_id)),
        queries=len(queries.open_for_team(tx, team_id)),
        silent_units=tuple(unit.label for unit in units.values() if not unit.reports),
        silent_members=sum(
            1
            for member, person in people.members_of(tx, team_id)
            if member.role == "volunteer" and person.id not in seen
        ),
        open_questions=learning.open_questions(tx, since),
        corrections=reports.corrections(tx, team_id, since, until),
        goals=tuple(goals.of_team(tx, team_id, period.last, min(period.last, now.astimezone(zone).date()))),
        line=_line(tx, team_id, period),
        dates=tuple(team_dates.between(tx, team_id, after(period).first, after(period).last)),
    )


def as_json(found: Summary) -> Any:
    """The summary as plain JSON."""
    return orjson.loads(orjson.dumps(found))


def read(body: Any) -> Summary:
    """What `as_json` gave."""
    return _READ.validate_python(body)


def totals(rows: Sequence[Row]) -> Totals:
    """The counts of some reports. Blank is not zero, but adds nothing."""
    return Totals(
        reports=len(rows),
        households=sum(row.households for row in rows),
        people=sum(row.people for row in rows),
        elderly=sum(known) if (known := [row.elderly for row in rows if row.elderly is not None]) else None,
    )


def _sum(tx: Transaction, team: int, period: Period) -> Totals:
    return _total(aggregates.sums(tx, [team], period.first, period.last, "team"))


def _total(rows: Iterable[aggregates.Sum]) -> Totals:
    found = next(iter(rows), None)
    if found is None:
        return Totals(reports=0, households=0, people=0, elderly=None)
    return Totals(reports=found.reports, households=found.households, people=found.people, elderly=found.elderly)


def _units(tx: Transaction, team: int, filed: Sequence[Row]) -> dict[int, Unit]:
    """By id, what was done where: the team's places in their order, then places that only reports name."""
    labels = {place.id: place.label for place in teams.places(tx, team)}
    labels |= aggregates.unit_labels(tx, sorted({report.unit_id for report in filed} - set(labels)))
    found = {unit: Unit(label=label, reports=0, households=0, people=0) for unit, label in labels.items()}
    for report in filed:
        unit = found[report.unit_id]
        found[report.unit_id] = replace(
            unit,
            reports=unit.reports + 1,
            households=unit.households + report.households,
            people=unit.people + report.people,
        )
    return found


def _line(tx: Transaction, team: int, period: Period) -> tuple[tuple[str, int], ...]:
    shown = series(period, POINTS)
    days = {each.key: each.households for each in aggregates.sums(tx, [team], shown[0].first, period.last, "day")}
    return tuple(
        (short(each), sum(count for day, count in days.items() if each.first <= day <= each.last)) for each in shown
    )


def _counted(rows: Sequence[Row], name: str) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for row in rows:
        for choice, count in (row.answers.get(name) or {}).items():
            counts[choice] += count or 1
    return tuple(counts.most_common())


def _snapshot(team: int, found: Summary) -> Snapshot:
    return Snapshot(
        team_id=team,
        rule=found.period.rule,
        first=found.period.first,
        last=found.period.last,
        body=as_json(found),
        closed_at=found.as_of,
    )


def _moment(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
