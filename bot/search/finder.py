"""Facts and documents answer; a lesson is offered only where they are silent and it clearly fits."""

from collections.abc import Iterable, Sequence

from bot.search.answer import Verdict, judge
from bot.search.english import English
from bot.search.entry import Entry, Hit
from bot.search.grouping import group
from bot.search.index import Index
from bot.search.reading import Lexicon

FITS = 0.5  # a lesson's confidence; a title has few words, so chance finds are common
DEPTH = 10


class Finder:
    """Two indexes: what can be stated with a source, and what can be learned. Each counts its own rare words."""

    def __init__(
        self, entries: Iterable[Entry], lessons: Iterable[Entry], lexicon: Lexicon, english: English | None = None
    ) -> None:
        self._stated = Index(entries, lexicon)
        self._lessons = Index(lessons, lexicon)
        self._english = english or English({})

    def is_english(self, question: str) -> bool:
        """Whether a question is asked in English; then it is looked for by its translated words."""
        return self._english.reads(question)

    def groups(self, questions: Sequence[str]) -> list[list[int]]:
        """The positions of questions, those that ask the same together."""
        return group([self._stated.reading(self._vietnamese(question)) for question in questions])

    def search(self, question: str, k: int = DEPTH) -> list[Hit]:
        """The nearest, best first, no threshold: what can be stated, then lessons."""
        question = self._vietnamese(question)
        stated = self._stated.search(question, k)
        return [*stated, *self._lessons.search(question, k - len(stated))] if len(stated) < k else stated

    def verdict(self, question: str) -> Verdict:
        """What to say to a question."""
        question = self._vietnamese(question)
        found = judge(self._stated.search(question, DEPTH))
        if found.outcome != "refuse":
            return found
        fitting = tuple(hit for hit in self._lessons.search(question, 3) if hit.confidence >= FITS)
        return Verdict("answer", fitting) if fitting else found

    def _vietnamese(self, question: str) -> str:
        """The question, or the Vietnamese words for an English one."""
        return self._english.translate(question) if self.is_english(question) else question
