"""Who is in a team: seen, approved, removed, handed over, left. Every step asks for the role of that moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.errors import N_, KnownError, NotAllowed
from bot.core.people import Membership, TeamRole
from bot.services import news, teams
from bot.services.news import News
from bot.services.permissions import REFUSALS, Action, allowed, require
from bot.storage import areas, audit, joining, people
from bot.storage.database import Transaction

GOOD_DAYS = 7  # of an invitation made in the chat
ANSWERED = N_("This was answered already.")
NOT_A_MEMBER = N_("This person is not in the team any more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A member, or who wants to be one."""

    person: int
    name: str  # empty: none is kept
    role: TeamRole
    request: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to join, as it stands now."""

    team_id: int
    team: str
    person: int
    name: str
    role: TeamRole
    status: str  # "waiting", "approved" or "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does it, with the roles of this moment."""

    person: int
    roles: Sequence[Membership]
    now: datetime
    today: date


def members(tx: Transaction, act: Act, team: int) -> list[Somebody]:
    """Everybody in the team, coordinators first. NotAllowed for who is not in it."""
    require(act.roles, Action.SEE_TEAM, team)
    found = [
        Somebody(person=member.person_id, name=person.name, role=_role(member.role))
        for member, person in people.members_of(tx, team)
    ]
    return sorted(found, key=lambda each: each.role != "coordinator")


def waiting(tx: Transaction, act: Act, team: int) -> list[Somebody]:
    """Everybody who waits for a coordinator's word; empty for who may not give it."""
    if not allowed(act.roles, Action.APPROVE, team):
        return []
    return [
        Somebody(person=request.person_id, name=person.name, role=_role(request.role), request=request.id or 0)
        for request, person in joining.requests_of_team(tx, team)
    ]


def asked(tx: Transaction, person: int) -> list[str]:
    """The teams a person waits to join."""
    found = [areas.get_team(tx, request.team_id) for request in joining.requests_of_person(tx, person)]
    return [team.name for team in found if team]


def invite(tx: Transaction, act: Act, team: int, *, role: TeamRole, uses: int, approve: bool) -> str:
    """A code for the coordinator to pass on, good for GOOD_DAYS."""
    mine = require(act.roles, Action.INVITE, team)
    return teams.invite(
        tx, team=mine.team_code, role=role, uses=uses, days=GOOD_DAYS, now=act.now, approve=approve, person=act.person
    )


def request(tx: Transaction, request: int) -> Request | None:
    """The request as it is now, to be put into words."""
    row = joining.get_request(tx, request)
    team = areas.get_team(tx, row.team_id) if row else None
    person = people.persons(tx, [row.person_id]).get(row.person_id) if row else None
    if row is None or team is None or person is None:
        return None
    return Request(
        team_id=row.team_id,
        team=team.name,
        person=row.person_id,
        name=person.name,
        role=_role(row.role),
        status=row.status,
    )


def pending(tx: Transaction, act: Act, request_id: int) -> Request:
    """A request that this person may answer. KnownError when there is none, or it was answered."""
    row = joining.get_request(tx, request_id)
    require(act.roles, Action.APPROVE, row.team_id if row else 0)
    found = request(tx, request_id)
    if found is None or found.status != "waiting":
        raise KnownError(ANSWERED)
    return found


def settle(tx: Transaction, act: Act, request_id: int, *, approve: bool) -> Request:
    """Say yes or no to who wants to join; they are told. KnownError when somebody has said it before."""
    row = joining.get_request(tx, request_id)
    if row is None:
        raise NotAllowed(REFUSALS[Action.APPROVE])
    _locked(tx, act, Action.APPROVE, row.team_id)
    if row.status != "waiting":
        raise KnownError(ANSWERED)
    row.status, row.settled_at = "approved" if approve else "refused", act.now
    joining.keep_request(tx, row)
    if approve:
        held = {role.team: role.role for role in people.memberships(tx, row.person_id)}
        if held.get(row.team_id) not in ("coordinator", row.role):
            people.add_member(tx, team=row.team_id, person=row.person_id, role=_role(row.role), now=act.now)
    role = row.role if approve else None
    _note(tx, act, "approve" if approve else "refuse", team=row.team_id, person=row.person_id, before=None, after=role)
    news.tell(tx, News.JOINED, request_id, [row.person_id], day=act.today, now=act.now)
    settled = request(tx, request_id)
    assert settled
    return settled


def remove(tx: Transaction, act: Act, team: int, person: int) -> Somebody:
    """Take somebody out of the team, at once. A coordinator leaves by leaving."""
    _locked(tx, act, Action.REMOVE_MEMBER, team)
    if person == act.person:
        raise KnownError(N_("To go yourself, choose “Leave the team”."))
    found = _member(tx, team, person)
    people.end_member(tx, team=team, person=person, now=act.now)
    _note(tx, act, "remove", team=team, person=person, before=found.role, after=None)
    return found


def hand_over(tx: Transaction, act: Act, team: int, person: int) -> Somebody:
    """Make somebody else the coordinator in one's own place; oneself stays as a volunteer."""
    _locked(tx, act, Action.HAND_OVER, team)
    found = _member(tx, team, person)
    if person == act.person:
        raise KnownError(N_("Choose somebody else of the team."))
    if found.role != "coordinator":
        people.add_member(tx, team=team, person=person, role="coordinator", now=act.now)
    people.add_member(tx, team=team, person=act.person, role="volunteer", now=act.now)
    _note(tx, act, "hand over", team=team, person=person, before=found.role, after="coordinator")
    return found


def leave(tx: Transaction, act: Act, team: int) -> str:
    """Leave the team; its name. KnownError for its last coordinator."""
    mine = _locked(tx, act, Action.LEAVE_TEAM, team)
    others = [member for member, _ in people.members_of(tx, team) if member.person_id != act.person]
    if mine.role == "coordinator" and not any(member.role == "coordinator" for member in others):
        raise KnownError(
            N_("You are the last coordinator of {team}. First hand this over to somebody, then you can leave."),
            team=mine.team_name,
        )
    people.end_member(tx, team=team, person=act.person, now=act.now)
    _note(tx, act, "leave", team=team, person=act.person, before=mine.role, after=None)
    return mine.team_name


def _locked(tx: Transaction, act: Act, action: Action, team: int) -> Membership:
    """The role that may do it, asked again once nobody else can change the team: two may do this to each other."""
    require(act.roles, action, team)
    areas.lock_team(tx, team)
    return require(people.memberships(tx, act.person), action, team)


def _role(text: str) -> TeamRole:
    return "coordinator" if text == "coordinator" else "volunteer"


def _member(tx: Transaction, team: int, person: int) -> Somebody:
    for member, each in people.members_of(tx, team):
        if member.person_id == person:
            return Somebody(person=person, name=each.name, role=_role(member.role))
    raise KnownError(NOT_A_MEMBER)


def _note(
    tx: Transaction, act: Act, action: str, *, team: int, person: int, before: str | None, after: str | None
) -> None:
    audit.note(
        tx,
        at=act.now,
        person=act.person,
        action=action,
        subject=("team", team),
        before=before and {"person": person, "role": before},
        after={"person": person, "role": after},
    )
