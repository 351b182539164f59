"""Known phrases found in typed text: the longest first, with the right marks before without, Telex left-overs last."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Generic, TypeVar

from bot.core.text import fold

T = TypeVar("T")

_TOKEN = re.compile(r"(?<!\d\.)\d{1,3}(?:\.\d{3})+(?![.,]?\d)|\d+|[^\W\d_]+|\n|\S")
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_TONE_KEYS: Final = dict(zip("fsxrj", _TONES, strict=True))
_TONED = re.compile(r"([^aeiouy]*[aeiouy][a-z]*?)([sfrxj])([a-z]*)")
_DOUBLES: Final = (("dd", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"))
_HOOKS: Final = (("uwow", "ươ"), ("uow", "ươ"), ("uwo", "ươ"), ("aw", "ă"), ("ow", "ơ"), ("uw", "ư"))
_LONG: Final = 4  # letters of a word that is still itself when one of its marks is wrong

Skeleton = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number, a sign or a new line, and where it stands in the text."""

    text: str
    start: int
    end: int
    folded: str = field(compare=False)

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return self.text[0].isdigit()

    @property
    def is_word(self) -> bool:
        """Whether it is written in letters."""
        return self.text[0].isalpha()


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """What stands at a place of the text: the values it may mean, one unless ambiguous, and how many tokens it has."""

    values: tuple[T, ...]
    size: int


def fold_in_place(text: str) -> str:
    """The composed (NFC) text folded letter by letter: as long as the text, so that positions hold for both."""
    return "".join(map(_fold_letter, text))


@lru_cache(maxsize=8192)  # letters; a text has few different ones
def _fold_letter(char: str) -> str:
    return (fold(char) or char)[:1]


def tokenize(text: str) -> list[Token]:
    """The tokens of a composed (NFC) text; blanks are dropped, new lines kept."""
    return [Token(found[0], found.start(), found.end(), fold(found[0])) for found in _TOKEN.finditer(text)]


def skeleton(word: str) -> Skeleton:
    """The word without its tone, and the tone: "hoà" and "hòa" give the same."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    tone = "".join(sorted(char for char in decomposed if char in _TONES))
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if char not in _TONES)), tone


def untelex(word: str) -> Skeleton | None:
    """The skeleton of a word whose Telex keys were left as typed, "hooj" for "hộ"; None when there are none."""
    typed = word.lower()
    if not typed.isascii():
        return None
    letters, tone = typed, ""
    if found := _TONED.fullmatch(letters):
        letters, tone = found[1] + found[3], _TONE_KEYS[found[2]]
    for keys, letter in (*_DOUBLES, *_HOOKS):
        letters = letters.replace(keys, letter)
    if letters.endswith("w") and "uo" in letters:  # the hook typed at the end of the word
        letters = letters[:-1].replace("uo", "ươ")
    return None if letters == typed and not tone else (letters, tone)


class Lexicon(Generic[T]):
    """Phrases and what they mean; a phrase may mean several things, and then says so."""

    __slots__ = ("_by_first",)

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._by_first: dict[str, list[tuple[list[Token], T]]] = {}
        for phrase, value in phrases:
            tokens = tokenize(unicodedata.normalize("NFC", phrase))
            if tokens:
                self._by_first.setdefault(_key(tokens[0]), []).append((tokens, value))

    def match(self, tokens: list[Token], at: int) -> Match[T] | None:
        """The longest phrase from token `at` on; of equally long ones those whose marks fit best."""
        best, found = (0, 0), dict[T, None]()
        for known, value in self._known(tokens[at]):
            rank = _rank(known, tokens[at : at + len(known)])
            if rank is None or (grade := (len(known), -rank)) < best:
                continue
            if grade > best:
                best, found = grade, {}
            found[value] = None
        return Match(tuple(found), best[0]) if found else None

    def _known(self, token: Token) -> Iterable[tuple[list[Token], T]]:
        yield from self._by_first.get(_key(token), ())
        if token.is_word and (left_over := untelex(token.text)) and (key := fold(left_over[0])) != token.folded:
            yield from self._by_first.get(key, ())


def _key(token: Token) -> str:
    return token.folded.lstrip("0") or "0" if token.is_number else token.folded


def _rank(known: list[Token], typed: list[Token]) -> int | None:
    """How far the typed tokens are from the known ones, 0 being letter for letter; None when they are others."""
    if len(known) != len(typed):
        return None
    ranks = [_distance(one, other) for one, other in zip(known, typed, strict=True)]
    return None if None in ranks else max(rank for rank in ranks if rank is not None)


def _distance(known: Token, typed: Token) -> int | None:
    if not (known.is_word and typed.is_word):
        return 0 if _key(known) == _key(typed) else None
    wanted = skeleton(known.text)
    if skeleton(typed.text) == wanted:
        return 0
    if known.folded == typed.folded:
        bare = typed.folded == typed.text.lower() or known.folded == known.text.lower()
        return 1 if bare or len(typed.text) >= _LONG else None  # "hồ" is not "hộ", but "nguời" is "người"
    left_over = untelex(typed.text)
    if not left_over or (left_over != wanted and (len(typed.text) < _LONG or fold(left_over[0]) != known.folded)):
        return None
    return 2 if left_over == wanted else 3
