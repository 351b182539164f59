"""The decision: answer, offer a choice, or say that the documents do not tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.search.entry import Hit
from bot.search.order import CONFIDENT

_SURE = 0.38  # up to it an answer is offered, not stated
_SURE_PASSAGE = 0.45  # a long passage holds scattered words of many a question
_CLEAR = 1.3  # an answer scores this many times what the next one scores
_OFFERED = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a question.

    answer: the first hit is it. choose: offer the hits. refuse: the documents do not say, these are nearest.
    """

    outcome: Literal["answer", "choose", "refuse"]
    hits: tuple[Hit, ...]


def judge(hits: Sequence[Hit]) -> Verdict:
    """What to do with the hits of a question, given best first."""
    offered = tuple(hits[:_OFFERED])
    if not hits or hits[0].confidence <= CONFIDENT:
        return Verdict("refuse", offered)
    sure = _SURE_PASSAGE if hits[0].entry.kind == "passage" else _SURE
    if hits[0].confidence <= sure or any(hits[0].score < _CLEAR * rival.score for rival in _rivals(hits)):
        return Verdict("choose", offered)
    return Verdict("answer", offered)


def _rivals(hits: Sequence[Hit]) -> list[Hit]:
    """Hits of the same rank that say something else than the first, not the same of another time."""
    best = hits[0].entry
    versions = {best.id, best.replaced_by}
    rivals = []
    for hit in hits[1:]:
        if hit.entry.replaced_by in versions - {""} or hit.entry.id in versions:
            versions |= {hit.entry.id, hit.entry.replaced_by}
        elif (hit.entry.kind == "passage") is (best.kind == "passage"):
            rivals.append(hit)
    return rivals
