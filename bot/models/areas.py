"""Where teams work: units of a commune, what became of them, and the teams that cover them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime

NOW = "valid_to IS NULL"


class Unit(Row, table=True):
    """A thôn, bản, ấp, khóm, tổ dân phố …; the type word is data. It keeps its id under every name it bears.

    `kind` and `name` are the newest ones; older ones stand in UnitName. A merger or a split makes new units.
    """

    __table_args__ = (
        CheckConstraint("valid_from <= valid_to", name="validity"),
        Index(
            "uq_unit_now",
            "province",
            "commune",
            "kind",
            "name",
            unique=True,
            sqlite_where=text(NOW),
            postgresql_where=text(NOW),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    province: str
    commune: str
    kind: str
    name: str
    households: int | None = None
    population: int | None = None
    valid_from: date | None = None  # its first day; None: as far back as anybody knows
    valid_to: date | None = None  # the first day on which it is no more; None: it is there


class UnitName(Row, table=True):
    """A name that a unit bore before: from one day up to, not including, another."""

    __tablename__ = "unit_name"
    __table_args__ = (Index("ix_unit_name_unit_id", "unit_id"),)

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    kind: str
    name: str
    valid_from: date | None = None
    valid_to: date


class UnitSuccessor(Row, table=True):
    """What became of a unit: one successor after a merger, several after a split."""

    __tablename__ = "unit_successor"
    __table_args__ = (Index("ix_unit_successor_successor_id", "successor_id"),)

    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
    successor_id: int = Field(foreign_key="unit.id", primary_key=True)


class Team(Row, table=True):
    """A community digital-technology team of a commune."""

    __table_args__ = (
        UniqueConstraint("province", "commune", "name"),
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
    """A team covers any number of units. What it covered stays when the unit is no more."""

    __tablename__ = "team_unit"
    __table_args__ = (Index("ix_team_unit_unit_id", "unit_id"),)

    team_id: int = Field(foreign_key="team.id", primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
