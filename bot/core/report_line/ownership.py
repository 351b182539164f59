"""Whose number is it: numbers and the words beside them, paired so that most of them have their own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Literal

_GLUED: Final = -30
_ALONE: Final = 10
_WRONG_SIDE: Final = {"unit": 4, "label": 1, "skill": 1}
_DOUBT: Final = 2  # when another reading costs less than this more, and numbers are left over, nobody knows

Side = Literal["number", "unit", "label", "skill"]
_Links = tuple[tuple[int, int], "_Links"] | None  # owner and number, then the other pairs: shared between readings
_Way = tuple[int, _Links]  # what a reading costs, and its pairs


@dataclass(frozen=True, slots=True)
class Place:
    """A number or a word that may own one, and where it stands in the text."""

    side: Side
    start: int
    end: int


def pair(run: Sequence[Place]) -> tuple[dict[int, int], frozenset[int]]:
    """Owner to number, as indexes into a run of neighbours, and the indexes nobody can decide about.

    In a run numbers and owners take turns. "5 hộ 8 người", "hộ 5 người 8", "vneid 2 dvc 3", "2 vneid 3 dvc" have one
    complete reading; "2 vneid 3" has two equal ones and is left open.
    """
    best, second = _ways(run)
    pairs = dict(_listed(best[1]))
    used = set(pairs.values())
    left_over = any(place.side == "number" and at not in used for at, place in enumerate(run))
    if not left_over or second is None or second[0] - best[0] >= _DOUBT:
        return pairs, frozenset()
    open_ends = frozenset(index for different in pairs.items() ^ set(_listed(second[1])) for index in different)
    return {owner: number for owner, number in pairs.items() if owner not in open_ends}, open_ends


def _ways(run: Sequence[Place]) -> tuple[_Way, _Way | None]:
    """The cheapest reading of the run and the next one, from its end to its beginning."""
    after: list[_Way] = [(0, None)]  # the readings of what follows the next place
    here: list[_Way] = [(_alone(run[-1]), None)]
    for at in range(len(run) - 2, -1, -1):
        alone = _alone(run[at])
        together = _cost(run[at], run[at + 1])
        link = (at + 1, at) if run[at].side == "number" else (at, at + 1)
        ways: list[_Way] = [(cost + alone, links) for cost, links in here]
        ways += [(cost + together, (link, links)) for cost, links in after]
        after, here = here, sorted(ways, key=itemgetter(0))[:2]
    return here[0], (here[1] if len(here) > 1 else None)


def _listed(links: _Links) -> Iterator[tuple[int, int]]:
    while links:
        link, links = links
        yield link


def _alone(place: Place) -> int:
    return 0 if place.side == "skill" else _ALONE


def _cost(left: Place, right: Place) -> int:
    glued = _GLUED if left.end == right.start else 0
    if left.side == "number":
        return glued + (0 if right.side == "unit" else _WRONG_SIDE[right.side])
    return glued + (_WRONG_SIDE["unit"] if left.side == "unit" else 0)
