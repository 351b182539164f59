"""Outreach reports: filed, found, changed, withdrawn; every value is checked here again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.days import week_of
from bot.core.errors import N_, KnownError
from bot.core.forms import Form, FormState, problems
from bot.core.free_text import kept
from bot.core.people import Membership
from bot.core.receipt import receipt_number
from bot.models import Report
from bot.services import followups, queries, teams
from bot.services.permissions import Action, allowed, require
from bot.storage import areas, reports
from bot.storage.database import Transaction

REASON_LIMIT = 200
KEPT_BACK = timedelta(days=30)  # for so long a withdrawn report may be brought back
LATE = timedelta(hours=2)  # a message this much older than its arrival waited in a queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a person is told when a report is filed."""

    number: str  # "TM-2026-0042"
    report: int
    week_reports: int
    week_households: int
    late: bool
    visit: int = 0  # the follow-up that it asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A report that was filed, as handlers see it."""

    id: int
    team: int
    number: str
    day: date
    status: str  # "filed" or "withdrawn"
    version: int
    person: int
    received_at: datetime
    late: bool  # it was written long before it arrived
    withdrawn_at: datetime | None
    state: FormState  # its form and answers, open for correction


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that an edit changed."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a person is told when a report is changed."""

    number: str
    count: int  # which change of this report it is
    changes: tuple[Change, ...]  # empty: nothing differs, and nothing was written


def number(report: Report, code: str) -> str:
    """The receipt number as people see it."""
    return receipt_number(code, report.year, report.number)


def check(tx: Transaction, form: Form, state: FormState, *, roles: Sequence[Membership], today: date) -> Membership:
    """The role under which the form may be filed. Raises the first thing that stands against it."""
    role = require(roles, Action.FILE_REPORT, state.team)
    if found := problems(form, state, today):
        raise found[0]
    if state.answers["place"] not in {place.id for place in teams.places(tx, role.team, today)}:
        raise KnownError(N_("This place is not covered by your team. Choose another one."))
    return role


def twin(tx: Transaction, state: FormState, *, role: Membership, person: int, now: datetime) -> str | None:
    """The number of a report of the last days that says the same; None when there is none."""
    says = {**_columns(state.answers), "team_id": role.team, "person_id": person}
    found = reports.twin(tx, {name: says[name] for name in reports.SAME}, now)
    return receipt_number(role.team_code, *found) if found else None


def file(
    tx: Transaction,
    form: Form,
    state: FormState,
    *,
    roles: Sequence[Membership],
    person: int,
    now: datetime,
    today: date,
) -> Receipt:
    """File a complete report. NotAllowed or AnswerRejected when it cannot be."""
    role = check(tx, form, state, roles=roles, today=today)
    said_at = datetime.fromisoformat(state.said_at) if state.said_at else now
    serial = reports.next_number(tx, role.team, today.year)
    report = reports.add(
        tx, _report(state, role=role, person=person, said_at=said_at, now=now, year=today.year, serial=serial)
    )
    reports.note(tx, at=now, person=person, action="file", report=report.id or 0, before=None, after=state.answers)
    monday, sunday = week_of(today)
    week_reports, week_households = reports.week_of_person(tx, person, monday, sunday)
    return Receipt(
        number=number(report, role.team_code),
        report=report.id or 0,
        week_reports=week_reports,
        week_households=week_households,
        late=now - said_at > LATE,
        visit=followups.follow_report(tx, report, person=person, now=now),
    )


def change(
    tx: Transaction,
    form: Form,
    state: FormState,
    *,
    roles: Sequence[Membership],
    person: int,
    now: datetime,
    today: date,
) -> Changed:
    """Write a new version of a filed report. KnownError or AnswerRejected when it cannot be."""
    report, role = _mine(tx, state.report, roles=roles, person=person)
    if report.status == "withdrawn":
        raise KnownError(N_("This report is withdrawn. Bring it back first."))
    if found := problems(form, state, today):
        raise found[0]
    known = {place.id for place in teams.places(tx, report.team_id, today)}
    if state.answers["place"] not in known | {report.unit_id}:  # it may stay where it was made
        raise KnownError(N_("This place is not covered by your team. Choose another one."))
    changes = difference(report.answers, state.answers)
    if not changes:
        return Changed(number=number(report, role.team_code), count=report.version - 1, changes=())
    before = report.answers
    for name, value in _columns(state.answers).items():
        setattr(report, name, value)
    report.version += 1
    tx.session.add(report)
    reports.add_version(tx, report, person=person, reason=kept(state.reason, REASON_LIMIT), at=now)
    reports.note(tx, at=now, person=person, action="change", report=state.report, before=before, after=state.answers)
    followups.follow_report(tx, report, person=person, now=now)
    queries.settle_by_change(tx, state.report, person=person, now=now)
    return Changed(number=number(report, role.team_code), count=report.version - 1, changes=tuple(changes))


def give_reason(tx: Transaction, reason: str, *, person: int, now: datetime) -> str | None:
    """Keep why this person's last change of the day was made: the report's number; None when there is no change."""
    found = reports.newest_change(tx, person, now - timedelta(days=1))
    said = kept(reason, REASON_LIMIT)
    if found is None or not said:
        return None
    report, version = found
    version.reason = said
    tx.session.add(version)
    tx.session.flush()
    return number(report, areas.team_codes(tx, {report.team_id})[report.team_id])


def set_withdrawn(
    tx: Transaction, report_id: int, *, withdrawn: bool, roles: Sequence[Membership], person: int, now: datetime
) -> str:
    """Withdraw a report, or within 30 days bring it back; its number. What was withdrawn counts nowhere."""
    report, role = _mine(tx, report_id, roles=roles, person=person)
    before, status = report.status, "withdrawn" if withdrawn else "filed"
    if before == status:
        return number(report, role.team_code)
    if not withdrawn and report.withdrawn_at and now - report.withdrawn_at > KEPT_BACK:
        raise KnownError(
            N_("This report was withdrawn more than {days} days ago and cannot be brought back. File it again."),
            days=KEPT_BACK.days,
        )
    report.status, report.withdrawn_at = status, now if withdrawn else None
    tx.session.add(report)
    action = "withdraw" if withdrawn else "restore"
    reports.note(tx, at=now, person=person, action=action, report=report_id, before=before, after=report.status)
    followups.follow_report(tx, report, person=person, now=now)
    return number(report, role.team_code)


def mine(tx: Transaction, person: int, limit: int = 5) -> list[Filed]:
    """The person's newest reports, the newest first."""
    found = reports.latest_of(tx, person, limit)
    codes = areas.team_codes(tx, {report.team_id for report in found})
    return [filed(report, codes[report.team_id]) for report in found]


def open_for_change(tx: Transaction, report_id: int, *, roles: Sequence[Membership], person: int) -> Filed:
    """The report, if this person may change it."""
    report, role = _mine(tx, report_id, roles=roles, person=person)
    return filed(report, role.team_code)


def of_line(tx: Transaction, line: str, *, roles: Sequence[Membership], person: int) -> Filed | None:
    """The report that a one-line message made, if this person may change it; None when the line made none."""
    report = reports.by_line(tx, line)
    return open_for_change(tx, report.id or 0, roles=roles, person=person) if report else None


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The fields whose values differ, in the order of the newer answers."""
    names = [*after, *(name for name in before if name not in after)]
    return [
        Change(name=name, before=before.get(name), after=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _mine(tx: Transaction, report_id: int, *, roles: Sequence[Membership], person: int) -> tuple[Report, Membership]:
    report = reports.get(tx, report_id)
    role = allowed(roles, Action.CHANGE_REPORT, report.team_id) if report else None
    if report is None or role is None or (report.person_id != person and role.role != "coordinator"):
        raise KnownError(N_("Only who filed this report, or the coordinator of its team, may change it."))
    return report, role


def filed(report: Report, code: str) -> Filed:
    """A row as handlers see it."""
    state = FormState(
        form=report.form,
        version=report.form_version,
        answers=dict(report.answers),
        report=report.id or 0,
        team=report.team_id,
        line=report.message_chat,
    )
    return Filed(
        id=report.id or 0,
        team=report.team_id,
        number=number(report, code),
        day=report.day,
        status=report.status,
        version=report.version,
        person=report.person_id,
        received_at=report.received_at,
        late=report.received_at - report.said_at > LATE,
        withdrawn_at=report.withdrawn_at,
        state=state,
    )


def _columns(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "unit_id": answers["place"],
        "day": date.fromisoformat(answers["day"]),
        "kind": answers["kind"],
        "households": answers["households"],
        "people": answers["people"],
        "elderly": answers.get("elderly"),
        "result": answers["result"],
        "answers": dict(answers),
    }


def _report(
    state: FormState, *, role: Membership, person: int, said_at: datetime, now: datetime, year: int, serial: int
) -> Report:
    return Report(
        team_id=role.team,
        year=year,
        number=serial,
        person_id=person,
        form=state.form,
        form_version=state.version,
        said_at=said_at,
        received_at=now,
        message_chat=state.line,
        **_columns(state.answers),
    )
