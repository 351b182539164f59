"""A team's own dates, its pauses, and the addresses of calendars."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bot.models.base import JsonText, Row, UtcDateTime

RECURRENCES = "('once', 'weekly', 'monthly', 'quarterly', 'yearly')"


class TeamDate(Row, table=True):
    """A date of one team, made by its coordinator. It falls as the content's dates do."""

    __tablename__ = "team_date"
    __table_args__ = (
        CheckConstraint(f"recurrence IN {RECURRENCES}", name="recurrence"),
        CheckConstraint("length(title) BETWEEN 1 AND 120", name="title"),
        Index("ix_team_date_team_id", "team_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    title: str  # masked
    recurrence: str = "once"
    day: date  # the first occurrence
    leads: Any = Field(sa_type=JsonText, nullable=False)  # days before
    person_id: int = Field(foreign_key="person.id")  # who made it
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)  # reminders that were due before are not made up for
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TeamDateSkip(Row, table=True):
    """An occurrence that does not take place."""

    __tablename__ = "team_date_skip"

    team_date_id: int = Field(primary_key=True, foreign_key="team_date.id", sa_column_kwargs={"autoincrement": False})
    occurrence: date = Field(primary_key=True)


class TeamPause(Row, table=True):
    """Days on which a team is left alone."""

    __tablename__ = "team_pause"
    __table_args__ = (
        CheckConstraint("first <= last", name="days"),
        CheckConstraint("reason IN ('mourning', 'storm', 'harvest', 'other')", name="reason"),
        Index("ix_team_pause_team_id", "team_id", "last"),
    )

    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    first: date
    last: date
    reason: str
    person_id: int = Field(foreign_key="person.id")  # who said so
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CalendarFeed(Row, table=True):
    """The address of a person's or a team's calendar: nobody can guess it, and it can be taken back."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        UniqueConstraint("person_id"),
        UniqueConstraint("team_id"),
        CheckConstraint("(person_id IS NULL) <> (team_id IS NULL)", name="owner"),
    )

    name: str = Field(primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    team_id: int | None = Field(default=None, foreign_key="team.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
