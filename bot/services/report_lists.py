"""Filed reports found again: of a period, of a place, withdrawn ones; and what happened to each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from bot.core.days import week_of
from bot.core.people import Membership
from bot.core.receipt import read_receipt
from bot.models import Audit
from bot.services import reports
from bot.services.permissions import Action, require
from bot.services.reports import Change, Filed, difference, filed
from bot.storage import areas, followups, people
from bot.storage import reports as storage
from bot.storage.database import Transaction

PAGE = 5
AGAIN_DAYS = 14  # for so long a report serves as the pattern of the next one

Span = Literal["", "week", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which reports are wanted."""

    span: Span = ""
    unit: int = 0
    withdrawn: bool = False
    team: int | None = None  # the whole team's, for its coordinator
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Up to five reports, the newest first."""

    reports: tuple[Filed, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a report."""

    at: datetime
    action: str  # "file", "change", "withdraw" or "restore"
    person: int
    name: str
    changes: tuple[Change, ...] = ()
    reason: str = ""
    version: int = 0


def page(tx: Transaction, wanted: Filter, *, roles: Sequence[Membership], person: int, today: date) -> Page:
    """The reports wanted: the person's own, or a team's. NotAllowed for a team's without coordinating it."""
    of_team = wanted.team is not None
    conditions = storage.conditions(
        person=None if of_team else person,
        team=require(roles, Action.QUERY_REPORT, wanted.team).team if of_team else None,
        unit=wanted.unit or None,
        status="withdrawn" if wanted.withdrawn else None,
        days=_days(wanted.span, today),
    )
    found = storage.listed(tx, *conditions, limit=PAGE + 1, offset=wanted.offset, of_team=of_team)
    codes = areas.team_codes(tx, {report.team_id for report in found})
    shown = tuple(filed(report, codes[report.team_id]) for report in found[:PAGE])
    return Page(reports=shown, more=len(found) > PAGE)


def open_by_number(tx: Transaction, wanted: str, *, roles: Sequence[Membership], person: int) -> Filed:
    """The report of a receipt number, "TM-2026-0042", if this person may change it. KnownError otherwise."""
    code, year, serial = read_receipt(wanted) or ("", 0, 0)
    report = storage.by_number(tx, code, year, serial)
    return reports.open_for_change(tx, report or 0, roles=roles, person=person)


def my_places(tx: Transaction, person: int) -> dict[int, str]:
    """By id, the places a person reported about."""
    return followups.unit_labels(tx, storage.units_of_person(tx, person))


def place_names(tx: Transaction, units: Sequence[int]) -> dict[int, str]:
    """By id, places as people name them."""
    return followups.unit_labels(tx, units)


def filer(tx: Transaction, report: Filed) -> str:
    """The name of who filed a report, for who was let in to see it."""
    found = people.persons(tx, [report.person]).get(report.person)
    return found.name if found else ""


def pattern(tx: Transaction, *, person: int, today: date) -> Filed | None:
    """The person's newest report of the last 14 days that counts: what "as yesterday" means."""
    conditions = storage.conditions(person=person, status="filed", days=(today - timedelta(days=AGAIN_DAYS), today))
    found = storage.listed(tx, *conditions, limit=1)
    codes = areas.team_codes(tx, {report.team_id for report in found})
    return filed(found[0], codes[found[0].team_id]) if found else None


def newest(tx: Transaction, person: int, today: date) -> tuple[int, date] | None:
    """(team, day) of the report that `pattern` gives."""
    return storage.newest(tx, person, today - timedelta(days=AGAIN_DAYS), today)


def history(tx: Transaction, report_id: int, *, roles: Sequence[Membership], person: int) -> list[Event]:
    """Everything that happened to a report, the oldest first. KnownError for who may not see it."""
    reports.open_for_change(tx, report_id, roles=roles, person=person)
    rows = storage.trail(tx, report_id)
    names = people.persons(tx, sorted({row.person_id for row in rows if row.person_id}))
    reasons = {version.version: version.reason for version in storage.versions(tx, report_id)}
    events, version = [], 0
    for row in rows:
        version += row.action in ("file", "change")
        name = names[row.person_id].name if row.person_id in names else ""
        events.append(_event(row, name, version, reasons))
    return events


def _event(row: Audit, name: str, version: int, reasons: Mapping[int, str]) -> Event:
    changed = row.action == "change"
    return Event(
        at=row.at,
        action=row.action,
        person=row.person_id or 0,
        name=name,
        changes=tuple(difference(_answers(row.before), _answers(row.after))) if changed else (),
        reason=reasons.get(version, "") if changed else "",
        version=version,
    )


def _answers(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _days(span: Span, today: date) -> tuple[date, date] | None:
    if span == "week":
        return week_of(today)
    return (today.replace(day=1), today) if span == "month" else None
