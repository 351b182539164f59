"""Queries about a person's chats, and the codes that join two of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlmodel import col

from bot.models import Contact, Conversation, LinkCode, Outbox, Person
from bot.storage.database import Transaction

KEPT = timedelta(days=1)  # how long it can still be said that a code is too old
_CODE = LinkCode.metadata.tables["link_code"]
_OUTBOX = Outbox.metadata.tables["outbox"]


def add_code(tx: Transaction, *, contact: int, code_hash: str, expires_at: datetime, now: datetime) -> None:
    """Keep a chat's new code; its earlier ones, and very old ones, go."""
    mine = (_CODE.c.contact_id == contact) & _CODE.c.settled_at.is_(None)
    tx.connection.execute(delete(_CODE).where(or_(mine, _CODE.c.expires_at < now - KEPT)))
    tx.session.add(LinkCode(code_hash=code_hash, contact_id=contact, expires_at=expires_at))
    tx.session.flush()


def find_code(tx: Transaction, hashes: Sequence[str]) -> LinkCode | None:
    """The row of a code that is kept as one of these, locked, whether it can still be used or not."""
    return tx.session.scalars(select(LinkCode).where(col(LinkCode.code_hash).in_(hashes)).with_for_update()).first()


def get_code(tx: Transaction, code: int) -> LinkCode | None:
    """The row of that id, locked."""
    return tx.session.scalars(select(LinkCode).where(col(LinkCode.id) == code).with_for_update()).first()


def keep_code(tx: Transaction, code: LinkCode) -> None:
    """Keep a changed row."""
    tx.session.add(code)
    tx.session.flush()


def forget_codes(tx: Transaction, contacts: Iterable[int]) -> None:
    """Delete what these chats have shown or typed and nobody has settled."""
    either = or_(_CODE.c.contact_id.in_(list(contacts)), _CODE.c.taker_id.in_(list(contacts)))
    tx.connection.execute(delete(_CODE).where(either, _CODE.c.settled_at.is_(None)))


def contacts_of(tx: Transaction, person: int) -> list[Contact]:
    """A person's chats, the oldest first."""
    query = select(Contact).where(col(Contact.person_id) == person).order_by(col(Contact.id))
    return list(tx.session.scalars(query.execution_options(populate_existing=True)))


def owner_of(tx: Transaction, contact: int) -> tuple[Contact, Person]:
    """A chat and whose it is now."""
    query = select(Contact, Person).join(Person, col(Person.id) == col(Contact.person_id))
    row: Any = tx.session.execute(
        query.where(col(Contact.id) == contact).execution_options(populate_existing=True)
    ).one()
    return row[0], row[1]


def prefer(tx: Transaction, contact: int, now: datetime) -> None:
    """Unasked messages go there from now on."""
    tx.connection.execute(update(Contact).where(col(Contact.id) == contact).values(preferred_at=now))


def set_free(tx: Transaction, contact: int, *, locale: str, now: datetime) -> int:
    """Make a chat a new person's, who has nothing; their id."""
    person = Person(locale=locale, created_at=now)
    tx.session.add(person)
    tx.session.flush()
    assert person.id
    tx.session.add(Conversation(person_id=person.id, updated_at=now))
    tx.session.flush()
    moved = {"person_id": person.id, "preferred_at": None}
    tx.connection.execute(update(Contact).where(col(Contact.id) == contact).values(**moved))
    tx.session.expire_all()
    return person.id


def hand_on(tx: Transaction, contact: int, to: int | None) -> bool:
    """Let what waits unasked for one chat go to another one; False when there is no other."""
    if to is None:
        return False
    waiting = update(_OUTBOX).where(
        _OUTBOX.c.contact_id == contact, _OUTBOX.c.status == "pending", _OUTBOX.c.unasked.is_(True)
    )
    tx.connection.execute(waiting.values(contact_id=to))
    return True


def next_of(tx: Transaction, contact: int) -> int | None:
    """The reachable chat of the same person that comes after this one for unasked messages; None: there is none."""
    mine = select(col(Contact.person_id)).where(col(Contact.id) == contact).scalar_subquery()
    query = (
        select(col(Contact.id))
        .where(col(Contact.person_id) == mine, col(Contact.id) != contact, col(Contact.unreachable_at).is_(None))
        .order_by(col(Contact.preferred_at).desc().nulls_last(), col(Contact.id).desc())
        .limit(1)
    )
    return tx.connection.execute(query).scalar_one_or_none()
