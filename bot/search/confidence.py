"""How sure a hit is: which share of the question it holds, half in words, half in pairs of words."""

import re
from itertools import pairwise
from operator import mul

from bot.search.field import Fields
from bot.search.question import Question
from bot.search.reading import Syllable

_OTHER_MARKS = 0.3  # typed with marks, and the entry holds the same letters under other marks
_NO_MARKS = 0.7  # typed without, in a question that has marks elsewhere
_OTHER_WORDS = 0.6  # a synonym holds the question less well
_NUMBER = 2.0  # the number of a document, a class, a place: another number is another matter
_OTHER_YEAR = 0.7  # the question names a year that the entry does not
_NO_GOAL = 0.55  # the question asks for a goal, and the entry tells how things stand
_DOUBT = 0.8  # a short question proves little: as if this many unknown words stood in it
_DOUBT_MOST = 0.5  # of the question's own weight
_GOAL = "muc tieu"
_YEAR = re.compile(r"(19|20)\d\d")


class Confidence:
    """What a question weighs, ready to be held against many entries."""

    def __init__(self, asked: Question, fields: Fields) -> None:
        self._asked = asked
        self._fields = fields
        self._weights = [
            weight * fields.words.rarity(one.folded) * (_NUMBER if one.folded.isdecimal() else 1.0)
            for one, weight in zip(asked.syllables, asked.weights, strict=True)
        ]
        self._pairs = [f"{left.folded} {right.folded}" for left, right in pairwise(asked.syllables)]
        self._pair_weights = [left + right for left, right in pairwise(self._weights)]
        doubt = _DOUBT * fields.words.rarity("")
        self._whole = _with_doubt(sum(self._weights), doubt)
        self._whole_pairs = _with_doubt(sum(self._pair_weights), 2 * doubt)
        self._years = [one.folded for one in asked.syllables if _YEAR.fullmatch(one.folded)]

    def of(self, number: int) -> float:
        """The share of the question's weight that entry `number` holds, 0 to 1."""
        fields = self._fields
        held = [self._held(one, number) for one in self._asked.syllables]
        beside = [
            min(held[place], held[place + 1]) if fields.pairs.holds(pair, number) else 0.0
            for place, pair in enumerate(self._pairs)
        ]
        for other in self._asked.others:
            share = _OTHER_WORDS * sum(fields.words.holds(one.folded, number) for one in other.words) / len(other.words)
            for place in range(other.start, other.end):
                held[place] = max(held[place], share)
            for place in range(other.start, other.end - 1):
                beside[place] = max(beside[place], share)
        sure: float = sum(map(mul, held, self._weights)) / self._whole
        if beside:
            sure = (sure + sum(map(mul, beside, self._pair_weights)) / self._whole_pairs) / 2
        if _GOAL in self._pairs and not fields.pairs.holds(_GOAL, number):
            sure *= _NO_GOAL
        return sure if self.names_years(number) else sure * _OTHER_YEAR

    def names_years(self, number: int) -> bool:
        """Whether entry `number` names every year that the question names."""
        return all(self._fields.words.holds(year, number) for year in self._years)

    def _held(self, one: Syllable, number: int) -> float:
        """How much of one syllable an entry holds, 0 to 1."""
        if not self._fields.words.holds(one.folded, number):
            return 0.0
        if self._asked.marks and one.exact and not self._fields.exact.holds(one.exact, number):
            return one.trust * (_NO_MARKS if one.exact == one.folded else _OTHER_MARKS)
        return one.trust


def _with_doubt(weight: float, doubt: float) -> float:
    """The weight of a question, made larger where it is small, but never by more than half."""
    return weight + min(doubt, weight * _DOUBT_MOST) or 1.0
