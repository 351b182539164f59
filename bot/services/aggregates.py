"""What reports add up to: by day, place, team, commune or province; small cells hidden where it leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.core.official import veiled
from bot.core.people import Membership
from bot.services.permissions import Action, require
from bot.storage import aggregates
from bot.storage.aggregates import By
from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One day, place, team, commune or province. None: hidden, or said by no report."""

    key: Any
    reports: int
    households: int | None
    people: int | None
    elderly: int | None


def of_team(
    tx: Transaction, role: Membership, roles: Sequence[Membership], days: tuple[date, date], by: By
) -> list[Row]:
    """A team's own sums. NotAllowed unless the person coordinates it."""
    require(roles, Action.SEE_SUMMARY, role.team)
    return _rows(tx, [role.team], days, by)


def of_area(
    tx: Transaction, roles: Sequence[Membership], *, province: str, commune: str = "", days: tuple[date, date], by: By
) -> list[Row]:
    """The sums of a commune (all of its teams) or of a province. NotAllowed unless the person coordinates each."""
    found = aggregates.teams_of(tx, province=province, commune=commune)
    for team in found:
        require(roles, Action.SEE_SUMMARY, team)
    return _rows(tx, found, days, by)


def shared(rows: Sequence[Row]) -> list[Row]:
    """The same for others to read: counts of residents below five are left out, and what would give them away."""
    columns = [
        [row.households or 0 for row in rows],
        [row.people or 0 for row in rows],
        [row.elderly or 0 for row in rows],
    ]
    households, people, elderly = (veiled(column) for column in columns)
    return [
        Row(
            key=row.key,
            reports=row.reports,
            households=None if households[place] else row.households,
            people=None if people[place] else row.people,
            elderly=None if elderly[place] else row.elderly,
        )
        for place, row in enumerate(rows)
    ]


def _rows(tx: Transaction, teams: Sequence[int], days: tuple[date, date], by: By) -> list[Row]:
    return [
        Row(key=each.key, reports=each.reports, households=each.households, people=each.people, elderly=each.elderly)
        for each in aggregates.sums(tx, teams, *days, by)
    ]
