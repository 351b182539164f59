"""Days on which a team is left alone: mourning, a storm, the harvest. What falls due is moved behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.errors import N_, KnownError
from bot.core.people import Membership
from bot.models import TeamPause
from bot.services.permissions import Action, require
from bot.storage import audit, people, reminders, subscriptions
from bot.storage.database import Transaction

REASONS = ("mourning", "storm", "harvest", "other")
LONGEST = 60  # days
FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The days first..last."""

    id: int
    team: int
    first: date
    last: date
    reason: str


def begin(
    tx: Transaction, wanted: Pause, *, roles: Sequence[Membership], person: int, today: date, now: datetime
) -> Pause:
    """Leave the team alone on those days. KnownError for days that make no sense."""
    require(roles, Action.PAUSE_TEAM, wanted.team)
    if wanted.last < today or wanted.first > wanted.last or wanted.first > today + FURTHEST:
        raise KnownError(N_("These days are over, or stand the wrong way round. Type for example: 20/11 to 25/11"))
    if (wanted.last - wanted.first).days >= LONGEST:
        raise KnownError(N_("A pause lasts at most {n} days. Type a nearer day."), n=LONGEST)
    if wanted.reason not in REASONS:
        raise KnownError(N_("That button is no longer in use. Please choose again."))
    row = TeamPause(
        team_id=wanted.team,
        first=wanted.first,
        last=wanted.last,
        reason=wanted.reason,
        person_id=person,
        created_at=now,
    )
    number = subscriptions.add_pause(tx, row)
    after = {"first": wanted.first.isoformat(), "last": wanted.last.isoformat(), "reason": wanted.reason}
    audit.note(tx, at=now, person=person, action="pause", subject=("team", wanted.team), before=None, after=after)
    return _pause(row, number)


def of_team(tx: Transaction, team: int, today: date) -> list[Pause]:
    """The pauses of the team that are not over."""
    return [_pause(row, row.id or 0) for row in subscriptions.pauses(tx, team, today)]


def end(tx: Transaction, number: int, *, roles: Sequence[Membership], person: int, now: datetime) -> Pause:
    """The pause is over now; what it was. KnownError when there is none."""
    row = subscriptions.get_pause(tx, number)
    if row is None:
        raise KnownError(N_("This pause is over already."))
    require(roles, Action.PAUSE_TEAM, row.team_id)
    subscriptions.end_pause(tx, number, now)
    reminders.look_again(tx, [member.person_id for member, _ in people.members_of(tx, row.team_id)])
    audit.note(tx, at=now, person=person, action="resume", subject=("team", row.team_id), before=number, after=None)
    return _pause(row, number)


def _pause(row: TeamPause, number: int) -> Pause:
    return Pause(id=number, team=row.team_id, first=row.first, last=row.last, reason=row.reason)
