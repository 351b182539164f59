"""Queries about open questions, and the answers teams wrote to them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import col

from bot.models import FollowUp, LocalFact, Member, OpenQuestion, Team, Unit
from bot.storage.database import Transaction

Commune = tuple[str, str]  # (province, commune)


def keep_question(tx: Transaction, row: OpenQuestion) -> int:
    """Keep a masked question: its id. What this person already asks in the same words is kept once."""
    query = select(col(OpenQuestion.id)).where(
        col(OpenQuestion.person_id) == row.person_id,
        col(OpenQuestion.text) == row.text,
        col(OpenQuestion.settled_at).is_(None),
    )
    known = tx.connection.execute(query.limit(1)).scalar_one_or_none()
    if known is None:
        tx.session.add(row)
        tx.session.flush()
        known = row.id or 0
    return int(known)


def questions(tx: Transaction, since: datetime, limit: int) -> Sequence[OpenQuestion]:
    """The newest questions without an answer, the oldest of them first."""
    query = (
        select(OpenQuestion)
        .where(col(OpenQuestion.settled_at).is_(None), col(OpenQuestion.asked_at) >= since)
        .order_by(col(OpenQuestion.id).desc())
        .limit(limit)
    )
    return tx.session.scalars(query).all()[::-1]


def hush(tx: Transaction, question: int, person: int, now: datetime) -> bool:
    """Who asked does not want to be told of the answer. False when it is not this person's question."""
    query = update(OpenQuestion).where(col(OpenQuestion.id) == question, col(OpenQuestion.person_id) == person)
    return tx.connection.execute(query.values(hushed_at=now)).rowcount == 1


def settle(tx: Transaction, ids: Iterable[int], *, fact: int | None, now: datetime) -> None:
    """The questions are answered by that fact, or set aside (None)."""
    query = update(OpenQuestion).where(col(OpenQuestion.id).in_(list(ids)), col(OpenQuestion.settled_at).is_(None))
    tx.connection.execute(query.values(settled_at=now, local_fact_id=fact))


def settle_own(tx: Transaction, person: int, text: str, now: datetime) -> None:
    """The person found what they asked in these words."""
    query = update(OpenQuestion).where(
        col(OpenQuestion.person_id) == person, col(OpenQuestion.text) == text, col(OpenQuestion.settled_at).is_(None)
    )
    tx.connection.execute(query.values(settled_at=now))


def askers(tx: Transaction, fact: int) -> list[int]:
    """Who asked what the fact answers and wants to be told."""
    query = select(col(OpenQuestion.person_id)).where(
        col(OpenQuestion.local_fact_id) == fact,
        col(OpenQuestion.person_id).is_not(None),
        col(OpenQuestion.hushed_at).is_(None),
    )
    return sorted({person for person in tx.connection.scalars(query) if person is not None})


def question_of(tx: Transaction, fact: int, person: int) -> str:
    """What the person asked, in their words, that the fact answers; empty when they asked nothing like it."""
    query = select(col(OpenQuestion.text)).where(
        col(OpenQuestion.local_fact_id) == fact,
        col(OpenQuestion.person_id) == person,
        col(OpenQuestion.hushed_at).is_(None),
    )
    return tx.connection.scalars(query.order_by(col(OpenQuestion.id)).limit(1)).first() or ""


def communes_of(tx: Transaction, persons: Iterable[int]) -> dict[int, set[Commune]]:
    """By person, the communes they are known to belong to: of their teams, and of the visits they asked for."""
    ids = list(persons)
    teams = (
        select(col(Member.person_id), col(Team.province), col(Team.commune))
        .join(Team, col(Team.id) == col(Member.team_id))
        .where(col(Member.person_id).in_(ids), col(Member.until).is_(None))
    )
    visits = (
        select(col(FollowUp.person_id), col(Unit.province), col(Unit.commune))
        .join(Unit, col(Unit.id) == col(FollowUp.unit_id))
        .where(col(FollowUp.person_id).in_(ids))
    )
    found: defaultdict[int, set[Commune]] = defaultdict(set)
    rows: Any = tx.connection.execute(teams.union(visits))
    for person, province, commune in rows:
        found[person].add((province, commune))
    return dict(found)


def communes(tx: Transaction) -> list[Commune]:
    """Every commune that has a team."""
    rows: Any = tx.connection.execute(select(col(Team.province), col(Team.commune)).distinct())
    return sorted((province, commune) for province, commune in rows)


# ---- answers of teams


def version(tx: Transaction) -> tuple[Any, int]:
    """Changes whenever an answer of a team does."""
    row: Any = tx.connection.execute(select(func.max(col(LocalFact.updated_at)), func.count())).one()
    return row[0], int(row[1])


def valid(tx: Transaction, on: date) -> list[tuple[LocalFact, Team]]:
    """Every answer of a team that is told on that day, with the team, the oldest first."""
    query = (
        select(LocalFact, Team)
        .join(Team, col(Team.id) == col(LocalFact.team_id))
        .where(col(LocalFact.withdrawn_at).is_(None), col(LocalFact.expires_on) >= on)
        .order_by(col(LocalFact.id))
    )
    return [(fact, team) for fact, team in tx.session.execute(query)]


def get(tx: Transaction, fact: int, *, lock: bool = False) -> tuple[LocalFact, Team] | None:
    """An answer of a team, with the team."""
    query = select(LocalFact, Team).join(Team, col(Team.id) == col(LocalFact.team_id)).where(col(LocalFact.id) == fact)
    query = query.with_for_update(of=LocalFact) if lock else query
    found: Any = tx.session.execute(query.execution_options(populate_existing=True)).one_or_none()
    return (found[0], found[1]) if found else None


def keep(tx: Transaction, fact: LocalFact) -> LocalFact:
    """Keep a new or changed one; a new one gets its id."""
    tx.session.add(fact)
    tx.session.flush()
    return fact


def of_teams(tx: Transaction, teams: Iterable[int], limit: int) -> list[LocalFact]:
    """The newest answers of some teams that were not withdrawn, expired ones too."""
    query = (
        select(LocalFact)
        .where(col(LocalFact.team_id).in_(list(teams)), col(LocalFact.withdrawn_at).is_(None))
        .order_by(col(LocalFact.id).desc())
        .limit(limit)
    )
    return list(tx.session.scalars(query))


def ending(tx: Transaction, first: date, last: date) -> list[LocalFact]:
    """Answers of teams whose last day lies between two days."""
    query = select(LocalFact).where(
        col(LocalFact.withdrawn_at).is_(None), col(LocalFact.expires_on) >= first, col(LocalFact.expires_on) <= last
    )
    return list(tx.session.scalars(query.order_by(col(LocalFact.id))))
