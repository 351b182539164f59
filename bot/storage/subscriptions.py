"""Queries about what persons want of reminders, and about the pauses of teams."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import Member, ReminderMute, ReminderSetting, TeamPause
from bot.storage.database import Transaction

_SETTING = ReminderSetting.metadata.tables["reminder_setting"]
_MUTE = ReminderMute.metadata.tables["reminder_mute"]


def settings(tx: Transaction, persons: Iterable[int]) -> dict[int, ReminderSetting]:
    """By person, what they chose."""
    found = tx.session.scalars(select(ReminderSetting).where(col(ReminderSetting.person_id).in_(list(persons))))
    return {row.person_id: row for row in found}


def own_leads(tx: Transaction, persons: tuple[int, int] | None = None) -> dict[int, tuple[int, ...]]:
    """By person, the days before at which they want to hear of every date; nobody who leaves it to the date.

    `persons`: only those numbered from the first to the second number.
    """
    query = select(_SETTING.c.person_id, _SETTING.c.leads).where(_SETTING.c.leads.is_not(None))
    if persons:
        query = query.where(_SETTING.c.person_id.between(*persons))
    return {person: tuple(leads) for person, leads in tx.connection.execute(query) if leads}


def keep(tx: Transaction, row: dict[str, Any]) -> None:
    """Keep what a person chose, in the place of what they chose before."""
    dialect = postgresql if tx.is_postgres else sqlite
    statement = dialect.insert(_SETTING).values(**row)
    changed = {name: value for name, value in row.items() if name != "person_id"}
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=changed))


def mutes(tx: Transaction, persons: Sequence[int]) -> dict[int, frozenset[str]]:
    """By person, what they want to hear no more of."""
    found: dict[int, set[str]] = {}
    query = select(_MUTE.c.person_id, _MUTE.c.subject).where(_MUTE.c.person_id.in_(persons))
    for person, subject in tx.connection.execute(query):
        found.setdefault(person, set()).add(subject)
    return {person: frozenset(subjects) for person, subjects in found.items()}


def mute(tx: Transaction, person: int, subject: str, now: datetime) -> None:
    """Hear no more of it."""
    dialect = postgresql if tx.is_postgres else sqlite
    statement = dialect.insert(_MUTE).values(person_id=person, subject=subject, muted_at=now)
    tx.connection.execute(statement.on_conflict_do_nothing())


def unmute(tx: Transaction, person: int, subject: str) -> None:
    """Hear of it again."""
    tx.connection.execute(delete(_MUTE).where(_MUTE.c.person_id == person, _MUTE.c.subject == subject))


def pauses_of(tx: Transaction, persons: Sequence[int], since: date) -> dict[int, list[TeamPause]]:
    """By person, the pauses of their teams that end on that day or later."""
    query = (
        select(col(Member.person_id), TeamPause)
        .join(TeamPause, col(TeamPause.team_id) == col(Member.team_id))
        .where(
            col(Member.person_id).in_(persons),
            col(Member.until).is_(None),
            col(TeamPause.last) >= since,
            col(TeamPause.ended_at).is_(None),
        )
        .order_by(col(TeamPause.first), col(TeamPause.id))
    )
    found: dict[int, list[TeamPause]] = {}
    for person, pause in tx.session.execute(query):
        found.setdefault(person, []).append(pause)
    return found


def pauses(tx: Transaction, team: int, since: date) -> Sequence[TeamPause]:
    """The pauses of a team that end on that day or later."""
    query = select(TeamPause).where(
        col(TeamPause.team_id) == team, col(TeamPause.last) >= since, col(TeamPause.ended_at).is_(None)
    )
    return tx.session.scalars(query.order_by(col(TeamPause.first), col(TeamPause.id))).all()


def add_pause(tx: Transaction, pause: TeamPause) -> int:
    """Keep a pause; its id."""
    tx.session.add(pause)
    tx.session.flush()
    return pause.id or 0


def get_pause(tx: Transaction, pause: int) -> TeamPause | None:
    """The pause of that id, unless it was ended."""
    query = select(TeamPause).where(col(TeamPause.id) == pause, col(TeamPause.ended_at).is_(None))
    return tx.session.scalars(query).one_or_none()


def end_pause(tx: Transaction, pause: int, now: datetime) -> None:
    """The pause is over, or never was."""
    tx.connection.execute(update(TeamPause).where(col(TeamPause.id) == pause).values(ended_at=now))
