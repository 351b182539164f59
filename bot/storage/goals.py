"""Queries about goals."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bot.models import Goal, Report
from bot.storage.database import Transaction


def keep(tx: Transaction, goal: Goal) -> Goal:
    """Keep a new goal, or what was changed in one."""
    tx.session.add(goal)
    tx.session.flush()
    return goal


def get(tx: Transaction, goal: int) -> Goal | None:
    """The goal of that id, locked, unless it was removed."""
    query = select(Goal).where(col(Goal.id) == goal, col(Goal.removed_at).is_(None)).with_for_update()
    return tx.session.scalars(query).one_or_none()


def of_team(tx: Transaction, team: int, day: date) -> list[Goal]:
    """The team's goals that run on that day or later, the one that ends first before the others."""
    query = (
        select(Goal)
        .where(col(Goal.team_id) == team, col(Goal.removed_at).is_(None), col(Goal.last) >= day)
        .order_by(col(Goal.last), col(Goal.id))
    )
    return list(tx.session.scalars(query))


def of_units(tx: Transaction, units: Sequence[int], day: date) -> list[Goal]:
    """The goals of these units that run on that day or later, locked, the oldest first."""
    query = select(Goal).where(col(Goal.unit_id).in_(units), col(Goal.removed_at).is_(None), col(Goal.last) >= day)
    return list(tx.session.scalars(query.order_by(col(Goal.id)).with_for_update()))


def twin(tx: Transaction, goal: Goal) -> Goal | None:
    """The goal of the same place, skill, measure and last day, which a new one takes the place of."""
    unit = col(Goal.unit_id)
    query = select(Goal).where(
        col(Goal.team_id) == goal.team_id,
        unit.is_(None) if goal.unit_id is None else unit == goal.unit_id,
        col(Goal.skill) == goal.skill,
        col(Goal.measure) == goal.measure,
        col(Goal.last) == goal.last,
        col(Goal.removed_at).is_(None),
    )
    return tx.session.scalars(query.with_for_update()).first()


def counts(tx: Transaction, team: int, first: date, last: date) -> list[tuple[date, int, int, int, dict[str, Any]]]:
    """(day, unit, households, people, answers) of the team's filed reports about the days first..last."""
    query = select(
        col(Report.day), col(Report.unit_id), col(Report.households), col(Report.people), col(Report.answers)
    ).where(col(Report.team_id) == team, col(Report.day).between(first, last), col(Report.status) == "filed")
    rows: Any = tx.connection.execute(query)
    return [(day, unit, households, people, answers) for day, unit, households, people, answers in rows]
