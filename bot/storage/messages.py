"""Queries about the inbox and the outbox."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, and_, bindparam, case, exists, func, literal_column, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.core.messages import Choice, InboundMessage, OutboundMessage, Reply, SendClass
from bot.models import Contact, Inbox, Outbox
from bot.storage.database import Transaction

LEASE = timedelta(seconds=45)
_INBOX = Inbox.metadata.tables["inbox"]
_OUTBOX = Outbox.metadata.tables["outbox"]
_KEY = ("channel", "bot", "chat", "external_id")
_INBOX_NEW = {
    "sqlite": sqlite.insert(_INBOX).on_conflict_do_nothing().returning(_INBOX.c.id),
    "postgresql": postgresql.insert(_INBOX).on_conflict_do_nothing().returning(_INBOX.c.id),
}


def take_in(tx: Transaction, message: InboundMessage, now: datetime) -> bool:
    """Note an inbound message as done. False when it was before; one that is being retried counts as new."""
    values = {name: getattr(message, name) for name in _KEY}
    statement = _INBOX_NEW[tx.connection.dialect.name]
    row = {**values, "status": "done", "attempts": 1, "error": "", "kept": None, "received_at": now}
    if tx.connection.execute(statement, row).scalar_one_or_none() is not None:
        return True
    again = update(_INBOX).where(*_same(values), _INBOX.c.status == "retry")
    return tx.connection.execute(again.values(status="done", kept=None)).rowcount == 1


def note_failure(tx: Transaction, message: InboundMessage, *, error: str, limit: int, now: datetime) -> bool:
    """Count an attempt whose transaction failed as a whole. True when the message is given up (dead letter)."""
    values = {name: getattr(message, name) for name in _KEY}
    statement = _INBOX_NEW[tx.connection.dialect.name]
    row = {**values, "status": "retry", "attempts": 0, "error": error, "kept": None, "received_at": now}
    tx.connection.execute(statement, row)
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
_WORDS: list[Any] = [literal_column("'pending'"), literal_column("'sending'")]
_WAITING = _OUTBOX.c.status.in_(_WORDS)
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


_IN_THE_WAY = and_(_OUTBOX.c.contact_id == bindparam("contact"), _WAITING, _OUTBOX.c.reason != HELD)
_FREE = and_(bindparam("holder") != "", ~exists().where(_IN_THE_WAY))
_HELD_VALUES = {
    "status": case((_FREE, "sending"), else_="pending"),
    "attempts": case((_FREE, 1), else_=0),
    "owner": case((_FREE, bindparam("holder")), else_=""),
    "lease_until": case((_FREE, bindparam("lease", type_=_OUTBOX.c.lease_until.type)), else_=null()),
}
_OUT_NEW = {
    name: insert(_OUTBOX).values(_HELD_VALUES).on_conflict_do_nothing().returning(_OUTBOX.c.id, _OUTBOX.c.status)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


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
        "reason": "",
        "message_ref": "",
        "created_at": now,
        "sent_at": None,
    }
    new: Any = tx.connection.execute(_OUT_NEW[tx.connection.dialect.name], row).one_or_none()
    return None if new is None else (new.id, new.status == "sending")


_earlier = _OUTBOX.alias("earlier")
_NOTHING_BEFORE = ~exists().where(
    _earlier.c.contact_id == _OUTBOX.c.contact_id,
    _earlier.c.id < _OUTBOX.c.id,
    _earlier.c.status.in_(_WORDS),
    _earlier.c.reason != HELD,
)


def claim(
    tx: Transaction, *, owner: str, limit: int, now: datetime, contact: int | None = None, asked_only: bool = False
) -> list[OutboundMessage]:
    """Up to `limit` due messages, the first of each chat, now held by `owner`. Answers first."""
    query = (
        select(_OUTBOX.c.id)
        .where(_WAITING, _OUTBOX.c.status == "pending", _OUTBOX.c.due_at <= now, _NOTHING_BEFORE)
        .order_by(_OUTBOX.c.unasked, _OUTBOX.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if contact is not None:
        query = query.where(_OUTBOX.c.contact_id == contact)
    if asked_only:
        query = query.where(_OUTBOX.c.unasked.is_(False))
    ids = list(tx.connection.scalars(query))
    if not ids:
        return []
    hold = {"status": "sending", "owner": owner, "lease_until": now + LEASE, "attempts": _OUTBOX.c.attempts + 1}
    tx.connection.execute(update(_OUTBOX).where(_OUTBOX.c.id.in_(ids)).values(**hold))
    return [_message(row) for row in tx.connection.execute(_messages(_OUTBOX.c.id.in_(ids)))]


def _messages(*where: Any) -> Select[Any]:
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


def _message(row: SqlRow[Any]) -> OutboundMessage:
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
    query = _messages(
        _OUTBOX.c.contact_id == contact, _OUTBOX.c.id > after, _OUTBOX.c.status.in_(("pending", "sending", "sent"))
    ).where(_OUTBOX.c.body.is_not(None))
    return [_message(row) for row in tx.connection.execute(query.order_by(None).order_by(_OUTBOX.c.id).limit(limit))]


def next_due(tx: Transaction) -> datetime | None:
    """When the earliest waiting message falls due; None when none waits."""
    query = select(func.min(_OUTBOX.c.due_at)).where(_WAITING, _OUTBOX.c.status == "pending")
    return tx.connection.execute(query).scalar()


_SENT = (
    update(_OUTBOX)
    .where(_OUTBOX.c.id == bindparam("row"))
    .values(status="sent", sent_at=bindparam("now"), message_ref=bindparam("ref"), lease_until=None)
)


def mark_sent(tx: Transaction, sent: Iterable[tuple[int, str]], now: datetime) -> None:
    """Note messages the platform took: (id, the platform's id)."""
    tx.connection.execute(_SENT, [{"row": row, "ref": ref, "now": now} for row, ref in sent])


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


def owners(tx: Transaction) -> Sequence[str]:
    """Every sender that holds messages now."""
    query = select(_OUTBOX.c.owner).where(_WAITING, _OUTBOX.c.status == "sending").distinct()
    return tx.connection.scalars(query).all()


def take_back(
    tx: Transaction, now: datetime, dead: Sequence[str] = (), *, mine: str = "", busy: Iterable[int] = ()
) -> int:
    """Free what a sender left when it died: its lease is over, or it is known dead. The number of rows.

    Answers go out again; what must never be doubled becomes `unknown` for the operator to settle. What the asking
    sender, `mine`, is sending still, to the contacts `busy`, it keeps however long that takes.
    """
    kept = and_(_OUTBOX.c.owner == mine, _OUTBOX.c.contact_id.in_(list(busy)))
    over = or_(_OUTBOX.c.lease_until < now, _OUTBOX.c.owner.in_(list(dead)))
    left = and_(_WAITING, _OUTBOX.c.status == "sending", over, ~kept)
    unsure = update(_OUTBOX).where(left, _OUTBOX.c.send_class == "once").values(status="unknown", reason="crash")
    again = update(_OUTBOX).where(left).values(status="pending", owner="", lease_until=None, due_at=now)
    return tx.connection.execute(unsure).rowcount + tx.connection.execute(again).rowcount
