"""Who wants to join a team, and who tries codes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime

WAITING = "status = 'waiting'"


class JoinRequest(Row, table=True):
    """Somebody used a code that needs a coordinator's word. Until then they have no role."""

    __tablename__ = "join_request"
    __table_args__ = (
        CheckConstraint("role IN ('volunteer', 'coordinator')", name="role"),
        CheckConstraint("status IN ('waiting', 'approved', 'refused')", name="status"),
        Index(
            "uq_join_request_waiting",
            "team_id",
            "person_id",
            unique=True,
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
        Index("ix_join_request_person_id", "person_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    person_id: int = Field(foreign_key="person.id")
    role: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    status: str = "waiting"
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CodeAttempt(Row, table=True):
    """A code that was typed and did not work. The code itself is not kept."""

    __tablename__ = "code_attempt"
    __table_args__ = (Index("ix_code_attempt_person_at", "person_id", "at"), Index("ix_code_attempt_at", "at"))

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)


class ChannelAddress(Row, table=True):
    """How people find this program on a platform: the name that the platform told when the channel started."""

    __tablename__ = "channel_address"

    channel: str = Field(primary_key=True)
    name: str
