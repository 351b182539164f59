"""Queries about reporting periods, frozen summaries and what was corrected since."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, exists, func, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import Audit, Member, PeriodSetting, Person, Report, Snapshot, Team
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


def not_frozen(tx: Transaction, rule: str, first: date, *, default: str, limit: int) -> list[int]:
    """Up to so many teams that report by that rule and whose period that began on `first` is not frozen yet."""
    there = exists().where(_SNAPSHOT.c.team_id == col(Team.id), _SNAPSHOT.c.rule == rule, _SNAPSHOT.c.first == first)
    query = (
        select(col(Team.id))
        .outerjoin(_SETTING, _SETTING.c.team_id == col(Team.id))
        .where(func.coalesce(_SETTING.c.rule, default) == rule, ~there)
        .order_by(col(Team.id))
        .limit(limit)
    )
    return list(tx.connection.scalars(query))


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
    query = _silent(first, last).where(col(Member.team_id) == team)
    return [person for _, person in tx.connection.execute(query)]


def all_silent(tx: Transaction, first: date, last: date) -> list[tuple[int, int]]:
    """(team, person) of those of every team."""
    rows: Any = tx.connection.execute(_silent(first, last))
    return [(team, person) for team, person in rows]


def leaders(tx: Transaction) -> list[tuple[int, int]]:
    """(team, person) of everybody who coordinates a team now and wants messages."""
    rows: Any = tx.connection.execute(_members("coordinator"))
    return [(team, person) for team, person in rows]


def _members(role: str) -> Select[Any]:
    columns: list[Any] = [col(Member.team_id), col(Member.person_id)]
    query: Select[Any] = select(*columns).join(Person, col(Person.id) == col(Member.person_id))
    now = (col(Member.until).is_(None), col(Member.role) == role, col(Person.quiet).is_(False))
    return query.where(*now).order_by(col(Member.id))


def _silent(first: date, last: date) -> Select[Any]:
    filed = select(col(Report.id)).where(
        col(Report.team_id) == col(Member.team_id),
        col(Report.day).between(first, last),
        col(Report.status) == "filed",
        col(Report.person_id) + literal_column("0") == col(Member.person_id),  # else SQLite reads all they ever filed
    )
    return _members("volunteer").where(~filed.exists())
