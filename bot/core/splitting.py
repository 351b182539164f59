"""Long texts in parts a platform takes, cut where a reader would pause."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.core.graphemes import graphemes
from bot.core.markup import BOLD

LEAST: Final = 16  # the smallest limit that leaves room for a character between bold marks
_MARK: Final = "**"
_MARKS_COST: Final = 2 * len(_MARK)
_STAYS: Final = "\u00a0\u202f\u2007"  # white space made not to be broken at
_PARAGRAPH, _LINE, _SENTENCE, _WORD = range(4)
_SENTENCE_END = re.compile(r"[.!?…。][\"'”’)»\]]*$")
_NO_SENTENCE_END = re.compile(r"(?:^|\s)(?:\d+|[A-ZĐ][A-Za-zđ]?)\.$")  # "1." of a list, "TP." of a name


@dataclass(frozen=True, slots=True)
class _Atom:
    """One visible character, whether it is bold, and its size in UTF-16 units."""

    text: str
    bold: bool
    size: int

    @property
    def space(self) -> bool:
        return self.text.isspace() and self.text not in _STAYS


@dataclass(frozen=True, slots=True)
class _Pause:
    """A run of white space: where it starts and ends, and how well a cut sits there."""

    start: int
    end: int
    rank: int


def length(text: str) -> int:
    """The text's length in UTF-16 code units, as Telegram and Zalo count."""
    return len(text) + sum(char > "\uffff" for char in text)


def split(text: str, limit: int) -> list[str]:
    """The text in parts of at most `limit` UTF-16 units, none blank; ValueError when the limit is below LEAST.

    A cut sits between paragraphs, else lines, sentences, words, else visible characters; white space there is lost,
    nothing else. A bold run that is cut is closed and opened again.
    """
    if limit < LEAST:
        msg = f"no room for a part: {limit}"
        raise ValueError(msg)
    text = text.strip()
    if length(text) <= limit:
        return [text] if text else []
    atoms = _atoms(text, limit)
    pauses = _pauses(atoms)
    parts, start = [], 0
    while start < len(atoms):
        end, following = _cut(atoms, pauses, start, limit)
        parts.append(_render(atoms[start:end]))
        start = following
    return [part for part in parts if part.strip()]  # one may be nothing but unbreakable blanks


def shorten(text: str, limit: int) -> str:
    """The text when it fits `limit` UTF-16 units, else its beginning, whole words where possible, and "…".

    ValueError when not even the ellipsis fits.
    """
    if limit < 1:
        msg = f"no room for an ellipsis: {limit}"
        raise ValueError(msg)
    if length(text) <= limit:
        return text
    atoms = _atoms(text.strip(), max(limit, LEAST))
    reach = _reach(atoms, 0, limit - 1)
    ends = [pause.start for pause in _pauses(atoms) if reach // 2 < pause.start <= reach]
    kept = atoms[: max(ends, default=reach)]
    while kept and kept[-1].space:
        kept.pop()
    return _render(kept) + "…"


def _atoms(text: str, limit: int) -> list[_Atom]:
    return [
        _Atom(piece, at % 2 == 1, length(piece))
        for at, run in enumerate(BOLD.split(text))  # every second run stood between bold marks
        for whole in graphemes(run)
        # A tower of combining marks longer than a whole part has to be cut somewhere.
        for piece in ([whole] if length(whole) <= limit - _MARKS_COST else whole)
    ]


def _pauses(atoms: list[_Atom]) -> list[_Pause]:
    return list(_find_pauses(atoms))


def _find_pauses(atoms: list[_Atom]) -> Iterator[_Pause]:
    at = 0
    while at < len(atoms):
        start = at
        while at < len(atoms) and atoms[at].space:
            at += 1
        if at > start:
            yield _Pause(start, at, _rank(atoms, start, at))
        at += 1


def _rank(atoms: list[_Atom], start: int, end: int) -> int:
    lines = sum(atom.text in {"\n", "\r", "\r\n", "\u2028", "\u2029"} for atom in atoms[start:end])
    if lines:
        return _PARAGRAPH if lines > 1 else _LINE
    before = "".join(atom.text for atom in atoms[max(0, start - 8) : start])
    return _SENTENCE if _SENTENCE_END.search(before) and not _NO_SENTENCE_END.search(before) else _WORD


def _cut(atoms: list[_Atom], pauses: list[_Pause], start: int, limit: int) -> tuple[int, int]:
    """Where the part from `start` ends, and where the next one begins."""
    reach = _reach(atoms, start, limit)
    if reach == len(atoms):
        return reach, reach
    within = [pause for pause in pauses if start < pause.start <= reach]
    if not within:
        return reach, reach
    best = min(within, key=lambda pause: (pause.rank, -pause.start))
    return best.start, best.end


def _reach(atoms: list[_Atom], start: int, limit: int) -> int:
    """The first atom that no longer fits a part from `start`."""
    size, bold = 0, False
    for at in range(start, len(atoms)):
        size += atoms[at].size + (_MARKS_COST if atoms[at].bold and not bold else 0)
        bold = atoms[at].bold
        if size > limit:
            return at
    return len(atoms)


def _render(atoms: list[_Atom]) -> str:
    runs: list[str] = []
    bold = False
    for atom in atoms:
        if atom.bold != bold:
            runs.append(_MARK)
            bold = atom.bold
        runs.append(atom.text)
    return "".join(runs) + (_MARK if bold else "")
