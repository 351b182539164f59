"""What came in and what goes out: the two queues everything passes."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime
from bot.models.sealed import SealedJson

WAITING = "status IN ('pending', 'sending')"
UNKNOWN = "status = 'unknown'"
KEPT = "key IS NULL OR body IS NOT NULL"  # what is deleted or emptied when it is old enough
BROKEN = "status <> 'done'"


class Inbox(Row, table=True):
    """One inbound message, known by the platform's own id, so that a second delivery has no effect.

    The text itself is not kept, but for a message whose handling failed: until it is tried again (`kept`).
    """

    __table_args__ = (
        UniqueConstraint("channel", "bot", "chat", "external_id"),
        CheckConstraint("status IN ('done', 'failed', 'retry', 'dead')", name="status"),
        Index("ix_inbox_received_at", "received_at"),
        Index("ix_inbox_broken", "received_at", sqlite_where=text(BROKEN), postgresql_where=text(BROKEN)),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    bot: str
    chat: str
    external_id: str
    status: str = "done"
    attempts: int = 0
    error: str = ""  # the error's class, never its text
    kept: Any = Field(default=None, sa_type=SealedJson("inbox.kept"), nullable=True)
    received_at: datetime = Field(sa_type=UtcDateTime)


class Outbox(Row, table=True):
    """One message on its way out. The unique key makes a job that runs twice send once."""

    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("status IN ('pending', 'sending', 'sent', 'failed', 'unknown', 'dropped')", name="status"),
        CheckConstraint("send_class IN ('again', 'once')", name="send_class"),
        Index(
            "ix_outbox_waiting",
            "contact_id",
            "id",
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
        Index("ix_outbox_contact_id", "contact_id", "id"),
        Index("ix_outbox_kept", "created_at", sqlite_where=text(KEPT), postgresql_where=text(KEPT)),
        Index("ix_outbox_unknown", "id", sqlite_where=text(UNKNOWN), postgresql_where=text(UNKNOWN)),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str | None = None
    contact_id: int = Field(foreign_key="contact.id")
    kind: str = "answer"
    send_class: str = "again"
    unasked: bool = False
    body: Any = Field(default=None, sa_type=SealedJson("outbox.body"), nullable=True)  # bot.core.messages.Reply
    retire: str = ""
    status: str = "pending"
    attempts: int = 0
    due_at: datetime = Field(sa_type=UtcDateTime)
    owner: str = ""
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = ""
    message_ref: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
