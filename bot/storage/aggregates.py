"""Sums over filed reports, added up by the database."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import func, select
from sqlmodel import col

from bot.models import Report, Team, Unit
from bot.storage.database import Transaction

By = Literal["day", "team", "unit", "commune", "province"]
_KEYS: dict[By, Any] = {
    "day": col(Report.day),
    "team": col(Report.team_id),
    "unit": col(Report.unit_id),
    "commune": col(Team.commune),
    "province": col(Team.province),
}


class Sum(NamedTuple):
    """What the reports of one day, team, unit, commune or province add up to."""

    key: Any
    reports: int
    households: int
    people: int
    elderly: int | None  # None when no report says


def sums(tx: Transaction, teams: Sequence[int], first: date, last: date, by: By) -> list[Sum]:
    """The sums over the days first..last of those teams, by key; nothing where there is no report."""
    key = _KEYS[by]
    query = select(
        key,
        func.count(),
        func.sum(col(Report.households)),
        func.sum(col(Report.people)),
        func.sum(col(Report.elderly)),
    ).select_from(Report)
    if by in ("commune", "province"):
        query = query.join(Team, col(Team.id) == col(Report.team_id))
    query = query.where(
        col(Report.team_id).in_(teams),
        col(Report.day).between(first, last),
        col(Report.status) == "filed",
    )
    query = query.group_by(key).order_by(key)
    rows: Any = tx.connection.execute(query)
    return [
        Sum(name, int(reports), int(households), int(people), None if elderly is None else int(elderly))
        for name, reports, households, people, elderly in rows
    ]


def unit_labels(tx: Transaction, units: Sequence[int]) -> dict[int, str]:
    """By id, "Thôn 3", also of units that are no more."""
    rows: Any = tx.connection.execute(
        select(col(Unit.id), col(Unit.kind), col(Unit.name)).where(col(Unit.id).in_(units))
    )
    return {unit: f"{kind} {name}".strip() for unit, kind, name in rows}


def households_of(tx: Transaction, units: Sequence[int]) -> dict[int, int]:
    """By id, how many households live there, where that is known."""
    rows: Any = tx.connection.execute(select(col(Unit.id), col(Unit.households)).where(col(Unit.id).in_(units)))
    return {unit: households for unit, households in rows if households is not None}
