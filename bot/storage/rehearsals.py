"""Temporary tables that shadow the real ones, and what was written there."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ForeignKeyConstraint, MetaData, Table, func, select, text, update
from sqlmodel import col

from bot.models import METADATA, Broadcast, Contact, Due, Member, Outbox
from bot.storage.database import Database, Transaction

T = TypeVar("T")
COPIED = (  # what jobs write to, or lock; the outbox begins empty
    "due",
    "job_mark",
    "snapshot",
    "broadcast",
    "broadcast_recipient",
    "follow_up",
    "person",
    "review_reminder",
    "audit",
    "local_fact",
)
EMPTY = ("outbox", "media")
_DUE = Due.metadata.tables["due"]
_OUTBOX = Outbox.metadata.tables["outbox"]


def on_a_copy(database: Database, work: Callable[[Transaction], T]) -> T:
    """The work's result. The real tables are only read: a program that runs meanwhile is not held up."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("BEGIN")
        tx = Transaction(connection)
        try:
            _shadow(tx)
            result = work(tx)
            tx.session.close()
        finally:
            connection.rollback()
            connection.invalidate()  # the temporary tables go with it
    return result


def _shadow(tx: Transaction) -> None:
    """SQLite and PostgreSQL look for a table among the temporary ones first."""
    own = MetaData(naming_convention=METADATA.naming_convention)
    for name in (*COPIED, *EMPTY):
        if name not in METADATA.tables:
            continue
        real = METADATA.tables[name]
        copy = real.to_metadata(own)
        for key in [each for each in copy.constraints if isinstance(each, ForeignKeyConstraint)]:
            copy.constraints.discard(key)
        for column in copy.columns:
            column.foreign_keys.clear()
        copy._prefixes = ["TEMPORARY"]  # noqa: SLF001  there is no other way for a table that exists
        copy.create(tx.connection, checkfirst=False)
        if name in COPIED:
            _fill(tx, copy)


def _fill(tx: Transaction, copy: Table) -> None:
    names = ", ".join(f'"{column.name}"' for column in copy.columns)
    temporary, real = ("pg_temp", "public") if tx.is_postgres else ("temp", "main")
    tx.connection.execute(
        text(f'INSERT INTO {temporary}."{copy.name}" ({names}) SELECT {names} FROM {real}."{copy.name}"')  # noqa: S608  our own names
    )
    if tx.is_postgres and "id" in copy.columns:
        highest = tx.connection.execute(select(func.max(copy.c.id))).scalar()
        if highest:
            sequence = f"pg_get_serial_sequence('pg_temp.{copy.name}', 'id')"
            tx.connection.execute(text(f"SELECT setval({sequence}, :highest)"), {"highest": highest})


def next_moment(tx: Transaction, after: datetime) -> datetime | None:
    """When the next thing falls due after that moment."""
    due = select(func.min(_DUE.c.due_at)).where(_DUE.c.status == "waiting", _DUE.c.due_at > after)
    broadcast = select(func.min(col(Broadcast.due_at))).where(
        col(Broadcast.status) == "waiting", col(Broadcast.due_at) > after
    )
    found = [at for query in (due, broadcast) if (at := tx.connection.execute(query).scalar()) is not None]
    return min(found) if found else None


def send(tx: Transaction, now: datetime) -> None:
    """What waits in the outbox has left."""
    waiting = update(_OUTBOX).where(_OUTBOX.c.status == "pending")
    tx.connection.execute(waiting.values(status="sent", sent_at=now))


def roles(tx: Transaction) -> dict[int, str]:
    """By person, the highest role they have now; residents are missing."""
    found: dict[int, str] = {}
    query = select(col(Member.person_id), col(Member.role)).where(col(Member.until).is_(None))
    for person, role in tx.connection.execute(query):
        if found.get(person) != "coordinator":
            found[person] = role
    return found


def outcomes(tx: Transaction, since: datetime) -> Iterator[dict[str, Any]]:
    """Every row that was settled from then on, and every one that waits at a later moment than it was planned for."""
    teams: dict[int, set[int]] = {}
    for team, person in tx.connection.execute(
        select(col(Member.team_id), col(Member.person_id)).where(col(Member.until).is_(None))
    ):
        teams.setdefault(person, set()).add(team)
    said = {
        row.key: (row.body["text"], row.channel)
        for row in tx.connection.execute(
            select(_OUTBOX.c.key, _OUTBOX.c.body, col(Contact.channel)).join(
                Contact, col(Contact.id) == _OUTBOX.c.contact_id
            )
        )
    }
    settled_or_moved = (_DUE.c.settled_at >= since) | ((_DUE.c.status == "waiting") & (_DUE.c.reason != ""))
    query = select(Due).where(settled_or_moved, _DUE.c.due_at >= since)
    for row in tx.session.scalars(query):
        text_, channel = said.get(f"due:{row.joined_to or row.id}", ("", ""))
        status = {"queued": "joined" if row.joined_to else "sent", "waiting": "moved"}.get(row.status, "skipped")
        yield {
            "at": row.settled_at or row.due_at,
            "person": row.person_id,
            "teams": teams.get(row.person_id, set()),
            "channel": channel,
            "rule": row.rule,
            "status": status,
            "reason": row.reason,
            "text": text_ if status == "sent" else "",
        }
    yield from _broadcasts(tx, said, teams)


def _broadcasts(
    tx: Transaction, said: dict[str, tuple[str, str]], teams: dict[int, set[int]]
) -> Iterator[dict[str, Any]]:
    query = select(_OUTBOX.c.key, _OUTBOX.c.sent_at, col(Contact.person_id)).join(
        Contact, col(Contact.id) == _OUTBOX.c.contact_id
    )
    for key, at, person in tx.connection.execute(query.where(_OUTBOX.c.key.startswith("broadcast:"))):
        yield {
            "at": at,
            "person": person,
            "teams": teams.get(person, set()),
            "channel": said[key][1],
            "rule": key.rpartition(":")[0],
            "status": "sent",
            "reason": "",
            "text": said[key][0],
        }
