"""Queries about certificates."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import col

from bot.models import Certificate
from bot.storage.database import Transaction

_CERTIFICATE = Certificate.metadata.tables["certificate"]


def add(tx: Transaction, row: Certificate) -> Certificate:
    """Keep a new one; it has its number then."""
    tx.session.add(row)
    tx.session.flush()
    return row


def find(tx: Transaction, number: int) -> Certificate | None:
    """The one of that number."""
    return tx.session.scalars(select(Certificate).where(col(Certificate.id) == number)).one_or_none()


def of_person(tx: Transaction, person: int) -> Sequence[Certificate]:
    """What was issued to a person and holds, the oldest first."""
    query = select(Certificate).where(col(Certificate.person_id) == person, col(Certificate.withdrawn_at).is_(None))
    return tx.session.scalars(query.order_by(col(Certificate.id))).all()


def all_of_person(tx: Transaction, person: int) -> Sequence[Certificate]:
    """Everything that was ever issued to a person."""
    query = select(Certificate).where(col(Certificate.person_id) == person)
    return tx.session.scalars(query.order_by(col(Certificate.id))).all()


def withdraw(tx: Transaction, number: int, *, now: datetime, forget: bool = False) -> None:
    """It holds no more; `forget`: whose it was, and for what, is erased too."""
    gone = {"person_id": None, "name": "", "team": ""} if forget else {}
    statement = update(_CERTIFICATE).where(_CERTIFICATE.c.id == number)
    tx.connection.execute(statement.values(withdrawn_at=now, **gone))
    tx.session.expire_all()
