"""Queries about how it stands with the queues, for whoever watches over the program."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, literal_column, select
from sqlmodel import col

from bot.models import ChannelUsage, Due, Inbox, Outbox
from bot.storage.database import Transaction
from bot.storage.messages import HELD

_INBOX = Inbox.metadata.tables["inbox"]
_OUTBOX = Outbox.metadata.tables["outbox"]
_DUE = Due.metadata.tables["due"]
DAY = timedelta(days=1)  # as long as platforms keep what was not confirmed
# written out for the partial indexes
_BROKEN = _INBOX.c.status != literal_column("'done'")
_UNKNOWN = _OUTBOX.c.status == literal_column("'unknown'")
_WAITING = _OUTBOX.c.status.in_([literal_column("'pending'"), literal_column("'sending'")])
_DUE_WAITING = _DUE.c.status == literal_column("'waiting'")


def last_received(tx: Transaction) -> datetime | None:
    """When the newest inbound message came."""
    found: datetime | None = tx.connection.execute(select(func.max(_INBOX.c.received_at))).scalar()
    return found


def broken(tx: Transaction, now: datetime) -> Sequence[Any]:
    """(status, how many, the oldest's time) of the last day's inbound messages that were not simply done."""
    query = select(_INBOX.c.status, func.count().label("number"), func.min(_INBOX.c.received_at).label("oldest"))
    query = query.where(_BROKEN, _INBOX.c.received_at >= now - DAY)
    return tx.connection.execute(query.group_by(_INBOX.c.status)).all()


def waiting(tx: Transaction) -> Sequence[Any]:
    """(class, how many, when the oldest was written) of what waits to be sent: answer, unasked, held."""
    kind = case((_OUTBOX.c.reason == HELD, "held"), (_OUTBOX.c.unasked, "unasked"), else_="answer").label("kind")
    query = select(kind, func.count().label("number"), func.min(_OUTBOX.c.created_at).label("oldest")).where(_WAITING)
    return tx.connection.execute(query.group_by(literal_column("1"))).all()


def unsettled(tx: Transaction) -> int:
    """How many messages nobody knows of whether they arrived."""
    query = select(func.count()).select_from(_OUTBOX).where(_UNKNOWN)
    return tx.connection.execute(query).scalar_one()


def due(tx: Transaction, now: datetime) -> tuple[int, int, datetime | None]:
    """(due rows that wait, of them overdue, when the oldest of those fell due)."""
    late = _DUE.c.due_at <= now
    query = select(func.count(), func.count().filter(late), func.min(_DUE.c.due_at).filter(late)).where(_DUE_WAITING)
    number, overdue, oldest = tx.connection.execute(query).one()
    return number, overdue, oldest


def skipped(tx: Transaction, now: datetime) -> int:
    """Due rows that were skipped in the last day."""
    query = select(func.count()).where(_DUE.c.status == "skipped", _DUE.c.settled_at >= now - DAY)
    return tx.connection.execute(query).scalar_one()


def bots(tx: Transaction, channel: str) -> Sequence[str]:
    """Every bot of that channel whose messages were ever counted."""
    query = select(col(ChannelUsage.bot)).where(col(ChannelUsage.channel) == channel).distinct()
    return tx.connection.scalars(query.order_by(col(ChannelUsage.bot))).all()
