"""Queries about what people ask about their own data."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import col

from bot.models import DataRequest, Member, Person
from bot.storage.database import Transaction


def add(tx: Transaction, row: DataRequest) -> int:
    """Keep a new one: its number."""
    tx.session.add(row)
    tx.session.flush()
    return row.id or 0


def get(tx: Transaction, number: int) -> DataRequest | None:
    """The one of that number, locked."""
    return tx.session.scalars(select(DataRequest).where(col(DataRequest.id) == number).with_for_update()).one_or_none()


def keep(tx: Transaction, row: DataRequest) -> None:
    """Keep a changed one."""
    tx.session.add(row)
    tx.session.flush()


def open_ones(tx: Transaction) -> list[tuple[DataRequest, Person]]:
    """Everything that is not done yet, the most urgent first."""
    query = (
        select(DataRequest, Person)
        .join(Person, col(Person.id) == col(DataRequest.person_id))
        .where(col(DataRequest.status) == "open")
        .order_by(col(DataRequest.answer_by), col(DataRequest.id))
    )
    return [(request, person) for request, person in tx.session.execute(query)]


def open_of(tx: Transaction, person: int) -> int:
    """How many of a person's requests are not done yet."""
    query = select(func.count()).where(col(DataRequest.person_id) == person, col(DataRequest.status) == "open")
    return int(tx.connection.execute(query).scalar_one())


def of_person(tx: Transaction, person: int, limit: int = 100) -> list[DataRequest]:
    """A person's newest requests."""
    query = select(DataRequest).where(col(DataRequest.person_id) == person)
    return list(tx.session.scalars(query.order_by(col(DataRequest.id).desc()).limit(limit)))


def coordinators(tx: Transaction, person: int) -> list[int]:
    """Who coordinates a team that the person is in; the person themselves is left out."""
    teams = select(col(Member.team_id)).where(col(Member.person_id) == person, col(Member.until).is_(None))
    query = select(col(Member.person_id)).where(
        col(Member.team_id).in_(teams),
        col(Member.role) == "coordinator",
        col(Member.until).is_(None),
        col(Member.person_id) != person,
    )
    return sorted(set(tx.connection.scalars(query)))


def teams_of(tx: Transaction, persons: Sequence[int]) -> dict[int, set[int]]:
    """By person, the teams they are in now."""
    query = select(col(Member.person_id), col(Member.team_id)).where(
        col(Member.person_id).in_(persons), col(Member.until).is_(None)
    )
    found: dict[int, set[int]] = {}
    rows: Any = tx.connection.execute(query)
    for person, team in rows:
        found.setdefault(person, set()).add(team)
    return found


def restrict(tx: Transaction, person: int, restricted_at: datetime | None) -> None:
    """Keep what is kept, but use it no more; None: use it again."""
    tx.connection.execute(update(Person).where(col(Person.id) == person).values(restricted_at=restricted_at))


def restricted_at(tx: Transaction, person: int) -> datetime | None:
    """Since when a person's data are not used; None: they are."""
    return tx.connection.execute(select(col(Person.restricted_at)).where(col(Person.id) == person)).scalar_one_or_none()
