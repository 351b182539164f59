"""The vocabulary of the whole program: what comes in, what goes out."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What an inbound message is, whatever the platform calls it."""

    TEXT = "text"
    TAP = "tap"  # a button was tapped; `payload` says which
    EDIT = "edit"  # an earlier text was changed; `message_ref` says which
    MEDIA = "media"  # photo, sticker, voice, file, place, contact: things the dialogue cannot read
    STOPPED = "stopped"  # the person blocked the bot
    RETURNED = "returned"  # the person unblocked it


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One thing a person did, as every channel tells it.

    (channel, bot, chat, external_id) identifies it: a platform that delivers twice gives the same four.
    """

    channel: str
    chat: str
    external_id: str
    bot: str = ""
    kind: Kind = Kind.TEXT
    text: str = ""
    payload: str = ""
    sent_at: datetime | None = None  # the platform's own time, aware UTC
    sender_name: str = ""
    language: str = ""  # the platform's guess, e.g. "vi", "en"; "" when it does not tell
    message_ref: str = ""  # platform id of the message that was sent, edited, or carries the tapped button
    callback: str = ""  # Telegram's callback query id, to be answered
    group: bool = False
    private: bool = False  # personal numbers stood in the text and were taken out

    def as_tap(self, payload: str) -> "InboundMessage":
        """The button that was meant by it: what is typed does what the button does."""
        return replace(self, kind=Kind.TAP, text="", payload=payload, message_ref="")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing the person may choose: a button, a numbered line, or its words."""

    label: str
    payload: str
    numbered: bool = True  # False: chosen by its words only, because a number would be an answer


def numbered(choices: "tuple[Choice, ...]") -> "tuple[Choice, ...]":
    """The choices that a typed number may name, in the order of their numbers."""
    return tuple(choice for choice in choices if choice.numbered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the bot says. Text may hold **bold**; every channel renders it in its own way."""

    text: str
    choices: tuple[Choice, ...] = ()
    edit: bool = False  # replace the message whose button was tapped, where the channel can
    picture: str = ""  # name of a picture of ours, see services/media
    picture_alt: str = ""  # what the picture shows, for who cannot see it
    link: str = ""
    file: str = ""  # name of a file of ours, see services/media
    file_name: str = ""  # what people see instead
    hint: str = ""  # how to choose, where there are no buttons; said once


class SendClass(StrEnum):
    """What to do when nobody knows whether a message arrived."""

    AGAIN = "again"  # answers, receipts: sent again
    ONCE = "once"  # reminders, summaries: never doubled, listed as unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """One outbox row on its way: to whom, and what."""

    id: int
    channel: str
    bot: str
    chat: str
    reply: Reply
    contact: int = 0
    created_at: datetime | None = None
    send_class: SendClass = SendClass.AGAIN
    unasked: bool = False  # nobody is waiting for it: reminders, summaries, broadcasts
    retire: str = ""  # platform id of an older message whose buttons are used up
    attempts: int = 0
