"""What a web chat shows: the outbox rows of its contact."""

from collections.abc import Sequence

from bot.core.messages import OutboundMessage
from bot.storage import messages, people
from bot.storage.database import Transaction


def unseen(tx: Transaction, *, channel: str, chat: str, after: int) -> Sequence[OutboundMessage]:
    """What was said to this chat after the message `after`, oldest first; nothing for an unknown chat."""
    contact = people.contact_id(tx, channel=channel, bot="", chat=chat)
    return messages.shown_after(tx, contact, after) if contact else []
