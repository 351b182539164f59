"""Teams: who is in them, where they work, and how one joins."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from bot.core.areas import AreaMap, Name
from bot.core.errors import SetupFault
from bot.core.forms import Place
from bot.core.people import Membership, TeamRole
from bot.core.text import phrase
from bot.models import Invite, JoinRequest
from bot.services import codes, news
from bot.services.news import News
from bot.storage import areas, audit, joining, people
from bot.storage.database import Transaction


def roles(tx: Transaction, person: int) -> tuple[Membership, ...]:
    """The roles the person has now."""
    return people.memberships(tx, person)


def places(tx: Transaction, team: int, on: date | None = None) -> tuple[Place, ...]:
    """Where the team works that day (None: by the newest map), as answers: "Thôn 3", also typed "t3" or just "3".

    A place is found by its old names too, where no other place of the team bears them now.
    """
    day = on or date.max
    return _places(tx, areas.units_of(tx, team, day), day)


def places_of_all(tx: Transaction, on: date) -> dict[int, tuple[Place, ...]]:
    """By team, the same for every team, with few queries however many teams there are."""
    found = areas.units_of_all(tx, on)
    changed = [unit for units in found.values() if any(row[3] for row in units) for unit, *_ in units]
    around = areas.map_around(tx, changed) if changed else None
    return {team: _places(tx, units, on, around) for team, units in found.items()}


def _places(
    tx: Transaction, units: Sequence[tuple[int, str, str, bool]], day: date, around: AreaMap | None = None
) -> tuple[Place, ...]:
    if not any(changed for *_, changed in units):
        return _unchanged(tuple(units))
    around = around or areas.map_around(tx, [unit for unit, *_ in units])
    now = [_place(unit, around.areas[unit].name_on(day)) for unit, *_ in units]
    taken = {phrase(word) for place in now for word in (place.label, *place.words)}
    return tuple(replace(place, words=(*place.words, *_old_words(around, place.id, day, taken))) for place in now)


@lru_cache(maxsize=4096)  # a team's, in every turn of its members
def _unchanged(units: tuple[tuple[int, str, str, bool], ...]) -> tuple[Place, ...]:
    return tuple(_place(unit, Name(kind=kind, name=name)) for unit, kind, name, _ in units)


def place_labels(tx: Transaction, team: int, on: date) -> dict[int, str]:
    """By id, the name of every place the team covers that day, or covered before."""
    old = {unit: f"{kind} {name}".strip() for unit, kind, name in areas.all_units_of(tx, team)}
    return old | {place.id: place.label for place in places(tx, team, on)}


@lru_cache(maxsize=16384)  # the same places in every turn; what they are called is all there is to it
def _place(unit: int, name: Name) -> Place:
    return Place(id=unit, label=name.label, words=(name.name, *_short(name)))


def _short(name: Name) -> tuple[str, str]:
    initials = "".join(word[0] for word in phrase(name.kind).split())
    return f"{initials}{phrase(name.name)}", f"{initials} {name.name}"


def _old_words(around: AreaMap, unit: int, day: date, taken: set[str]) -> tuple[str, ...]:
    """Earlier names; a bare number is none, it would be a number of the list."""
    words = [word for name in around.old_names(unit, day) for word in (name.label, name.name, *_short(name))]
    free = (word for word in words if phrase(word) not in taken and not phrase(word).isdigit())
    return tuple(dict.fromkeys(free))


def invite(
    tx: Transaction,
    *,
    team: str,
    role: TeamRole,
    uses: int,
    days: int,
    now: datetime,
    approve: bool = False,
    person: int | None = None,
) -> str:
    """A new typed code for a role in a team, as people see it: "ABCDE-FGHJK". SetupFault when there is no such team.

    `approve`: who uses it waits for a coordinator's word. `person`: who made it, None for the operator.
    """
    found = areas.find_team(tx, team)
    if found is None or found.id is None:
        known = ", ".join(each.name for each in areas.all_teams(tx)) or "none yet"
        msg = f"There is no team {team!r}. Teams: {known}."
        raise SetupFault(msg)
    code = codes.new()
    tx.session.add(
        Invite(
            code_hash=codes.hashed(tx, code),
            team_id=found.id,
            role=role,
            uses_left=uses,
            expires_at=now + timedelta(days=days),
            created_at=now,
            approve=approve,
            person_id=person,
        )
    )
    tx.session.flush()
    after = {"role": role, "uses": uses, "days": days, "approve": approve}
    audit.note(tx, at=now, person=person, action="invite", subject=("team", found.id), before=None, after=after)
    return codes.shown(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What came of a code."""

    team: int
    name: str
    waiting: bool = False  # a coordinator is asked first


def join(tx: Transaction, *, person: int, code: str, now: datetime, today: date | None = None) -> Joined:
    """Use a code: the team that was joined. KnownError when the code cannot be used; the attempt counts if it is kept.

    A code never lowers a role somebody has already; who is in the team already uses nothing up.
    """
    codes.slow_down(tx, person, now)
    hashes = codes.hashes(tx, code)
    found = people.find_invite(tx, hashes, now)
    mine = {role.team: role.role for role in people.memberships(tx, person)}
    invited = found or joining.any_invite(tx, hashes)
    if invited and mine.get(invited.team_id) in ("coordinator", invited.role):
        return _joined(tx, invited.team_id)
    if found is None:
        raise codes.wrong(tx, person, now)
    if found.approve and joining.waiting_request(tx, found.team_id, person):
        return _joined(tx, found.team_id, waiting=True)
    found.uses_left -= 1
    tx.session.add(found)
    if found.approve:
        return _ask(tx, found, person=person, now=now, today=today or now.date())
    people.add_member(tx, team=found.team_id, person=person, role=found.role, now=now)
    _note(tx, "join", found, person, now)
    return _joined(tx, found.team_id)


def _ask(tx: Transaction, found: Invite, *, person: int, now: datetime, today: date) -> Joined:
    request = joining.keep_request(
        tx, JoinRequest(team_id=found.team_id, person_id=person, role=found.role, asked_at=now)
    )
    _note(tx, "ask to join", found, person, now)
    coordinators = [
        member.person_id for member, _ in people.members_of(tx, found.team_id) if member.role == "coordinator"
    ]
    news.tell(tx, News.JOIN, request.id or 0, coordinators, day=today, now=now)
    return _joined(tx, found.team_id, waiting=True)


def _note(tx: Transaction, action: str, found: Invite, person: int, now: datetime) -> None:
    audit.note(
        tx,
        at=now,
        person=person,
        action=action,
        subject=("team", found.team_id),
        before=None,
        after={"person": person, "role": found.role},
    )


def _joined(tx: Transaction, team: int, *, waiting: bool = False) -> Joined:
    found = areas.get_team(tx, team)
    assert found
    return Joined(team=team, name=found.name, waiting=waiting)
