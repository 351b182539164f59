"""Queries about units, what became of them, and teams."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, or_, select, tuple_
from sqlmodel import col

from bot.core.areas import Area, AreaMap, Name
from bot.models import Team, TeamUnit, Unit, UnitName, UnitSuccessor
from bot.storage.database import Transaction
from bot.storage.prepared import Prepared

_CHANGED = or_(
    exists().where(col(UnitName.unit_id) == col(Unit.id)),
    exists().where(col(UnitSuccessor.successor_id) == col(Unit.id)),
)
_THERE = and_(
    or_(col(Unit.valid_from).is_(None), col(Unit.valid_from) <= bindparam("day")),
    or_(col(Unit.valid_to).is_(None), col(Unit.valid_to) > bindparam("day")),
)
_UNITS = Prepared(
    select(col(Unit.id), col(Unit.kind), col(Unit.name), _CHANGED)
    .join(TeamUnit, col(TeamUnit.unit_id) == col(Unit.id))
    .where(col(TeamUnit.team_id) == bindparam("team"), _THERE)
    .order_by(col(Unit.id))
)
_UNITS_OF_ALL = (
    select(col(TeamUnit.team_id), col(Unit.id), col(Unit.kind), col(Unit.name), _CHANGED)
    .join(TeamUnit, col(TeamUnit.unit_id) == col(Unit.id))
    .where(_THERE)
    .order_by(col(Unit.id))
)


def units_of(tx: Transaction, team: int, day: date) -> list[tuple[int, str, str, bool]]:
    """(id, type word, name, whether it has a past) of the units of that day which a team covers, the oldest first."""
    return [(unit, kind, name, bool(past)) for unit, kind, name, past in _UNITS.rows(tx, {"team": team, "day": day})]


def units_of_all(tx: Transaction, day: date) -> dict[int, list[tuple[int, str, str, bool]]]:
    """By team, the same for every team."""
    found: defaultdict[int, list[tuple[int, str, str, bool]]] = defaultdict(list)
    rows: Any = tx.connection.execute(_UNITS_OF_ALL, {"day": day})
    for team, unit, kind, name, past in rows:
        found[team].append((unit, kind, name, bool(past)))
    return dict(found)


def all_units_of(tx: Transaction, team: int) -> list[tuple[int, str, str]]:
    """(id, type word, name) of every unit a team covers or covered."""
    rows: Any = tx.connection.execute(
        select(col(Unit.id), col(Unit.kind), col(Unit.name))
        .join(TeamUnit, col(TeamUnit.unit_id) == col(Unit.id))
        .where(col(TeamUnit.team_id) == team)
        .order_by(col(Unit.id))
    )
    return list(rows)


def unchanged(tx: Transaction, units: Iterable[int]) -> dict[int, str]:
    """By id, the name of those that were always there and never had another one."""
    bare = and_(col(Unit.valid_from).is_(None), col(Unit.valid_to).is_(None), ~_CHANGED)
    query = select(col(Unit.id), col(Unit.kind), col(Unit.name)).where(col(Unit.id).in_(list(units)), bare)
    rows: Any = tx.connection.execute(query)
    return {unit: f"{kind} {name}".strip() for unit, kind, name in rows}


def last_change(tx: Transaction, teams: Iterable[int], today: date) -> date | None:
    """The newest day, up to today, on which a unit of these teams was made, got another name, or ended."""
    mine = select(col(TeamUnit.unit_id)).where(col(TeamUnit.team_id).in_(list(teams)))
    found = []
    for day, unit in (
        (col(Unit.valid_from), col(Unit.id)),
        (col(Unit.valid_to), col(Unit.id)),
        (col(UnitName.valid_from), col(UnitName.unit_id)),
        (col(UnitName.valid_to), col(UnitName.unit_id)),
    ):
        newest: Any = tx.connection.execute(select(func.max(day)).where(unit.in_(mine), day <= today)).scalar()
        found.append(newest)
    return max((day for day in found if day is not None), default=None)


def map_around(tx: Transaction, units: Iterable[int]) -> AreaMap:
    """The communes in which these units lie, with every unit they ever had."""
    home = select(col(Unit.province), col(Unit.commune)).where(col(Unit.id).in_(list(units))).distinct()
    places = [tuple(row) for row in tx.connection.execute(home)]
    return _map(tx, tuple_(col(Unit.province), col(Unit.commune)).in_(places))


def commune_map(tx: Transaction, province: str, commune: str) -> AreaMap:
    """Every unit a commune has or had, and what became of it."""
    return _map(tx, and_(col(Unit.province) == province, col(Unit.commune) == commune))


def _map(tx: Transaction, which: ColumnElement[bool]) -> AreaMap:
    """Three queries, however many units there are; a province has thousands."""
    mine = select(col(Unit.id)).where(which)
    names: Any = tx.connection.execute(
        select(
            col(UnitName.unit_id),
            col(UnitName.kind),
            col(UnitName.name),
            col(UnitName.valid_from),
            col(UnitName.valid_to),
        )
        .where(col(UnitName.unit_id).in_(mine))
        .order_by(col(UnitName.valid_to), col(UnitName.id))
    )
    former: defaultdict[int, list[Name]] = defaultdict(list)
    for unit, kind, name, first, end in names:
        former[unit].append(Name(kind=kind, name=name, first=first, end=end))
    links: Any = tx.connection.execute(
        select(col(UnitSuccessor.unit_id), col(UnitSuccessor.successor_id))
        .where(col(UnitSuccessor.unit_id).in_(mine))
        .order_by(col(UnitSuccessor.successor_id))
    )
    successors: defaultdict[int, tuple[int, ...]] = defaultdict(tuple)
    for old, new in links:
        successors[old] += (new,)
    query = select(col(Unit.id), col(Unit.kind), col(Unit.name), col(Unit.valid_from), col(Unit.valid_to))
    units: Any = tx.connection.execute(query.where(which).order_by(col(Unit.id)))
    areas = {}
    for unit, kind, name, first, end in units:
        old_names = former.get(unit, [])
        newest = Name(kind=kind, name=name, first=old_names[-1].end if old_names else first)
        areas[unit] = Area(id=unit, names=(*old_names, newest), first=first, end=end)
    return AreaMap(areas, dict(successors))


def last_name(tx: Transaction, unit: int) -> UnitName | None:
    """The name the unit bore before its present one."""
    query = select(UnitName).where(col(UnitName.unit_id) == unit)
    return tx.session.scalars(query.order_by(col(UnitName.valid_to).desc(), col(UnitName.id).desc()).limit(1)).first()


def units_in(tx: Transaction, province: str, commune: str) -> list[Unit]:
    """Every unit a commune has or had, in the order they were entered."""
    query = select(Unit).where(col(Unit.province) == province, col(Unit.commune) == commune)
    return list(tx.session.scalars(query.order_by(col(Unit.id))))


def communes(tx: Transaction) -> list[tuple[str, str]]:
    """(province, commune) of every unit and team."""
    rows: Any = tx.connection.execute(
        select(col(Unit.province), col(Unit.commune)).union(select(col(Team.province), col(Team.commune)))
    )
    return sorted(tuple(row) for row in rows)


def get_units(tx: Transaction, units: Iterable[int]) -> dict[int, Unit]:
    """By id, the units, locked."""
    query = select(Unit).where(col(Unit.id).in_(list(units))).order_by(col(Unit.id)).with_for_update()
    return {unit.id or 0: unit for unit in tx.session.scalars(query)}


def keep(tx: Transaction, *rows: Unit | UnitName | UnitSuccessor | Team) -> None:
    """Keep new or changed rows; new ones get their id."""
    tx.session.add_all(rows)
    tx.session.flush()


def teams_covering(tx: Transaction, units: Iterable[int]) -> dict[int, set[int]]:
    """By unit, the teams that cover it."""
    rows: Any = tx.connection.execute(
        select(col(TeamUnit.unit_id), col(TeamUnit.team_id)).where(col(TeamUnit.unit_id).in_(list(units)))
    )
    found: defaultdict[int, set[int]] = defaultdict(set)
    for unit, team in rows:
        found[unit].add(team)
    return found


def cover(tx: Transaction, unit: int, teams: Iterable[int]) -> None:
    """Let exactly these teams cover the unit."""
    tx.session.execute(delete(TeamUnit).where(col(TeamUnit.unit_id) == unit))
    tx.session.add_all([TeamUnit(team_id=team, unit_id=unit) for team in sorted(teams)])
    tx.session.flush()


def get_team(tx: Transaction, team: int) -> Team | None:
    """The team of that id."""
    return tx.session.get(Team, team)


def lock_team(tx: Transaction, team: int) -> None:
    """Let nobody else change who is in the team until this transaction ends."""
    tx.connection.execute(select(col(Team.id)).where(col(Team.id) == team).with_for_update())


def team_codes(tx: Transaction, teams: set[int]) -> dict[int, str]:
    """By id, the code that begins a team's receipt numbers."""
    rows: Any = tx.connection.execute(select(col(Team.id), col(Team.code)).where(col(Team.id).in_(teams)))
    return dict(rows.all())


def find_team(tx: Transaction, name: str) -> Team | None:
    """The team of that name or code, if there is exactly one."""
    found = tx.session.scalars(select(Team).where((col(Team.name) == name) | (col(Team.code) == name))).all()
    return found[0] if len(found) == 1 else None


class Brief(NamedTuple):
    """A team's name and where it is."""

    id: int
    name: str
    commune: str
    province: str


def briefly(tx: Transaction) -> list[Brief]:
    """Every team, in the order they were made: a province has thousands."""
    query = select(col(Team.id), col(Team.name), col(Team.commune), col(Team.province)).order_by(col(Team.id))
    rows: Any = tx.connection.execute(query)
    return [Brief(*row) for row in rows]


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
