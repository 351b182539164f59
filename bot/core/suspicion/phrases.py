"""Known phrases in text that hides them: without marks, letters set apart or joined, digits for letters."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.core.lexicon import skeleton, untelex
from bot.core.suspicion.addresses import latin
from bot.core.text import fold

LONGEST: Final = 8192  # characters of a text that are read
_WORD = re.compile(r"[^\W_]+")
_BREAK = re.compile(r"[.!?…;\n]")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_AT = re.compile(r"(?<=[^\W\d_])@(?=[^\W\d_])(?!\S*\.)")
_DIGITS: Final = str.maketrans("013457", "oieast")
_APART: Final = 3  # single letters in a row that are one word set apart: "o t p"
_GAP: Final = 3  # characters between two of them
_JOINED: Final = (4, 60)  # letters of a word that may be several, written together
_MARKED: Final = 4  # letters of a word that is still itself when one of its marks is wrong


@dataclass(frozen=True, slots=True)
class Said:
    """One word as it is understood: as shown, folded, and the number of its sentence."""

    text: str
    folded: str
    sentence: int


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase that was found: its number among those given, and the words from `start` to before `end`."""

    phrase: int
    start: int
    end: int


class Phrases:
    """Phrases to look for. Time grows with the length of the text only."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._words: list[tuple[str, ...]] = []
        self._by_folded: dict[tuple[str, ...], list[int]] = {}
        self._sizes: dict[str, set[int]] = {}
        for number, phrase in enumerate(phrases):
            words = tuple(found[0].lower() for found in _WORD.finditer(latin(phrase)))
            self._words.append(words)
            folded = tuple(map(fold, words))
            if folded:
                self._by_folded.setdefault(folded, []).append(number)
                self._sizes.setdefault(folded[0], set()).add(len(folded))
        self._known = {word for folded in self._by_folded for word in folded}

    def read(self, text: str) -> list[Said]:
        """The words of a text, what is set apart joined and what is joined set apart where that gives known words."""
        plain = _AT.sub("a", latin(text[:LONGEST]))
        return [
            Said(word, fold(word), sentence)
            for run, sentence in _runs(plain)
            for whole in _whole(run)
            for word in self._understood(whole, spelled=len(run) >= _APART)
        ]

    def find(self, said: list[Said]) -> Iterator[Match]:
        """Every phrase, wherever it stands; phrases may overlap."""
        folded = [word.folded for word in said]
        for start, first in enumerate(folded):
            for size in self._sizes.get(first, ()):
                for number in self._by_folded.get(tuple(folded[start : start + size]), ()):
                    typed = said[start : start + size]
                    if all(map(_fits, self._words[number], typed)):
                        yield Match(number, start, start + size)

    def _understood(self, word: str, *, spelled: bool) -> Iterable[str]:
        plain = fold(word)
        if plain in self._known:
            return [word]
        short = _DRAWN_OUT.sub(r"\1", word)
        for guess in (short, short.translate(_DIGITS), _without_telex(short)):
            if guess and fold(guess) in self._known:
                return [guess]
        if _JOINED[0] <= len(plain) <= _JOINED[1] and len(plain) == len(word):
            return _apart(word, plain, self._known) or (self._picked(word, plain) if spelled else [word])
        return [word]

    def _picked(self, word: str, plain: str) -> list[str]:
        """The longer known words that stand in letters without blanks, and what is between them."""
        pieces, start, at = [], 0, 0
        while at < len(plain):
            sizes = range(min(8, len(plain) - at), _APART - 1, -1)
            size = next((size for size in sizes if plain[at : at + size] in self._known), 0)
            if size:
                pieces += [word[start:at], word[at : at + size]]
                start = at + size
            at += size or 1
        return [piece for piece in (*pieces, word[start:]) if piece] if pieces else [word]


def _runs(text: str) -> Iterator[tuple[list[str], int]]:
    """Words, single letters close together as one run; and the number of their sentence."""
    run: list[str] = []
    sentence, end, of_run = 0, 0, 0
    for found in _WORD.finditer(text):
        between = text[end : found.start()]
        letter = len(found[0]) == 1 and found[0].isalnum()
        close = bool(run) and letter and len(run[-1]) == 1 and len(between) <= _GAP and "\n" not in between
        if run and not close:
            yield run, of_run
            run = []
        if not close and _BREAK.search(between):
            sentence += 1
        if not run:
            of_run = sentence
        run.append(found[0])
        end = found.end()
    if run:
        yield run, of_run


def _whole(run: list[str]) -> list[str]:
    """A run of letters as the word it spells."""
    if len(run) < _APART or all(letter.isdigit() for letter in run):
        return run
    return ["".join(run)]


def _without_telex(word: str) -> str:
    left_over = untelex(word)
    return fold(left_over[0]) if left_over else ""


def _apart(word: str, plain: str, known: set[str]) -> list[str]:
    """The known words that a joined one consists of, the longest first; empty when it does not."""
    ends: dict[int, list[str]] = {0: []}
    for end in range(1, len(plain) + 1):
        for start in range(max(0, end - 8), end):
            if start in ends and plain[start:end] in known:
                ends[end] = [*ends[start], word[start:end]]
                break
    return ends.get(len(plain), [])


def _fits(known: str, typed: Said) -> bool:
    """Whether the typed word may be the known one: marks may be missing, but wrong ones make another word."""
    bare = typed.folded == typed.text.lower() or typed.folded == known
    if bare or len(typed.folded) >= _MARKED:
        return True
    return skeleton(known) == skeleton(typed.text)


def quoted(said: list[Said], match: Match) -> str:
    """The words of a match, joined by blanks: nothing else of the text is in it."""
    return " ".join(word.text for word in said[match.start : match.end])


def indexed(groups: Mapping[str, Iterable[str]]) -> tuple[list[str], list[str]]:
    """The phrases of several groups as one list, and beside it the group of each."""
    pairs = [(phrase, name) for name, phrases in groups.items() for phrase in phrases]
    return [phrase for phrase, _ in pairs], [name for _, name in pairs]
