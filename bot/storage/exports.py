"""Reports one after the other, however many there are."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from bot.models import Person, Report, Team
from bot.storage.database import Transaction

BATCH = 500  # rows in memory at a time


def reports(tx: Transaction, teams: Sequence[int], first: date, last: date) -> Iterator[Any]:
    """Filed reports about the days first..last, by day; with their team and who filed them."""
    query = (
        select(
            col(Report.team_id),
            col(Team.code),
            col(Team.name).label("team"),
            col(Report.year),
            col(Report.number),
            col(Report.day),
            col(Report.unit_id),
            col(Report.form),
            col(Report.answers),
            col(Report.version),
            col(Report.said_at),
            col(Report.received_at),
            col(Person.name).label("person"),
        )
        .join(Team, col(Team.id) == col(Report.team_id))
        .join(Person, col(Person.id) == col(Report.person_id))
        .where(
            col(Report.team_id).in_(teams),
            col(Report.day).between(first, last),
            col(Report.status) == "filed",
        )
        .order_by(col(Report.day), col(Report.id))
        .execution_options(stream_results=True, yield_per=BATCH)
    )
    yield from tx.connection.execute(query)


def number(tx: Transaction, teams: Sequence[int], first: date, last: date) -> int:
    """How many there are."""
    query = (
        select(func.count())
        .select_from(Report)
        .where(col(Report.team_id).in_(teams), col(Report.day).between(first, last), col(Report.status) == "filed")
    )
    return int(tx.connection.execute(query).scalar_one())
