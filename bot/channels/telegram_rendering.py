"""How a Reply looks on Telegram: its pieces and its buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Any

from bot.core.channel import Capabilities
from bot.core.messages import Choice, Reply
from bot.core.splitting import length, split

CAPABILITIES = Capabilities(buttons=True, edit=True, text_limit=4096)
CAPTION_LIMIT = 1024  # UTF-16 code units

# Labels up to so many characters stand so many side by side on a small phone; longer ones stand alone.
_SIDE_BY_SIDE = ((9, 3), (17, 2))


@dataclass(frozen=True, slots=True)
class Piece:
    """One message as Telegram takes it."""

    text: str
    picture: bytes | None = None
    file: bytes | None = None
    file_name: str = ""


def pieces(reply: Reply, picture: bytes | None = None, file: bytes | None = None) -> list[Piece]:
    """The reply as messages, at least one. A picture comes first, a file last; one alone carries the text as caption.

    The caption has its own limit; longer texts stand between picture and file.
    """
    text = f"{reply.text}\n{reply.link}".strip() if reply.link else reply.text
    last = [Piece("", None, file, reply.file_name)] if file else []
    if length(text) <= CAPTION_LIMIT:
        if picture:
            return [Piece(text, picture), *last]
        if file:
            return [Piece(text, None, file, reply.file_name)]
    parts = [Piece(part) for part in split(text, CAPABILITIES.text_limit)] or [Piece("")]
    return [Piece("", picture), *parts, *last] if picture else [*parts, *last]


def keyboard(choices: Sequence[Choice]) -> dict[str, Any] | None:
    """The choices as an InlineKeyboardMarkup, in their order: short ones side by side in even rows, long ones alone."""
    rows: list[list[dict[str, str]]] = []
    for width, run in groupby(choices[: CAPABILITIES.choice_limit], key=_side_by_side):
        alike = [{"text": choice.label, "callback_data": choice.payload} for choice in run]
        each = ceil(len(alike) / ceil(len(alike) / width))
        rows += [alike[at : at + each] for at in range(0, len(alike), each)]
    return {"inline_keyboard": rows} if rows else None


def _side_by_side(choice: Choice) -> int:
    return next((count for limit, count in _SIDE_BY_SIDE if len(choice.label) <= limit), 1)


def chat_id(chat: str) -> int | str:
    """The chat as the Bot API takes it: a number, or a name."""
    return int(chat) if chat.lstrip("-").isdecimal() else chat
