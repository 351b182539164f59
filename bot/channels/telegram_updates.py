"""What one Telegram update says, in the program's own words."""

import re
from collections.abc import Mapping
from typing import Any

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, Update, User

from bot.core.messages import InboundMessage, Kind

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

_COMMAND = re.compile(r"/(\w+)@(\w+)(?=\s|$)")
_OUT = ("kicked", "left")


class UnreadableUpdate(ValueError):
    """An update that is not as the Bot API describes it. `update_id` is None when not even that is there."""

    def __init__(self, update_id: int | None) -> None:
        super().__init__("a Telegram update that cannot be read")
        self.update_id = update_id


def read_update(data: Mapping[str, Any] | Update, bot_id: str, username: str = "") -> InboundMessage | None:
    """What a person did, or None for what does not concern a dialogue. UnreadableUpdate when it cannot be read."""
    if isinstance(data, Update):
        update_id: int | None = data.update_id
    else:
        found = data.get("update_id") if isinstance(data, Mapping) else None
        update_id = found if type(found) is int else None
    if update_id is None:
        raise UnreadableUpdate(None)
    try:
        update = data if isinstance(data, Update) else Update.de_json(dict(data), None)
        return _Reader(str(update_id), bot_id, username.lower()).read(update)
    except Exception:  # noqa: BLE001, S110  the library raises whatever an unforeseen field makes it raise
        pass
    raise UnreadableUpdate(update_id)  # outside the handler: the cause's words may hold what the person wrote


class _Reader:
    """One update's identity, and how each kind is read."""

    def __init__(self, external_id: str, bot_id: str, username: str) -> None:
        self.external_id, self.bot_id, self.username = external_id, bot_id, username

    def read(self, update: Update) -> InboundMessage | None:
        if update.message:
            return self._message(update.message)
        if update.edited_message:
            return self._edit(update.edited_message)
        if update.callback_query:
            return self._tap(update.callback_query)
        if update.my_chat_member:
            return self._standing(update.my_chat_member)
        return None

    def _message(self, message: Message) -> InboundMessage | None:
        person = message.from_user
        if message.chat.type == Chat.CHANNEL or person is None or person.is_bot:
            return None
        told = {"message_ref": str(message.message_id), "sent_at": message.date}
        if message.text is not None:
            text = self._own_command(message.text)
            return None if text is None else self._inbound(message.chat, person, text=text, **told)
        if message.effective_attachment:
            return self._inbound(message.chat, person, kind=Kind.MEDIA, text=message.caption or "", **told)
        return None  # "joined the group", "pinned a message" and their like

    def _edit(self, message: Message) -> InboundMessage | None:
        person = message.from_user
        if person is None or person.is_bot or message.text is None:
            return None  # a caption, or a place that moves: nothing was said anew
        text = self._own_command(message.text)
        if text is None:
            return None
        ref, at = str(message.message_id), message.edit_date or message.date
        return self._inbound(message.chat, person, kind=Kind.EDIT, text=text, message_ref=ref, sent_at=at)

    def _tap(self, query: CallbackQuery) -> InboundMessage | None:
        if query.from_user.is_bot or not isinstance(query.data, str) or query.inline_message_id:
            return None
        private = Chat(query.from_user.id, Chat.PRIVATE)  # an old server leaves out a message that is too old
        chat, ref = (query.message.chat, str(query.message.message_id)) if query.message else (private, "")
        return self._inbound(
            chat, query.from_user, kind=Kind.TAP, payload=query.data, message_ref=ref, callback=str(query.id)
        )

    def _standing(self, change: ChatMemberUpdated) -> InboundMessage | None:
        if change.chat.type == Chat.CHANNEL:
            return None
        was_out, is_out = change.old_chat_member.status in _OUT, change.new_chat_member.status in _OUT
        if was_out == is_out:
            return None
        kind = Kind.STOPPED if is_out else Kind.RETURNED
        return self._inbound(change.chat, change.from_user, kind=kind, sent_at=change.date)

    def _inbound(self, chat: Chat, person: User, **told: Any) -> InboundMessage:
        return InboundMessage(
            channel="telegram",
            bot=self.bot_id,
            chat=str(chat.id),
            external_id=self.external_id,
            sender_name=person.full_name,
            language=person.language_code or "",
            group=chat.type != Chat.PRIVATE,
            **told,
        )

    def _own_command(self, text: str) -> str | None:
        """The text without "@us" after its command; None for a command meant for another bot."""
        found = _COMMAND.match(text)
        if not found or not self.username:
            return text
        return f"/{found[1]}{text[found.end() :]}" if found[2].lower() == self.username else None
