"""One BM25 field: which documents hold a term, and how much that says (Robertson & Zaragoza 2009; k1 1.2, b 0.3)."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import log

_K1 = 1.2
_B = 0.3


class Field:
    """Terms and the documents they stand in, packed: a document gives its terms with how often each occurs."""

    def __init__(self, documents: Sequence[Mapping[str, float]]) -> None:
        self._count = len(documents)
        frequencies: Counter[str] = Counter()
        for terms in documents:
            frequencies.update(terms.keys())
        ends = list(accumulate(frequencies.values()))
        self._span = dict(zip(frequencies, pairwise([0, *ends]), strict=True))
        self._documents = array("I", bytes(4 * sum(frequencies.values())))
        self._weights = array("f", bytes(4 * sum(frequencies.values())))
        free = {term: start for term, (start, _) in self._span.items()}
        lengths = [sum(terms.values()) for terms in documents]
        mean = sum(lengths) / len(lengths) if lengths else 0.0
        for number, terms in enumerate(documents):
            norm = _K1 * (1 - _B + _B * lengths[number] / mean) if mean else _K1
            for term, often in terms.items():
                place = free[term]
                free[term] = place + 1
                self._documents[place] = number
                self._weights[place] = often * (_K1 + 1) / (often + norm)

    def __contains__(self, term: str) -> bool:
        return term in self._span

    def __iter__(self) -> Iterator[str]:
        return iter(self._span)

    def frequency(self, term: str) -> int:
        """In how many documents a term stands."""
        start, end = self._span.get(term, (0, 0))
        return end - start

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a term, above 0; highest for a term nobody has."""
        frequency = self.frequency(term)
        return log(1 + (self._count - frequency + 0.5) / (frequency + 0.5))

    def holds(self, term: str, document: int) -> bool:
        """Whether a term stands in a document."""
        start, end = self._span.get(term, (0, 0))
        place = bisect_left(self._documents, document, start, end)
        return place < end and self._documents[place] == document

    def add(self, term: str, weight: float, scores: list[float]) -> None:
        """Add a term's share to the scores of the documents that hold it."""
        if term not in self._span:
            return
        start, end = self._span[term]
        weight *= self.rarity(term)
        for document, share in zip(self._documents[start:end], self._weights[start:end], strict=True):
            scores[document] += weight * share


@dataclass(frozen=True, slots=True)
class Fields:
    """The three fields of an index: syllables without marks, pairs of them, syllables with marks."""

    words: Field
    pairs: Field
    exact: Field
