"""Visits that are wanted, and questions about reports: what is still to be done for somebody."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from bot.models.base import JsonText, Row, UtcDateTime
from bot.models.sealed import Sealed

ACTIVE = "status IN ('open', 'taken')"
OPEN = "status = 'open'"


class FollowUp(Row, table=True):
    """One visit: a resident asked for it (`person_id`), or a report says that another one is needed (`report_id`).

    No phone, no address: the team calls on the hamlet.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        UniqueConstraint("report_id"),
        CheckConstraint("status IN ('open', 'taken', 'done', 'cancelled')", name="status"),
        CheckConstraint("status <> 'taken' OR taker_id IS NOT NULL", name="taker"),
        Index(
            "uq_follow_up_active",
            "person_id",
            "skills",
            unique=True,
            sqlite_where=text(ACTIVE),
            postgresql_where=text(ACTIVE),
        ),
        Index("ix_follow_up_unit_status", "unit_id", "status"),
        Index("ix_follow_up_taker_id", "taker_id"),
        Index("ix_follow_up_person_id", "person_id"),
        Index("ix_follow_up_due_on", "due_on", sqlite_where=text(ACTIVE), postgresql_where=text(ACTIVE)),
    )

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    skills: Any = Field(sa_type=JsonText, nullable=False)  # names of the form's choices
    wish: str = "any"  # when it suits: a name of bot.services.followups.WISHES
    note: str = Field(default="", sa_type=Sealed("follow_up.note"))  # masked
    person_id: int | None = Field(default=None, foreign_key="person.id")
    report_id: int | None = Field(default=None, foreign_key="report.id")
    status: str = "open"
    taker_id: int | None = Field(default=None, foreign_key="person.id")
    turns: int = 0  # how often somebody took it
    due_on: date
    overdue_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # when the coordinator was told
    done_report_id: int | None = Field(default=None, foreign_key="report.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class ReportQuery(Row, table=True):
    """A coordinator's question about a report, and what came of it."""

    __tablename__ = "report_query"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'answered', 'changed')", name="status"),
        Index("ix_report_query_report_id", "report_id"),
        Index("ix_report_query_asker_id", "asker_id"),
        Index("ix_report_query_open", "report_id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    )

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id")
    asker_id: int = Field(foreign_key="person.id")
    text: str = Field(sa_type=Sealed("report_query.text"))  # masked
    asked_at: datetime = Field(sa_type=UtcDateTime)
    status: str = "open"
    answer: str = Field(default="", sa_type=Sealed("report_query.answer"))  # masked
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
