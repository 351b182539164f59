from datetime import UTC, datetime, timedelta

import pytest
from fsrs import Card, Rating, Scheduler

from bot.core import review
from bot.core.review import Memory

START = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
# (answers, days until the next review) of FSRS-6 with the library's parameters, worked out once and written down here
GOLDEN = [
    ("r", [2]),
    ("w", [1]),
    ("rrr", [2, 11, 46]),
    ("rrrwrrrrrr", [2, 11, 46, 3, 8, 19, 42, 60, 60, 60]),
]


@pytest.mark.parametrize(("answers", "days"), GOLDEN)
def test_intervals_are_the_golden_ones(answers: str, days: list[int]) -> None:
    memory, now, found = None, START, []
    for each in answers:
        memory = review.after(memory, right=each == "r", now=now)
        found.append((memory.due_at - now).days)
        now = memory.due_at
    assert found == days


def test_a_year_of_answers_is_what_py_fsrs_itself_says() -> None:
    """The library keeps its own card; ours is written to columns and read again before every answer."""
    library = Scheduler(
        desired_retention=0.9, learning_steps=(), relearning_steps=(), maximum_interval=60, enable_fuzzing=False
    )
    card, memory, now = Card(card_id=7, due=START), None, START
    for number in range(60):
        right = number % 7 != 3
        card, _ = library.review_card(card, Rating.Good if right else Rating.Again, now)
        memory = review.after(memory, right=right, now=now)
        assert (memory.stability, memory.difficulty, memory.due_at) == (card.stability, card.difficulty, card.due)
        assert review.retrievability(memory, now + timedelta(days=9)) == library.get_card_retrievability(
            card, now + timedelta(days=9)
        )
        now += timedelta(days=[1, 3, 6, 0][number % 4], hours=5)


def test_nothing_is_put_off_for_more_than_sixty_days() -> None:
    memory, now = None, START
    for _ in range(30):
        memory = review.after(memory, right=True, now=now)
        assert timedelta(days=1) <= memory.due_at - now <= timedelta(days=60)
        now = memory.due_at


def test_after_a_break_the_most_fragile_come_first_and_never_more_than_asked_for() -> None:
    def left(days: int, stability: float) -> Memory:
        at = START - timedelta(days=days)
        return Memory(stability=stability, difficulty=5, reviewed_at=at, due_at=at + timedelta(days=2))

    due = [("strong", left(200, 400)), ("old", left(200, 10)), ("new", left(3, 2)), ("older", left(210, 10))]
    assert review.most_fragile(due, now=START, limit=3) == ["older", "old", "new"]
    assert review.most_fragile(due, now=START, limit=0) == review.most_fragile(due, now=START, limit=-2) == []
