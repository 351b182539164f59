"""Codes by which one person joins two chats."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime


class LinkCode(Row, table=True):
    """A typed code shown in one chat, to be typed in another. Only its hash is kept.

    The first chat that types it has it: nobody else can use it any more, whatever that chat answers.
    Whose chats they are stands in Contact.
    """

    __tablename__ = "link_code"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        CheckConstraint("settled_at IS NULL OR taker_id IS NOT NULL", name="taker"),
        Index("ix_link_code_contact_id", "contact_id"),
        Index("ix_link_code_taker_id", "taker_id"),
        Index("ix_link_code_expires_at", "expires_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    code_hash: str
    contact_id: int = Field(foreign_key="contact.id")  # the chat it was shown in
    expires_at: datetime = Field(sa_type=UtcDateTime)
    taker_id: int | None = Field(default=None, foreign_key="contact.id")  # the chat it was typed in
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # joined, or refused
