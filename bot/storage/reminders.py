"""Queries about what falls due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import Consent, Contact, Due, JobMark, Member, Outbox, Person, Team
from bot.storage.database import Transaction

KEY = "due:"  # and the row's id: the key of its message in the outbox
_DUE = Due.metadata.tables["due"]
_OUTBOX = Outbox.metadata.tables["outbox"]
_MARK = JobMark.metadata.tables["job_mark"]
_WAITING = _DUE.c.status == literal_column("'waiting'")  # written out for the partial index, as are the next two
_UNSENT = _OUTBOX.c.status.in_([literal_column("'pending'"), literal_column("'sending'")])


def add(tx: Transaction, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep what falls due: rule, occurrence, person_id and due_at of each; what is there already stays as it is."""
    usual = {"lead": 0, "urgency": 0, "status": "waiting", "reason": "", "settled_at": None, "joined_to": None}
    values = [{**usual, "planned_at": row["due_at"], **row} for row in rows]
    dialect = postgresql if tx.is_postgres else sqlite
    if values:
        tx.connection.execute(dialect.insert(_DUE).on_conflict_do_nothing(), values)


def due_persons(tx: Transaction, now: datetime, limit: int) -> list[int]:
    """Persons for whom something is due by now, the most urgent first, locked so that two schedulers share the work.

    All that is due for one person stays in one hand: it may become one message.
    """
    person = _DUE.c.person_id + literal_column("0")  # else SQLite goes through every row there is
    query = (
        select(person)
        .where(_WAITING, _DUE.c.due_at <= now)
        .group_by(person)
        .order_by(func.max(func.coalesce(_DUE.c.urgency, 0)).desc(), func.min(_DUE.c.due_at), person)
        .limit(limit)
    )
    persons = list(tx.connection.scalars(query))
    if not tx.is_postgres:  # there is one writer
        return persons
    lock = select(col(Person.id)).where(col(Person.id).in_(persons)).with_for_update(key_share=True, skip_locked=True)
    mine = set(tx.connection.scalars(lock))
    return [person for person in persons if person in mine]


def due_of(tx: Transaction, persons: Sequence[int], now: datetime) -> Sequence[Due]:
    """What is due by now for these persons and not settled, the most urgent and the earliest first."""
    query = (
        select(Due)
        .where(_WAITING, _DUE.c.due_at <= now, _DUE.c.person_id.in_(persons))
        .order_by(func.coalesce(_DUE.c.urgency, 0).desc(), _DUE.c.due_at, _DUE.c.id)
    )
    return tx.session.scalars(query.execution_options(populate_existing=True)).all()


def settle(tx: Transaction, due: int, *, status: str, reason: str, now: datetime, joined_to: int | None = None) -> None:
    """Note that it was queued or skipped, and why."""
    values = {"status": status, "reason": reason, "settled_at": now, "joined_to": joined_to}
    tx.connection.execute(update(_DUE).where(_DUE.c.id == due).values(**values))


def postpone(tx: Transaction, due: int, *, due_at: datetime, reason: str) -> None:
    """Move it to a later moment; when it was planned stays."""
    planned = func.coalesce(_DUE.c.planned_at, _DUE.c.due_at)
    values: dict[str, Any] = {"due_at": due_at, "reason": reason, "planned_at": planned}
    tx.connection.execute(update(_DUE).where(_DUE.c.id == due).values(**values))


def look_again(tx: Transaction, persons: Sequence[int]) -> None:
    """What was moved for these persons is due when it was planned again: why it was moved may be over."""
    moved = update(_DUE).where(_WAITING, _DUE.c.person_id.in_(persons), _DUE.c.reason != "", _DUE.c.reason != "quota")
    tx.connection.execute(moved.values(due_at=func.coalesce(_DUE.c.planned_at, _DUE.c.due_at), reason=""))


def wait_again(tx: Transaction, now: datetime) -> int:
    """What was skipped after now, by a clock that was ahead, waits as it was planned; how many rows."""
    ahead = update(_DUE).where(_DUE.c.settled_at > now, _DUE.c.settled_at.is_not(None), _DUE.c.status == "skipped")
    planned = func.coalesce(_DUE.c.planned_at, _DUE.c.due_at)
    values = {"status": "waiting", "reason": "", "settled_at": None, "joined_to": None, "due_at": planned}
    return tx.connection.execute(ahead.values(**values)).rowcount


def said_with(tx: Transaction, due: int) -> Sequence[Due]:
    """Every row that was said in the message of that one."""
    query = select(Due).where(or_(_DUE.c.id == due, _DUE.c.joined_to == due)).order_by(_DUE.c.id)
    return tx.session.scalars(query).all()


def newest_told(tx: Transaction, person: int, kinds: Sequence[str], since: datetime) -> int | None:
    """The newest message of these kinds that the person was sent: the row whose message it is."""
    query = (
        select(_DUE.c.id)
        .where(
            _DUE.c.person_id == person,
            _DUE.c.status == "queued",
            _DUE.c.settled_at >= since,
            _DUE.c.joined_to.is_(None),
            or_(*(_DUE.c.rule.startswith(f"{kind}:") for kind in kinds)),
        )
        .order_by(_DUE.c.settled_at.desc(), _DUE.c.id.desc())
        .limit(1)
    )
    return tx.connection.execute(query).scalar_one_or_none()


def of_rule(tx: Transaction, person: int, rule: str, occurrence: date) -> list[tuple[int, datetime, str]]:
    """(lead, when, status) of every row of that rule and day for the person."""
    query = select(_DUE.c.lead, _DUE.c.due_at, _DUE.c.status).where(
        _DUE.c.person_id == person, _DUE.c.rule == rule, _DUE.c.occurrence == occurrence
    )
    return [(lead, at, status) for lead, at, status in tx.connection.execute(query)]


def under_way(tx: Transaction) -> int:
    """Messages of ours that wait in the outbox."""
    query = select(func.count()).where(_UNSENT, _OUTBOX.c.key.startswith(KEY))
    return int(tx.connection.execute(query).scalar_one())


def unasked_under_way(tx: Transaction, channel: str, bot: str) -> int:
    """Messages nobody asked for that wait in the outbox of one bot."""
    query = (
        select(func.count())
        .select_from(_OUTBOX)
        .join(Contact, col(Contact.id) == _OUTBOX.c.contact_id)
        .where(
            _UNSENT,
            _OUTBOX.c.unasked,
            col(Contact.channel) == channel,
            col(Contact.bot) == bot,
        )
    )
    return int(tx.connection.execute(query).scalar_one())


def outlets(tx: Transaction, contacts: Sequence[int]) -> dict[int, tuple[str, str]]:
    """By contact, its channel and bot."""
    query = select(col(Contact.id), col(Contact.channel), col(Contact.bot)).where(col(Contact.id).in_(contacts))
    found: Any = tx.connection.execute(query)
    return {contact: (channel, bot) for contact, channel, bot in found}


def take_back(tx: Transaction, before: datetime, now: datetime) -> int:
    """Take messages that could not leave out of the outbox again: they will be said anew, as true as they are then."""
    stale = (
        select(_OUTBOX.c.id, _OUTBOX.c.key)
        .where(
            _UNSENT,
            _OUTBOX.c.status == "pending",
            _OUTBOX.c.unasked,
            _OUTBOX.c.created_at < before,
            _OUTBOX.c.key.startswith(KEY),
        )
        .limit(500)
        .with_for_update(skip_locked=True)
    )
    found = tx.connection.execute(stale).all()
    if found:
        rows = [int(row.key.removeprefix(KEY)) for row in found]
        tx.connection.execute(delete(_OUTBOX).where(_OUTBOX.c.id.in_([row.id for row in found])))
        again = update(_DUE).where(or_(_DUE.c.id.in_(rows), _DUE.c.joined_to.in_(rows)))
        values = {"status": "waiting", "settled_at": None, "joined_to": None, "due_at": now, "reason": "held up"}
        tx.connection.execute(again.values(**values))
    return len(found)


def audience(tx: Transaction, persons: tuple[int, int]) -> list[tuple[int, str, datetime, frozenset[str]]]:
    """Who agreed to reminders and did not say stop: (person, highest role, since when, teams' provinces).

    Of the persons numbered from the first to the second number.
    """
    query = (
        select(col(Person.id), col(Member.role), col(Consent.given_at), col(Team.province))
        .join(Consent, col(Consent.person_id) == col(Person.id))
        .outerjoin(Member, (col(Member.person_id) == col(Person.id)) & col(Member.until).is_(None))
        .outerjoin(Team, col(Team.id) == col(Member.team_id))
        .where(
            col(Person.id).between(*persons),
            col(Consent.purpose) == "remind",
            col(Consent.withdrawn_at).is_(None),
            col(Person.quiet).is_(False),
        )
        .order_by(col(Person.id), col(Consent.given_at))
    )
    found: dict[int, tuple[int, str, datetime, frozenset[str]]] = {}
    rows: Any = tx.connection.execute(query)
    for person, role, since, province in rows:
        _, rank, first, provinces = found.get(person, (person, "resident", since, frozenset()))
        best = role if role and (rank == "resident" or role == "coordinator") else rank
        found[person] = (person, best, first, provinces | ({province} if province else set()))
    return list(found.values())


def last_person(tx: Transaction) -> int:
    """The highest number of a person; 0 where there is none."""
    return tx.connection.execute(select(func.max(col(Person.id)))).scalar() or 0


def members(tx: Transaction) -> list[tuple[int, int, str, datetime]]:
    """(team, person, role, since) of everybody in a team now who did not say stop."""
    query = (
        select(col(Member.team_id), col(Member.person_id), col(Member.role), col(Member.since))
        .join(Person, col(Person.id) == col(Member.person_id))
        .where(col(Member.until).is_(None), col(Person.quiet).is_(False))
        .order_by(col(Member.id))
    )
    found: Any = tx.connection.execute(query)
    return [tuple(row) for row in found]


def mark_of(tx: Transaction, name: str) -> date | None:
    """The day up to which a job has done its work."""
    return tx.connection.execute(select(_MARK.c.day).where(_MARK.c.name == name)).scalar_one_or_none()


def set_mark(tx: Transaction, name: str, day: date) -> None:
    """Note how far a job has come."""
    dialect = postgresql if tx.is_postgres else sqlite
    statement = dialect.insert(_MARK).values(name=name, day=day)
    tx.connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"day": day}))
