"""Visits somebody waits for, a resident or a report: the first volunteer to take one has it.

A resident's name is shown to nobody but who took the visit. Neither phone nor address is asked for: the team calls on
the hamlet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.errors import N_, KnownError
from bot.core.forms import Place
from bot.core.free_text import kept
from bot.core.people import Membership
from bot.models import FollowUp, Report
from bot.services import consents, news, teams
from bot.services.news import News
from bot.services.permissions import Action, allowed, require
from bot.services.visit_views import Visit, views
from bot.storage import areas, followups, reports
from bot.storage.database import Transaction

WISHES = ("morning", "afternoon", "weekend", "any")
PATIENCE = timedelta(days=7)  # from the wish to the day it should have been done
NOTE_LIMIT = 300
HELD = 5  # visits of others that a coordinator is shown
GONE = N_("This visit is no longer there, or somebody else has it.")
FASTER = N_("Somebody else was faster and has this visit. Thank you!")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a resident asks for."""

    unit: int
    skill: str
    wish: str = "any"
    note: str = ""


def places(tx: Transaction, today: date) -> tuple[Place, ...]:
    """Every place that some team covers, as answers; with its commune where there are several."""
    everywhere = areas.briefly(tx)
    several = len({team.commune for team in everywhere}) > 1
    there = teams.places_of_all(tx, today)
    found: dict[int, Place] = {}
    for team in everywhere:
        for place in there.get(team.id, ()):
            label = f"{place.label}, {team.commune}" if several else place.label
            found.setdefault(place.id, Place(place.id, label, (place.label, *place.words)))
    return tuple(found.values())


def ask(tx: Transaction, wish: Wish, *, skills: Iterable[str], person: int, now: datetime, today: date) -> int:
    """Ask for a visit: its number. ConsentNeeded, or KnownError when it is asked for already or nobody covers it."""
    consents.require(tx, person, "learn")
    if wish.unit not in {place.id for place in places(tx, today)} or wish.skill not in set(skills):
        raise KnownError(N_("That button is no longer in use. Please choose again."))
    visit = followups.add(
        tx,
        {
            "unit_id": wish.unit,
            "skills": [wish.skill],
            "wish": wish.wish if wish.wish in WISHES else "any",
            "note": kept(wish.note, NOTE_LIMIT),
            "person_id": person,
            "due_on": today + PATIENCE,
            "created_at": now,
            "changed_at": now,
        },
    )
    if visit is None:
        raise KnownError(N_("You have asked for this already, and it is not forgotten. Type “help me” to see it."))
    _opened(tx, visit, wish.unit, person=person, skip=person, due_on=today + PATIENCE, now=now)
    return visit


def follow_report(tx: Transaction, report: Report, *, person: int, now: datetime) -> int:
    """After a report was filed, changed, withdrawn or restored: the number of the visit it asks for, or 0."""
    wanted = report.status == "filed" and report.result == "again"
    known = followups.of_report(tx, report.id or 0) if followups.is_followed(tx, report.id or 0) else None
    if known is None:
        return _open_for(tx, report, person=person, now=now) if wanted else 0
    visit = known.id or 0
    if wanted and known.status == "cancelled":
        followups.move(tx, visit, expected=["cancelled"], status="open", taker_id=None, changed_at=now)
        _note(tx, "open", visit, person=person, now=now, before="cancelled", after="open")
    elif not wanted and known.status in followups.ACTIVE:
        _cancel(tx, known, person=person, now=now)
    return visit if wanted and known.status != "done" else 0


def take(tx: Transaction, visit: int, *, roles: Sequence[Membership], person: int, now: datetime) -> Visit:
    """Take a visit: the first to do so has it. KnownError when somebody was faster, NotAllowed for other teams."""
    row = _reachable(tx, visit, roles)
    if row.taker_id == person and row.status == "taken":
        return views(tx, [row], person=person)[0]
    turn = row.turns + 1
    if not followups.move(tx, visit, expected=["open"], status="taken", taker_id=person, turns=turn, changed_at=now):
        raise KnownError(FASTER)
    _note(tx, "take", visit, person=person, now=now, before="open", after="taken")
    if row.person_id:
        news.tell(tx, News.TAKEN, visit, [row.person_id], day=row.due_on, turn=turn, now=now)
    return one(tx, visit, roles=roles, person=person)


def hand_back(tx: Transaction, visit: int, *, roles: Sequence[Membership], person: int, now: datetime) -> None:
    """Let others have it again. Who took it may, and the coordinator of a team there."""
    row = _held(tx, visit, roles=roles, person=person)
    followups.move(tx, visit, expected=["taken"], status="open", taker_id=None, changed_at=now)
    _note(tx, "hand back", visit, person=person, now=now, before="taken", after="open")
    if row.person_id:
        news.tell(tx, News.GIVEN_BACK, visit, [row.person_id], day=row.due_on, turn=row.turns, now=now)


def finish(tx: Transaction, visit: int, *, roles: Sequence[Membership], person: int, now: datetime) -> None:
    """It was done. Who took it may say so, and the coordinator of a team there."""
    row = _held(tx, visit, roles=roles, person=person)
    followups.move(tx, visit, expected=["taken"], status="done", changed_at=now)
    _note(tx, "done", visit, person=person, now=now, before="taken", after="done")
    if row.person_id:
        news.tell(tx, News.DONE, visit, [row.person_id], day=row.due_on, turn=row.turns, now=now)


def link(tx: Transaction, visit: int, report: int, *, person: int, now: datetime) -> None:
    """Name the report that tells of a visit which is done; both by the same person."""
    row, told = followups.get(tx, visit), reports.get(tx, report)
    if row is None or told is None or row.taker_id != person or told.person_id != person or row.status != "done":
        raise KnownError(GONE)
    followups.move(tx, visit, expected=["done"], done_report_id=report, changed_at=now)
    _note(tx, "link", visit, person=person, now=now, before=row.done_report_id, after=report)


def cancel(tx: Transaction, visit: int, *, person: int, now: datetime) -> None:
    """The resident does not need it any more; who took it is told."""
    row = followups.get(tx, visit)
    if row is None or row.person_id != person or row.status not in followups.ACTIVE:
        raise KnownError(GONE)
    _cancel(tx, row, person=person, now=now)


def one(tx: Transaction, visit: int, *, roles: Sequence[Membership], person: int) -> Visit:
    """A visit that a member of a team there may see."""
    return views(tx, [_reachable(tx, visit, roles)], person=person)[0]


def of_resident(tx: Transaction, visit: int, person: int) -> Visit | None:
    """A visit as who asked for it sees it, whatever became of it; None for everybody else."""
    row = followups.get(tx, visit)
    return views(tx, [row], person=person)[0] if row and row.person_id == person else None


def of_taker(tx: Transaction, visit: int, person: int) -> Visit | None:
    """A visit as who took it last sees it, whatever became of it; None for everybody else."""
    row = followups.get(tx, visit)
    return views(tx, [row], person=person)[0] if row and row.taker_id == person else None


def asked_for(tx: Transaction, person: int) -> list[Visit]:
    """What a resident still waits for."""
    return views(tx, followups.wanted_by(tx, person), person=person)


def taken(tx: Transaction, *, roles: Sequence[Membership], person: int) -> list[Visit]:
    """What a volunteer has taken, the most urgent first."""
    require(roles, Action.TAKE_VISIT)
    return views(tx, followups.taken_by(tx, person), person=person)


def near(tx: Transaction, *, roles: Sequence[Membership], person: int, offset: int, limit: int) -> list[Visit]:
    """What nobody has taken yet where this person's teams work, the most urgent first."""
    require(roles, Action.TAKE_VISIT)
    covered = [role.team for role in roles]
    rows = followups.of_teams(tx, covered, status=["open"], limit=limit, offset=offset)
    return views(tx, rows, person=person)


def held_by_others(tx: Transaction, *, roles: Sequence[Membership], person: int) -> list[Visit]:
    """What others have taken where this person coordinates, the most urgent first. NotAllowed for everybody else."""
    require(roles, Action.RUN_VISITS)
    run = [role.team for role in roles if allowed([role], Action.RUN_VISITS)]
    rows = [row for row in followups.of_teams(tx, run, status=["taken"]) if row.taker_id != person]
    return views(tx, rows[:HELD], person=person)


def open_for_team(tx: Transaction, team: int) -> list[Visit]:
    """Everything open or taken where a team works, the most urgent first: for its summary; no resident is named."""
    return views(tx, followups.of_teams(tx, [team]), person=0)


def tell_of_late(tx: Transaction, *, now: datetime, today: date) -> int:
    """Tell coordinators of visits whose day has passed, each visit once; how many there were."""
    told: dict[int, set[int]] = {}
    marked = []
    for row in followups.late(tx, today):
        for person, role, team, _ in followups.members_covering(tx, row.unit_id):
            if role == "coordinator":
                told.setdefault(team, set()).add(person)
                marked.append(row.id or 0)
    for team, persons in told.items():
        news.tell(tx, News.LATE, team, sorted(persons), day=today, now=now)
    followups.mark_late(tx, marked, now)
    return len(set(marked))


def found_late(tx: Transaction, team: int, *, since: datetime, until: datetime) -> list[Visit]:
    """What was found late between the two moments and is still to be done, where a team works."""
    return views(tx, followups.told_late_on(tx, team, since, until), person=0)


def _open_for(tx: Transaction, report: Report, *, person: int, now: datetime) -> int:
    skills = list(report.answers.get("skills") or {})
    due_on = max(report.day, report.received_at.date()) + PATIENCE
    values = {"unit_id": report.unit_id, "skills": skills, "report_id": report.id, "due_on": due_on}
    visit = followups.add(tx, {**values, "created_at": now, "changed_at": now})
    if visit is None:
        return 0
    _opened(tx, visit, report.unit_id, person=person, skip=report.person_id, due_on=due_on, now=now)
    return visit


def _opened(tx: Transaction, visit: int, unit: int, *, person: int, skip: int, due_on: date, now: datetime) -> None:
    _note(tx, "open", visit, person=person, now=now, before=None, after="open")
    volunteers = [each for each, role, *_ in followups.members_covering(tx, unit) if role == "volunteer"]
    everybody = volunteers or [each for each, *_ in followups.members_covering(tx, unit)]
    news.tell(tx, News.WANTED, visit, [each for each in everybody if each != skip], day=due_on, now=now)


def _cancel(tx: Transaction, row: FollowUp, *, person: int, now: datetime) -> None:
    visit, before, taker = row.id or 0, row.status, row.taker_id
    followups.move(tx, visit, expected=followups.ACTIVE, status="cancelled", changed_at=now)
    _note(tx, "cancel", visit, person=person, now=now, before=before, after="cancelled")
    if before == "taken" and taker and taker != person:
        news.tell(tx, News.DROPPED, visit, [taker], day=row.due_on, turn=row.turns, now=now)


def _reachable(tx: Transaction, visit: int, roles: Sequence[Membership]) -> FollowUp:
    """The visit, if it is in a place of a team of this person: NotAllowed without a team, KnownError elsewhere."""
    require(roles, Action.TAKE_VISIT)
    row = followups.get(tx, visit)
    here = {team for *_, team, _ in followups.members_covering(tx, row.unit_id)} if row else set()
    if row is None or not any(allowed(roles, Action.TAKE_VISIT, team) for team in here):
        raise KnownError(GONE)
    return row


def _held(tx: Transaction, visit: int, *, roles: Sequence[Membership], person: int) -> FollowUp:
    row = _reachable(tx, visit, roles)
    here = {team for *_, team, _ in followups.members_covering(tx, row.unit_id)}
    coordinates = any(allowed(roles, Action.RUN_VISITS, team) for team in here)
    if row.status != "taken" or (row.taker_id != person and not coordinates):
        raise KnownError(GONE)
    return row


def _note(tx: Transaction, action: str, visit: int, *, person: int, now: datetime, before: Any, after: Any) -> None:
    followups.note(tx, at=now, person=person, action=action, subject=("visit", visit), before=before, after=after)
