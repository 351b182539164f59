"""Queries about pictures and files for people."""

from datetime import datetime

from sqlalchemy import Text, delete, insert, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import Media
from bot.storage.database import Transaction

_MEDIA = Media.metadata.tables["media"]


def add(tx: Transaction, row: Media) -> None:
    """Keep a new one."""
    tx.connection.execute(insert(Media).values(**row.model_dump()))


def share(tx: Transaction, row: Media) -> None:
    """Keep a new one; the same one, if it is there, is kept longer."""
    dialect = postgresql if tx.is_postgres else sqlite
    statement = dialect.insert(_MEDIA).values(**row.model_dump())
    later = {"expires_at": statement.excluded.expires_at}
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=later))


def find(tx: Transaction, name: str) -> Media | None:
    """The one of that name."""
    return tx.session.scalars(select(Media).where(col(Media.name) == name)).one_or_none()


def keep(tx: Transaction, name: str, content: bytes) -> None:
    """Keep what it was made into, unless somebody else made it first."""
    query = update(Media).where(col(Media.name) == name, col(Media.content).is_(None))
    tx.connection.execute(query.values(content=content))


def delete_made_from(tx: Transaction, recipe_start: str) -> None:
    """Delete what was promised or made from a recipe whose JSON begins so."""
    begins = type_coerce(_MEDIA.c.recipe, Text).startswith(recipe_start, autoescape=True)
    tx.connection.execute(delete(_MEDIA).where(begins))


def delete_expired(tx: Transaction, now: datetime) -> int:
    """Delete what is too old; how many."""
    return tx.connection.execute(delete(Media).where(col(Media.expires_at) <= now)).rowcount
