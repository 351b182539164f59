"""Queries about the inbox and the outbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, and_, bindparam, case, exists, literal_column, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.core.messages import Choice, InboundMessage, OutboundMessage, Reply, SendClass
from bot.models import Contact, Inbox, Outbox
from bot.storage.database import Transaction
from bot.storage.prepared import Prepared

LEASE = timedelta(seconds=45)
_INBOX = Inbox.metadata.tables["inbox"]
_OUTBOX = Outbox.metadata.tables["outbox"]
_KEY = ("channel", "bot", "chat", "external_id")
_INBOX_NEW = Prepared(
    sqlite.insert(_INBOX).on_conflict_do_nothing().returning(_INBOX.c.id),
    postgresql.insert(_INBOX).on_conflict_do_nothing().returning(_INBOX.c.id),
    columns=(*_KEY, "status", "attempts", "error", "kept", "received_at"),
)


def take_in(tx: Transaction, message: InboundMessage, now: datetime) -> bool:
    """Note an inbound message as done. False when it was before; one that is being retried counts as new."""
    values = {name: getattr(message, name) for name in _KEY}
    row = {**values, "status": "done", "attempts": 1, "error": "", "kept": None, "received_at": now}
    if _INBOX_NEW.row(tx, row) is not None:
        return True
    again = update(_INBOX).where(*_same(values), _INBOX.c.status == "retry")
    return tx.connection.execute(again.values(status="done", kept=None)).rowcount == 1


def note_failure(tx: Transaction, message: InboundMessage, *, error: str, limit: int, now: datetime) -> bool:
    """Count an attempt whose transaction failed as a whole. True when the message is given up (dead letter)."""
    values = {name: getattr(message, name) for name in _KEY}
    _INBOX_NEW.row(tx, {**values, "status": "retry", "attempts": 0, "error": error, "kept": None, "received_at": now})
    counted = (
        update(_INBOX)
        .where(*_same(values), _INBOX.c.status == "retry")
        .values(
            attempts=_INBOX.c.attempts + 1,
            error=error,
            status=case((_INBOX.c.attempts + 1 >= limit, "dead"), else_="retry"),
        )
        .returning(_INBOX.c.status)
    )
    status = tx.connection.execute(counted).scalar_one_or_none()
    return status in (None, "dead")


def mark_failed(tx: Transaction, message: InboundMessage, *, error: str, kept: Any) -> None:
    """The handler broke: keep what was typed, so that "tiếp" can try again."""
    values = {name: getattr(message, name) for name in _KEY}
    tx.connection.execute(update(_INBOX).where(*_same(values)).values(status="failed", error=error, kept=kept))


def take_kept(tx: Transaction, message: InboundMessage) -> Any:
    """The newest message of this chat whose handling failed, taken out; None when there is none."""
    query = (
        select(_INBOX.c.id, _INBOX.c.kept)
        .where(
            _INBOX.c.channel == message.channel,
            _INBOX.c.bot == message.bot,
            _INBOX.c.chat == message.chat,
            _INBOX.c.status == "failed",
        )
        .order_by(_INBOX.c.id.desc())
        .limit(1)
    )
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        return None
    tx.connection.execute(update(_INBOX).where(_INBOX.c.id == row.id).values(status="done", kept=None))
    return row.kept


def _same(values: dict[str, str]) -> list[Any]:
    return [_INBOX.c[name] == value for name, value in values.items()]


# --- out -----------------------------------------------------------------------------------------------------------

# written out, not bound: SQLite uses the partial index only for the very words it was made with
WORDS: list[Any] = [literal_column("'pending'"), literal_column("'sending'")]
_WAITING = _OUTBOX.c.status.in_(WORDS)
HELD = "quota"  # reason of what waits for the next month; nothing waits behind it


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """A Reply as stored."""
    body: dict[str, Any] = {"text": reply.text}
    if reply.choices:
        body["choices"] = [[choice.label, choice.payload, choice.numbered] for choice in reply.choices]
    for name in ("edit", "picture", "picture_alt", "link", "file", "file_name", "hint"):
        if value := getattr(reply, name):
            body[name] = value
    return body


def reply_from_json(body: dict[str, Any]) -> Reply:
    """The Reply again."""
    choices = tuple(Choice(*choice) for choice in body.get("choices", ()))
    return Reply(**{**body, "choices": choices})


# what nobody waits for is overtaken by answers until it is on its way
_IN_THE_WAY = and_(
    _OUTBOX.c.contact_id == bindparam("contact"),
    _WAITING,
    _OUTBOX.c.reason != HELD,
    or_(_OUTBOX.c.unasked.is_(False), _OUTBOX.c.status == WORDS[1]),  # bound, SQLite would plan it anew each time
)
_FREE = and_(bindparam("holder") != "", ~exists().where(_IN_THE_WAY))
_HELD_VALUES = {
    "status": case((_FREE, "sending"), else_="pending"),
    "attempts": case((_FREE, 1), else_=0),
    "owner": case((_FREE, bindparam("holder")), else_=""),
    "lease_until": case((_FREE, bindparam("lease", type_=_OUTBOX.c.lease_until.type)), else_=null()),
}
_OUT_GIVEN = ("key", "contact_id", "kind", "send_class", "unasked", "body", "retire", "due_at", "created_at")
_OUT_NEW = Prepared(
    *(
        insert(_OUTBOX)
        .values({**_HELD_VALUES, "reason": "", "message_ref": "", **{name: bindparam(name) for name in _OUT_GIVEN}})
        .on_conflict_do_nothing()
        .returning(_OUTBOX.c.id, _OUTBOX.c.status)
        for insert in (sqlite.insert, postgresql.insert)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message to be put into the outbox. `key` makes it unique; `owner` is the sender that takes it at once."""

    contact: int
    reply: Reply
    kind: str = "answer"
    key: str | None = None
    send_class: SendClass = SendClass.AGAIN
    unasked: bool = False
    retire: str = ""
    owner: str = ""


def put_out(tx: Transaction, outgoing: Outgoing, now: datetime) -> tuple[int, bool] | None:
    """(id, whether the owner holds it already) of the new row; None when its key was there before.

    A row is born held by its owner unless something still waits for the same chat: order within a chat is kept.
    """
    row = {
        "contact": outgoing.contact,
        "holder": outgoing.owner,
        "lease": now + LEASE,
        "key": outgoing.key,
        "contact_id": outgoing.contact,
        "kind": outgoing.kind,
        "send_class": outgoing.send_class.value,
        "unasked": outgoing.unasked,
        "body": reply_to_json(outgoing.reply),
        "retire": outgoing.retire,
        "due_at": now,
        "created_at": now,
    }
    new = _OUT_NEW.row(tx, row)
    return None if new is None else (new[0], new[1] == "sending")


def select_messages(*where: Any) -> Select[Any]:
    """What an OutboundMessage is made of, answers first."""
    return (
        select(
            _OUTBOX.c.id,
            col(Contact.channel),
            col(Contact.bot),
            col(Contact.chat),
            _OUTBOX.c.contact_id,
            _OUTBOX.c.body,
            _OUTBOX.c.send_class,
            _OUTBOX.c.unasked,
            _OUTBOX.c.retire,
            _OUTBOX.c.attempts,
            _OUTBOX.c.created_at,
        )
        .join(Contact, col(Contact.id) == _OUTBOX.c.contact_id)
        .where(*where)
        .order_by(_OUTBOX.c.unasked, _OUTBOX.c.id)
    )


def message_of(row: SqlRow[Any]) -> OutboundMessage:
    """The message of a row of `select_messages`."""
    return OutboundMessage(
        id=row.id,
        contact=row.contact_id,
        channel=row.channel,
        bot=row.bot,
        chat=row.chat,
        reply=reply_from_json(row.body),
        send_class=SendClass(row.send_class),
        unasked=row.unasked,
        retire=row.retire,
        attempts=row.attempts,
        created_at=row.created_at,
    )


def shown_after(tx: Transaction, contact: int, after: int, limit: int = 200) -> list[OutboundMessage]:
    """What a web chat has not shown yet, oldest first."""
    query = select_messages(
        _OUTBOX.c.contact_id == contact, _OUTBOX.c.id > after, _OUTBOX.c.status.in_(("pending", "sending", "sent"))
    ).where(_OUTBOX.c.body.is_not(None))
    return [message_of(row) for row in tx.connection.execute(query.order_by(None).order_by(_OUTBOX.c.id).limit(limit))]


_SENT = Prepared(
    update(_OUTBOX)
    .where(_OUTBOX.c.id == bindparam("row"))
    .values(status="sent", sent_at=bindparam("now"), message_ref=bindparam("ref"), lease_until=None)
)


def mark_sent(tx: Transaction, sent: Iterable[tuple[int, str]], now: datetime) -> None:
    """Note messages the platform took: (id, the platform's id)."""
    _SENT.change_each(tx, [{"row": row, "ref": ref, "now": now} for row, ref in sent])


def settle(tx: Transaction, row: int, *, status: str, reason: str) -> None:
    """Note that a message will not be sent by the program: failed, unknown or dropped."""
    tx.connection.execute(
        update(_OUTBOX).where(_OUTBOX.c.id == row).values(status=status, reason=reason, lease_until=None)
    )


def retry(tx: Transaction, row: int, *, due_at: datetime, reason: str) -> None:
    """Let go of a message until `due_at`."""
    hold = {"status": "pending", "owner": "", "lease_until": None, "due_at": due_at, "reason": reason}
    tx.connection.execute(update(_OUTBOX).where(_OUTBOX.c.id == row).values(**hold))


def drop_waiting(tx: Transaction, contact: int, reason: str) -> None:
    """Give up everything that still waits for a chat that takes no messages."""
    query = update(_OUTBOX).where(_OUTBOX.c.contact_id == contact, _WAITING)
    tx.connection.execute(query.values(status="dropped", reason=reason, lease_until=None))
