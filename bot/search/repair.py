"""Syllables nobody wrote in the documents: Telex typed with the keyboard off, one slip, a lost space."""

import re
from collections.abc import Iterable, Iterator

from bot.core.text import fold
from bot.search.field import Fields
from bot.search.reading import TONES, Lexicon, Syllable, marked, syllable
from bot.search.spelling import one_slip, shortened, tone_marks, undo_telex, well_spelled

Mended = tuple[tuple[Syllable, ...], float]  # what may be meant, and how well it fits in

_VOWELS = re.compile("[aeiouy]+")
_TWICE = re.compile(r"(.)\1")
_SHORTEST = 4  # letters of a syllable that a slip is looked for in
_WIDEST = 7  # letters of the longest syllable
_LONGEST = 30  # letters of a token that is looked into
_SLIPPED = 0.8  # how far a mended syllable is trusted
_SPELLED_ALIKE = 0.3  # a neighbour that is one slip away with its marks, too
_TWO_SYLLABLES = 0.4  # what parting a token with two groups of vowels has over mending it
_TINY = 1e-6  # decides between equals only


class Repair:
    """Mends syllables that the documents do not know, by those they know."""

    def __init__(self, fields: Fields, lexicon: Lexicon, *, familiar: Iterable[Syllable]) -> None:
        self._words = fields.words
        self._pairs = fields.pairs
        self._lexicon = lexicon
        self._spellings: dict[str, set[str]] = {}
        for exact in fields.exact:
            self._spellings.setdefault(fold(exact.rstrip(TONES)), set()).add(exact)
        self._familiar = set()  # right as they are, though no document holds them
        for one in (*familiar, *lexicon.said):
            self._familiar.add(one.folded)
            self._spellings.setdefault(one.folded, set()).add(one.exact)
        self._near: dict[str, list[str]] = {}
        for word in dict.fromkeys((*fields.words, *sorted(self._familiar), *lexicon.keys)):
            if len(word) >= _SHORTEST and word.isalpha():
                for key in (word, *shortened(word)):
                    self._near.setdefault(key, []).append(word)

    def written(self, folded: str) -> bool:
        """Whether some document holds a folded syllable."""
        return folded in self._words

    def knows(self, folded: str) -> bool:
        """Whether a folded syllable needs no mending."""
        return folded in self._familiar or folded in self._words

    def mend(self, token: str, before: str, after: str) -> tuple[Syllable, ...]:
        """What an unknown token most likely is, between two folded neighbours; itself when nobody can tell."""
        if len(token) > _LONGEST:
            return (syllable(token),)
        once = syllable(_TWICE.sub(r"\1", token))
        if marked(token) and self.knows(once.folded):
            return (once,)
        if meant := self._from_telex(token):
            return meant
        typed = syllable(token)
        best: tuple[Syllable, ...] = (typed,)
        best_fit = 0.5 if well_spelled(typed.folded) else -1.0
        for parts, fit in (*self._slips(token, typed, before, after), *self._halves(token, before, after)):
            if fit > best_fit:
                best, best_fit = parts, fit
        return self._run_together(token) or best if best == (typed,) else best

    def _from_telex(self, token: str) -> tuple[Syllable, ...]:
        """The syllables meant by Telex, an abbreviation ("cdds") too; empty when it makes nothing known."""
        if "dd" in token and (meant := self._lexicon.spelled_out(token.replace("dd", "d"))):
            return meant
        one = syllable(undo_telex(token))
        return (one,) if one.folded and (self.knows(one.folded) or well_spelled(one.folded)) else ()

    def _slips(self, token: str, typed: Syllable, before: str, after: str) -> Iterator[Mended]:
        """Known syllables and abbreviations one slip away."""
        if tone_marks(token) > 1 or any(map(str.isdigit, token)):
            return
        words = {word for key in (typed.folded, *shortened(typed.folded)) for word in self._near.get(key, ())}
        for word in sorted(words):
            if not one_slip(typed.folded, word):
                continue
            if spelled_out := self._lexicon.spelled_out(word):
                yield spelled_out, self._fit(before, spelled_out[0].folded)
                continue
            alike = [exact for exact in sorted(self._spellings.get(word, ())) if one_slip(typed.exact, exact)]
            fit = self._fit(before, word) + self._fit(word, after) + self._words.frequency(word) * _TINY
            yield (Syllable(word, alike[0] if alike else "", _SLIPPED),), fit + _SPELLED_ALIKE * bool(alike)

    def _halves(self, token: str, before: str, after: str) -> Iterator[Mended]:
        """Every way to part a token into two things known, a syllable or an abbreviation each."""
        apart = _TWO_SYLLABLES if len(_VOWELS.findall(fold(token))) > 1 else 0.0
        for place in range(1, len(token)):
            sides = [self._side(token[:place]), self._side(token[place:])]
            if not all(sides):
                continue
            parts = (*sides[0], *sides[1])
            joint = self._fit(sides[0][-1].folded, sides[1][0].folded)
            around = self._fit(before, parts[0].folded) + self._fit(parts[-1].folded, after)
            often = min(self._words.frequency(part.folded) for part in parts) * _TINY
            yield parts, joint + 0.5 * around + often + apart

    def _run_together(self, token: str) -> tuple[Syllable, ...]:
        """The syllables of "chuyendoiso", each beside the next in some document; empty when it is no such thing."""
        ways: list[tuple[Syllable, ...]] = [()] * (len(token) + 1)
        for end in range(2, len(token) + 1):
            for start in range(max(0, end - _WIDEST), end - 1):
                side = self._side(token[start:end])
                before = ways[start]
                joined = not start or (before and side and self._fit(before[-1].folded, side[0].folded))
                if side and joined and (not ways[end] or len(before) + len(side) < len(ways[end])):
                    ways[end] = (*before, *side)
        return ways[-1]

    def _side(self, token: str) -> tuple[Syllable, ...]:
        """One half of a token, when it is something known."""
        if len(token) >= _SHORTEST - 1 and (spelled_out := self._lexicon.spelled_out(token)):
            return spelled_out
        one = syllable(token)
        known = self.knows(one.folded) or one.folded.isdecimal() or (marked(token) and well_spelled(one.folded))
        return (one,) if known and tone_marks(token) <= 1 else ()

    def _fit(self, left: str, right: str) -> float:
        """1.0 when two syllables stand side by side in some document, else 0."""
        return float(f"{left} {right}" in self._pairs)
