"""One message to many: who it is for, confirmed, stopped, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.days import week_of
from bot.core.errors import N_, KnownError
from bot.core.people import Membership
from bot.core.quiet import next_decent
from bot.models import Broadcast
from bot.services.permissions import Action, allowed, require
from bot.storage import broadcasts, people
from bot.storage.database import Transaction

TEXT_LIMIT = 1200  # UTF-16 code units: with its signature one message on every channel
PER_DAY = 3  # a team's broadcasts on one local day
AHEAD = timedelta(days=31)
WORKED = timedelta(days=28)  # who reported from a unit in so many days works there
SEGMENTS = ("all", "volunteer", "coordinator", "silent", "reported")  # and "unit:<id>"
LIMIT_REACHED = N_("The team has {limit} messages to many on that day already, which is the most. Choose another day.")
NOBODY = N_("Nobody in this group can be reached now. Choose another group.")
NOT_YOURS = N_("This message is not one of your team's.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is about to be sent."""

    team: int
    segment: str
    text: str
    at: datetime  # when the coordinator wants it


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who a segment is at this moment."""

    persons: tuple[int, ...]
    reached: int  # of them get the message, one each
    quiet: int  # said stop
    unreachable: int
    outlets: Mapping[tuple[str, str], int]  # by channel and bot, how many messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How far a broadcast has come."""

    id: int
    team: int
    segment: str
    text: str
    due_at: datetime
    status: str  # "planned", "sending", "done", "stopped"
    reason: str
    fates: Mapping[str, int]  # see bot.storage.broadcasts.fates


def audience(tx: Transaction, draft: Draft, *, sender: int, roles: Sequence[Membership], today: date) -> Audience:
    """Who the draft is for, but for whoever sends it. NotAllowed unless they coordinate the team."""
    require(roles, Action.BROADCAST, draft.team)
    found = _segment(tx, draft.team, draft.segment, today)
    found.pop(sender, None)
    loud = [person for person, quiet in found.items() if not quiet]
    contacts = people.preferred_contacts(tx, loud)
    return Audience(
        persons=tuple(sorted(found)),
        reached=len(contacts),
        quiet=len(found) - len(loud),
        unreachable=len(loud) - len(contacts),
        outlets=broadcasts.outlets(tx, list(contacts.values())),
    )


def _segment(tx: Transaction, team: int, segment: str, today: date) -> dict[int, bool]:
    """By person, whether they said stop. Residents are in no team: nobody knows which of them live where."""
    members = people.members_of(tx, team)
    everybody = {person.id or 0: person.quiet for _, person in members}
    role_of = {member.person_id: member.role for member, _ in members}
    monday, sunday = week_of(today)
    if segment in ("volunteer", "coordinator"):
        return {person: quiet for person, quiet in everybody.items() if role_of[person] == segment}
    if segment == "reported":
        wanted = broadcasts.reporters(tx, team, monday, sunday)
    elif segment == "silent":
        volunteers = {person for person, role in role_of.items() if role == "volunteer"}
        wanted = volunteers - broadcasts.reporters(tx, team, monday, sunday)
    elif segment.startswith("unit:"):
        wanted = broadcasts.reporters(tx, team, today - WORKED, today, unit=int(segment.partition(":")[2]))
    else:
        wanted = set(everybody)
    return {person: quiet for person, quiet in everybody.items() if person in wanted}


def send_at(wanted: datetime, now: datetime, zone: ZoneInfo) -> datetime:
    """When a message wanted for that moment goes out: not before now, never at night."""
    return next_decent(max(wanted, now), zone)


def confirm(
    tx: Transaction, draft: Draft, *, roles: Sequence[Membership], person: int, now: datetime, zone: ZoneInfo
) -> tuple[Result, Audience]:
    """Fix everybody it is for; from then on it goes out by itself. KnownError when it may not."""
    broadcasts.lock_team(tx, draft.team)
    found = audience(tx, draft, sender=person, roles=roles, today=now.astimezone(zone).date())
    if not found.reached:
        raise KnownError(NOBODY)
    due_at = send_at(draft.at, now, zone)
    check_limit(tx, draft.team, due_at, zone)
    row = Broadcast(
        team_id=draft.team, person_id=person, segment=draft.segment, text=draft.text, due_at=due_at, created_at=now
    )
    number = broadcasts.add(tx, row, found.persons)
    after = {"segment": draft.segment, "people": len(found.persons), "due_at": due_at.isoformat()}
    broadcasts.note(tx, at=now, person=person, action="confirm", broadcast=number, after=after)
    return _result(tx, row, now), found


def check_limit(tx: Transaction, team: int, due_at: datetime, zone: ZoneInfo) -> None:
    """KnownError when the team has sent its share on that day."""
    first = datetime.combine(due_at.astimezone(zone).date(), time(), tzinfo=zone)
    if broadcasts.count_of_day(tx, team, first, first + timedelta(days=1)) >= PER_DAY:
        raise KnownError(LIMIT_REACHED, limit=PER_DAY)


def stop(tx: Transaction, number: int, *, roles: Sequence[Membership], person: int, now: datetime) -> Result:
    """Send no more of it; what is being sent at this moment arrives. KnownError for another team's."""
    row = broadcasts.get(tx, number)
    if row is None or not allowed(roles, Action.BROADCAST, row.team_id):
        raise KnownError(NOT_YOURS)
    if _result(tx, row, now).status in ("planned", "sending"):
        end(tx, row, status="stopped", reason="asked", person=person, now=now)
        broadcasts.drop_waiting(tx, number)
    return _result(tx, row, now)


def end(tx: Transaction, row: Broadcast, *, status: str, reason: str, person: int | None, now: datetime) -> None:
    """Nobody more is handed over; by somebody, or by itself (None)."""
    row.status, row.reason, row.ended_at = status, reason, now
    tx.session.add(row)
    tx.session.flush()
    broadcasts.note(tx, at=now, person=person, action=status, broadcast=row.id or 0, after={"reason": reason})


def recent(tx: Transaction, roles: Sequence[Membership], now: datetime, limit: int = 3) -> list[Result]:
    """The newest broadcasts of the teams the person coordinates. NotAllowed when there are none."""
    require(roles, Action.BROADCAST)
    teams = [role.team for role in roles if allowed([role], Action.BROADCAST)]
    return [_result(tx, row, now) for row in broadcasts.recent(tx, teams, limit)]


def _result(tx: Transaction, row: Broadcast, now: datetime) -> Result:
    found = broadcasts.fates(tx, row.id or 0)
    status = row.status
    if status == "waiting":
        status = "sending" if row.due_at <= now else "planned"
    elif status == "done" and (found.get("underway") or found.get("held")):
        status = "sending"
    return Result(
        id=row.id or 0,
        team=row.team_id,
        segment=row.segment,
        text=row.text,
        due_at=row.due_at,
        status=status,
        reason=row.reason,
        fates=found,
    )
