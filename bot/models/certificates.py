"""Certificates of finished tracks."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime
from bot.models.sealed import Sealed


class Certificate(Row, table=True):
    """What one certificate shows. Its signature is reckoned from these fields, it is not kept."""

    __table_args__ = (
        CheckConstraint("length(name) <= 400", name="name"),
        CheckConstraint("lessons > 0", name="lessons"),
        CheckConstraint("questions > 0 AND right_answers >= 0 AND right_answers <= questions", name="answers"),
        Index("ix_certificate_person_id", "person_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")  # None: the person's data were erased
    track: str
    locale: str  # the language it is written in
    title: str  # of the track, as printed
    name: str = Field(default="", sa_type=Sealed("certificate.name"))  # as it is printed; may be empty
    team: str = ""
    lessons: int
    questions: int
    right_answers: int
    issued_on: date  # local day
    created_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
