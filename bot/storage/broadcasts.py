"""Queries about broadcasts and those they are for."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, and_, case, func, insert, literal, literal_column, select, update
from sqlmodel import col

from bot.models import Audit, Broadcast, BroadcastRecipient, Contact, Outbox, Report, Team
from bot.storage.database import Transaction
from bot.storage.messages import HELD

_BROADCAST = Broadcast.metadata.tables["broadcast"]
_RECIPIENT = BroadcastRecipient.metadata.tables["broadcast_recipient"]
_OUTBOX = Outbox.metadata.tables["outbox"]
_KEY = literal("broadcast:") + _RECIPIENT.c.broadcast_id.cast(String) + ":" + _RECIPIENT.c.person_id.cast(String)
_IS_WAITING = _BROADCAST.c.status == literal_column("'waiting'")  # written out for the partial index
_UNDERWAY = ("pending", "sending")


def key(broadcast: int, person: int) -> str:
    """What makes a broadcast's message to a person the only one in the outbox."""
    return f"broadcast:{broadcast}:{person}"


def lock_team(tx: Transaction, team: int) -> None:
    """Let nobody else confirm a broadcast of that team until this transaction ends."""
    tx.connection.execute(select(col(Team.id)).where(col(Team.id) == team).with_for_update())


def count_of_day(tx: Transaction, team: int, since: datetime, until: datetime) -> int:
    """How many broadcasts of a team go out between the two moments; one stopped before it began counts for nothing."""
    query = select(func.count()).where(
        _BROADCAST.c.team_id == team,
        _BROADCAST.c.due_at >= since,
        _BROADCAST.c.due_at < until,
        (_BROADCAST.c.status != "stopped") | _BROADCAST.c.started_at.is_not(None),
    )
    return int(tx.connection.execute(query).scalar_one())


def add(tx: Transaction, broadcast: Broadcast, persons: Iterable[int]) -> int:
    """Keep a confirmed broadcast with everybody it is for; its id."""
    tx.session.add(broadcast)
    tx.session.flush()
    assert broadcast.id
    rows = [
        {"broadcast_id": broadcast.id, "person_id": person, "status": "waiting", "reason": ""} for person in persons
    ]
    tx.connection.execute(insert(_RECIPIENT), rows)
    return broadcast.id


def get(tx: Transaction, broadcast: int) -> Broadcast | None:
    """The broadcast of that id, locked: a batch that is being handed over ends first."""
    return tx.session.scalars(select(Broadcast).where(col(Broadcast.id) == broadcast).with_for_update()).one_or_none()


def take_due(tx: Transaction, now: datetime, but: Sequence[int]) -> Broadcast | None:
    """The first broadcast that is due, locked; what another process is busy with is left to it."""
    query = (
        select(Broadcast)
        .where(_IS_WAITING, col(Broadcast.due_at) <= now, col(Broadcast.id).not_in(but))
        .order_by(col(Broadcast.due_at), col(Broadcast.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return tx.session.scalars(query).one_or_none()


def waiting(tx: Transaction, broadcast: int, limit: int) -> list[int]:
    """Persons who have not been handed over yet."""
    query = (
        select(_RECIPIENT.c.person_id)
        .where(_RECIPIENT.c.broadcast_id == broadcast, _RECIPIENT.c.status == "waiting")
        .order_by(_RECIPIENT.c.person_id)
        .limit(limit)
    )
    return list(tx.connection.scalars(query))


def settle(tx: Transaction, broadcast: int, persons: Sequence[int], *, status: str, reason: str = "") -> None:
    """Note that persons were handed over, or why not."""
    if persons:
        query = update(_RECIPIENT).where(_RECIPIENT.c.broadcast_id == broadcast, _RECIPIENT.c.person_id.in_(persons))
        tx.connection.execute(query.values(status=status, reason=reason))


def underway(tx: Transaction, broadcast: int) -> int:
    """How many of its messages wait in the outbox, but for those that wait for the next month's quota."""
    query = (
        select(func.count())
        .select_from(_RECIPIENT)
        .join(_OUTBOX, _OUTBOX.c.key == _KEY)
        .where(
            _RECIPIENT.c.broadcast_id == broadcast,
            _RECIPIENT.c.status == "queued",
            _OUTBOX.c.status.in_(_UNDERWAY),
            _OUTBOX.c.reason != HELD,
        )
    )
    return int(tx.connection.execute(query).scalar_one())


def drop_waiting(tx: Transaction, broadcast: int) -> None:
    """Give up what waits in the outbox and is not being sent at this moment."""
    keys = select(_KEY).where(_RECIPIENT.c.broadcast_id == broadcast, _RECIPIENT.c.status == "queued")
    query = update(_OUTBOX).where(_OUTBOX.c.key.in_(keys), _OUTBOX.c.status == "pending")
    tx.connection.execute(query.values(status="dropped", reason="stopped"))


_FATE = case(
    (_RECIPIENT.c.status == "skipped", _RECIPIENT.c.reason),
    (_RECIPIENT.c.status == "waiting", "waiting"),
    (and_(_OUTBOX.c.status == "pending", _OUTBOX.c.reason == HELD), "held"),
    (_OUTBOX.c.status.in_(_UNDERWAY), "underway"),
    (and_(_OUTBOX.c.status.in_(("failed", "dropped")), _OUTBOX.c.reason == "unreachable"), "unreachable"),
    (and_(_OUTBOX.c.status == "dropped", _OUTBOX.c.reason == "stopped"), "waiting"),
    (_OUTBOX.c.status == "dropped", "failed"),
    else_=func.coalesce(_OUTBOX.c.status, "unknown"),
)


def fates(tx: Transaction, broadcast: int) -> dict[str, int]:
    """How many it reached, and what became of the others.

    sent, failed, unreachable, unknown; quiet, left; underway (in the outbox), held (until the quota is renewed),
    waiting (not handed over, or taken back).
    """
    query = (
        select(_FATE.label("fate"), func.count())
        .select_from(_RECIPIENT)
        .outerjoin(_OUTBOX, _OUTBOX.c.key == _KEY)
        .where(_RECIPIENT.c.broadcast_id == broadcast)
        .group_by("fate")
    )
    rows: Any = tx.connection.execute(query)
    return {fate: int(count) for fate, count in rows}


def recent(tx: Transaction, teams: Sequence[int], limit: int) -> list[Broadcast]:
    """The newest broadcasts of some teams, the newest first."""
    query = select(Broadcast).where(col(Broadcast.team_id).in_(teams)).order_by(col(Broadcast.id).desc())
    return list(tx.session.scalars(query.limit(limit)))


def outlets(tx: Transaction, contacts: Sequence[int]) -> dict[tuple[str, str], int]:
    """By channel and bot, how many of the contacts are there."""
    query = (
        select(col(Contact.channel), col(Contact.bot), func.count())
        .where(col(Contact.id).in_(contacts))
        .group_by(col(Contact.channel), col(Contact.bot))
        .order_by(col(Contact.channel), col(Contact.bot))
    )
    rows: Any = tx.connection.execute(query)
    return {(channel, bot): int(count) for channel, bot, count in rows}


def reporters(tx: Transaction, team: int, first: date, last: date, unit: int | None = None) -> set[int]:
    """Who filed a report of the team about the days first..last, in one unit or anywhere."""
    query = (
        select(col(Report.person_id))
        .where(col(Report.team_id) == team, col(Report.day).between(first, last), col(Report.status) == "filed")
        .distinct()
    )
    if unit is not None:
        query = query.where(col(Report.unit_id) == unit)
    return set(tx.connection.scalars(query))


def note(tx: Transaction, *, at: datetime, person: int | None, action: str, broadcast: int, after: Any = None) -> None:
    """Keep who did what to a broadcast; never its words."""
    row = Audit(at=at, person_id=person, action=action, subject="broadcast", subject_id=broadcast, after=after)
    tx.session.add(row)
    tx.session.flush()
