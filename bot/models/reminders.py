"""What falls due: one row per thing, occurrence, lead and person, whatever runs twice."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime


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
    )

    id: int | None = Field(default=None, primary_key=True)
    rule: str  # "date:<id>" or "summary:<team>"
    occurrence: date
    lead: int = 0  # days before
    person_id: int = Field(foreign_key="person.id")
    due_at: datetime = Field(sa_type=UtcDateTime)
    status: str = "waiting"
    reason: str = ""
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
