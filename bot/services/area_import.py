"""A commune's places from a file: what would change, and the change; all of it or nothing, twice changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.core.area_file import AreaRow, RowFault
from bot.core.areas import Area, AreaMap, team_code
from bot.models import Team, Unit
from bot.storage import areas, audit
from bot.storage.database import Transaction

TeamKey = tuple[str, str, str]  # province, commune, name; folded in case


@dataclass(slots=True, kw_only=True)
class Plan:
    """What an import does, in words for the operator."""

    lines: list[str] = field(default_factory=list)
    units: int = 0  # new
    teams: int = 0  # new
    changed: int = 0
    same: int = 0
    faults: list[RowFault] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether everything is there already."""
        return not (self.units or self.teams or self.changed)


def run(tx: Transaction, rows: Sequence[AreaRow], *, today: date, now: datetime, dry_run: bool = False) -> Plan:
    """Do it, or only tell what would be done; with any fault nothing is done."""
    tx.savepoint("import")
    plan = _run(tx, _spelled(tx, rows), today=today, now=now)
    if dry_run:
        tx.rollback_to("import")
    else:
        tx.release("import")
    return plan


def _spelled(tx: Transaction, rows: Sequence[AreaRow]) -> list[AreaRow]:
    """The rows with province and commune as they are written already: "xã bản mẫu" is no second commune."""
    known = {(province.casefold(), commune.casefold()): (province, commune) for province, commune in areas.communes(tx)}
    found = []
    for row in rows:
        key = (row.province.casefold(), row.commune.casefold())
        province, commune = known.setdefault(key, (row.province, row.commune))
        found.append(replace(row, province=province, commune=commune))
    return found


def _run(tx: Transaction, rows: Sequence[AreaRow], *, today: date, now: datetime) -> Plan:
    plan = Plan()
    maps = {(row.province, row.commune): AreaMap({}) for row in rows}
    for province, commune in maps:
        maps[province, commune] = areas.commune_map(tx, province, commune)
    plan.faults = [fault for row in rows for fault in _gone(row, maps[row.province, row.commune], today)]
    if plan.faults:
        return plan
    teams = _teams(tx, rows, plan, now)
    for province, commune in maps:
        known = {
            (unit.kind.casefold(), unit.name.casefold()): unit
            for unit in areas.units_in(tx, province, commune)
            if unit.valid_to is None
        }
        covering = areas.teams_covering(tx, [unit.id or 0 for unit in known.values()])
        for row in rows:
            if (row.province, row.commune) == (province, commune):
                unit = known.get((row.kind.casefold(), row.name.casefold()))
                team = teams[_key(row)].id if row.team else None
                _place(tx, row, unit, team, covering=covering, plan=plan)
    if not plan.nothing:
        after = {"units": plan.units, "teams": plan.teams, "changed": plan.changed}
        audit.note(tx, at=now, person=None, action="import", subject=("area", 0), before=None, after=after)
    return plan


def _gone(row: AreaRow, around: AreaMap, today: date) -> Iterable[RowFault]:
    """A unit that was merged, split or renamed must not come back by an old file."""
    wanted = f"{row.kind} {row.name}".casefold()
    if any(area.end is None and area.label.casefold() == wanted for area in around.areas.values()):
        return
    for area in around.areas.values():
        if _bore(area, wanted):
            now = ", ".join(around.areas[unit].label_on(today) for unit in sorted(around.heirs(area.id, today)))
            yield RowFault(
                row.line, f"{row.label} nay không còn tên này", f"Dùng tên hiện nay: {now or area.label}; hoặc bỏ dòng"
            )
            return


def _bore(area: Area, wanted: str) -> bool:
    return any(name.label.casefold() == wanted for name in area.names)


def _teams(tx: Transaction, rows: Sequence[AreaRow], plan: Plan, now: datetime) -> dict[TeamKey, Team]:
    """Every team the file names, made where it is new."""
    known = areas.all_teams(tx)
    found = {_folded(team.province, team.commune, team.name): team for team in known}
    codes = {team.code for team in known}
    for row in rows:
        if not row.team or _key(row) in found:
            continue
        code = team_code(row.team, row.commune, codes)
        codes.add(code)
        team = Team(province=row.province, commune=row.commune, name=row.team, code=code, created_at=now)
        areas.keep(tx, team)
        found[_key(row)] = team
        plan.teams += 1
        plan.lines.append(f"+ {row.team} (mã {code}), {row.commune}")
    return found


def _place(
    tx: Transaction,
    row: AreaRow,
    unit: Unit | None,
    team: int | None,
    *,
    covering: dict[int, set[int]],
    plan: Plan,
) -> None:
    if unit is None:
        unit = Unit(
            province=row.province,
            commune=row.commune,
            kind=row.kind,
            name=row.name,
            households=row.households,
            population=row.population,
        )
        areas.keep(tx, unit)
        areas.cover(tx, unit.id or 0, {team} if team else ())
        plan.units += 1
        plan.lines.append(f"+ {row.label}" + (f": {row.team}" if row.team else ""))
        return
    changes = _counts(unit, row)
    if team and covering.get(unit.id or 0, set()) != {team}:
        areas.cover(tx, unit.id or 0, {team})
        changes.append(f"tổ phụ trách: {row.team}")
    if not changes:
        plan.same += 1
        return
    areas.keep(tx, unit)
    plan.changed += 1
    plan.lines.append(f"~ {row.label}: {'; '.join(changes)}")


def _counts(unit: Unit, row: AreaRow) -> list[str]:
    """Take over counts that differ; an empty cell says nothing."""
    changes = []
    if row.households is not None and row.households != unit.households:
        changes.append(f"số hộ {_shown(unit.households)} → {row.households}")
        unit.households = row.households
    if row.population is not None and row.population != unit.population:
        changes.append(f"nhân khẩu {_shown(unit.population)} → {row.population}")
        unit.population = row.population
    return changes


def _shown(count: int | None) -> str:
    return "chưa ghi" if count is None else str(count)


def _key(row: AreaRow) -> TeamKey:
    return _folded(row.province, row.commune, row.team)


def _folded(province: str, commune: str, name: str) -> TeamKey:
    return province.casefold(), commune.casefold(), name.casefold()
