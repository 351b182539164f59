"""When something learned is asked again: FSRS-6, by the library py-fsrs, in whole days.

Free Spaced Repetition Scheduler (Ye, Su, Cao 2022, https://doi.org/10.1145/3534678.3539081), with the library's own
parameters. Learning steps of minutes are left out: people come back on another day, not after ten minutes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

A_DAY: Final = 5  # questions on one day at most, however many are due
LONGEST: Final = 60  # days until the next review at most
RETENTION: Final = 0.9  # asked when it is remembered with this probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """How well something is remembered."""

    stability: float  # days after which the probability is down to 90 %
    difficulty: float  # 1 easy, 10 hard
    reviewed_at: datetime  # aware UTC
    due_at: datetime


def after(memory: Memory | None, *, right: bool, now: datetime) -> Memory:
    """The memory after an answer: right counts as "Good", wrong as "Again". None: never asked before."""
    from fsrs import Rating  # noqa: PLC0415  only who learns pays for it

    rating = Rating.Good if right else Rating.Again
    card, _ = _scheduler().review_card(_card(memory, now), rating, now.astimezone(UTC))
    assert card.stability is not None
    assert card.difficulty is not None
    return Memory(stability=card.stability, difficulty=card.difficulty, reviewed_at=now, due_at=card.due)


def retrievability(memory: Memory, now: datetime) -> float:
    """The probability that it is remembered at this moment, 0 to 1."""
    return _scheduler().get_card_retrievability(_card(memory, now), now.astimezone(UTC))


def most_fragile(due: Iterable[tuple[str, Memory]], *, now: datetime, limit: int) -> Sequence[str]:
    """The names of what is asked today, what is nearest to being forgotten first; after a break it is no more."""
    ranked = sorted((retrievability(memory, now), memory.due_at, name) for name, memory in due)
    return [name for _, _, name in ranked[: max(limit, 0)]]


@cache
def _scheduler() -> "Scheduler":
    from fsrs import Scheduler  # noqa: PLC0415  only who learns pays for it

    return Scheduler(
        desired_retention=RETENTION,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST,
        enable_fuzzing=False,
    )


def _card(memory: Memory | None, now: datetime) -> "Card":
    from fsrs import Card, State  # noqa: PLC0415  only who learns pays for it

    if memory is None:
        return Card(card_id=1, due=now.astimezone(UTC))
    return Card(
        card_id=1,
        state=State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due_at,
        last_review=memory.reviewed_at,
    )
