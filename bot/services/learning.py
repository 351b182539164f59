"""Lessons taken: how far, how well."""

from datetime import datetime

from bot.core.content import Lesson, Track
from bot.core.conversation import LessonState
from bot.models import LessonProgress
from bot.storage import learning
from bot.storage.database import Transaction


def progress(tx: Transaction, person: int) -> dict[str, LessonProgress]:
    """By lesson, how far the person is."""
    return learning.progress(tx, person)


def keep(tx: Transaction, person: int, state: LessonState, *, finished: bool, now: datetime) -> None:
    """Keep where the person is in a lesson."""
    learning.save_progress(
        tx,
        {
            "person_id": person,
            "lesson": state.lesson,
            "step": state.step,
            "right_answers": state.right,
            "updated_at": now,
            "finished_at": now if finished else None,
        },
    )


def resume(lesson: Lesson, row: LessonProgress | None) -> LessonState:
    """Where to go on: the card that was left, or the beginning of a lesson that is new or was finished."""
    if row is None or row.finished_at or not 0 < row.step < len(lesson.steps) + len(lesson.quiz):
        return LessonState(lesson=lesson.id)
    return LessonState(lesson=lesson.id, step=row.step, right=row.right_answers)


def done(track: Track, taken: dict[str, LessonProgress]) -> int:
    """How many lessons of the track are finished."""
    return sum(1 for lesson in track.lessons if lesson in taken and taken[lesson].finished_at)
