"""Queries about outreach reports."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import Audit, Report, ReportCounter, ReportVersion, Team
from bot.storage import audit
from bot.storage.database import Transaction
from bot.storage.prepared import Prepared

SAME = ("person_id", "team_id", "unit_id", "day", "households", "people")  # what two reports that are one share

_COUNTER = ReportCounter.metadata.tables["report_counter"]
_REPORT = Report.metadata.tables["report"]
_COLUMNS = tuple(column.name for column in _REPORT.c if column.name != "id")
_NEW = Prepared(insert(_REPORT).returning(_REPORT.c.id), columns=_COLUMNS)
_NEW_VERSION = Prepared(
    insert(ReportVersion.metadata.tables["report_version"]),
    columns=("report_id", "version", "answers", "person_id", "reason", "at"),
)
_NEXT_NUMBER = Prepared(
    *(
        dialect.insert(_COUNTER)
        .values(team_id=bindparam("team"), year=bindparam("of_year"), last=1)
        .on_conflict_do_update(index_elements=["team_id", "year"], set_={"last": _COUNTER.c.last + 1})
        .returning(_COUNTER.c.last)
        for dialect in (sqlite, postgresql)
    )
)
# written out for the partial indexes
_OF_A_LINE = _REPORT.c.message_chat != literal_column("''")
_IS_CORRECTION = and_(col(Audit.subject) == "report", col(Audit.action) != literal_column("'file'"))
_older = _REPORT.alias("older")
_OLDER = (  # nobody reports about a day to come: what is about these days was received after it
    select(_older.c.id)
    .where(_older.c.person_id == bindparam("person"), _older.c.received_at < bindparam("since"))
    .order_by(_older.c.id.desc())
    .limit(1)
)
_WEEK = Prepared(
    select(func.count(), func.coalesce(func.sum(_REPORT.c.households), 0)).where(
        _REPORT.c.person_id == bindparam("person"),
        _REPORT.c.id > func.coalesce(_OLDER.scalar_subquery(), 0),
        _REPORT.c.day.between(bindparam("first"), bindparam("last")),
        _REPORT.c.status == "filed",
    )
)
_NEWEST = Prepared(
    select(_REPORT.c.team_id, _REPORT.c.day)
    .where(
        _REPORT.c.person_id == bindparam("person"),
        _REPORT.c.day.between(bindparam("first"), bindparam("last")),
        _REPORT.c.status == "filed",
    )
    .order_by(_REPORT.c.id.desc())
    .limit(1)
)
_TWINS = Prepared(
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
    return int(_NEXT_NUMBER.one(tx, {"team": team, "of_year": year})[0])


def add(tx: Transaction, report: Report) -> Report:
    """Keep a new report with its first version."""
    report.id = _NEW.one(tx, {name: getattr(report, name) for name in _COLUMNS})[0]
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
    _NEW_VERSION.change(tx, row)


def note(tx: Transaction, *, at: datetime, person: int, action: str, report: int, before: Any, after: Any) -> None:
    """Keep who changed what."""
    audit.note(tx, at=at, person=person, action=action, subject=("report", report), before=before, after=after)


def get(tx: Transaction, report: int) -> Report | None:
    """The report of that id, locked."""
    return tx.session.scalars(select(Report).where(col(Report.id) == report).with_for_update()).one_or_none()


def by_line(tx: Transaction, line: str) -> Report | None:
    """The report that a one-line message made."""
    mine = (col(Report.message_chat) == line, _OF_A_LINE)
    return tx.session.scalars(select(Report).where(*mine).with_for_update()).first()


def latest_of(tx: Transaction, person: int, limit: int) -> list[Report]:
    """A person's newest reports, the newest first."""
    query = select(Report).where(col(Report.person_id) == person).order_by(col(Report.id).desc()).limit(limit)
    return list(tx.session.scalars(query))


class Row(NamedTuple):
    """What a summary needs of a report."""

    person_id: int
    unit_id: int
    households: int
    people: int
    elderly: int | None
    answers: dict[str, Any]


_OF_TEAM = (
    select(*(_REPORT.c[name] for name in Row._fields))
    .where(
        _REPORT.c.team_id == bindparam("team"),
        _REPORT.c.day.between(bindparam("first"), bindparam("last")),
        _REPORT.c.status == "filed",
    )
    .order_by(_REPORT.c.day, _REPORT.c.id)
)


def of_team(tx: Transaction, team: int, first: date, last: date) -> Sequence[Row]:
    """A team's reports about the days first..last, withdrawn ones left out, by day."""
    rows: Any = tx.connection.execute(_OF_TEAM, {"team": team, "first": first, "last": last})
    return [Row(*row) for row in rows]


def twin(tx: Transaction, same: Mapping[str, Any], now: datetime, days: int = 3) -> tuple[int, int] | None:
    """(year, number) of a report of the last days with the same place, day and counts by the same person (SAME)."""
    found = _TWINS.row(tx, {**same, "since": now - timedelta(days=days)})
    return (found[0], found[1]) if found else None


def newest(tx: Transaction, person: int, first: date, last: date) -> tuple[int, date] | None:
    """(team, day) of the newest report of a person that counts and is about the days first..last."""
    found = _NEWEST.row(tx, {"person": person, "first": first, "last": last})
    return (found[0], found[1]) if found else None


def week_of_person(tx: Transaction, person: int, first: date, last: date) -> tuple[int, int]:
    """(reports, households) of a person over the days first..last."""
    since = datetime.combine(first, time(), tzinfo=UTC) - timedelta(days=1)  # the day begins earlier in the east
    values = {"person": person, "first": first, "last": last, "since": since}
    number, households = _WEEK.one(tx, values)
    return int(number), int(households)


def corrections(tx: Transaction, team: int, since: datetime, until: datetime) -> int:
    """How many new versions or withdrawals the team's reports saw between the two moments."""
    query = (
        select(func.count())
        .select_from(Audit)
        .join(Report, col(Report.id) == col(Audit.subject_id))
        .where(
            _IS_CORRECTION,
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


def listed(
    tx: Transaction, *where: ColumnElement[bool], limit: int, offset: int = 0, of_team: bool = False
) -> list[Report]:
    """Reports that meet all conditions, the newest first. Those `of_team` are found by their numbers, which grow."""
    order = (col(Report.year).desc(), col(Report.number).desc()) if of_team else (col(Report.id).desc(),)
    query = select(Report).where(*where).order_by(*order).limit(limit).offset(offset)
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
