"""What an export holds, whatever file it becomes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

Cell = str | int | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the reports."""

    head: str
    width: int  # letters
    total: bool = False  # numbers that may be added up


@dataclass(frozen=True, slots=True)
class Total:
    """What one place, team or day adds up to."""

    key: Cell
    reports: int
    households: int
    people: int
    elderly: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Reports as rows, their totals, and what the columns mean."""

    title: str
    about: tuple[str, ...]
    sheets: tuple[str, str, str]  # names of the three sheets
    columns: tuple[Column, ...]
    rows: Iterator[tuple[Cell, ...]]
    total_heads: tuple[str, str, str, str]
    totals: tuple[tuple[str, tuple[Total, ...]], ...]
    meaning_heads: tuple[str, str, str]
    meaning: tuple[tuple[str, str, str], ...]
