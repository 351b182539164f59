"""Queries about units, what became of them, and teams."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, exists, or_, select
from sqlmodel import col

from bot.core.areas import Area, AreaMap, Name
from bot.models import Team, TeamUnit, Unit, UnitName, UnitSuccessor
from bot.storage.database import Transaction

_UNITS = (
    select(
        col(Unit.id),
        col(Unit.kind),
        col(Unit.name),
        or_(
            exists().where(col(UnitName.unit_id) == col(Unit.id)),
            exists().where(col(UnitSuccessor.successor_id) == col(Unit.id)),
        ),
    )
    .join(TeamUnit, col(TeamUnit.unit_id) == col(Unit.id))
    .where(
        col(TeamUnit.team_id) == bindparam("team"),
        or_(col(Unit.valid_from).is_(None), col(Unit.valid_from) <= bindparam("day")),
        or_(col(Unit.valid_to).is_(None), col(Unit.valid_to) > bindparam("day")),
    )
    .order_by(col(Unit.id))
)


def units_of(tx: Transaction, team: int, day: date) -> list[tuple[int, str, str, bool]]:
    """(id, type word, name, whether it has a past) of the units of that day which a team covers, the oldest first."""
    rows: Any = tx.connection.execute(_UNITS, {"team": team, "day": day})
    return list(rows)


def all_units_of(tx: Transaction, team: int) -> list[tuple[int, str, str]]:
    """(id, type word, name) of every unit a team covers or covered."""
    rows: Any = tx.connection.execute(
        select(col(Unit.id), col(Unit.kind), col(Unit.name))
        .join(TeamUnit, col(TeamUnit.unit_id) == col(Unit.id))
        .where(col(TeamUnit.team_id) == team)
        .order_by(col(Unit.id))
    )
    return list(rows)


def map_around(tx: Transaction, units: Iterable[int]) -> AreaMap:
    """The communes in which these units lie, with every unit they ever had."""
    home = select(col(Unit.province), col(Unit.commune)).where(col(Unit.id).in_(list(units))).distinct()
    places = [tuple(row) for row in tx.connection.execute(home)]
    found = AreaMap({})
    for province, commune in places:
        more = commune_map(tx, province, commune)
        found = AreaMap({**found.areas, **more.areas}, {**found.successors, **more.successors})
    return found


def commune_map(tx: Transaction, province: str, commune: str) -> AreaMap:
    """Every unit a commune has or had, and what became of it."""
    units = units_in(tx, province, commune)
    ids = [unit.id or 0 for unit in units]
    names = tx.session.scalars(
        select(UnitName).where(col(UnitName.unit_id).in_(ids)).order_by(col(UnitName.valid_to), col(UnitName.id))
    )
    former: defaultdict[int, list[UnitName]] = defaultdict(list)
    for name in names:
        former[name.unit_id].append(name)
    links = tx.session.scalars(
        select(UnitSuccessor).where(col(UnitSuccessor.unit_id).in_(ids)).order_by(col(UnitSuccessor.successor_id))
    )
    successors: defaultdict[int, tuple[int, ...]] = defaultdict(tuple)
    for link in links:
        successors[link.unit_id] += (link.successor_id,)
    return AreaMap({unit.id or 0: _area(unit, former[unit.id or 0]) for unit in units}, dict(successors))


def _area(unit: Unit, former: list[UnitName]) -> Area:
    old = tuple(Name(kind=each.kind, name=each.name, first=each.valid_from, end=each.valid_to) for each in former)
    since = old[-1].end if old else unit.valid_from
    newest = Name(kind=unit.kind, name=unit.name, first=since)
    return Area(id=unit.id or 0, names=(*old, newest), first=unit.valid_from, end=unit.valid_to)


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
