"""Queries about outreach reports."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import Audit, Report, ReportCounter, ReportVersion, Team
from bot.storage import audit
from bot.storage.database import Transaction

SAME = ("person_id", "team_id", "unit_id", "day", "households", "people")  # what two reports that are one share

_COUNTER = ReportCounter.metadata.tables["report_counter"]
_REPORT = Report.metadata.tables["report"]
_NEW = insert(_REPORT).returning(_REPORT.c.id)
_NEW_VERSION = insert(ReportVersion.metadata.tables["report_version"])
_WEEK = select(func.count(), func.coalesce(func.sum(_REPORT.c.households), 0)).where(
    _REPORT.c.person_id == bindparam("person"),
    _REPORT.c.day.between(bindparam("first"), bindparam("last")),
    _REPORT.c.status == "filed",
)
_TWINS = (
    select(_REPORT.c.year, _REPORT.c.number)
    .where(
        *(_REPORT.c[name] == bindparam(name) for name in SAME),
        _REPORT.c.status == "filed",
        _REPORT.c.received_at > bindparam("since"),
    )
    .order_by(_REPORT.c.id)
    .limit(1)
)


def next_number(tx: Transaction, team: int, year: int) -> int:
    """The team's next receipt number of that year, taken."""
    dialect = postgresql if tx.is_postgres else sqlite
    statement = (
        dialect.insert(_COUNTER)
        .values(team_id=team, year=year, last=1)
        .on_conflict_do_update(index_elements=["team_id", "year"], set_={"last": _COUNTER.c.last + 1})
        .returning(_COUNTER.c.last)
    )
    return int(tx.connection.execute(statement).scalar_one())


def add(tx: Transaction, report: Report) -> Report:
    """Keep a new report with its first version."""
    report.id = tx.connection.execute(_NEW, report.model_dump(exclude={"id"})).scalar_one()
    add_version(tx, report, person=report.person_id, reason="", at=report.received_at)
    return report


def add_version(tx: Transaction, report: Report, *, person: int, reason: str, at: datetime) -> None:
    """Keep what the report says now as its newest version."""
    row = {
        "report_id": report.id,
        "version": report.version,
        "answers": report.answers,
        "person_id": person,
        "reason": reason,
        "at": at,
    }
    tx.connection.execute(_NEW_VERSION, row)


def note(tx: Transaction, *, at: datetime, person: int, action: str, report: int, before: Any, after: Any) -> None:
    """Keep who changed what."""
    audit.note(tx, at=at, person=person, action=action, subject=("report", report), before=before, after=after)


def get(tx: Transaction, report: int) -> Report | None:
    """The report of that id, locked."""
    return tx.session.scalars(select(Report).where(col(Report.id) == report).with_for_update()).one_or_none()


def by_line(tx: Transaction, line: str) -> Report | None:
    """The report that a one-line message made."""
    return tx.session.scalars(select(Report).where(col(Report.message_chat) == line).with_for_update()).first()


def latest_of(tx: Transaction, person: int, limit: int) -> list[Report]:
    """A person's newest reports, the newest first."""
    query = select(Report).where(col(Report.person_id) == person).order_by(col(Report.id).desc()).limit(limit)
    return list(tx.session.scalars(query))


def of_team(tx: Transaction, team: int, first: date, last: date) -> Sequence[Report]:
    """A team's reports about the days first..last, withdrawn ones left out, by day."""
    query = (
        select(Report)
        .where(
            col(Report.team_id) == team,
            col(Report.day).between(first, last),
            col(Report.status) == "filed",
        )
        .order_by(col(Report.day), col(Report.id))
    )
    return tx.session.scalars(query).all()


def twin(tx: Transaction, report: Report, days: int = 3) -> tuple[int, int] | None:
    """(year, number) of a report of the last days with the same place, day and counts by the same person."""
    since = report.received_at - timedelta(days=days)
    found: Any = tx.connection.execute(_TWINS, {"since": since, **report.model_dump(include=set(SAME))}).one_or_none()
    return None if found is None else (found.year, found.number)


def week_of_person(tx: Transaction, person: int, first: date, last: date) -> tuple[int, int]:
    """(reports, households) of a person over the days first..last."""
    number, households = tx.connection.execute(_WEEK, {"person": person, "first": first, "last": last}).one()
    return int(number), int(households)


def corrections(tx: Transaction, team: int, since: datetime, until: datetime) -> int:
    """How many new versions or withdrawals the team's reports saw between the two moments."""
    query = (
        select(func.count())
        .select_from(Audit)
        .join(Report, col(Report.id) == col(Audit.subject_id))
        .where(
            col(Audit.subject) == "report",
            col(Audit.action) != "file",
            col(Report.team_id) == team,
            col(Audit.at) >= since,
            col(Audit.at) < until,
        )
    )
    return int(tx.connection.execute(query).scalar_one())


def by_number(tx: Transaction, code: str, year: int, serial: int) -> int | None:
    """The id of the report with that receipt number."""
    query = (
        select(col(Report.id))
        .join(Team, col(Team.id) == col(Report.team_id))
        .where(col(Team.code) == code, col(Report.year) == year, col(Report.number) == serial)
    )
    return tx.connection.execute(query).scalar_one_or_none()


def newest_change(tx: Transaction, person: int, since: datetime) -> tuple[Report, ReportVersion] | None:
    """The newest version by which this person changed a report, if it is not older than `since`."""
    query = (
        select(Report, ReportVersion)
        .join(ReportVersion, col(ReportVersion.report_id) == col(Report.id))
        .where(col(ReportVersion.person_id) == person, col(ReportVersion.version) > 1, col(ReportVersion.at) >= since)
        .order_by(col(ReportVersion.at).desc(), col(ReportVersion.report_id).desc())
        .limit(1)
    )
    row = tx.session.execute(query).one_or_none()
    return (row[0], row[1]) if row else None


def versions(tx: Transaction, report: int) -> Sequence[ReportVersion]:
    """What the report said, version after version."""
    query = select(ReportVersion).where(col(ReportVersion.report_id) == report)
    return tx.session.scalars(query.order_by(col(ReportVersion.version))).all()


def trail(tx: Transaction, report: int) -> Sequence[Audit]:
    """Who filed, changed, withdrew and restored the report, the oldest first."""
    query = select(Audit).where(col(Audit.subject) == "report", col(Audit.subject_id) == report)
    return tx.session.scalars(query.order_by(col(Audit.id))).all()


def listed(tx: Transaction, *where: ColumnElement[bool], limit: int, offset: int = 0) -> list[Report]:
    """Reports that meet all conditions, the newest first."""
    query = select(Report).where(*where).order_by(col(Report.id).desc()).limit(limit).offset(offset)
    return list(tx.session.scalars(query))


def conditions(
    *,
    person: int | None = None,
    team: int | None = None,
    unit: int | None = None,
    status: str | None = None,
    days: tuple[date, date] | None = None,
) -> list[ColumnElement[bool]]:
    """The conditions of `listed`, those that are given."""
    found: list[ColumnElement[bool]] = []
    for column, value in (("person_id", person), ("team_id", team), ("unit_id", unit), ("status", status)):
        if value is not None:
            found.append(col(getattr(Report, column)) == value)
    if days:
        found.append(col(Report.day).between(*days))
    return found


def units_of_person(tx: Transaction, person: int) -> list[int]:
    """The places a person filed reports about."""
    query = select(col(Report.unit_id)).where(col(Report.person_id) == person).distinct()
    return sorted(tx.connection.scalars(query).all())
