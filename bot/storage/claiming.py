"""Who sends what: rows of the outbox are claimed by one sender at a time, and taken back from those that died."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select, update
from sqlmodel import col

from bot.core.messages import OutboundMessage, SendClass
from bot.models import Contact, Outbox
from bot.storage.database import Transaction
from bot.storage.messages import HELD, LEASE, WORDS, message_of, reply_from_json, select_messages
from bot.storage.prepared import Prepared

Account = tuple[str, str]  # channel and bot

_OUTBOX = Outbox.metadata.tables["outbox"]
_WAITING = _OUTBOX.c.status.in_(WORDS)
_PENDING = and_(_WAITING, _OUTBOX.c.status == WORDS[0])
_SENDING = and_(_WAITING, _OUTBOX.c.status == WORDS[1])
_earlier = _OUTBOX.alias("earlier")


def _due(now: Any) -> ColumnElement[bool]:
    """What was never tried is due whatever the clock says: it may have jumped back since."""
    return or_(_OUTBOX.c.attempts == 0, _OUTBOX.c.due_at <= now)


# one at a time in a chat, in order; an answer overtakes what nobody waits for
_NOTHING_BEFORE = ~exists().where(
    _earlier.c.contact_id == _OUTBOX.c.contact_id,
    _earlier.c.status.in_(WORDS),
    _earlier.c.reason != HELD,
    or_(
        _earlier.c.status == WORDS[1],
        and_(_earlier.c.id < _OUTBOX.c.id, or_(_OUTBOX.c.unasked, _earlier.c.unasked.is_(False))),
    ),
)


def claim(
    tx: Transaction,
    *,
    owner: str,
    limit: int,
    now: datetime,
    unasked: bool | None = None,
    but: Sequence[Account] = (),
) -> list[OutboundMessage]:
    """Up to `limit` due messages, the first of each chat, now held by `owner`. Answers first.

    `unasked`: only those, or only answers; `but`: not of these bot accounts.
    """
    query = (
        select(_OUTBOX.c.id)
        .where(_PENDING, _due(now), _NOTHING_BEFORE, *_not_of(but))
        .order_by(_OUTBOX.c.unasked, _OUTBOX.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if unasked is not None:
        query = query.where(_OUTBOX.c.unasked.is_(unasked))
    ids = list(tx.connection.scalars(query))
    if not ids:
        return []
    hold = {"status": "sending", "owner": owner, "lease_until": now + LEASE, "attempts": _OUTBOX.c.attempts + 1}
    tx.connection.execute(update(_OUTBOX).where(_OUTBOX.c.id.in_(ids)).values(**hold))
    return [message_of(row) for row in tx.connection.execute(select_messages(_OUTBOX.c.id.in_(ids)))]


_NEXT = Prepared(
    update(_OUTBOX)
    .where(
        _OUTBOX.c.id
        == select(_OUTBOX.c.id)
        .where(_OUTBOX.c.contact_id == bindparam("contact"), _PENDING, _due(bindparam("now")), _NOTHING_BEFORE)
        .order_by(_OUTBOX.c.unasked, _OUTBOX.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .correlate(None)
        .scalar_subquery()
    )
    .values(
        status="sending",
        owner=bindparam("holder"),
        lease_until=bindparam("lease"),
        attempts=_OUTBOX.c.attempts + 1,
    )
    .returning(
        _OUTBOX.c.id,
        _OUTBOX.c.body,
        _OUTBOX.c.send_class,
        _OUTBOX.c.unasked,
        _OUTBOX.c.retire,
        _OUTBOX.c.attempts,
        _OUTBOX.c.created_at,
    )
)


def claim_next(tx: Transaction, before: OutboundMessage, *, owner: str, now: datetime) -> OutboundMessage | None:
    """The next due message to the chat of the one before, now held by `owner`; None when there is none."""
    row = _NEXT.row(tx, {"contact": before.contact, "holder": owner, "now": now, "lease": now + LEASE})
    if row is None:
        return None
    number, body, send_class, unasked, retire, attempts, created_at = row
    return replace(
        before,
        id=number,
        reply=reply_from_json(body),
        send_class=SendClass(send_class),
        unasked=unasked,
        retire=retire,
        attempts=attempts,
        created_at=created_at,
    )


def _not_of(accounts: Sequence[Account]) -> list[ColumnElement[bool]]:
    if not accounts:
        return []
    theirs = or_(*(and_(col(Contact.channel) == channel, col(Contact.bot) == bot) for channel, bot in accounts))
    return [~exists().where(col(Contact.id) == _OUTBOX.c.contact_id, theirs)]


def anything_due(tx: Transaction, now: datetime, but: Sequence[Account] = ()) -> bool:
    """Whether there may be something to claim."""
    query = select(_OUTBOX.c.id).where(_PENDING, _due(now), *_not_of(but)).limit(1)
    return tx.connection.execute(query).first() is not None


def behind(tx: Transaction, contacts: Iterable[int], now: datetime) -> set[int]:
    """Those chats for which more is due."""
    query = select(_OUTBOX.c.contact_id).where(_PENDING, _due(now), _OUTBOX.c.contact_id.in_(list(contacts)))
    return set(tx.connection.scalars(query.distinct()))


def hurry(tx: Transaction, now: datetime) -> int:
    """The clock has jumped back: what was to be tried again later is due now. How many messages."""
    late = update(_OUTBOX).where(_PENDING, _OUTBOX.c.due_at > now, _OUTBOX.c.reason != HELD)
    return tx.connection.execute(late.values(due_at=now)).rowcount


def owners(tx: Transaction) -> Sequence[str]:
    """Every sender that holds messages now."""
    query = select(_OUTBOX.c.owner).where(_SENDING).distinct()
    return tx.connection.scalars(query).all()


def take_back(
    tx: Transaction, now: datetime, dead: Sequence[str] = (), *, mine: str = "", busy: Iterable[int] = ()
) -> int:
    """Free what a sender left when it died: its lease is over, or it is known dead. The number of rows.

    Answers go out again; what must never be doubled becomes `unknown` for the operator to settle. What the asking
    sender, `mine`, is sending still, to the contacts `busy`, it keeps however long that takes. A lease that ends
    further ahead than any was given is of a clock that has jumped back: it is over too.
    """
    kept: Any = and_(_OUTBOX.c.owner == mine, _OUTBOX.c.contact_id.in_(list(busy)))
    over = or_(_OUTBOX.c.lease_until < now, _OUTBOX.c.lease_until > now + 2 * LEASE, _OUTBOX.c.owner.in_(list(dead)))
    left = and_(_SENDING, over, ~kept)
    unsure = update(_OUTBOX).where(left, _OUTBOX.c.send_class == "once").values(status="unknown", reason="crash")
    again = update(_OUTBOX).where(left).values(status="pending", owner="", lease_until=None, due_at=now)
    return tx.connection.execute(unsure).rowcount + tx.connection.execute(again).rowcount
