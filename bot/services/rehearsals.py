"""A copy of what jobs write to, thrown away afterwards; and what they wrote there, as lines for the operator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.storage import rehearsals
from bot.storage.database import Database, Transaction

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that would happen. Persons are numbers and roles, never names."""

    at: datetime  # local
    to: str
    channel: str
    rule: str
    status: str  # "sent", "joined" (in the message of that moment), "moved", "skipped"
    reason: str
    text: str

    def as_dict(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "to": self.to,
            "channel": self.channel,
            "rule": self.rule,
            "status": self.status,
            "reason": self.reason,
            "text": self.text,
        }


def on_a_copy(database: Database, work: Callable[[Transaction], T]) -> T:
    """The work's result, on temporary tables that shadow the real ones in one transaction, which is undone."""
    return rehearsals.on_a_copy(database, work)


def next_moment(tx: Transaction, after: datetime) -> datetime | None:
    """When the next thing falls due after that moment."""
    return rehearsals.next_moment(tx, after)


def send(tx: Transaction, now: datetime) -> None:
    """What waits in the outbox has left."""
    rehearsals.send(tx, now)


def lines(tx: Transaction, since: datetime, zone: ZoneInfo, team: int | None = None) -> list[Line]:
    """Everything that was settled or moved from that moment on, in order."""
    roles = rehearsals.roles(tx)
    found = [_line(row, roles, zone) for row in rehearsals.outcomes(tx, since) if team is None or team in row["teams"]]
    return sorted(found, key=lambda line: (line.at, line.to, line.rule))


def _line(row: Mapping[str, Any], roles: Mapping[int, str], zone: ZoneInfo) -> Line:
    return Line(
        at=row["at"].astimezone(zone),
        to=f"{row['person']} ({roles.get(row['person'], 'resident')})",
        channel=row["channel"],
        rule=row["rule"],
        status=row["status"],
        reason=row["reason"],
        text=row["text"],
    )
