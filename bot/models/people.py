"""Who talks to the bot: persons, the chats they use, what they agreed to, what they may do."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime
from bot.models.sealed import Sealed

GONE = "withdrawn_at IS NOT NULL"


class Person(Row, table=True):
    """One human being, on any number of channels."""

    __table_args__ = (
        CheckConstraint("locale IN ('vi', 'en')", name="locale"),
        CheckConstraint("address IN ('', 'bac', 'co', 'chu', 'anh', 'chi', 'ban')", name="address"),
        CheckConstraint("length(name) <= 700", name="name"),
        {"sqlite_autoincrement": True},  # the number of who is no more is nobody else's
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(default="", sa_type=Sealed("person.name"))
    locale: str = "vi"
    address: str = ""  # how the person wants to be called; empty: no pronoun
    quiet: bool = False  # no unasked messages at all (/dung)
    restricted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # what is kept is kept, but not used
    created_at: datetime = Field(sa_type=UtcDateTime)


class Contact(Row, table=True):
    """One chat of a person on one channel: where answers go."""

    __table_args__ = (
        UniqueConstraint("channel", "bot", "chat"),
        Index("ix_contact_person_id", "person_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    channel: str
    bot: str = ""
    chat: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    unreachable_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    preferred_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # when it was chosen for unasked messages


class Consent(Row, table=True):
    """Proof of one explicit act of consent, kept after it is withdrawn (Law 91/2025/QH15)."""

    __table_args__ = (
        CheckConstraint("purpose IN ('learn', 'report', 'remind')", name="purpose"),
        Index("ix_consent_person_id", "person_id"),
        Index("ix_consent_withdrawn_at", "withdrawn_at", sqlite_where=text(GONE), postgresql_where=text(GONE)),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    purpose: str
    version: str  # of the text that was shown
    channel: str
    given_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Conversation(Row, table=True):
    """Where a person is in the dialogue, whatever channel they use: one row, locked while a turn runs."""

    person_id: int = Field(primary_key=True, foreign_key="person.id", sa_column_kwargs={"autoincrement": False})
    state: str = Field(default="{}", sa_type=Sealed("conversation.state"))  # bot.core.conversation.State as JSON
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Member(Row, table=True):
    """A person's role in a team, from one moment to another."""

    __table_args__ = (
        CheckConstraint("role IN ('volunteer', 'coordinator')", name="role"),
        Index(
            "uq_member_now",
            "team_id",
            "person_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_member_person_id", "person_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    person_id: int = Field(foreign_key="person.id")
    role: str
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Invite(Row, table=True):
    """A typed code that gives a role in a team. Only the code's hash is kept."""

    __table_args__ = (
        CheckConstraint("role IN ('volunteer', 'coordinator')", name="role"),
        CheckConstraint("uses_left >= 0", name="uses_left"),
        UniqueConstraint("code_hash"),
    )

    id: int | None = Field(default=None, primary_key=True)
    code_hash: str
    team_id: int = Field(foreign_key="team.id")
    role: str
    uses_left: int = 1
    approve: bool = False  # a coordinator must say yes first
    person_id: int | None = Field(default=None, foreign_key="person.id")  # who made it; None: the operator
    expires_at: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
