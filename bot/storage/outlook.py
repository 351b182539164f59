"""Queries about what waits to go out, and what nobody knows the fate of."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, literal_column, select, update
from sqlmodel import col

from bot.models import Contact, Due, Outbox
from bot.storage.database import Transaction

_DUE = Due.metadata.tables["due"]
_OUTBOX = Outbox.metadata.tables["outbox"]
# written out for the partial indexes
_WAITING = _OUTBOX.c.status.in_([literal_column("'pending'"), literal_column("'sending'")])
_UNKNOWN = _OUTBOX.c.status == literal_column("'unknown'")
_AFTER = {"sent": "sent", "again": "pending", "drop": "dropped"}


def waiting(tx: Transaction, until: datetime) -> list[tuple[datetime, str, int, str]]:
    """(when, rule, person, why it was moved) of what falls due until then."""
    query = select(_DUE.c.due_at, _DUE.c.rule, _DUE.c.person_id, _DUE.c.reason).where(
        _DUE.c.status == "waiting", _DUE.c.due_at <= until
    )
    return [tuple(row) for row in tx.connection.execute(query)]


def unasked(tx: Transaction) -> list[tuple[int, datetime, str, str, int, str]]:
    """(number, when, status, rule or kind, person, reason) of messages that wait unasked, or whose fate is unknown."""
    query: Any = (
        select(
            _OUTBOX.c.id,
            _OUTBOX.c.due_at,
            _OUTBOX.c.status,
            func.coalesce(_OUTBOX.c.key, _OUTBOX.c.kind),
            col(Contact.person_id),
            _OUTBOX.c.reason,
        )
        .join(Contact, col(Contact.id) == _OUTBOX.c.contact_id)
        .where(_UNKNOWN | (_WAITING & _OUTBOX.c.unasked))
    )
    rows = tx.connection.execute(query).all()
    rules = _rules(tx, [row[3] for row in rows])
    return [
        (number, at, status, rules.get(key, key), person, reason) for number, at, status, key, person, reason in rows
    ]


def settle(tx: Transaction, number: int, how: str, now: datetime) -> bool:
    """Settle a message whose fate is unknown; False when there is none of that number."""
    values: dict[str, Any] = {"status": _AFTER[how], "reason": "operator", "lease_until": None, "owner": ""}
    if how == "again":
        values |= {"due_at": now, "created_at": now, "attempts": 0}
    if how == "sent":
        values["sent_at"] = now
    changed = update(_OUTBOX).where(_OUTBOX.c.id == number, _OUTBOX.c.status == "unknown")
    return tx.connection.execute(changed.values(**values)).rowcount == 1


def _rules(tx: Transaction, keys: list[str]) -> dict[str, str]:
    """By key of a message, the rule of its due row."""
    numbers = {int(key[4:]): key for key in keys if key.startswith("due:") and key[4:].isdecimal()}
    query = select(_DUE.c.id, _DUE.c.rule).where(_DUE.c.id.in_(list(numbers)))
    return {numbers[number]: rule for number, rule in tx.connection.execute(query)}
