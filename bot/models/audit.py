"""Who changed what, when."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from bot.models.base import JsonText, Row, UtcDateTime


class Audit(Row, table=True):
    """One change: actor, action, subject, and the values before and after (no message text, no secrets)."""

    __table_args__ = (Index("ix_audit_subject", "subject", "subject_id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    person_id: int | None = None
    action: str
    subject: str
    subject_id: int
    before: Any = Field(default=None, sa_type=JsonText, nullable=True)
    after: Any = Field(default=None, sa_type=JsonText, nullable=True)
