"""What reports add up to: by day, by place on the map of any day, by team, commune or province."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.people import Membership
from bot.services import areas
from bot.services.permissions import Action, allowed, require
from bot.storage import aggregates
from bot.storage import areas as storage
from bot.storage.aggregates import By, Sum
from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One day, place, team, commune or province, and what its reports add up to."""

    label: str | date
    reports: int
    households: int
    people: int
    elderly: int | None  # None when no report says


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of a commune somebody coordinates."""

    commune: str
    province: str
    mine: int
    teams: int


def of_teams(
    tx: Transaction, teams: Sequence[int], roles: Sequence[Membership], *, days: tuple[date, date], by: By, on: date
) -> list[Total]:
    """The sums over these days; places by the map of the day `on`. NotAllowed unless the person coordinates each."""
    for team in set(teams) - set(coordinated(roles)):
        require(roles, Action.SEE_SUMMARY, team)
    return everything(tx, teams, days=days, by=by, on=on)


def everything(tx: Transaction, teams: Sequence[int], *, days: tuple[date, date], by: By, on: date) -> list[Total]:
    """The same for the operator, who may see all."""
    rows = aggregates.sums(tx, teams, *days, by)
    if by == "unit":
        return _by_place(tx, rows, on)
    names = {each.id: f"{each.name}, {each.commune}" for each in storage.briefly(tx)} if by == "team" else {}
    return [_total([row], names.get(row.key, row.key)) for row in rows]


def add_up(found: Sequence[Total], label: str) -> Total:
    """All of them together, under that label."""
    return _total(found, label)


def coordinated(roles: Sequence[Membership]) -> tuple[int, ...]:
    """The teams whose sums the person may see."""
    return tuple(role.team for role in roles if allowed([role], Action.SEE_SUMMARY))


def coverage(tx: Transaction, teams: Sequence[int]) -> list[Coverage]:
    """By commune, how many of its teams these are: a sum is a commune's only where it is all of them."""
    mine: Counter[tuple[str, str]] = Counter()
    there: Counter[tuple[str, str]] = Counter()
    wanted = set(teams)
    for each in storage.briefly(tx):
        there[each.province, each.commune] += 1
        if each.id in wanted:
            mine[each.province, each.commune] += 1
    return [
        Coverage(commune=commune, province=province, mine=number, teams=there[province, commune])
        for (province, commune), number in mine.items()
    ]


def _by_place(tx: Transaction, rows: Sequence[Sum], on: date) -> list[Total]:
    homes = areas.homes(tx, [row.key for row in rows], on=on)
    found: dict[int, list[Sum]] = {}
    labels: dict[int, str] = {}
    for row in rows:
        home, labels[home] = homes[row.key]
        found.setdefault(home, []).append(row)
    return [_total(found[home], labels[home]) for home in sorted(found)]


def _total(rows: Sequence[Sum] | Sequence[Total], label: str | date) -> Total:
    known = [row.elderly for row in rows if row.elderly is not None]
    return Total(
        label=label,
        reports=sum(row.reports for row in rows),
        households=sum(row.households for row in rows),
        people=sum(row.people for row in rows),
        elderly=sum(known) if known else None,
    )
