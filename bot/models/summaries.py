"""A team's reporting period, and what was true when a period closed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from bot.models.base import JsonText, Row, UtcDateTime


class PeriodSetting(Row, table=True):
    """The period a team reports by; a team without a row reports by the week."""

    __tablename__ = "period_setting"
    __table_args__ = (CheckConstraint("rule IN ('week', 'month', 'mid_month', 'quarter')", name="rule"),)

    team_id: int = Field(foreign_key="team.id", primary_key=True, sa_column_kwargs={"autoincrement": False})
    rule: str
    changed_at: datetime = Field(sa_type=UtcDateTime)


class Snapshot(Row, table=True):
    """The summary of a closed period, frozen: the same period always reads the same."""

    team_id: int = Field(foreign_key="team.id", primary_key=True, sa_column_kwargs={"autoincrement": False})
    rule: str = Field(primary_key=True)
    first: date = Field(primary_key=True)
    last: date
    body: Any = Field(sa_type=JsonText, nullable=False)  # bot.services.summary.Summary
    closed_at: datetime = Field(sa_type=UtcDateTime)
