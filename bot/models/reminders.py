"""What falls due: one row per thing, occurrence, lead and person, whatever runs twice; and what a person wants."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from bot.models.base import JsonText, Row, UtcDateTime

SETTLED = "settled_at IS NOT NULL"


class Due(Row, table=True):
    """One unasked message to one person at one time."""

    __table_args__ = (
        UniqueConstraint("rule", "occurrence", "lead", "person_id"),
        CheckConstraint("status IN ('waiting', 'queued', 'skipped')", name="status"),
        Index(
            "ix_due_waiting",
            "due_at",
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
        Index("ix_due_person_id", "person_id"),
        Index("ix_due_settled_at", "settled_at", sqlite_where=text(SETTLED), postgresql_where=text(SETTLED)),
    )

    id: int | None = Field(default=None, primary_key=True)
    rule: str  # "date:<id>", "team:<id>", "again:<rule>", "summary:<team>", "nudge:<team>", or news
    occurrence: date
    lead: int = 0  # days before
    person_id: int = Field(foreign_key="person.id")
    due_at: datetime = Field(sa_type=UtcDateTime)
    planned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # before it was moved; None: as due_at
    urgency: int | None = None  # 1: goes first, in the Tết break and in pauses too
    status: str = "waiting"
    reason: str = ""  # why it was moved or skipped
    joined_to: int | None = None  # the due row whose message says this too
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReminderSetting(Row, table=True):
    """When and how a person wants to be reminded; nobody who never chose has a row."""

    __tablename__ = "reminder_setting"
    __table_args__ = (CheckConstraint("quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439", name="quiet"),)

    person_id: int = Field(primary_key=True, foreign_key="person.id", sa_column_kwargs={"autoincrement": False})
    quiet_from: int  # minutes of the local day
    quiet_to: int
    weekends: bool = True
    leads: Any = Field(default=None, sa_type=JsonText, nullable=True)  # days before, of every date; None: each date's
    changed_at: datetime = Field(sa_type=UtcDateTime)


class ReminderMute(Row, table=True):
    """What a person wants to hear no more of: a rule ("date:<id>", "team:<id>") or a topic ("topic:target")."""

    __tablename__ = "reminder_mute"

    person_id: int = Field(primary_key=True, foreign_key="person.id", sa_column_kwargs={"autoincrement": False})
    subject: str = Field(primary_key=True)
    muted_at: datetime = Field(sa_type=UtcDateTime)


class JobMark(Row, table=True):
    """How far a job has come: what it missed while the program was down is made up for."""

    __tablename__ = "job_mark"

    name: str = Field(primary_key=True)
    day: date
