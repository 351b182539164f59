"""Outreach reports: counts of what a team did, never a resident's name."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from bot.models.base import JsonText, Row, UtcDateTime

OF_A_LINE = "message_chat <> ''"


class Report(Row, table=True):
    """One filed report: the latest version's answers, and the columns that summaries add up."""

    __table_args__ = (
        UniqueConstraint("team_id", "year", "number"),
        CheckConstraint("status IN ('filed', 'withdrawn')", name="status"),
        CheckConstraint("households BETWEEN 0 AND 9999", name="households"),
        CheckConstraint("people BETWEEN 0 AND 99999", name="people"),
        CheckConstraint("elderly IS NULL OR elderly BETWEEN 0 AND people", name="elderly"),
        CheckConstraint("version >= 1", name="version"),
        Index(  # what sums need, so that they read no report
            "ix_report_sums", "team_id", "day", "status", "person_id", "unit_id", "households", "people", "elderly"
        ),
        Index("ix_report_person_id", "person_id", "id"),
        Index("ix_report_line", "message_chat", sqlite_where=text(OF_A_LINE), postgresql_where=text(OF_A_LINE)),
    )

    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    year: int
    number: int
    person_id: int = Field(foreign_key="person.id")
    unit_id: int = Field(foreign_key="unit.id")
    form: str
    form_version: str
    day: date
    kind: str
    households: int
    people: int
    elderly: int | None = None
    result: str
    answers: Any = Field(sa_type=JsonText, nullable=False)
    status: str = "filed"
    version: int = 1
    said_at: datetime = Field(sa_type=UtcDateTime)  # the message's own time
    received_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message_chat: str = ""  # "channel:bot:chat:ref" of a one-line report, so that editing the line edits the report


class ReportVersion(Row, table=True):
    """What a report said at each version, and who changed it."""

    __tablename__ = "report_version"
    __table_args__ = (Index("ix_report_version_person_at", "person_id", "at"),)

    report_id: int = Field(foreign_key="report.id", primary_key=True)
    version: int = Field(primary_key=True)
    answers: Any = Field(sa_type=JsonText, nullable=False)
    person_id: int = Field(foreign_key="person.id")
    reason: str = ""
    at: datetime = Field(sa_type=UtcDateTime)


class ReportCounter(Row, table=True):
    """The last receipt number of a team in a year."""

    __tablename__ = "report_counter"

    team_id: int = Field(foreign_key="team.id", primary_key=True)
    year: int = Field(primary_key=True)
    last: int
