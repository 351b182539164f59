"""Documents an operator fed in, cut into passages."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime


class Document(Row, table=True):
    """One article: what it is and when it was written."""

    __table_args__ = (UniqueConstraint("content_hash"),)

    id: int | None = Field(default=None, primary_key=True)
    content_hash: str  # SHA-256 of the body's passages
    name: str  # file name without folders
    title: str
    date: date | None
    date_basis: str
    source: str
    ingested_at: datetime = Field(sa_type=UtcDateTime)


class Passage(Row, table=True):
    """One paragraph of a document's body; the same paragraph is stored once."""

    __table_args__ = (UniqueConstraint("content_hash"),)

    id: int | None = Field(default=None, primary_key=True)
    content_hash: str
    document_id: int = Field(foreign_key="document.id")
    line: int
    text: str
