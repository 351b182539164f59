"""Queries about ingested documents."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import Document, Passage
from bot.storage.database import Transaction

if TYPE_CHECKING:
    from bot.core.articles.article import Article

_PASSAGE = Passage.metadata.tables["passage"]


def fingerprint(text: str) -> str:
    """SHA-256 of a text, as hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def add(tx: Transaction, article: "Article", *, name: str, now: datetime) -> int:
    """Store an article's passages once; the number of new ones (0 when it was all there)."""
    whole = fingerprint("\n".join(passage.text for passage in article.passages))
    document = tx.session.scalars(select(Document).where(col(Document.content_hash) == whole)).one_or_none()
    if document is None:
        document = Document(
            content_hash=whole,
            name=name,
            title=article.title,
            date=article.date,
            date_basis=article.date_basis,
            source=article.source,
            ingested_at=now,
        )
        tx.session.add(document)
        tx.session.flush()
    dialect = postgresql if tx.is_postgres else sqlite
    statement = dialect.insert(_PASSAGE).on_conflict_do_nothing().returning(_PASSAGE.c.id)
    added = 0
    for passage in article.passages:
        row = {
            "content_hash": fingerprint(passage.text),
            "document_id": document.id,
            "line": passage.line,
            "text": passage.text,
        }
        added += tx.connection.execute(statement, row).scalar_one_or_none() is not None
    return added


def passages(tx: Transaction) -> list[tuple[Passage, Document]]:
    """Every stored passage with its document, in reading order."""
    query = select(Passage, Document).join(Document, col(Document.id) == col(Passage.document_id))
    rows: Any = tx.session.execute(query.order_by(col(Passage.id)))
    return list(rows)


def passage(tx: Transaction, number: int) -> tuple[Passage, Document] | None:
    """A stored passage with its document."""
    query = select(Passage, Document).join(Document, col(Document.id) == col(Passage.document_id))
    found: Any = tx.session.execute(query.where(col(Passage.id) == number)).one_or_none()
    return (found[0], found[1]) if found else None
