"""A visit as somebody may see it: a resident's name and note are for nobody but who took it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.models import FollowUp
from bot.storage import followups, people
from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit as somebody may see it."""

    id: int
    unit: int
    place: str
    skills: tuple[str, ...]
    wish: str
    note: str  # empty for who only may take it when a resident wrote it
    status: str
    from_report: bool
    since: datetime
    due_on: date
    mine: bool  # the one who looks took it
    resident: str = ""  # only for who took it
    taker: str = ""


def views(tx: Transaction, rows: Sequence[FollowUp], *, person: int) -> list[Visit]:
    """The rows as this person may see them: a name and a note only for who took it, or asked for it."""
    labels = followups.unit_labels(tx, {row.unit_id for row in rows})
    takers = {row.taker_id for row in rows if row.taker_id}
    residents = {row.person_id for row in rows if row.person_id and row.taker_id == person}
    named = people.persons(tx, sorted(takers | residents)) if takers | residents else {}
    names = {each: known.name for each, known in named.items()}
    return [_visit(row, labels, names, person) for row in rows]


def _visit(row: FollowUp, labels: Mapping[int, str], names: Mapping[int, str], person: int) -> Visit:
    mine = bool(person) and row.taker_id == person
    return Visit(
        id=row.id or 0,
        unit=row.unit_id,
        place=labels.get(row.unit_id, ""),
        skills=tuple(row.skills),
        wish=row.wish,
        note=row.note if mine or row.person_id == person else "",
        status=row.status,
        from_report=row.report_id is not None,
        since=row.created_at,
        due_on=row.due_on,
        mine=mine,
        resident=names.get(row.person_id or 0, "") if mine else "",
        taker=names.get(row.taker_id or 0, ""),
    )
