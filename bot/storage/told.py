"""Queries about what was told to whom, what came of it, and what has to be corrected."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import AnswerMark, FactRecall, Member, ToldFact
from bot.storage.database import Transaction

_MARK = AnswerMark.metadata.tables["answer_mark"]
_TOLD = ToldFact.metadata.tables["told_fact"]
_RECALL = FactRecall.metadata.tables["fact_recall"]


def _insert(tx: Transaction, table: Any) -> Any:
    return (postgresql if tx.is_postgres else sqlite).insert(table)


def mark(tx: Transaction, *, person: int, subject: str, question: str, verdict: str, now: datetime) -> None:
    """Keep a mark; the newest one for the same answer to the same question counts."""
    row = {"person_id": person, "subject": subject, "question": question, "verdict": verdict, "marked_at": now}
    tx.connection.execute(
        _insert(tx, _MARK)
        .values(**row)
        .on_conflict_do_update(
            index_elements=["person_id", "subject", "question"], set_={"verdict": verdict, "marked_at": now}
        )
    )


def marks(tx: Transaction, since: datetime) -> dict[tuple[str, str], int]:
    """By answer and verdict, how many marks came in since then."""
    query = select(_MARK.c.subject, _MARK.c.verdict, func.count()).where(_MARK.c.marked_at >= since)
    rows: Any = tx.connection.execute(query.group_by(_MARK.c.subject, _MARK.c.verdict))
    return {(subject, verdict): int(count) for subject, verdict, count in rows}


def note(tx: Transaction, *, person: int, fact: str, now: datetime) -> None:
    """The person was told that fact now."""
    row = {"person_id": person, "fact": fact, "told_at": now, "corrected_at": None}
    statement = _insert(tx, _TOLD).values(**row)
    again = {"told_at": now, "corrected_at": None}
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["person_id", "fact"], set_=again))


def told(tx: Transaction, fact: str, since: datetime) -> list[int]:
    """Who was told a fact since then, and not its correction."""
    query = select(_TOLD.c.person_id).where(
        _TOLD.c.fact == fact, _TOLD.c.told_at >= since, _TOLD.c.corrected_at.is_(None)
    )
    return list(tx.connection.scalars(query.order_by(_TOLD.c.person_id)))


def correct(tx: Transaction, fact: str, persons: Iterable[int], now: datetime) -> None:
    """These persons are written to about that fact."""
    query = update(_TOLD).where(_TOLD.c.fact == fact, _TOLD.c.person_id.in_(list(persons)))
    tx.connection.execute(query.values(corrected_at=now))


def find_recall(tx: Transaction, old: str, new: str, now: datetime) -> FactRecall:
    """The recall of one fact for another, made where there is none."""
    values = {"old": old, "new": new, "found_at": now, "confirmed_at": None, "person_id": None}
    tx.connection.execute(_insert(tx, _RECALL).values(**values).on_conflict_do_nothing())
    return tx.session.scalars(select(FactRecall).where(col(FactRecall.old) == old, col(FactRecall.new) == new)).one()


def get_recall(tx: Transaction, recall: int, *, lock: bool = False) -> FactRecall | None:
    """The recall of that id."""
    query = select(FactRecall).where(col(FactRecall.id) == recall)
    query = query.with_for_update() if lock else query
    return tx.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def confirm(tx: Transaction, recall: FactRecall, *, person: int | None, now: datetime) -> None:
    """Somebody said that these people are to be written to."""
    recall.confirmed_at, recall.person_id = now, person
    tx.session.add(recall)
    tx.session.flush()


def coordinators(tx: Transaction, team: int | None = None) -> list[int]:
    """Everybody who coordinates a team, that team if one is given, now."""
    query = select(col(Member.person_id)).where(col(Member.role) == "coordinator", col(Member.until).is_(None))
    query = query if team is None else query.where(col(Member.team_id) == team)
    return sorted(set(tx.connection.scalars(query)))
