"""The index: facts, lessons and passages, found by what a person asks.

Three BM25 fields over one reading: syllables without marks, pairs of them, and syllables with marks.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from heapq import nlargest
from itertools import pairwise

from bot.search.confidence import Confidence
from bot.search.entry import Entry, Hit
from bot.search.field import Field, Fields
from bot.search.order import facts_first, settle
from bot.search.question import FAMILIAR, Question, understand
from bot.search.reading import Lexicon, Syllable
from bot.search.repair import Repair

__all__ = ["Entry", "Hit", "Index"]

_PAIRS = 0.8
_EXACT = 0.5
_EXTRA = 0.5  # a keyword weighs less than a word of the text
_LESSON = 0.9
_PERIOD = 1.2  # for an entry whose period is asked for
_OTHER_YEAR = 0.85  # for an entry that does not name the year asked for
_HELD = 1.0  # an entry that holds more of the question goes before one that repeats a part of it
_SPARE = 5  # looked at beyond what is asked for, as some change places


class Index:
    """Entries, ready to be searched."""

    def __init__(self, entries: Iterable[Entry], lexicon: Lexicon) -> None:
        self._entries = list(entries)
        self._by_id = {entry.id: entry for entry in self._entries}
        self._lexicon = lexicon
        read = [
            (lexicon.read(entry.text), lexicon.read(" ".join((entry.extra, *entry.periods)))) for entry in self._entries
        ]
        self.fields = Fields(
            *(Field([_counted(*both, terms) for both in read]) for terms in (_folded, _paired, _spelled))
        )
        self._periods = [
            (number, f" {' '.join(one.folded for one in lexicon.read(period))} ")
            for number, entry in enumerate(self._entries)
            for period in entry.periods
            if lexicon.read(period)
        ]
        self._kinds = [
            [number for number, entry in enumerate(self._entries) if (entry.kind == "passage") is raw]
            for raw in (False, True)
        ]
        self._lessons = [number for number, entry in enumerate(self._entries) if entry.kind == "lesson"]
        self._repair = Repair(self.fields, lexicon, familiar=FAMILIAR)

    def search(self, question: str, k: int = 10) -> list[Hit]:
        """The best `k` hits for a question, best first; empty when no word of it is known."""
        asked = understand(question, self._lexicon, self._repair)
        scores = self._scores(asked)
        said = f" {' '.join(one.folded for one in asked.syllables)} "
        dated: dict[int, int] = {}  # entries whose period is asked for, and how exactly
        for number, period in self._periods:
            if period in said:
                dated[number] = max(len(period), dated.get(number, 0))
        for number in dated:
            scores[number] *= _PERIOD
        pool = [
            number
            for kind in self._kinds
            for number in nlargest(k + _SPARE, kind, key=scores.__getitem__)
            if scores[number] > 0
        ]
        sure = Confidence(asked, self.fields)
        hits = [self._hit(number, scores[number], sure) for number in pool]
        hits.sort(key=lambda hit: -hit.score)
        periods = {self._entries[number].id: exactly for number, exactly in dated.items()}
        return facts_first(settle(hits, self._by_id, asked=periods))[:k]

    def reading(self, question: str) -> dict[str, float]:
        """The words of a question as they are compared, slips mended, and what each weighs: more when it is rare."""
        words = understand(question, self._lexicon, self._repair).words()
        return {word: weight * self.fields.words.rarity(word) for word, weight in words.items()}

    def _hit(self, number: int, score: float, sure: Confidence) -> Hit:
        confidence = sure.of(number)
        score *= (1 + _HELD * confidence) * (1.0 if sure.names_years(number) else _OTHER_YEAR)
        return Hit(self._entries[number], score, confidence)

    def _scores(self, asked: Question) -> list[float]:
        """The BM25 score of every entry."""
        scores = [0.0] * len(self._entries)
        for term, weight in asked.words().items():
            self.fields.words.add(term, weight, scores)
        for term, weight in asked.pairs().items():
            self.fields.pairs.add(term, weight * _PAIRS, scores)
        for term, weight in asked.exact().items():
            self.fields.exact.add(term, weight * _EXACT, scores)
        for number in self._lessons:
            scores[number] *= _LESSON
        return scores


def _folded(syllables: tuple[Syllable, ...]) -> list[str]:
    return [one.folded for one in syllables]


def _paired(syllables: tuple[Syllable, ...]) -> list[str]:
    return [f"{left.folded} {right.folded}" for left, right in pairwise(syllables)]


def _spelled(syllables: tuple[Syllable, ...]) -> list[str]:
    return [one.exact for one in syllables]


def _counted(
    text: tuple[Syllable, ...], extra: tuple[Syllable, ...], terms: Callable[[tuple[Syllable, ...]], list[str]]
) -> dict[str, float]:
    """How often each term stands in an entry, its extra words counted less."""
    counted: dict[str, float] = dict(Counter(terms(text)))
    for term in terms(extra):
        counted[term] = counted.get(term, 0.0) + _EXTRA
    return counted
