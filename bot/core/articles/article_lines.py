"""The lines of a saved page: found, made whole where an editor broke them, cut where they are too long."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.articles import article_rules as rules
from bot.core.articles.article_dates import Stamp

SHORTEST, LONGEST = 40, 1200  # characters of a passage
_LEAD_IN = 120  # a shorter line ending in ":" belongs to what follows
_TITLE_CHARS = 100
_WRAP_MIN, _WRAP_MAX = 50, 110  # length of a line broken by an editor
_WRAPPED_LINES, _WRAP_SHARE = 3, 0.6
_CUTS = (r"[.!?…][\"”’')\]]*\s+", r";\s+", r",\s+", r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of the body: NFC, single spaces, 40 to 1,200 characters. `line`: where it starts in the text."""

    line: int
    text: str


@dataclass(slots=True)
class Line:
    """One line with words, its number in the text, and why it is no part of the body: "" while it may be."""

    number: int
    text: str
    reason: str = ""
    stamp: Stamp | None = None


def lines_of(text: str) -> Iterator[Line]:
    """Lines with words, single-spaced, numbered as in the text; lines an editor broke are one again."""
    block: list[Line] = []
    for number, raw in enumerate([*text.split("\n"), ""], 1):
        if squeezed := " ".join(raw.split()):
            block.append(Line(number, squeezed))
            continue
        yield from _unwrapped(block)
        block = []


def _unwrapped(block: list[Line]) -> Iterator[Line]:
    """One line per paragraph of a block without blank lines."""
    if not block:
        return
    if _is_wrapped([line.text for line in block]):
        yield Line(block[0].number, " ".join(line.text for line in block))
        return
    whole, last = block[0], block[0].text
    for line in block[1:]:
        broken = _WRAP_MIN <= len(last) <= _WRAP_MAX and not rules.ends_sentence(last) and line.text[0].islower()
        if broken and not rules.in_list(line.text):
            whole.text += " " + line.text
        else:
            yield whole
            whole = line
        last = line.text
    yield whole


def _is_wrapped(texts: Sequence[str]) -> bool:
    longest = max(map(len, texts))
    if len(texts) < _WRAPPED_LINES or not _WRAP_MIN <= longest <= _WRAP_MAX or any(map(rules.in_list, texts[1:])):
        return False
    full = all(len(text) >= _WRAP_SHARE * longest for text in texts[:-1])
    return full and 2 * sum(text[0].islower() for text in texts[1:]) >= len(texts) - 1


def passages_of(kept: Sequence[Line]) -> Iterator[Passage]:
    """Paragraphs of 40 to 1,200 characters: short ones and lead-ins go to the next (the last to the one before)."""
    joined: list[Passage] = []
    waiting: Passage | None = None
    for line in kept:
        here = Passage(waiting.line, f"{waiting.text} {line.text}") if waiting else Passage(line.number, line.text)
        lead_in = line.text.endswith(":") and len(here.text) < _LEAD_IN
        waiting = here if len(here.text) < SHORTEST or lead_in else None
        if waiting is None:
            joined.append(here)
    if waiting and joined:
        last = joined.pop()
        joined.append(Passage(last.line, f"{last.text} {waiting.text}"))
    elif waiting and len(waiting.text) >= SHORTEST:
        joined.append(waiting)
    for passage in joined:
        yield from (Passage(passage.line, part) for part in _pieces(passage.text))


def _pieces(text: str) -> list[str]:
    """The text whole, or halved until it fits: at a sentence end near the middle, else ";", ",", a space."""
    if len(text) <= LONGEST:
        return [text]
    middle, margin = len(text) // 2, len(text) // 4
    for cut in _CUTS:
        ends = [found.end() for found in re.finditer(cut, text) if abs(found.end() - middle) <= margin]
        if ends:
            middle = min(ends, key=lambda end: abs(end - middle))
            break
    return [*_pieces(text[:middle].strip()), *_pieces(text[middle:].strip())]


def shortened(text: str) -> str:
    """The first sentence, at most 100 characters."""
    sentence = re.split(r"(?<=[.!?…])\s", text, maxsplit=1)[0]
    if len(sentence) <= _TITLE_CHARS:
        return sentence.rstrip(".")
    head = sentence[:_TITLE_CHARS]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,;:-–") + "…"
