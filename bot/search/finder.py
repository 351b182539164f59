"""Facts and documents answer; a lesson is offered only where they are silent and it clearly fits."""

from collections.abc import Iterable

from bot.search.answer import Verdict, judge
from bot.search.entry import Entry, Hit
from bot.search.index import Index
from bot.search.reading import Lexicon

FITS = 0.5  # a lesson's confidence; a title has few words, so chance finds are common
DEPTH = 10


class Finder:
    """Two indexes: what can be stated with a source, and what can be learned. Each counts its own rare words."""

    def __init__(self, entries: Iterable[Entry], lessons: Iterable[Entry], lexicon: Lexicon) -> None:
        self._stated = Index(entries, lexicon)
        self._lessons = Index(lessons, lexicon)

    def search(self, question: str, k: int = DEPTH) -> list[Hit]:
        """The nearest, best first, no threshold: what can be stated, then lessons."""
        stated = self._stated.search(question, k)
        return [*stated, *self._lessons.search(question, k - len(stated))] if len(stated) < k else stated

    def verdict(self, question: str) -> Verdict:
        """What to say to a question."""
        found = judge(self._stated.search(question, DEPTH))
        if found.outcome != "refuse":
            return found
        fitting = tuple(hit for hit in self._lessons.search(question, 3) if hit.confidence >= FITS)
        return Verdict("answer", fitting) if fitting else found
