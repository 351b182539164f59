"""The terminal as a channel."""

from collections.abc import Callable

from bot.channels.rendering import as_text
from bot.core.channel import Capabilities, Sent
from bot.core.messages import OutboundMessage

WIDE = 1_000_000


class ConsoleChannel:
    """Prints what the bot says."""

    name = "console"
    capabilities = Capabilities(buttons=False, edit=False, text_limit=WIDE)

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show

    async def send(self, message: OutboundMessage) -> Sent:
        """Print one message."""
        self._show(as_text(message.reply))
        return Sent(str(message.id))
