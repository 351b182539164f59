"""Queries about what a bot account has used."""

from datetime import date

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import ChannelUsage, Contact
from bot.storage.database import Transaction

_USAGE = ChannelUsage.metadata.tables["channel_usage"]
_NEW = {
    "sqlite": sqlite.insert(_USAGE).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_USAGE).on_conflict_do_nothing(),
}


def add(tx: Transaction, channel: str, bot: str, month: date, calls: int) -> int:
    """Count calls; how many there are now in that month."""
    row = {"channel": channel, "bot": bot, "month": month, "sent": 0, "warned": False}
    tx.connection.execute(_NEW[tx.connection.dialect.name], row)
    counted = update(_USAGE).where(_one(channel, bot, month)).values(sent=_USAGE.c.sent + calls)
    return int(tx.connection.execute(counted.returning(_USAGE.c.sent)).scalar_one())


def sent(tx: Transaction, channel: str, bot: str, month: date) -> int:
    """The calls of that month."""
    query = select(_USAGE.c.sent).where(_one(channel, bot, month))
    return tx.connection.execute(query).scalar_one_or_none() or 0


def warn(tx: Transaction, channel: str, bot: str, month: date) -> bool:
    """Note that the operator is told; False when that was noted before."""
    statement = update(_USAGE).where(_one(channel, bot, month), _USAGE.c.warned.is_(False)).values(warned=True)
    return tx.connection.execute(statement).rowcount == 1


def chats(tx: Transaction, channel: str, bot: str, before: int | None = None) -> int:
    """How many chats a bot has; with `before`: how many it had when that contact came."""
    query = select(func.count()).select_from(Contact).where(col(Contact.channel) == channel, col(Contact.bot) == bot)
    if before is not None:
        query = query.where(col(Contact.id) < before)
    return tx.connection.execute(query).scalar_one()


def _one(channel: str, bot: str, month: date) -> ColumnElement[bool]:
    return and_(_USAGE.c.channel == channel, _USAGE.c.bot == bot, _USAGE.c.month == month)
