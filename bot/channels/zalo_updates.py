"""What one Zalo event says, in the program's own words."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.messages import InboundMessage, Kind
from bot.core.text import fold

_EPOCH = datetime.fromtimestamp(0, UTC)
_TEXT = "message.text.received"
_UNSUPPORTED = "message.unsupported.received"  # Zalo keeps the content to itself
_MEDIA = ("message.image.received", "message.sticker.received", "message.voice.received", _UNSUPPORTED)


class UnreadableUpdate(ValueError):
    """An event that is not as Zalo describes it. `message_id` is empty when not even that is there."""

    def __init__(self, message_id: str) -> None:
        super().__init__("a Zalo event that cannot be read")
        self.message_id = message_id


def read_update(data: object, bot_id: str, names: Sequence[str] = ()) -> InboundMessage | None:
    """What a person did, or None for what does not concern a dialogue. UnreadableUpdate when it cannot be read.

    `data` is a webhook's body, flat or in its envelope, or what getUpdates gave; nothing at all is Zalo trying the
    webhook. `names` are the bot's own, as people call it in a group.
    """
    event = data["result"] if isinstance(data, Mapping) and "result" in data else data
    if not event:
        return None
    try:
        return _read(event, bot_id, names)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        pass
    raise UnreadableUpdate(_message_id(event))  # outside the handler: the cause's words may hold what the person wrote


def _read(event: Any, bot_id: str, names: Sequence[str]) -> InboundMessage | None:
    name = _words(event["event_name"])
    if name != _TEXT and name not in _MEDIA:
        return None
    message = event["message"]
    person, chat = message["from"], message["chat"]
    group = chat["chat_type"] != "PRIVATE"
    if person.get("is_bot") is True or _id(person["id"]) == bot_id:
        return None
    if group and name == _UNSUPPORTED:
        return None  # a hint would disturb everybody else
    text = _words(message["text"] if name == _TEXT else message.get("caption") or "")
    ref = _id(message["message_id"])
    return InboundMessage(
        channel="zalo",
        bot=bot_id,
        chat=_id(chat["id"]),
        external_id=ref,
        message_ref=ref,
        kind=Kind.TEXT if name == _TEXT else Kind.MEDIA,
        text=_without_mention(text, names) if group else text,
        sent_at=_when(message.get("date")),
        sender_name=_words(person.get("display_name") or ""),
        group=group,
    )


def _id(value: Any) -> str:
    if (type(value) is int or isinstance(value, str)) and str(value) and str(value).isprintable():
        return str(value)  # what a database cannot keep, such as a NUL, would come again for ever
    raise TypeError


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise TypeError


def _when(milliseconds: Any) -> datetime | None:
    return None if milliseconds is None else _EPOCH + timedelta(milliseconds=milliseconds)


def _message_id(event: Any) -> str:
    try:
        return _id(event["message"]["message_id"])
    except (KeyError, TypeError):
        return ""


def _without_mention(text: str, names: Sequence[str]) -> str:
    """The text without "@us" before it; where none of our names fits, without the first word that begins with "@"."""
    if not text.startswith("@"):
        return text
    words, called = text[1:].split(), {_letters(name) for name in names if name}
    fitting = [count for count in range(1, len(words) + 1) if _letters("".join(words[:count])) in called]
    count = max(fitting, default=1)
    return "".join(text[1:].split(None, count)[count:])


def _letters(name: str) -> str:
    """A name as it is compared: "Bot Số Hoá" is bot.SoHoa."""
    return "".join(filter(str.isalnum, fold(name)))
