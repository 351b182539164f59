"""Queries about units and teams."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from bot.models import Team, TeamUnit, Unit
from bot.storage.database import Transaction

_UNITS = (
    select(col(Unit.id), col(Unit.kind), col(Unit.name))
    .join(TeamUnit, col(TeamUnit.unit_id) == col(Unit.id))
    .where(col(TeamUnit.team_id) == bindparam("team"))
    .order_by(col(Unit.id))
)


def units_of(tx: Transaction, team: int) -> list[tuple[int, str, str]]:
    """(id, type word, name) of the units a team covers, in the order they were entered."""
    rows: Any = tx.connection.execute(_UNITS, {"team": team})
    return list(rows.tuples())


def get_team(tx: Transaction, team: int) -> Team | None:
    """The team of that id."""
    return tx.session.get(Team, team)


def team_codes(tx: Transaction, teams: set[int]) -> dict[int, str]:
    """By id, the code that begins a team's receipt numbers."""
    rows: Any = tx.connection.execute(select(col(Team.id), col(Team.code)).where(col(Team.id).in_(teams)))
    return dict(rows.tuples())


def find_team(tx: Transaction, name: str) -> Team | None:
    """The team of that name or code, if there is exactly one."""
    found = tx.session.scalars(select(Team).where((col(Team.name) == name) | (col(Team.code) == name))).all()
    return found[0] if len(found) == 1 else None


def all_teams(tx: Transaction) -> list[Team]:
    """Every team, in the order they were made."""
    return list(tx.session.scalars(select(Team).order_by(col(Team.id))))


def add_team(tx: Transaction, team: Team, units: list[Unit]) -> Team:
    """Keep a new team with the units it covers."""
    tx.session.add(team)
    tx.session.add_all(units)
    tx.session.flush()
    assert team.id
    tx.session.add_all([TeamUnit(team_id=team.id, unit_id=unit.id or 0) for unit in units])
    tx.session.flush()
    return team
