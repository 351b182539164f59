"""Queries about reporting periods, frozen summaries and what was corrected since."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import Audit, Member, PeriodSetting, Person, Report, Snapshot
from bot.storage.database import Transaction

_SETTING = PeriodSetting.metadata.tables["period_setting"]
_SNAPSHOT = Snapshot.metadata.tables["snapshot"]


def rules(tx: Transaction) -> dict[int, str]:
    """By team, the rule it chose; teams that chose none are missing."""
    rows: Any = tx.connection.execute(select(col(PeriodSetting.team_id), col(PeriodSetting.rule)))
    return dict(rows.all())


def rule_of(tx: Transaction, team: int) -> str | None:
    """The rule the team chose, if any."""
    return tx.connection.execute(
        select(col(PeriodSetting.rule)).where(col(PeriodSetting.team_id) == team)
    ).scalar_one_or_none()


def set_rule(tx: Transaction, team: int, rule: str, now: datetime) -> None:
    """Keep the team's choice."""
    dialect = postgresql if tx.is_postgres else sqlite
    tx.connection.execute(
        dialect.insert(_SETTING)
        .values(team_id=team, rule=rule, changed_at=now)
        .on_conflict_do_update(index_elements=["team_id"], set_={"rule": rule, "changed_at": now})
    )


def freeze(tx: Transaction, row: Snapshot) -> None:
    """Keep the summary of a closed period; one that is there stays as it is."""
    dialect = postgresql if tx.is_postgres else sqlite
    tx.connection.execute(dialect.insert(_SNAPSHOT).values(**row.model_dump()).on_conflict_do_nothing())


def frozen(tx: Transaction, team: int, rule: str, first: date) -> Snapshot | None:
    """The summary as it was when the period closed."""
    query = select(Snapshot).where(
        col(Snapshot.team_id) == team, col(Snapshot.rule) == rule, col(Snapshot.first) == first
    )
    return tx.session.scalars(query).one_or_none()


def changes_since(tx: Transaction, team: int, first: date, last: date, since: datetime) -> tuple[int, int]:
    """(reports filed, corrections) after that moment, of reports that are about the days first..last now."""
    query = (
        select(col(Audit.action), func.count())
        .join(Report, col(Report.id) == col(Audit.subject_id))
        .where(
            col(Audit.subject) == "report",
            col(Audit.action).in_(("file", "change", "withdraw", "restore")),
            col(Audit.at) > since,
            col(Report.team_id) == team,
            col(Report.day).between(first, last),
        )
        .group_by(col(Audit.action))
    )
    rows: Any = tx.connection.execute(query)
    counts = dict(rows.all())
    return counts.pop("file", 0), sum(counts.values())


def silent(tx: Transaction, team: int, first: date, last: date) -> list[int]:
    """The persons who volunteer for the team, want messages, and have filed nothing about the days first..last."""
    filed = select(col(Report.person_id)).where(
        col(Report.team_id) == team, col(Report.day).between(first, last), col(Report.status) == "filed"
    )
    query = (
        select(col(Member.person_id))
        .join(Person, col(Person.id) == col(Member.person_id))
        .where(
            col(Member.team_id) == team,
            col(Member.until).is_(None),
            col(Member.role) == "volunteer",
            col(Person.quiet).is_(False),
            col(Member.person_id).not_in(filed),
        )
        .order_by(col(Member.id))
    )
    return list(tx.connection.scalars(query))
