"""What is waiting to go out, and what nobody knows the fate of: for the operator, who can settle the latter."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.core.errors import SetupFault
from bot.storage import areas, audit, outlook
from bot.storage.database import Transaction

Settled = Literal["sent", "again", "drop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that waits, or one message that may or may not have arrived."""

    at: datetime
    state: str  # "waiting", "pending", "sending", "unknown"
    rule: str
    person: int
    reason: str
    number: int = 0  # of a message, to settle it by


def listed(tx: Transaction, *, now: datetime, days: int) -> list[Row]:
    """What falls due within so many days, what waits in the outbox unasked, and what is unsure, the earliest first."""
    found = [
        Row(at=at, state="waiting", rule=rule, person=person, reason=reason)
        for at, rule, person, reason in outlook.waiting(tx, now + timedelta(days=days))
    ]
    found += [
        Row(at=at, state=status, rule=rule, person=person, reason=reason, number=number)
        for number, at, status, rule, person, reason in outlook.unasked(tx)
    ]
    return sorted(found, key=lambda row: (row.at, row.rule, row.person))


def settle(tx: Transaction, number: int, how: Settled, *, now: datetime) -> None:
    """Note that a message whose fate nobody knows was sent, is to go again, or is given up.

    SetupFault when there is none such.
    """
    if not outlook.settle(tx, number, how, now):
        msg = f"Message {number} is not one whose fate is unknown. See 'tungngo due'."
        raise SetupFault(msg)
    audit.note(tx, at=now, person=None, action=how, subject=("outbox", number), before="unknown", after=how)


def team_named(tx: Transaction, name: str) -> int:
    """The team of that name or code. SetupFault naming those there are."""
    known = areas.all_teams(tx)
    found = next((team for team in known if name in (team.name, team.code)), None)
    if found is None:
        names = ", ".join(team.name for team in known) or "none yet"
        msg = f"There is no team {name!r}. Teams: {names}."
        raise SetupFault(msg)
    return found.id or 0
