"""Two persons who are one human being become one person. The rules: docs/decisions/0026, bot/storage/merging.py."""

from dataclasses import dataclass, field
from datetime import date, datetime

import orjson

from bot.core.conversation import State
from bot.core.errors import N_, KnownError
from bot.core.one_conversation import united
from bot.models import Consent, FollowUp, JoinRequest, Person
from bot.services import consents, followups, news
from bot.services.news import News
from bot.storage import areas, audit, joining, merging, people
from bot.storage import followups as visits
from bot.storage.database import Transaction
from bot.storage.merging import Two


@dataclass(frozen=True, slots=True, kw_only=True)
class United:
    """The one person, as the conversation goes on."""

    person: int
    name: str
    locale: str
    address: str
    quiet: bool
    state: State
    asked: tuple[str, ...] = ()  # teams whose coordinator has to say yes before this person coordinates there again


@dataclass(frozen=True, slots=True, kw_only=True)
class _Twice:
    """A team in which the two hold different roles."""

    team: int
    name: str
    leader: int  # which of them coordinates it
    others: list[int] = field(default_factory=list)  # who coordinates it too


def unite(tx: Transaction, mine: int, other: int, state: State, *, now: datetime, today: date) -> United:
    """Make `mine`, who is speaking, and `other` one person: who was known first. `state` is the open conversation.

    KnownError, and nothing is changed, when a team would be left without a coordinator or one of them is no more.
    """
    for person in (mine, other):
        consents.refuse_restricted(tx, person)
    states = merging.lock(tx, mine, other)
    if len(states) != len({mine, other}):
        raise KnownError(N_("Something has just changed there. Please ask for a new code."))
    two = Two(kept=min(mine, other), gone=max(mine, other))
    found = people.persons(tx, [two.kept, two.gone])
    twice = _twice(tx, two)
    for team in twice:
        _lower(tx, team, two, now=now, today=today)
    _stricter(tx, two, now)
    _one_wish(tx, two, now)
    one = _person(tx, found[two.kept], found[two.gone])
    merging.merge(tx, two)
    _note(tx, two, now)
    return United(
        person=two.kept,
        name=one.name,
        locale=one.locale,
        address=one.address,
        quiet=one.quiet,
        state=united(state, State.from_json(orjson.loads(states[other]))),
        asked=tuple(team.name for team in twice),
    )


def _twice(tx: Transaction, two: Two) -> list[_Twice]:
    """Where both have a role, and not the same. KnownError for a team that nobody else coordinates."""
    mine = {role.team: role for role in people.memberships(tx, two.kept)}
    found = []
    for role in people.memberships(tx, two.gone):
        held = mine.get(role.team)
        if held is None or held.role == role.role:
            continue
        areas.lock_team(tx, role.team)
        leader = two.kept if held.role == "coordinator" else two.gone
        others = [
            member.person_id
            for member, _ in people.members_of(tx, role.team)
            if member.role == "coordinator" and member.person_id != leader
        ]
        if not others:
            raise KnownError(
                N_(
                    "In one chat you are the last coordinator of {team}, in the other a volunteer there. Leave {team} "
                    "where you are a volunteer, or hand it over to somebody, then link again."
                ),
                team=role.team_name,
            )
        found.append(_Twice(team=role.team, name=role.team_name, leader=leader, others=others))
    return found


def _lower(tx: Transaction, team: _Twice, two: Two, *, now: datetime, today: date) -> None:
    """The lower role stays; the higher one is asked for again, of who else coordinates the team."""
    people.end_member(tx, team=team.team, person=team.leader, now=now)
    waiting = [joining.waiting_request(tx, team.team, person) for person in (two.kept, two.gone)]
    request = next((each for each in waiting if each), None) or JoinRequest(
        team_id=team.team, person_id=two.kept, role="coordinator", asked_at=now
    )
    request.role = "coordinator"
    number = joining.keep_request(tx, request).id or 0
    audit.note(
        tx,
        at=now,
        person=two.kept,
        action="link",
        subject=("team", team.team),
        before={"person": team.leader, "role": "coordinator"},
        after={"person": two.kept, "role": "volunteer"},
    )
    news.tell(tx, News.JOIN, number, team.others, day=today, now=now)


def _stricter(tx: Transaction, two: Two, now: datetime) -> None:
    """What one withdrew after the other had given it is withdrawn. Without the first purpose there is none."""
    given = [*people.all_consents(tx, two.kept), *people.all_consents(tx, two.gone)]
    lost = {purpose for purpose in {each.purpose for each in given} if _is_lost(given, purpose)}
    for purpose in {None} if "learn" in lost else lost:
        for person in (two.kept, two.gone):
            people.end_consents(tx, person, purpose, now)


def _is_lost(given: list[Consent], purpose: str) -> bool:
    alike = [each for each in given if each.purpose == purpose]
    withdrawn = [each.withdrawn_at for each in alike if each.withdrawn_at]
    return any(each.withdrawn_at is None and withdrawn and each.given_at <= max(withdrawn) for each in alike)


def _one_wish(tx: Transaction, two: Two, now: datetime) -> None:
    """Of two wishes for the same visit the one that somebody has taken stays, else the older one."""
    mine = visits.wanted_by(tx, two.kept)
    for theirs in visits.wanted_by(tx, two.gone):
        same = [each for each in mine if each.skills == theirs.skills]
        if same:
            extra = min((same[0], theirs), key=_wanted)
            followups.cancel(tx, extra.id or 0, person=extra.person_id or 0, now=now)


def _wanted(visit: FollowUp) -> tuple[bool, int]:
    return visit.status == "taken", -(visit.id or 0)


def _person(tx: Transaction, kept: Person, gone: Person) -> Person:
    """What both chose: silence if either wants it; the name only while it may be kept."""
    learns = any(each.purpose == "learn" for who in (kept, gone) for each in people.consents(tx, who.id or 0))
    kept.name = (kept.name or gone.name) if learns else ""
    kept.address = kept.address or gone.address
    kept.quiet = kept.quiet or gone.quiet
    people.change_person(tx, kept.id or 0, name=kept.name, address=kept.address, quiet=kept.quiet)
    return kept


def _note(tx: Transaction, two: Two, now: datetime) -> None:
    audit.note(
        tx,
        at=now,
        person=two.kept,
        action="link",
        subject=("person", two.kept),
        before={"person": two.gone},
        after={"person": two.kept},
    )
