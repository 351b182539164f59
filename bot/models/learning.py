"""What people learned, and what they asked that nobody could answer."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime


class LessonProgress(Row, table=True):
    """How far a person is in one lesson."""

    __tablename__ = "lesson_progress"
    __table_args__ = (
        CheckConstraint("step >= 0", name="step"),
        CheckConstraint("right_answers >= 0", name="right_answers"),
    )

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    lesson: str = Field(primary_key=True)
    step: int = 0
    right_answers: int = 0
    best: int | None = None  # right answers of the best finished round
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class OpenQuestion(Row, table=True):
    """A question the documents do not answer, masked, for the coordinator."""

    __tablename__ = "open_question"
    __table_args__ = (
        Index("ix_open_question_asked_at", "asked_at"),
        Index("ix_open_question_person_id", "person_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    text: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    subject: str | None = None  # the answer that was marked as not meant; None: there was none
    hushed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # who asked does not want to be told
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # answered, or set aside
    local_fact_id: int | None = Field(default=None, foreign_key="local_fact.id")  # the answer
