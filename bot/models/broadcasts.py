"""One message to many: what it says, to whom, and how far it has come."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime


class Broadcast(Row, table=True):
    """A coordinator's message to a part of the team, to be handed over to the outbox from `due_at` on."""

    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'done', 'stopped')", name="status"),
        CheckConstraint("length(text) BETWEEN 1 AND 1200", name="text"),
        Index("ix_broadcast_team_id", "team_id", "id"),
        Index(
            "ix_broadcast_waiting",
            "due_at",
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    person_id: int = Field(foreign_key="person.id")  # who sent it
    segment: str  # see bot.services.broadcasts.SEGMENTS
    text: str
    due_at: datetime = Field(sa_type=UtcDateTime)
    status: str = "waiting"  # done: everybody was handed over
    reason: str = ""  # why it was stopped: by somebody, or by itself
    created_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BroadcastRecipient(Row, table=True):
    """One person it is for, fixed when it was confirmed."""

    __tablename__ = "broadcast_recipient"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'queued', 'skipped')", name="status"),
        Index("ix_broadcast_recipient_person_id", "person_id"),
    )

    broadcast_id: int = Field(foreign_key="broadcast.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    status: str = "waiting"
    reason: str = ""  # of a skipped one: quiet, unreachable, left
