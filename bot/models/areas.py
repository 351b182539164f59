"""Where teams work: units of a commune, and the teams that cover them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime


class Unit(Row, table=True):
    """A thôn, bản, ấp, khóm, tổ dân phố …; the type word is data."""

    __table_args__ = (UniqueConstraint("commune", "kind", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    province: str
    commune: str
    kind: str
    name: str
    households: int | None = None
    population: int | None = None


class Team(Row, table=True):
    """A community digital-technology team of a commune."""

    __table_args__ = (
        UniqueConstraint("commune", "name"),
        UniqueConstraint("code"),
        CheckConstraint("length(code) BETWEEN 1 AND 12", name="code"),
    )

    id: int | None = Field(default=None, primary_key=True)
    province: str
    commune: str
    name: str
    code: str  # first part of a receipt number: TM-2026-0042
    created_at: datetime = Field(sa_type=UtcDateTime)


class TeamUnit(Row, table=True):
    """A team covers any number of units."""

    __tablename__ = "team_unit"
    __table_args__ = (Index("ix_team_unit_unit_id", "unit_id"),)

    team_id: int = Field(foreign_key="team.id", primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
