"""Queries about lessons taken and questions nobody could answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import LessonProgress, OpenQuestion
from bot.storage.database import Transaction

_PROGRESS = LessonProgress.metadata.tables["lesson_progress"]


def progress(tx: Transaction, person: int) -> dict[str, LessonProgress]:
    """By lesson, how far the person is."""
    rows = tx.session.scalars(select(LessonProgress).where(col(LessonProgress.person_id) == person))
    return {row.lesson: row for row in rows}


def save_progress(tx: Transaction, row: dict[str, Any]) -> None:
    """Keep how far a person is in a lesson; a finished lesson stays finished."""
    dialect = postgresql if tx.is_postgres else sqlite
    statement = dialect.insert(_PROGRESS).values(**row)
    new = statement.excluded
    tx.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "lesson"],
            set_={
                "step": new.step,
                "right_answers": new.right_answers,
                "updated_at": new.updated_at,
                "finished_at": func.coalesce(new.finished_at, _PROGRESS.c.finished_at),
                "best": case(
                    (or_(_PROGRESS.c.best.is_(None), new.best > _PROGRESS.c.best), new.best), else_=_PROGRESS.c.best
                ),
            },
        )
    )


def add_question(tx: Transaction, *, person: int | None, text: str, now: datetime) -> None:
    """Keep a masked question for the coordinator."""
    tx.session.add(OpenQuestion(person_id=person, text=text, asked_at=now))
    tx.session.flush()


def open_questions(tx: Transaction, since: datetime) -> int:
    """How many questions came in without an answer since then."""
    query = select(func.count()).select_from(OpenQuestion)
    query = query.where(col(OpenQuestion.asked_at) >= since, col(OpenQuestion.settled_at).is_(None))
    return int(tx.connection.execute(query).scalar_one())
