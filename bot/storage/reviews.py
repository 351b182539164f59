"""Queries about what people are asked again."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, delete, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import Consent, Due, Person, ReviewCard, ReviewReminder
from bot.storage.database import Transaction

RULE = "review:"  # of due rows
_CARD = ReviewCard.metadata.tables["review_card"]
_REMINDER = ReviewReminder.metadata.tables["review_reminder"]


def cards(tx: Transaction, person: int) -> Sequence[ReviewCard]:
    """What the person is to remember."""
    query = select(ReviewCard).where(col(ReviewCard.person_id) == person).order_by(col(ReviewCard.skill))
    return tx.session.scalars(query).all()


def add(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Keep new cards; what is there already stays as it is."""
    dialect = postgresql if tx.is_postgres else sqlite
    if rows:
        tx.connection.execute(dialect.insert(_CARD).on_conflict_do_nothing(), list(rows))


def change(tx: Transaction, person: int, skill: str, **values: Any) -> None:
    """Keep what came of an answer."""
    here = and_(_CARD.c.person_id == person, _CARD.c.skill == skill)
    tx.connection.execute(update(_CARD).where(here).values(**values))


def set_reminder(tx: Transaction, person: int, since: datetime | None) -> None:
    """The person wants to be told from then on; None: not any more."""
    tx.connection.execute(delete(_REMINDER).where(_REMINDER.c.person_id == person))
    if since is not None:
        tx.connection.execute(_REMINDER.insert().values(person_id=person, since=since))


def wants_reminder(tx: Transaction, person: int) -> bool:
    """Whether the person wants to be told, and has agreed to reminders ever since."""
    query = _wanting().where(_REMINDER.c.person_id == person)
    return tx.connection.execute(query).first() is not None


def to_remind(
    tx: Transaction, *, today: date, start: datetime, end: datetime, unanswered: int, limit: int
) -> Sequence[int]:
    """Whom to tell today: something is due by `end`, nothing was answered since `start`, no row is there for today.

    Who left `unanswered` reminders without an answer is not told.
    """
    mine = _CARD.c.person_id == _REMINDER.c.person_id
    answered = select(func.max(_CARD.c.asked_at)).where(mine).scalar_subquery()
    due = and_(col(Due.person_id) == _REMINDER.c.person_id, col(Due.rule) == RULE)
    told = select(func.count()).where(
        due,
        col(Due.status) == "queued",
        col(Due.settled_at) > _REMINDER.c.since,
        col(Due.settled_at) > func.coalesce(answered, _REMINDER.c.since),
    )
    query = (
        _wanting()
        .where(exists().where(mine, _CARD.c.due_at < end))
        .where(~exists().where(mine, _CARD.c.asked_at >= start))
        .where(~exists().where(due, col(Due.occurrence) == today))
        .where(told.scalar_subquery() < unanswered)
        .order_by(_REMINDER.c.person_id)
        .limit(limit)
    )
    return [person for (person,) in tx.connection.execute(query)]


def _wanting() -> Select[Any]:
    """Who wants to be told now. A consent that was withdrawn ends the wish, and a new one does not bring it back."""
    agreed = exists().where(
        col(Consent.person_id) == _REMINDER.c.person_id,
        col(Consent.purpose) == "remind",
        col(Consent.withdrawn_at).is_(None),
        col(Consent.given_at) <= _REMINDER.c.since,
    )
    awake = exists().where(col(Person.id) == _REMINDER.c.person_id, col(Person.quiet).is_(False))
    return select(_REMINDER.c.person_id).where(agreed, awake)
