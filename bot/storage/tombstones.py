"""Queries about what was erased: so much of it that it can be erased again, and nobody be found by it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bot.models import Contact, Conversation, Erasure, Person
from bot.storage.database import Transaction
from bot.storage.erasing import Chat


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """A chat that was erased, as a keyed hash, and when."""

    chat: str
    at: datetime


def add(tx: Transaction, mark: Tombstone, *, person: int | None = None, contact: int | None = None) -> None:
    """Keep one, unless it is there."""
    query = select(Erasure).where(col(Erasure.chat_hash) == mark.chat, col(Erasure.erased_at) == mark.at)
    known = tx.session.scalars(query).one_or_none() or Erasure(chat_hash=mark.chat, erased_at=mark.at)
    known.person_id, known.contact_id = person or known.person_id, contact or known.contact_id
    tx.session.add(known)
    tx.session.flush()


def add_missing(tx: Transaction, marks: Iterable[Tombstone]) -> None:
    """Keep those that are not there."""
    known = set(every(tx))
    for mark in marks:
        if mark not in known:
            add(tx, mark)


def every(tx: Transaction) -> list[Tombstone]:
    """All of them, the oldest first."""
    rows: Any = tx.connection.execute(select(col(Erasure.chat_hash), col(Erasure.erased_at)).order_by(col(Erasure.id)))
    return [Tombstone(chat=chat, at=at) for chat, at in rows]


def everybody(tx: Transaction) -> Iterator[tuple[Chat, int, datetime]]:
    """(chat, person, since when) of everybody who can be written to."""
    for row in tx.session.scalars(select(Contact).order_by(col(Contact.id))).all():
        chat = Chat(contact=row.id or 0, channel=row.channel, bot=row.bot, chat=row.chat)
        yield chat, row.person_id, row.created_at


def add_person(tx: Transaction, *, locale: str, now: datetime) -> int:
    """Somebody new, with an empty conversation and no chat yet."""
    person = Person(locale=locale, created_at=now)
    tx.session.add(person)
    tx.session.flush()
    assert person.id
    tx.session.add(Conversation(person_id=person.id, updated_at=now))
    tx.session.flush()
    return person.id
