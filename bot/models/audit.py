"""Who changed what, when."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from bot.models.base import JsonText, Row, UtcDateTime

LATER = "action <> 'file'"  # everything but the making of a report


class Audit(Row, table=True):
    """One change: actor, action, subject, and the values before and after (no message text, no secrets)."""

    __table_args__ = (
        Index("ix_audit_subject", "subject", "subject_id"),
        Index("ix_audit_person_id", "person_id"),
        Index("ix_audit_later", "subject", "at", sqlite_where=text(LATER), postgresql_where=text(LATER)),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    person_id: int | None = None
    action: str
    subject: str
    subject_id: int
    before: Any = Field(default=None, sa_type=JsonText, nullable=True)
    after: Any = Field(default=None, sa_type=JsonText, nullable=True)
