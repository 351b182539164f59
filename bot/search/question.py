"""A question, understood: its syllables, what each weighs, and other words for the same thing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.search.reading import Lexicon, Syllable, marked, numbered, syllable, tokens
from bot.search.repair import Repair


def _syllables(words: str) -> frozenset[Syllable]:
    return frozenset(map(syllable, tokens(words)))


# Words that carry a question but not its subject. They count little, and are never mended.
_ASKING = _syllables(
    "ai gì nào đâu mấy sao bao nhiêu giờ khi thế là có không chưa được phải hỏi xin vậy ạ ơi nhỉ nhé nha hả"
    " với thì mà ấy này kia đó em tôi tui như rồi hết hôm"
)
# Of these the unmarked form is too often another word: "căn", "chủ", "minh", "ba".
_ASKING_WITH_MARKS = _syllables(
    "cho à hở mình con cháu bác cô chú anh chị bạn ông bà muốn biết giúp giùm hộ cần hay cứ bị"
)
FAMILIAR = _ASKING | _ASKING_WITH_MARKS  # never mended
_ASKING_FOLDED = frozenset(one.folded for one in _ASKING)
_ASKING_EXACT = frozenset(one.exact for one in FAMILIAR)
_POLITE = frozenset(tokens("ạ à ơi nhỉ nhé hả hở dạ vâng a oi nhe ah"))  # said for courtesy, never meant
_LONGEST = 100  # words of a question that are read
_ASKING_WEIGHT = 0.4
_OTHER_WORDS = 0.5  # a synonym counts half of what was said


@dataclass(frozen=True, slots=True)
class Other:
    """Other words for the syllables from `start` to `end` of a question."""

    start: int
    end: int
    words: tuple[Syllable, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: `weights` go with `syllables`; `marks` tells whether it was typed with marks."""

    syllables: tuple[Syllable, ...]
    weights: tuple[float, ...]
    others: tuple[Other, ...]
    marks: bool

    def words(self) -> dict[str, float]:
        """Folded syllables to look for, and what each weighs; other words for them weigh less."""
        return _heaviest((one.folded, weight) for one, weight in self._looked_for())

    def exact(self) -> dict[str, float]:
        """Syllables with marks to look for; none when the question was typed without."""
        return _heaviest((one.exact, weight) for one, weight in self._looked_for() if self.marks and one.exact)

    def pairs(self) -> dict[str, float]:
        """Pairs of folded syllables to look for."""
        said = pairwise(zip(self.syllables, self.weights, strict=True))
        found = [(f"{left.folded} {right.folded}", (a + b) / 2) for (left, a), (right, b) in said]
        for other in self.others:
            found += [(f"{left.folded} {right.folded}", _OTHER_WORDS) for left, right in pairwise(other.words)]
        return _heaviest(found)

    def _looked_for(self) -> Iterator[tuple[Syllable, float]]:
        yield from zip(self.syllables, self.weights, strict=True)
        for other in self.others:
            yield from ((word, _OTHER_WORDS) for word in other.words)


def understand(text: str, lexicon: Lexicon, repair: Repair) -> Question:
    """The question a text asks, its unknown syllables mended."""
    typed = [token for token in tokens(text) if token not in _POLITE][:_LONGEST]
    plain = [syllable(token).folded for token in typed]
    found: list[Syllable] = []
    for place, token in enumerate(typed):
        if spelled_out := lexicon.spelled_out(token):
            found += spelled_out
        elif repair.knows(plain[place]) or plain[place].isdecimal():
            found.append(syllable(token))
        else:
            before = found[-1].folded if found else ""
            found += repair.mend(token, before, plain[place + 1] if place + 1 < len(typed) else "")
    syllables = tuple(numbered(found))
    marks = any(map(marked, typed)) or any(one.exact and one.exact != one.folded for one in syllables)
    weights = tuple(_weight(one, marks=marks, written=repair.written(one.folded)) for one in syllables)
    others = tuple(Other(*found) for found in lexicon.also_said(syllables, marks=marks))
    return Question(syllables, weights, others, marks)


def _weight(one: Syllable, *, marks: bool, written: bool) -> float:
    """What a syllable weighs: less when it carries the question but not its subject."""
    if one.exact in _ASKING_EXACT if marks and one.exact else one.folded in _ASKING_FOLDED:
        return _ASKING_WEIGHT if written else 0.0
    return one.trust


def _heaviest(terms: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Every term once, with the most it weighs."""
    heaviest: dict[str, float] = {}
    for term, weight in terms:
        heaviest[term] = max(weight, heaviest.get(term, 0.0))
    return heaviest
