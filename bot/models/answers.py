"""What was answered: facts told, marks given, and answers a team wrote itself."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime


class LocalFact(Row, table=True):
    """One answer of a team, with its source, to questions the documents leave open."""

    __tablename__ = "local_fact"
    __table_args__ = (
        CheckConstraint("as_of <= expires_on", name="validity"),
        Index("ix_local_fact_team_id", "team_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")  # its owner
    person_id: int | None = Field(default=None, foreign_key="person.id")  # who wrote it
    question: str  # masked
    text: str  # masked
    source: str  # masked
    as_of: date
    expires_on: date  # the last day on which it is told
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AnswerMark(Row, table=True):
    """Whether an answer was what a person wanted to know; the newest mark counts."""

    __tablename__ = "answer_mark"
    __table_args__ = (
        CheckConstraint("verdict IN ('right', 'wrong')", name="verdict"),
        Index("ix_answer_mark_marked_at", "marked_at"),
    )

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    subject: str = Field(primary_key=True)  # "F000-05", "local:12", "passage:7"
    question: str = Field(primary_key=True)  # masked
    verdict: str
    marked_at: datetime = Field(sa_type=UtcDateTime)


class ToldFact(Row, table=True):
    """Who was told which fact, and when last: so that it can be corrected."""

    __tablename__ = "told_fact"
    __table_args__ = (Index("ix_told_fact_fact_told_at", "fact", "told_at"), Index("ix_told_fact_told_at", "told_at"))

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    fact: str = Field(primary_key=True)
    told_at: datetime = Field(sa_type=UtcDateTime)
    corrected_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FactRecall(Row, table=True):
    """A fact that was replaced after people were told it; coordinators decide whether these are written to."""

    __tablename__ = "fact_recall"
    __table_args__ = (UniqueConstraint("old", "new"),)

    id: int | None = Field(default=None, primary_key=True)
    old: str
    new: str
    found_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    person_id: int | None = Field(default=None, foreign_key="person.id")  # who confirmed
