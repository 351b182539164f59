"""What a channel is to the rest of the program: what it can do, and how sending may fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from bot.core.errors import N_
from bot.core.messages import OutboundMessage

NAMES: Final[Mapping[str, str]] = {
    "telegram": "Telegram",
    "zalo": "Zalo",
    "web": N_("the web chat"),
    "console": N_("the terminal"),
}
"""Each channel as people call it, an English msgid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What one platform can do; content is checked against it, replies are rendered by it."""

    buttons: bool
    edit: bool
    text_limit: int  # in UTF-16 code units, as both Telegram and Zalo count
    choice_limit: int = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took the message; `message_ref` is its id there."""

    message_ref: str = ""
    calls: int = 1  # what the platform counts: a long reply takes several


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFailure:
    """The platform did not take it, or nobody knows. A value, not an exception.

    `retryable`: trying again may help. `maybe_sent`: it may have arrived (time-out after sending).
    `unreachable`: the person blocked us or is gone. `retry_after`: the platform's own demand, this chat only.
    `reason` is a short code without personal data, for the log and the operator. `calls`: parts it did take.
    """

    reason: str
    retryable: bool = False
    maybe_sent: bool = False
    unreachable: bool = False
    retry_after: timedelta | None = None
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSeen:
    """Where a platform posts updates to, as it says itself; no address: they are polled."""

    url: str = ""
    waiting: int = 0  # updates it could not deliver yet
    fault: str = ""  # its words about the last delivery that failed


class Channel(Protocol):
    """One platform account. Adapters do not know each other, the database or the handlers."""

    name: str
    capabilities: Capabilities

    async def send(self, message: OutboundMessage) -> Sent | SendFailure:
        """Send one message (all its parts, in order). Never raises for what the platform or the network does."""
        ...
