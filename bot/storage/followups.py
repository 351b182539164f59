"""Queries about visits that are wanted and questions about reports."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import Audit, FollowUp, Member, Report, ReportQuery, Team, TeamUnit, Unit
from bot.storage.database import Transaction
from bot.storage.prepared import Prepared

ACTIVE = ("open", "taken")
_FOLLOW_UP = FollowUp.metadata.tables["follow_up"]
_IS_ACTIVE = _FOLLOW_UP.c.status.in_([literal_column("'open'"), literal_column("'taken'")])  # for the partial index


def add(tx: Transaction, values: dict[str, Any]) -> int | None:
    """Keep a new visit; None when the same one is there already: of that report, or still wanted by that person."""
    dialect = postgresql if tx.is_postgres else sqlite
    row = {
        "wish": "any",
        "note": "",
        "person_id": None,
        "report_id": None,
        "status": "open",
        "turns": 0,
        "taker_id": None,
        "overdue_at": None,
        "done_report_id": None,
        **values,
    }
    statement = dialect.insert(_FOLLOW_UP).values(**row).on_conflict_do_nothing().returning(_FOLLOW_UP.c.id)
    return tx.connection.execute(statement).scalar_one_or_none()


def get(tx: Transaction, visit: int) -> FollowUp | None:
    """The visit of that id, locked."""
    query = select(FollowUp).where(col(FollowUp.id) == visit).with_for_update()
    return tx.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def move(tx: Transaction, visit: int, *, expected: Iterable[str], **values: Any) -> bool:
    """Change a visit if its status is still one of those expected. False when somebody was faster."""
    statement = update(_FOLLOW_UP).where(_FOLLOW_UP.c.id == visit, _FOLLOW_UP.c.status.in_(list(expected)))
    changed = tx.connection.execute(statement.values(**values)).rowcount == 1
    if "session" in tx.__dict__:
        tx.session.expire_all()
    return changed


_FOLLOWED = Prepared(select(_FOLLOW_UP.c.id).where(_FOLLOW_UP.c.report_id == bindparam("report")))


def is_followed(tx: Transaction, report: int) -> bool:
    """Whether a report ever asked for a visit."""
    return bool(_FOLLOWED.rows(tx, {"report": report}))


def of_report(tx: Transaction, report: int) -> FollowUp | None:
    """The visit that a report asks for."""
    return tx.session.scalars(select(FollowUp).where(col(FollowUp.report_id) == report)).one_or_none()


def wanted_by(tx: Transaction, person: int) -> Sequence[FollowUp]:
    """What a resident still waits for, the oldest first."""
    query = select(FollowUp).where(col(FollowUp.person_id) == person, col(FollowUp.status).in_(ACTIVE))
    return tx.session.scalars(query.order_by(col(FollowUp.id))).all()


def taken_by(tx: Transaction, person: int) -> Sequence[FollowUp]:
    """What a volunteer has taken and not done, the most urgent first."""
    query = select(FollowUp).where(col(FollowUp.taker_id) == person, col(FollowUp.status) == "taken")
    return tx.session.scalars(query.order_by(col(FollowUp.due_on), col(FollowUp.id))).all()


def of_teams(
    tx: Transaction, teams: Iterable[int], *, status: Iterable[str] = ACTIVE, limit: int | None = None, offset: int = 0
) -> Sequence[FollowUp]:
    """Visits in the places these teams cover, the most urgent first."""
    query = select(FollowUp).where(col(FollowUp.unit_id).in_(_covered(teams)), col(FollowUp.status).in_(list(status)))
    return tx.session.scalars(query.order_by(col(FollowUp.due_on), col(FollowUp.id)).limit(limit).offset(offset)).all()


def late(tx: Transaction, today: date) -> Sequence[FollowUp]:
    """Visits whose day has passed and of which no coordinator was told."""
    query = select(FollowUp).where(_IS_ACTIVE, col(FollowUp.due_on) < today, col(FollowUp.overdue_at).is_(None))
    query = query.order_by(col(FollowUp.due_on), col(FollowUp.id))
    return tx.session.scalars(query.with_for_update(skip_locked=True)).all()


def told_late_on(tx: Transaction, team: int, since: datetime, until: datetime) -> Sequence[FollowUp]:
    """Visits of a team that were found late between the two moments and are still to be done."""
    query = select(FollowUp).where(
        col(FollowUp.unit_id).in_(_covered([team])),
        col(FollowUp.status).in_(ACTIVE),
        col(FollowUp.overdue_at) >= since,
        col(FollowUp.overdue_at) < until,
    )
    return tx.session.scalars(query.order_by(col(FollowUp.due_on), col(FollowUp.id))).all()


def mark_late(tx: Transaction, visits: Iterable[int], now: datetime) -> None:
    """Note that the coordinator is told of these."""
    tx.connection.execute(update(_FOLLOW_UP).where(_FOLLOW_UP.c.id.in_(list(visits))).values(overdue_at=now))


def _covered(teams: Iterable[int]) -> Any:
    return select(col(TeamUnit.unit_id)).where(col(TeamUnit.team_id).in_(list(teams)))


def unit_labels(tx: Transaction, units: Iterable[int]) -> dict[int, str]:
    """By id, a place as people name it."""
    query = select(col(Unit.id), col(Unit.kind), col(Unit.name)).where(col(Unit.id).in_(set(units)))
    rows: Any = tx.connection.execute(query)
    return {unit: f"{kind} {name}".strip() for unit, kind, name in rows}


def members_covering(tx: Transaction, unit: int) -> list[tuple[int, str, int, str]]:
    """(person, role, team, its name) of everybody now in a team that covers a unit."""
    query = (
        select(col(Member.person_id), col(Member.role), col(Team.id), col(Team.name))
        .join(TeamUnit, col(TeamUnit.team_id) == col(Member.team_id))
        .join(Team, col(Team.id) == col(Member.team_id))
        .where(col(TeamUnit.unit_id) == unit, col(Member.until).is_(None))
        .order_by(col(Member.id))
    )
    rows: Any = tx.connection.execute(query)
    return [tuple(row) for row in rows]


def note(
    tx: Transaction, *, at: datetime, person: int | None, action: str, subject: tuple[str, int], **said: Any
) -> None:
    """Keep who did what to a visit or a question; never anybody's words."""
    name, number = subject
    tx.session.add(
        Audit(
            at=at,
            person_id=person,
            action=action,
            subject=name,
            subject_id=number,
            before=said.get("before"),
            after=said.get("after"),
        )
    )
    tx.session.flush()


# --- questions about reports -----------------------------------------------------------------------------------------


def add_query(tx: Transaction, query: ReportQuery) -> ReportQuery:
    """Keep a new question about a report."""
    tx.session.add(query)
    tx.session.flush()
    return query


def get_query(tx: Transaction, query: int) -> ReportQuery | None:
    """The question of that id, locked."""
    found = select(ReportQuery).where(col(ReportQuery.id) == query).with_for_update()
    return tx.session.scalars(found).one_or_none()


def queries_of(tx: Transaction, report: int) -> Sequence[ReportQuery]:
    """Every question about a report, the oldest first."""
    found = select(ReportQuery).where(col(ReportQuery.report_id) == report).order_by(col(ReportQuery.id))
    return tx.session.scalars(found).all()


def open_queries(
    tx: Transaction, *, team: int | None = None, person: int | None = None
) -> list[tuple[ReportQuery, Report]]:
    """Questions without an answer about a team's reports, or about those a person filed."""
    where: ColumnElement[bool] = col(ReportQuery.status) == literal_column("'open'")  # as the partial index says it
    found = (
        select(ReportQuery, Report)
        .join(Report, col(Report.id) == col(ReportQuery.report_id))
        .where(where, or_(col(Report.team_id) == (team or 0), col(Report.person_id) == (person or 0)))
        .order_by(col(ReportQuery.id))
    )
    return [(query, report) for query, report in tx.session.execute(found)]
