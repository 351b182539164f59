"""The weekly summary: what a team did in a period, in the five parts officers use."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.days import week_of
from bot.core.people import Membership
from bot.models import Report
from bot.services import teams
from bot.services.permissions import Action, require
from bot.storage import areas, learning, people, reports
from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts of one period."""

    reports: int
    households: int
    people: int
    elderly: int | None  # None when no report says


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One team's week, Monday to Sunday, as it stands now."""

    team: str
    first: date
    last: date
    totals: Totals
    before: Totals  # the week before
    skills: tuple[tuple[str, int], ...]  # choice name, reports that name it (or the counts given), most first
    difficulties: tuple[tuple[str, int], ...]
    again: tuple[tuple[str, date], ...]  # place and day of visits that need another one
    silent_units: tuple[str, ...]  # places without a report
    silent_members: int  # volunteers without a report
    open_questions: int
    corrections: int


def week(tx: Transaction, role: Membership, *, day: date, zone: ZoneInfo, roles: Sequence[Membership]) -> Summary:
    """The summary of the week that holds `day`. NotAllowed unless the person coordinates the team."""
    require(roles, Action.SEE_SUMMARY, role.team)
    return compute(tx, role.team, role.team_name, day=day, zone=zone)


def compute(tx: Transaction, team: int, name: str, *, day: date, zone: ZoneInfo) -> Summary:
    """The same for a job, which has asked for the right already."""
    first, last = week_of(day)
    since, until = _moment(first, zone), _moment(last + timedelta(days=1), zone)
    now, earlier = (
        reports.of_team(tx, team, *span) for span in ((first, last), (first - timedelta(7), last - timedelta(7)))
    )
    units = {place.id: place.label for place in teams.places(tx, team)}
    seen_units = {report.unit_id for report in now}
    seen_people = {report.person_id for report in now}
    members = people.members_of(tx, team)
    return Summary(
        team=name,
        first=first,
        last=last,
        totals=totals(now),
        before=totals(earlier),
        skills=_counted(now, "skills"),
        difficulties=_counted(now, "difficulties"),
        again=tuple((units.get(report.unit_id, ""), report.day) for report in now if report.result == "again"),
        silent_units=tuple(label for unit, label in units.items() if unit not in seen_units),
        silent_members=sum(
            1 for member, person in members if member.role == "volunteer" and person.id not in seen_people
        ),
        open_questions=learning.open_questions(tx, since),
        corrections=reports.corrections(tx, team, since, until),
    )


def of_team(tx: Transaction, team: int, *, day: date, zone: ZoneInfo) -> Summary | None:
    """The summary of a team that still exists, for a job."""
    found = areas.get_team(tx, team)
    return compute(tx, team, found.name, day=day, zone=zone) if found else None


def totals(rows: Sequence[Report]) -> Totals:
    """The counts of some reports. Blank is not zero, but adds nothing."""
    return Totals(
        reports=len(rows),
        households=sum(row.households for row in rows),
        people=sum(row.people for row in rows),
        elderly=sum(known) if (known := [row.elderly for row in rows if row.elderly is not None]) else None,
    )


def _counted(rows: Sequence[Report], name: str) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for row in rows:
        for choice, count in (row.answers.get(name) or {}).items():
            counts[choice] += count or 1
    return tuple(counts.most_common())


def _moment(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
