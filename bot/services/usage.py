"""How much of what its platform allows a bot account has used: messages of this month, and people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.storage import usage
from bot.storage.database import Transaction

WARN_AT, HOLD_AT = 0.8, 0.9  # of a month's messages: the operator is warned; what nobody asked for waits
LOOK_AGAIN = timedelta(hours=6)
MONTHS = ZoneInfo("Asia/Ho_Chi_Minh")  # the platform's own, wherever we run
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """What one bot account may do."""

    people: int
    messages: int  # a month


LIMITS: Mapping[str, Limit] = {"zalo": Limit(people=50, messages=3000)}  # by channel; the others have none


def month_of(now: datetime) -> date:
    """The first day of the month a message counts for."""
    return now.astimezone(MONTHS).date().replace(day=1)


def count(tx: Transaction, calls: Mapping[tuple[str, str], int], now: datetime) -> None:
    """Add the calls of each (channel, bot); the first time a month that little is left, the operator is warned."""
    month = month_of(now)
    for (channel, bot), number in sorted(calls.items()):
        limit = LIMITS.get(channel)
        if limit is None or not number:
            continue
        sent = usage.add(tx, channel, bot, month, number)
        if sent >= limit.messages * WARN_AT and usage.warn(tx, channel, bot, month):
            log.warning(
                "the month's messages run out; unasked ones are held first",
                channel=channel,
                bot=bot,
                sent=sent,
                limit=limit.messages,
                held_from=int(limit.messages * HOLD_AT),
            )


def sent(tx: Transaction, channel: str, bot: str, now: datetime) -> int:
    """Messages of this month."""
    return usage.sent(tx, channel, bot, month_of(now))


def left(tx: Transaction, channel: str, bot: str, now: datetime) -> int | None:
    """Unasked messages this month still has room for; None: as many as you like."""
    limit = LIMITS.get(channel)
    return max(0, int(limit.messages * HOLD_AT) - sent(tx, channel, bot, now)) if limit else None


def held_until(tx: Transaction, channel: str, bot: str, now: datetime) -> datetime | None:
    """When to look again, where unasked messages must wait; None: they may go."""
    if left(tx, channel, bot, now) != 0:
        return None
    following = (month_of(now) + timedelta(days=31)).replace(day=1)
    return min(now + LOOK_AGAIN, datetime(following.year, following.month, 1, tzinfo=MONTHS))


def people(tx: Transaction, channel: str, bot: str) -> int:
    """How many people have written to a bot."""
    return usage.chats(tx, channel, bot)


def is_full(tx: Transaction, channel: str, bot: str, contact: int) -> bool:
    """Whether the bot had all the people it may have when this one came."""
    limit = LIMITS.get(channel)
    return limit is not None and usage.chats(tx, channel, bot, before=contact) >= limit.people
