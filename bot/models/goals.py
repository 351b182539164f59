"""What a team wants to reach."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime


class Goal(Row, table=True):
    """So many households or people of a unit (or of the whole team), shown a skill (or any), between two days."""

    __table_args__ = (
        CheckConstraint("measure IN ('households', 'people')", name="measure"),
        CheckConstraint("target BETWEEN 1 AND 9999999", name="target"),
        CheckConstraint("first <= last", name="days"),
        Index("ix_goal_team_id", "team_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    skill: str = ""  # a choice of the form's "skills"; empty: any
    measure: str = "households"
    target: int
    first: date
    last: date
    created_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
