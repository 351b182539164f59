"""The reading of a text: what a person wrote, as syllables that can be compared.

"CĐS", "chuyển đổi số", "chuyen doi so" and "CHUYỂN ĐỔI SỐ" all read alike; "hoà" reads like "hòa", "kỹ" like "kĩ", "06"
like "6", "thứ nhất" like "1", "%" like "phần trăm". Documents and questions go through the same reading.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.core.text import WORD, clean, fold

_TONES = {"\u0300": "2", "\u0301": "1", "\u0309": "3", "\u0303": "3", "\u0323": "5"}  # hỏi and ngã: heard alike by many
TONES = "".join(sorted(set(_TONES.values())))
_FINAL_Y = re.compile(r"(b|c|ch|d|g|gh|h|k|kh|l|m|n|p|ph|qu|r|s|t|th|v|x)y")
_LETTERS_THEN_DIGITS = re.compile(r"([^\W\d_]+)(\d+)")
_ORDINALS = {"nhat": "1", "hai": "2", "ba": "3", "tu": "4", "nam": "5", "sau": "6", "bay": "7", "tam": "8", "chin": "9"}
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}


@dataclass(frozen=True, slots=True)
class Syllable:
    """One syllable, number or foreign word.

    `folded` is without marks; `exact` keeps them, the tone moved to the end ("" when the spelling is only supposed).
    `trust` is 1.0, less where the reading had to guess.
    """

    folded: str
    exact: str
    trust: float = 1.0


def tokens(text: str) -> list[str]:
    """The words of a text as written, lower case, NFC; "%" is written out."""
    return WORD.findall(unicodedata.normalize("NFC", clean(text).lower().replace("%", " phần trăm ")))


@lru_cache(maxsize=20_000)
def syllable(token: str) -> Syllable:
    """The syllable a token spells: "Hoà" and "hòa" give the same."""
    tone, letters = "", []
    for char in unicodedata.normalize("NFD", token):
        if char in _TONES:
            tone = _TONES[char]
        else:
            letters.append(char)
    exact = unicodedata.normalize("NFC", "".join(letters))
    folded = fold(token)
    if _FINAL_Y.fullmatch(folded):
        folded, exact = folded[:-1] + "i", exact.removesuffix("y") + "i"
    if folded.isdecimal():
        folded = exact = folded.lstrip("0") or "0"
    return Syllable(folded, exact + tone)


def marked(token: str) -> bool:
    """Whether a token carries any Vietnamese mark."""
    return fold(token) != token


def numbered(syllables: Sequence[Syllable]) -> Iterator[Syllable]:
    """The same syllables, numbers in words as digits: "thứ nhất" and "thứ 1" as "1", "quý II" as "quý 2"."""
    place = 0
    while place < len(syllables):
        one = syllables[place]
        after = syllables[place + 1].folded if place + 1 < len(syllables) else ""
        if one.folded == "thu" and (after in _ORDINALS or after.isdecimal()):
            figure = _ORDINALS.get(after, after)
            yield Syllable(figure, figure, one.trust)
            place += 2
        elif one.folded == "qui" and after in _ROMAN:
            yield one
            yield Syllable(_ROMAN[after], _ROMAN[after], one.trust)
            place += 2
        else:
            yield one
            place += 1


class Lexicon:
    """What editors tell the search: abbreviations, and other words for the same thing."""

    def __init__(self, abbreviations: Mapping[str, str], synonyms: Mapping[str, str]) -> None:
        self._abbreviations = {
            fold(key): tuple(map(syllable, tokens(words))) for key, words in abbreviations.items() if words
        }
        self._synonyms: dict[str, list[tuple[tuple[Syllable, ...], tuple[Syllable, ...]]]] = {}
        for phrase, words in synonyms.items():
            said = self.read(phrase)
            if said:
                self._synonyms.setdefault(said[0].folded, []).append((said, self.read(words)))

    @property
    def keys(self) -> Iterable[str]:
        """Every abbreviation, folded."""
        return self._abbreviations.keys()

    @property
    def said(self) -> Iterator[Syllable]:
        """The syllables of every phrase that has other words."""
        return (one for pairs in self._synonyms.values() for phrase, _ in pairs for one in phrase)

    def spelled_out(self, token: str) -> tuple[Syllable, ...]:
        """The syllables an abbreviation stands for, also with a number behind ("nq57"); empty when it is none."""
        plain = token.replace("đ", "d")
        if found := self._abbreviations.get(plain):
            return found
        parts = _LETTERS_THEN_DIGITS.fullmatch(plain)
        if parts and (found := self._abbreviations.get(parts[1])):
            return (*found, syllable(parts[2]))
        return ()

    def read(self, text: str) -> tuple[Syllable, ...]:
        """The syllables of a text, abbreviations replaced by their words."""
        found: list[Syllable] = []
        for token in tokens(text):
            found += self.spelled_out(token) or (syllable(token),)
        return tuple(numbered(found))

    def also_said(
        self, syllables: Sequence[Syllable], *, marks: bool
    ) -> Iterator[tuple[int, int, tuple[Syllable, ...]]]:
        """Start, end and other words of every known phrase; with `marks`, it must be spelled as the editor did."""
        for start, one in enumerate(syllables):
            for phrase, words in self._synonyms.get(one.folded, ()):
                end = start + len(phrase)
                said = syllables[start:end]
                same = [each.folded for each in said] == [each.folded for each in phrase]
                if same and (not marks or all(a.exact in {b.exact, ""} for a, b in zip(said, phrase, strict=True))):
                    yield start, end, words
