"""Places that change: renamed, merged, split; found by old names; counts added up by the map of any day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.areas import AreaMap, take_apart
from bot.core.errors import SetupFault
from bot.core.text import phrase
from bot.models import Unit, UnitName, UnitSuccessor
from bot.services import goals
from bot.storage import areas, audit
from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a commune decided: units become others on a day."""

    what: str  # "merge", "split" or "rename"
    old: Sequence[str]
    new: Sequence[str]
    day: date
    commune: str
    province: str = ""
    kind: str = ""  # type word of the new units, where their names have none


def homes(tx: Transaction, units: Iterable[int], *, on: date) -> dict[int, tuple[int, str]]:
    """By unit, the unit it counts for on that day's map, and that one's label.

    A unit with no one clear heir counts for itself: a split one stays "Thôn 3 (cũ)", for nobody knows which half was
    visited; on an older map a merged one stays "Thôn Đoàn Kết (mới)".
    """
    wanted = list(units)
    always = areas.unchanged(tx, wanted)
    around = areas.map_around(tx, [unit for unit in wanted if unit not in always])
    found = {unit: around.home(unit, on) for unit in wanted if unit not in always}
    moved = {unit: (home, around.label(home, on)) for unit, home in found.items()}
    return moved | {unit: (unit, label) for unit, label in always.items()}


def last_change(tx: Transaction, teams: Iterable[int], today: date) -> date | None:
    """The newest day, up to today, on which a place of these teams changed; None when nothing did."""
    return areas.last_change(tx, teams, today)


def change(tx: Transaction, wanted: Change, *, now: datetime) -> tuple[list[str], list[str]]:
    """Write the change down: (labels before, labels after). SetupFault when it cannot be done."""
    province, commune = _commune(tx, wanted.province, wanted.commune)
    around = areas.commune_map(tx, province, commune)
    old = [_one(around, text, wanted.day) for text in wanted.old]
    _check_shape(wanted, old)
    units = list(areas.get_units(tx, old).values())
    kinds = {name.kind for area in around.areas.values() for name in area.names}
    new = [take_apart(text, kinds, wanted.kind or units[0].kind) for text in wanted.new]
    _check_names(around, wanted, new, leaving=set(old))
    before = [around.areas[unit].label_on(wanted.day) for unit in old]
    if wanted.what == "rename":
        _rename(tx, units[0], new[0], wanted.day)
        made = units
    else:
        made = _replace(tx, units, new, wanted.day)
    if wanted.what == "merge":
        goals.follow(tx, old, made[0].id or 0, day=wanted.day, now=now)
    for unit in units:
        audit.note(
            tx,
            at=now,
            person=None,
            action=wanted.what,
            subject=("unit", unit.id or 0),
            before=before,
            after={"units": [each.id for each in made], "on": wanted.day.isoformat()},
        )
    return before, [f"{kind} {name}" for kind, name in new]


def _commune(tx: Transaction, province: str, commune: str) -> tuple[str, str]:
    known = areas.communes(tx)
    found = [
        each
        for each in known
        if phrase(each[1]) == phrase(commune) and (not province or phrase(each[0]) == phrase(province))
    ]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(f"{each[1]}, {each[0]}" for each in (found or known)) or "none yet"
    msg = f"{commune!r} is not one clear commune. Give --commune and --province of one of these: {listed}."
    raise SetupFault(msg)


def _one(around: AreaMap, text: str, day: date) -> int:
    found = around.find(text, day)
    labels = "; ".join(around.areas[unit].label_on(day) for unit in found)
    if len(found) > 1:
        msg = f"{text!r} may be several units: {labels}. Type the name with its marks, as it is on {day}."
        raise SetupFault(msg)
    if not found:
        listed = "; ".join(area.label_on(day) for area in around.on(day)) or "none"
        msg = f"There is no unit {text!r} on {day}. Units that day: {listed}."
        raise SetupFault(msg)
    if phrase(around.areas[found[0]].label_on(day)) != phrase(text):
        msg = f"{text!r} is called {labels!r} on {day}. Use that name."
        raise SetupFault(msg)
    return found[0]


def _check_shape(wanted: Change, old: Sequence[int]) -> None:
    shapes = {"merge": (len(set(old)) > 1, len(wanted.new) == 1), "rename": (len(old) == 1, len(wanted.new) == 1)}
    fits = shapes.get(wanted.what, (len(old) == 1, len(wanted.new) > 1))
    if not all(fits) or len(set(old)) != len(old):
        msg = (
            "A merger takes several units and makes one, a split takes one and makes several, a new name is one for "
            "one. Separate names with commas."
        )
        raise SetupFault(msg)


def _check_names(around: AreaMap, wanted: Change, new: Sequence[tuple[str, str]], *, leaving: set[int]) -> None:
    """No two units of a commune may bear the same name at the same time."""
    seen: set[str] = set()
    for area in around.areas.values():
        if area.id not in leaving and area.end is None:
            seen.add(area.label.casefold())
    if wanted.what == "rename":
        seen |= {around.areas[unit].label.casefold() for unit in leaving}
    for kind, name in new:
        label = f"{kind} {name}".strip()
        if not kind or not name:
            msg = f"{label!r} needs a type word and a name, such as 'Thôn Đoàn Kết'. Or give --unit-type."
            raise SetupFault(msg)
        if label.casefold() in seen:
            msg = f"There is a unit {label!r} already. Choose another name."
            raise SetupFault(msg)
        seen.add(label.casefold())


def _named_since(tx: Transaction, unit: Unit, day: date) -> date | None:
    """The first day of its present name. SetupFault when the unit changes after that day."""
    last = areas.last_name(tx, unit.id or 0)
    since = last.valid_to if last else unit.valid_from
    if unit.valid_to is not None or (since is not None and since > day):
        msg = f"'{unit.kind} {unit.name}' changes again after {day}. Enter changes in the order of their days."
        raise SetupFault(msg)
    return since


def _rename(tx: Transaction, unit: Unit, new: tuple[str, str], day: date) -> None:
    since = _named_since(tx, unit, day)
    old = UnitName(unit_id=unit.id or 0, kind=unit.kind, name=unit.name, valid_from=since, valid_to=day)
    unit.kind, unit.name = new
    areas.keep(tx, old, unit)


def _replace(tx: Transaction, old: Sequence[Unit], new: Sequence[tuple[str, str]], day: date) -> list[Unit]:
    covering = areas.teams_covering(tx, [unit.id or 0 for unit in old])
    for unit in old:
        _named_since(tx, unit, day)
        unit.valid_to = day
    areas.keep(tx, *old)
    one = len(new) == 1
    made = [
        Unit(
            province=old[0].province,
            commune=old[0].commune,
            kind=kind,
            name=name,
            households=_sum([unit.households for unit in old]) if one else None,
            population=_sum([unit.population for unit in old]) if one else None,
            valid_from=day,
        )
        for kind, name in new
    ]
    areas.keep(tx, *made)
    links = [UnitSuccessor(unit_id=unit.id or 0, successor_id=each.id or 0) for unit in old for each in made]
    areas.keep(tx, *links)
    teams = {team for unit in old for team in covering.get(unit.id or 0, ())}
    for unit in made:
        areas.cover(tx, unit.id or 0, teams)
    return made


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
