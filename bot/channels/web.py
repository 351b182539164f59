"""The web chat as a channel: sending means telling the open page to look; the outbox is the transcript."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bot.core.channel import Capabilities, Sent
from bot.core.messages import OutboundMessage, numbered

WIDE = 20_000
MEDIA = "/media/"


class WebChannel:
    """Delivers to browsers of this process; a browser of another process looks again every few seconds."""

    name = "web"
    capabilities = Capabilities(buttons=True, edit=True, text_limit=WIDE)

    def __init__(self) -> None:
        self._listening: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.closed = False

    def close(self) -> None:
        """End every open stream: the program stops, and pages reconnect by themselves."""
        self.closed = True
        for events in self._listening.values():
            for event in events:
                event.set()

    async def send(self, message: OutboundMessage) -> Sent:
        """Wake the pages of this chat. A closed page reads it when it is opened again."""
        self.look(message.chat)
        return Sent(str(message.id))

    def look(self, chat: str) -> None:
        """Tell the open pages of that chat that there is something to read."""
        for event in self._listening.get(chat, ()):
            event.set()

    @contextmanager
    def listen(self, chat: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever something new is there for the chat."""
        event = asyncio.Event()
        self._listening[chat].add(event)
        try:
            yield event
        finally:
            self._listening[chat].discard(event)
            if not self._listening[chat]:
                del self._listening[chat]


def told_elsewhere(web: WebChannel, ring: Callable[[], None]) -> Callable[[Sequence[OutboundMessage]], None]:
    """For a process that sends nothing: its own open pages look, and whoever sends is rung for."""

    def deliver(answers: Sequence[OutboundMessage]) -> None:
        for answer in answers:
            web.look(answer.chat)
        if answers:
            ring()

    return deliver


def as_json(message: OutboundMessage) -> dict[str, Any]:
    """A message as the page reads it."""
    reply = message.reply
    order = {choice: n for n, choice in enumerate(numbered(reply.choices), 1)}
    return {
        "id": message.id,
        "text": reply.text,
        "choices": [
            {"label": choice.label, "payload": choice.payload, "number": order.get(choice)} for choice in reply.choices
        ],
        "edit_of": int(message.retire) if reply.edit and message.retire.isdigit() else None,
        "at": message.created_at.isoformat() if message.created_at else "",
        "link": reply.link,
        "picture": f"{MEDIA}{reply.picture}" if reply.picture else "",
        "picture_alt": reply.picture_alt,
        "file": f"{MEDIA}{reply.file}" if reply.file else "",
        "file_name": reply.file_name,
    }
