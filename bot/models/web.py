"""Browsers: what opens a web chat, and what opens the coordinator's page. Only hashes of secrets are kept."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime


class WebSession(Row, table=True):
    """One secret of a browser that opens a chat, once the first secret was replaced. See docs/decisions/0027."""

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_chat", "chat"),)

    token_hash: str = Field(primary_key=True)
    chat: str  # of the contact of channel "web"
    standing: str = ""  # who the chat's person was, and what they might do, when this secret was made
    replaces: str = ""  # hash of the secret before it, until a browser has shown this one
    made_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # None: as long as it is used


class DashboardPass(Row, table=True):
    """A one-time link to the coordinator's page, and the session that it opened."""

    __tablename__ = "dashboard_pass"
    __table_args__ = (
        UniqueConstraint("link_hash"),
        UniqueConstraint("session_hash"),
        Index("ix_dashboard_pass_person_id", "person_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    link_hash: str
    session_hash: str | None = None  # None: the link was not used
    made_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)  # of the link; once it was used, of the session
