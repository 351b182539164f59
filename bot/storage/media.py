"""Queries about pictures and files for people."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlmodel import col

from bot.models import Media
from bot.storage.database import Transaction


def add(tx: Transaction, row: Media) -> None:
    """Keep a new one."""
    tx.connection.execute(insert(Media).values(**row.model_dump()))


def find(tx: Transaction, name: str) -> Media | None:
    """The one of that name."""
    return tx.session.scalars(select(Media).where(col(Media.name) == name)).one_or_none()


def keep(tx: Transaction, name: str, content: bytes) -> None:
    """Keep what it was made into, unless somebody else made it first."""
    query = update(Media).where(col(Media.name) == name, col(Media.content).is_(None))
    tx.connection.execute(query.values(content=content))


def delete_expired(tx: Transaction, now: datetime) -> int:
    """Delete what is too old; how many."""
    return tx.connection.execute(delete(Media).where(col(Media.expires_at) <= now)).rowcount
