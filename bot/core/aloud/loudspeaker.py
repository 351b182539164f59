"""A text for the commune's loudspeaker: 60 to 90 seconds, in words only, put together from approved content by rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.aloud.read_aloud import syllables

RATE: Final = 3.5  # syllables a second: slower than talk, as an echo between houses needs
SHORTEST, LONGEST = 60, 90  # seconds
_LEAST: Final = round(SHORTEST * RATE)
_MOST: Final = round(LONGEST * RATE) - 10  # a little room, for nobody reads by the clock
AGAIN: Final = "Xin nhắc lại."
REST: Final = "Các bước còn lại, xin bà con hỏi Tổ công nghệ số cộng đồng."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """What a text is made of, each already in words: `body` in its order, `key`, if any, is what to remember."""

    opening: str
    body: tuple[str, ...]
    key: str
    more: tuple[str, ...] = ()  # said while there is time
    source: str
    closing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The text, ready to be read, a paragraph a line."""

    text: str

    @property
    def syllables(self) -> int:
        """How many syllables are read."""
        return syllables(self.text)

    @property
    def seconds(self) -> int:
        """How long reading takes at `RATE`."""
        return round(self.syllables / RATE)


def compose(pieces: Pieces) -> Script:
    """The text: as many steps as fit, in their order; what is short is said twice, as loudspeakers do."""
    kept = list(pieces.body)
    while len(kept) > 1 and _length(_lines(pieces, kept)) > _MOST:
        kept.pop()
    extra: list[str] = []
    for piece in pieces.more:
        if _length(_lines(pieces, kept, [*extra, piece])) <= _MOST:
            extra.append(piece)
    again: list[str] = []
    while _length(_lines(pieces, kept, extra, again)) < _LEAST:
        again.append([*kept, *filter(None, [pieces.key])][len(again) % (len(kept) + bool(pieces.key))])
    return Script(text="\n".join(_lines(pieces, kept, extra, again)))


def _lines(pieces: Pieces, kept: Sequence[str], extra: Sequence[str] = (), again: Sequence[str] = ()) -> list[str]:
    left_out = [REST] if len(kept) < len(pieces.body) else []
    repeated = [AGAIN, *again] if again else []
    lines = [pieces.opening, *kept, *left_out, pieces.key, *extra, *repeated, pieces.source, pieces.closing]
    return [line for line in lines if line]


def _length(lines: Sequence[str]) -> int:
    return syllables(" ".join(lines))
