"""What one Telegram update says, in the program's own words.

Read from the JSON itself, not through the library's objects: those cost more than all the rest of a message (decision
0045). Only the fields of the Bot API that a dialogue needs are looked at, and each must be what the API says it is.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from telegram.constants import ChatMemberStatus, ChatType, MessageAttachmentType

from bot.core.messages import InboundMessage, Kind

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

_COMMAND = re.compile(r"/(\w+)@(\w+)(?=\s|$)")
_OUT = (ChatMemberStatus.BANNED.value, ChatMemberStatus.LEFT.value)
_CHANNEL, _PRIVATE = ChatType.CHANNEL.value, ChatType.PRIVATE.value
_ATTACHMENTS = tuple(kind.value for kind in MessageAttachmentType)

Json = Mapping[str, Any]


class UnreadableUpdate(ValueError):
    """An update that is not as the Bot API describes it. `update_id` is None when not even that is there."""

    def __init__(self, update_id: int | None) -> None:
        super().__init__("a Telegram update that cannot be read")
        self.update_id = update_id


def read_update(data: Json, bot_id: str, username: str = "") -> InboundMessage | None:
    """What a person did, or None for what does not concern a dialogue. UnreadableUpdate when it cannot be read."""
    found = data.get("update_id") if isinstance(data, Mapping) else None
    if type(found) is not int:
        raise UnreadableUpdate(None)
    try:
        return _Reader(str(found), bot_id, username.lower()).read(data)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, OSError):
        pass  # a field that is missing, or another kind of value than the API says
    raise UnreadableUpdate(found)  # outside the handler: the cause's words may hold what the person wrote


class _Reader:
    """One update's identity, and how each kind is read."""

    __slots__ = ("bot_id", "external_id", "username")

    def __init__(self, external_id: str, bot_id: str, username: str) -> None:
        self.external_id, self.bot_id, self.username = external_id, bot_id, username

    def read(self, update: Json) -> InboundMessage | None:
        if message := update.get("message"):
            return self._message(message)
        if message := update.get("edited_message"):
            return self._edit(message)
        if query := update.get("callback_query"):
            return self._tap(query)
        if change := update.get("my_chat_member"):
            return self._standing(change)
        return None

    def _message(self, message: Json) -> InboundMessage | None:
        chat, person, text = message["chat"], message.get("from"), message.get("text")
        if chat["type"] == _CHANNEL or person is None or person["is_bot"]:
            return None
        ref, at = _number(message["message_id"]), _moment(message["date"])
        if text is not None:
            text = self._own_command(text)
            return None if text is None else self._inbound(chat, person, text=text, message_ref=ref, sent_at=at)
        if any(message.get(kind) for kind in _ATTACHMENTS):
            caption = _string(message.get("caption") or "")
            return self._inbound(chat, person, kind=Kind.MEDIA, text=caption, message_ref=ref, sent_at=at)
        return None  # "joined the group", "pinned a message" and their like

    def _edit(self, message: Json) -> InboundMessage | None:
        person, text = message.get("from"), message.get("text")
        if person is None or person["is_bot"] or text is None:
            return None  # a caption, or a place that moves: nothing was said anew
        text = self._own_command(text)
        if text is None:
            return None
        ref, at = _number(message["message_id"]), _moment(message.get("edit_date") or message["date"])
        return self._inbound(message["chat"], person, kind=Kind.EDIT, text=text, message_ref=ref, sent_at=at)

    def _tap(self, query: Json) -> InboundMessage | None:
        person, data, message = query["from"], query.get("data"), query.get("message")
        if person["is_bot"] or not isinstance(data, str) or query.get("inline_message_id"):
            return None
        # an old server leaves out a message that is too old
        chat, ref = (
            (message["chat"], _number(message["message_id"]))
            if message
            else ({"id": person["id"], "type": _PRIVATE}, "")
        )
        return self._inbound(chat, person, kind=Kind.TAP, payload=data, message_ref=ref, callback=str(query["id"]))

    def _standing(self, change: Json) -> InboundMessage | None:
        chat = change["chat"]
        if chat["type"] == _CHANNEL:
            return None
        was_out, is_out = (change[name]["status"] in _OUT for name in ("old_chat_member", "new_chat_member"))
        if was_out == is_out:
            return None
        kind = Kind.STOPPED if is_out else Kind.RETURNED
        return self._inbound(chat, change["from"], kind=kind, sent_at=_moment(change["date"]))

    def _inbound(self, chat: Json, person: Json, **told: Any) -> InboundMessage:
        first, last = _string(person["first_name"]), _string(person.get("last_name") or "")
        return InboundMessage(
            channel="telegram",
            bot=self.bot_id,
            chat=_number(chat["id"]),
            external_id=self.external_id,
            sender_name=f"{first} {last}" if last else first,
            language=_string(person.get("language_code") or ""),
            group=chat["type"] != _PRIVATE,
            **told,
        )

    def _own_command(self, text: str) -> str | None:
        """The text without "@us" after its command; None for a command meant for another bot."""
        found = _COMMAND.match(text)  # TypeError when it is no text
        if not found or not self.username:
            return text
        return f"/{found[1]}{text[found.end() :]}" if found[2].lower() == self.username else None


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> str:
    if type(value) is not int:
        raise TypeError
    return str(value)


def _moment(value: Any) -> datetime:
    return datetime.fromtimestamp(value, UTC)
