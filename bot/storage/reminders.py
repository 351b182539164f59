"""Queries about what falls due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import Consent, Due, Member, Person
from bot.storage.database import Transaction

_DUE = Due.metadata.tables["due"]


def add(tx: Transaction, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep what falls due; what is there already stays as it is."""
    values = [dict(row) for row in rows]
    dialect = postgresql if tx.is_postgres else sqlite
    if values:
        tx.connection.execute(dialect.insert(_DUE).on_conflict_do_nothing(), values)


def waiting(tx: Transaction, now: datetime, limit: int) -> Sequence[Due]:
    """What is due by now and not settled, locked so that two schedulers share the work."""
    query = (
        select(Due)
        .where(col(Due.status) == "waiting", col(Due.due_at) <= now)
        .order_by(col(Due.due_at), col(Due.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return tx.session.scalars(query).all()


def settle(tx: Transaction, due: int, *, status: str, reason: str, now: datetime) -> None:
    """Note that it was queued or skipped, and why."""
    tx.connection.execute(update(_DUE).where(_DUE.c.id == due).values(status=status, reason=reason, settled_at=now))


def postpone(tx: Transaction, due: int, *, due_at: datetime, reason: str) -> None:
    """Move it to a later moment."""
    tx.connection.execute(update(_DUE).where(_DUE.c.id == due).values(due_at=due_at, reason=reason))


def audience(tx: Transaction) -> list[tuple[Person, str, datetime]]:
    """Everybody who agreed to reminders and did not say stop: with the highest role they have now, and since when."""
    query = (
        select(Person, col(Member.role), col(Consent.given_at))
        .join(Consent, col(Consent.person_id) == col(Person.id))
        .outerjoin(Member, (col(Member.person_id) == col(Person.id)) & col(Member.until).is_(None))
        .where(col(Consent.purpose) == "remind", col(Consent.withdrawn_at).is_(None), col(Person.quiet).is_(False))
    )
    found: dict[int, tuple[Person, str, datetime]] = {}
    for person, role, since in tx.session.execute(query):
        rank = role or "resident"
        if person.id not in found or rank == "coordinator" or found[person.id][1] == "resident":
            found[person.id] = (person, rank, since)
    return list(found.values())
