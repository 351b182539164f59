"""Lessons taken: how far, how well, and for whom each one is."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final, TypeAlias

from bot.core.content import Lesson, Track
from bot.core.conversation import LessonState
from bot.library import Library
from bot.models import LessonProgress
from bot.storage import learning
from bot.storage.database import Transaction

Taken: TypeAlias = Mapping[str, LessonProgress]  # by lesson, how far a person is
LINK: Final = "bai-"  # begins the code of a link that opens a lesson


def link_code(lesson: str) -> str:
    """What stands in a link that opens the lesson."""
    return f"{LINK}{lesson}"


def linked(text: str) -> str:
    """The lesson a link's code names, whether or not there is one; empty when it is no such code."""
    match = re.fullmatch(rf"{LINK}([A-Za-z0-9][A-Za-z0-9._-]{{0,39}})", text)
    return match[1] if match else ""


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
            "best": state.right if finished else None,
        },
    )


def resume(lesson: Lesson, row: LessonProgress | None) -> LessonState:
    """Where to go on: the card that was left, or the beginning of a lesson that is new or was finished."""
    if row is None or row.finished_at or not 0 < row.step < len(lesson.steps) + len(lesson.quiz):
        return LessonState(lesson=lesson.id)
    return LessonState(lesson=lesson.id, step=row.step, right=row.right_answers)


def is_for(library: Library, lesson: Lesson, audience: AbstractSet[str]) -> bool:
    """Whether people of that audience may take the lesson: both it and its track must be meant for them."""
    track = library.tracks.get(lesson.track)
    return bool(track and audience & set(track.audience) and audience & set(lesson.audience))


def find(library: Library, lesson: str, audience: AbstractSet[str]) -> Lesson | None:
    """The lesson of that id, if it is there and is for them: a button is a hint, never a right."""
    found = library.lessons.get(lesson)
    return found if found and is_for(library, found, audience) else None


def tracks(library: Library, audience: AbstractSet[str]) -> list[Track]:
    """The tracks that are for them."""
    return [track for track in library.tracks.values() if audience & set(track.audience)]


def lessons(library: Library, track: Track, audience: AbstractSet[str]) -> list[Lesson]:
    """The lessons of a track that are for them, in their order."""
    return [found for name in track.lessons if (found := find(library, name, audience))]


def done(track: Track, taken: Taken) -> int:
    """How many lessons of the track are finished."""
    return sum(1 for lesson in track.lessons if lesson in taken and taken[lesson].finished_at)
