"""A chat's own affairs: whether it can be reached, and what was kept of a message that broke."""

from datetime import datetime

from bot.core.messages import InboundMessage, Kind
from bot.storage import linking, messages, people
from bot.storage.database import Transaction


def set_reachable(tx: Transaction, contact: int, message: InboundMessage, now: datetime) -> None:
    """The person blocked the bot, or came back. What waits unasked goes to their next chat, the rest is dropped."""
    stopped = message.kind is Kind.STOPPED
    people.set_reachable(tx, contact, now if stopped else None)
    if stopped:
        linking.hand_on(tx, contact, linking.next_of(tx, contact))
        messages.drop_waiting(tx, contact, "unreachable")


def take_kept(tx: Transaction, message: InboundMessage) -> dict[str, str] | None:
    """What was typed when the program broke, taken out to be tried again."""
    kept: dict[str, str] | None = messages.take_kept(tx, message)
    return kept
