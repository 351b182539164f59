"""What becomes of rows when a person has their data erased: deleted, nobody's, or kept as a proof.

Which column follows which rule stands in bot/storage/personal_data.py; what needs judgement or words is settled by
bot/services/personal_data/erasing.py before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, and_, delete, insert, select, update
from sqlmodel import col

from bot.models import METADATA, Contact, Conversation, Person
from bot.storage.database import Transaction

NOBODY: Final = "đã xóa"  # the author of what is kept without its author
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)  # the same for every empty row: no time to compare


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """One chat as platforms name it."""

    contact: int
    channel: str
    bot: str
    chat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Who is erased."""

    person: int
    nobody: int  # an empty row that what is counted hangs on; nothing leads from it to the person
    chats: tuple[Chat, ...]
    here: int = 0  # the contact in which the farewell is said; 0: none

    @property
    def contacts(self) -> list[int]:
        """The ids of the chats."""
        return [each.contact for each in self.chats]


Erase = Callable[[Transaction, Column[Any], Gone], None]


def mine(column: Column[Any], gone: Gone) -> ColumnElement[bool]:
    """Whether the column names the person, or one of their chats."""
    if any(key.target_fullname == "contact.id" for key in column.foreign_keys):
        return column.in_(gone.contacts)
    return column == gone.person


def delete_rows(tx: Transaction, column: Column[Any], gone: Gone) -> None:
    """The rows are no more."""
    tx.connection.execute(delete(_table(column)).where(mine(column, gone)))


def stays(tx: Transaction, column: Column[Any], gone: Gone) -> None:
    """Kept as it is: a proof, or settled by a rule of its own."""


def unname(**blank: object) -> Erase:
    """The row stays without the person; these columns are emptied."""

    def rule(tx: Transaction, column: Column[Any], gone: Gone) -> None:
        tx.connection.execute(update(_table(column)).where(mine(column, gone)).values({**blank, column.name: None}))

    return rule


def hand_over(**blank: object) -> Erase:
    """The row stays as nobody's; these columns are emptied."""

    def rule(tx: Transaction, column: Column[Any], gone: Gone) -> None:
        values = {**blank, column.name: gone.nobody}
        tx.connection.execute(update(_table(column)).where(mine(column, gone)).values(values))

    return rule


def blank(**values: object) -> Erase:
    """The row stays as it is, but for these columns."""

    def rule(tx: Transaction, column: Column[Any], gone: Gone) -> None:
        tx.connection.execute(update(_table(column)).where(mine(column, gone)).values(values))

    return rule


def silence(tx: Transaction, column: Column[Any], gone: Gone) -> None:
    """Of the outbox: words are deleted, what waits is not sent.

    The numbers stay while the farewell goes out: senders and pages know messages by them.
    """
    if not gone.here:
        delete_rows(tx, column, gone)
        return
    emptied = {"body": None, "key": None, "message_ref": "", "retire": "", "reason": "erased", "status": "dropped"}
    tx.connection.execute(
        update(_table(column))
        .where(mine(column, gone))
        .values({**emptied, column.name: gone.here, "lease_until": None})
    )


def let_go(tx: Transaction, column: Column[Any], gone: Gone) -> None:
    """Of chats: all but the one in which the farewell is said are deleted; that one is handed on before."""
    tx.connection.execute(
        delete(_table(column)).where(mine(column, gone), Contact.metadata.tables["contact"].c.id != gone.here)
    )


def forget_farewell(tx: Transaction, column: Column[Any], gone: Gone) -> None:
    """Of earlier erasures: a chat that is no more says nothing."""
    table = _table(column)
    tx.connection.execute(update(table).where(mine(column, gone), column != gone.here).values({column.name: None}))


# ---- the person's own rows


def chats_of(tx: Transaction, person: int) -> tuple[Chat, ...]:
    """The person's chats, the oldest first."""
    query = select(col(Contact.id), col(Contact.channel), col(Contact.bot), col(Contact.chat))
    rows: Any = tx.connection.execute(query.where(col(Contact.person_id) == person).order_by(col(Contact.id)))
    return tuple(Chat(contact=number, channel=channel, bot=bot, chat=chat) for number, channel, bot, chat in rows)


def lock(tx: Transaction, person: int) -> bool:
    """Nobody else changes the person until this transaction ends; False when there is none."""
    mine = select(col(Conversation.person_id)).where(col(Conversation.person_id) == person).with_for_update()
    return tx.connection.execute(mine).scalar_one_or_none() is not None


def add_nobody(tx: Transaction) -> int:
    """An empty row for what is kept without its author."""
    values = {"name": NOBODY, "locale": "vi", "address": "", "quiet": True, "created_at": _LONG_AGO}
    return int(tx.connection.execute(insert(Person).values(**values).returning(col(Person.id))).scalar_one() or 0)


def remove_nobody(tx: Transaction, nobody: int) -> None:
    """Delete the empty row if nothing hangs on it."""
    if any(tx.connection.execute(select(column).where(column == nobody).limit(1)).first() for column in _persons()):
        return
    tx.connection.execute(delete(Person).where(col(Person.id) == nobody))


def empty_person(tx: Transaction, person: int) -> None:
    """Leave nothing in the person's own row; proofs of consent hang on it."""
    values = {"name": "", "address": "", "locale": "vi", "quiet": True, "restricted_at": None, "created_at": _LONG_AGO}
    tx.connection.execute(update(Person).where(col(Person.id) == person).values(**values))


def hand_on(tx: Transaction, contact: int, person: int, now: datetime) -> None:
    """Make a chat somebody's who has just begun."""
    moved = {"person_id": person, "preferred_at": None, "unreachable_at": None, "created_at": now}
    tx.connection.execute(update(Contact).where(col(Contact.id) == contact).values(**moved))


def forget_inbound(tx: Transaction, gone: Gone) -> None:
    """Words that were kept for another try; and of chats that are no more, that there was a message."""
    inbox = METADATA.tables["inbox"]
    for each in gone.chats:
        here = and_(inbox.c.channel == each.channel, inbox.c.bot == each.bot, inbox.c.chat == each.chat)
        if each.contact == gone.here:
            tx.connection.execute(update(inbox).where(here).values(kept=None))
            continue
        tx.connection.execute(delete(inbox).where(here))
        forget_session(tx, each)


# ---- the farewell


def waiting_farewells(tx: Transaction, before: datetime) -> list[tuple[int, Chat, int, datetime]]:
    """(erasure, chat, the person behind it now, when) of chats that have said farewell before that moment."""
    erasure = METADATA.tables["erasure"]
    query = (
        select(erasure.c.id, Contact, erasure.c.erased_at)
        .join(Contact, col(Contact.id) == erasure.c.contact_id)
        .where(erasure.c.erased_at < before)
        .order_by(erasure.c.id)
    )
    rows: Any = tx.session.execute(query)
    return [
        (number, Chat(contact=row.id or 0, channel=row.channel, bot=row.bot, chat=row.chat), row.person_id, at)
        for number, row, at in rows
    ]


def is_under_way(tx: Transaction, contact: int) -> bool:
    """Whether something still waits to be sent there."""
    outbox = METADATA.tables["outbox"]
    waits = outbox.c.status.in_(["pending", "sending"])
    return (
        tx.connection.execute(select(outbox.c.id).where(outbox.c.contact_id == contact, waits).limit(1)).first()
        is not None
    )


def wrote_after(tx: Transaction, chat: Chat, at: datetime) -> bool:
    """Whether anything came from the chat after that moment."""
    inbox = METADATA.tables["inbox"]
    mine = and_(inbox.c.channel == chat.channel, inbox.c.bot == chat.bot, inbox.c.chat == chat.chat)
    return tx.connection.execute(select(inbox.c.id).where(mine, inbox.c.received_at > at).limit(1)).first() is not None


def settle_farewell(tx: Transaction, erasure: int) -> None:
    """The chat is not waited for any more."""
    table = METADATA.tables["erasure"]
    tx.connection.execute(update(table).where(table.c.id == erasure).values(contact_id=None))


def forget_before(tx: Transaction, chat: Chat, at: datetime) -> None:
    """Delete that there were messages before that moment: nobody delivers them again."""
    inbox, outbox = METADATA.tables["inbox"], METADATA.tables["outbox"]
    mine = and_(inbox.c.channel == chat.channel, inbox.c.bot == chat.bot, inbox.c.chat == chat.chat)
    tx.connection.execute(delete(inbox).where(mine, inbox.c.received_at <= at))
    old = and_(outbox.c.contact_id == chat.contact, outbox.c.reason == "erased")
    tx.connection.execute(delete(outbox).where(old, outbox.c.id < _newest()))


def detach(tx: Transaction, contact: int) -> bool:
    """Delete everything that was ever sent to a chat; False while one of these is the newest of all messages."""
    outbox = METADATA.tables["outbox"]
    if tx.connection.execute(
        select(outbox.c.id).where(outbox.c.contact_id == contact, outbox.c.id == _newest())
    ).first():
        return False  # its number would be given again, and pages know messages by their numbers
    tx.connection.execute(delete(outbox).where(outbox.c.contact_id == contact))
    return True


def forget_session(tx: Transaction, chat: Chat) -> None:
    """Delete the secrets that open a web chat which nobody is behind any more."""
    session = METADATA.tables["web_session"]
    if chat.channel == "web":
        tx.connection.execute(delete(session).where(session.c.chat == chat.chat))


def remove(tx: Transaction, person: int) -> None:
    """Delete somebody who has nothing but chats."""
    tx.connection.execute(delete(Contact).where(col(Contact.person_id) == person))
    tx.connection.execute(delete(Conversation).where(col(Conversation.person_id) == person))
    tx.connection.execute(delete(Person).where(col(Person.id) == person))


def _persons() -> Iterator[Column[Any]]:
    """Every column that names a person."""
    for table in METADATA.sorted_tables:
        for column in table.columns:
            if any(key.target_fullname == "person.id" for key in column.foreign_keys) or column.name == "person_id":
                yield column


def _newest() -> Any:
    outbox = METADATA.tables["outbox"].alias("newest")
    return select(outbox.c.id).order_by(outbox.c.id.desc()).limit(1).scalar_subquery()


def _table(column: Column[Any]) -> Table:
    table = column.table
    assert isinstance(table, Table)
    return table
