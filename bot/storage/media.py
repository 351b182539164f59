"""Queries about pictures and files for people.

A name opens what it names. What is kept is its hash, so that who reads the database can fetch nothing (decision 0042).
"""

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import Media
from bot.storage.database import Transaction

_MEDIA = Media.metadata.tables["media"]
_BYTES: Final = 24  # of a hash: no two of a commune's files share one


def hashed(name: str) -> str:
    """What is kept of a name."""
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()[:_BYTES]).decode()


def _values(row: Media) -> dict[str, Any]:
    return row.model_dump() | {"name": hashed(row.name)}


def add(tx: Transaction, row: Media) -> None:
    """Keep a new one."""
    tx.connection.execute(insert(Media).values(**_values(row)))


def share(tx: Transaction, row: Media) -> None:
    """Keep a new one; the same one, if it is there, is kept longer."""
    dialect = postgresql if tx.is_postgres else sqlite
    statement = dialect.insert(_MEDIA).values(**_values(row))
    later = {"expires_at": statement.excluded.expires_at}
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=later))


def find(tx: Transaction, name: str) -> Media | None:
    """The one of that name."""
    return tx.session.scalars(select(Media).where(col(Media.name) == hashed(name))).one_or_none()


def keep(tx: Transaction, name: str, content: bytes) -> None:
    """Keep what it was made into, unless somebody else made it first."""
    query = update(Media).where(col(Media.name) == hashed(name), col(Media.content).is_(None))
    tx.connection.execute(query.values(content=content))


def delete_made_from(tx: Transaction, origin: str) -> None:
    """Delete what was promised or made of that origin."""
    tx.connection.execute(delete(_MEDIA).where(_MEDIA.c.origin == origin))


def delete_named(tx: Transaction, names: Iterable[str]) -> None:
    """Delete these."""
    tx.connection.execute(delete(_MEDIA).where(_MEDIA.c.name.in_([hashed(name) for name in names])))


def make_again(tx: Transaction, origin: str) -> None:
    """Forget what was made of that origin: it is made anew when it is fetched."""
    tx.connection.execute(update(_MEDIA).where(_MEDIA.c.origin == origin).values(content=None))


def of_origin(tx: Transaction, names: Iterable[str], origins: Iterable[str]) -> set[str]:
    """Of these names, those of what has one of these origins."""
    by_hash = {hashed(name): name for name in names}
    query = select(_MEDIA.c.name).where(_MEDIA.c.name.in_(list(by_hash)), _MEDIA.c.origin.in_(list(origins)))
    return {by_hash[found] for found in tx.connection.scalars(query)}


def delete_expired(tx: Transaction, now: datetime) -> int:
    """Delete what is too old; how many."""
    return tx.connection.execute(delete(Media).where(col(Media.expires_at) <= now)).rowcount
