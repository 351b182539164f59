"""What people should be asked again, and who wants to be told of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime


class ReviewCard(Row, table=True):
    """How well one person remembers one skill, in the terms of FSRS (bot.core.review)."""

    __tablename__ = "review_card"
    __table_args__ = (
        CheckConstraint("stability > 0", name="stability"),
        CheckConstraint("difficulty >= 1 AND difficulty <= 10", name="difficulty"),
        CheckConstraint("turn >= 0", name="turn"),
        Index("ix_review_card_due_at", "person_id", "due_at"),
    )

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    skill: str = Field(primary_key=True)
    stability: float  # days after which it is remembered with 90 %
    difficulty: float  # 1 easy, 10 hard
    reviewed_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # a review was answered; None: not yet
    turn: int = 0  # which question of the skill is asked next


class ReviewReminder(Row, table=True):
    """Somebody asked to be told when there is something to review."""

    __tablename__ = "review_reminder"

    person_id: int = Field(foreign_key="person.id", primary_key=True, sa_column_kwargs={"autoincrement": False})
    since: datetime = Field(sa_type=UtcDateTime)
