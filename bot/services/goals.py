"""Goals: so many households or people of a place, shown a skill, until a day; and how far the team is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from bot.core.errors import N_, KnownError
from bot.core.people import Membership
from bot.core.periods import period_of
from bot.models import Goal
from bot.services import teams
from bot.services.permissions import Action, require
from bot.storage import aggregates, areas, audit, goals
from bot.storage.database import Transaction

Measure = Literal["households", "people"]
LARGEST = 9_999_999
MOST = 40  # goals of a team at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A goal as it is being set."""

    unit: int | None = None  # None: the whole team
    skill: str = ""  # a choice of the form's "skills"; empty: any
    measure: Measure = "households"
    target: int = 0
    first: date | None = None  # None: the first day of this quarter
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A goal and how far it is."""

    id: int
    team: int
    place: str  # "Thôn 3"; empty: the whole team
    unit: int | None
    skill: str
    measure: Measure
    target: int
    first: date
    last: date
    done: int
    households: int | None  # that live there, where this is known

    @property
    def share(self) -> float:
        """How much of it is done; may be more than one."""
        return self.done / self.target


def households(tx: Transaction, role: Membership, unit: int | None) -> int | None:
    """How many households live in a place of the team, or in all of them; None when that is not known."""
    known = aggregates.households_of(tx, [unit] if unit else [place.id for place in teams.places(tx, role.team)])
    return sum(known.values()) or None


def set_goal(
    tx: Transaction, wish: Wish, *, roles: Sequence[Membership], team: int, person: int, today: date, now: datetime
) -> Progress:
    """Keep the goal, in the place of one for the same place, skill and day. KnownError when it makes no sense."""
    role = require(roles, Action.SET_GOALS, team)
    first = wish.first or period_of("quarter", today).first
    if wish.last is None or wish.last < today:
        raise KnownError(N_("The last day of a goal must still come. Type a day, for example: 31/12"))
    if first > wish.last:
        raise KnownError(N_("The first day of a goal comes before its last day. Type both again."))
    if not 1 <= wish.target <= LARGEST:
        raise KnownError(N_("A goal is a number from 1 on. Type it in digits, for example: 120"))
    if wish.unit is not None and wish.unit not in {place.id for place in teams.places(tx, team)}:
        raise KnownError(N_("This place is not covered by your team. Choose another one."))
    if len(goals.of_team(tx, team, today)) >= MOST:
        raise KnownError(N_("There are {n} goals already. Remove one first."), n=MOST)
    goal = Goal(
        team_id=team,
        unit_id=wish.unit,
        skill=wish.skill,
        measure=wish.measure,
        target=wish.target,
        first=first,
        last=wish.last,
        created_at=now,
    )
    old = goals.twin(tx, goal)
    before = old.target if old else None
    if old:
        old.target, old.first = goal.target, goal.first
    kept = goals.keep(tx, old or goal)
    audit.note(
        tx, at=now, person=person, action="set", subject=("goal", kept.id or 0), before=before, after=goal.target
    )
    return next(each for each in of_team(tx, role.team, today) if each.id == kept.id)


def remove(
    tx: Transaction, goal_id: int, *, roles: Sequence[Membership], person: int, today: date, now: datetime
) -> Progress:
    """Take the goal away; what it was."""
    goal = goals.get(tx, goal_id)
    if goal is None:
        raise KnownError(N_("This goal is not there any more."))
    require(roles, Action.SET_GOALS, goal.team_id)
    was = _progress(tx, goal.team_id, [goal], today)[0]
    goal.removed_at = now
    goals.keep(tx, goal)
    audit.note(tx, at=now, person=person, action="remove", subject=("goal", goal_id), before=goal.target, after=None)
    return was


def open_goal(tx: Transaction, goal_id: int, *, roles: Sequence[Membership], today: date) -> Progress:
    """The goal, if this person may change it."""
    goal = goals.get(tx, goal_id)
    if goal is None:
        raise KnownError(N_("This goal is not there any more."))
    require(roles, Action.SET_GOALS, goal.team_id)
    return _progress(tx, goal.team_id, [goal], today)[0]


def listed(tx: Transaction, role: Membership, today: date) -> list[Progress]:
    """The goals that run, for who coordinates the team."""
    return of_team(tx, role.team, today)


def of_team(tx: Transaction, team: int, today: date, until: date | None = None) -> list[Progress]:
    """The goals that run on `today`, counting reports about days up to `until`."""
    return _progress(tx, team, goals.of_team(tx, team, today), until or today)


def follow(tx: Transaction, old: Sequence[int], new: int, *, day: date, now: datetime) -> int:
    """Places merged on that day: their goals that still run become goals of the new place; how many it then has.

    Goals for the same skill, measure and last day become one, their numbers added up.
    """
    moved: dict[tuple[int, str, str, date], Goal] = {}
    for goal in goals.of_units(tx, old, day):
        key = (goal.team_id, goal.skill, goal.measure, goal.last)
        goal.removed_at = now
        goals.keep(tx, goal)
        audit.note(
            tx, at=now, person=None, action="remove", subject=("goal", goal.id or 0), before=goal.target, after=None
        )
        same = moved.get(key)
        if same is None:
            moved[key] = Goal(
                team_id=goal.team_id,
                unit_id=new,
                skill=goal.skill,
                measure=goal.measure,
                target=goal.target,
                first=goal.first,
                last=goal.last,
                created_at=now,
            )
        else:
            same.target, same.first = min(same.target + goal.target, LARGEST), min(same.first, goal.first)
    for goal in moved.values():
        kept = goals.keep(tx, goal)
        audit.note(
            tx, at=now, person=None, action="set", subject=("goal", kept.id or 0), before=None, after=goal.target
        )
    return len(moved)


def _progress(tx: Transaction, team: int, rows: Sequence[Goal], until: date) -> list[Progress]:
    if not rows:
        return []
    covered = [place.id for place in teams.places(tx, team)]
    units = sorted({row.unit_id for row in rows if row.unit_id is not None})
    parts = _parts(tx, units)
    labels = aggregates.unit_labels(tx, units)
    known = aggregates.households_of(tx, sorted({*units, *covered}))
    everything = sum(known[unit] for unit in covered if unit in known) or None
    filed = goals.counts(tx, team, min(row.first for row in rows), min(until, max(row.last for row in rows)))
    return [
        Progress(
            id=row.id or 0,
            team=row.team_id,
            place=labels.get(row.unit_id, "") if row.unit_id else "",
            unit=row.unit_id,
            skill=row.skill,
            measure="people" if row.measure == "people" else "households",
            target=row.target,
            first=row.first,
            last=row.last,
            done=sum(
                _counted(row, homes, persons, answers)
                for day, unit, homes, persons, answers in filed
                if row.first <= day <= row.last and (row.unit_id is None or unit in parts[row.unit_id])
            ),
            households=known.get(row.unit_id) if row.unit_id else everything,
        )
        for row in rows
    ]


def _parts(tx: Transaction, units: Sequence[int]) -> dict[int, set[int]]:
    """By unit of a goal, the units whose reports count for it: on a map on which it is, they are that unit.

    A place that was merged into it, or, where a split came later, the parts it became.
    """
    around = areas.map_around(tx, units)
    found: dict[int, set[int]] = {}
    for unit in units:
        end = around.areas[unit].end
        day = end - timedelta(days=1) if end else date.max
        found[unit] = {each for each in around.areas if around.home(each, day) == unit}
    return found


def _counted(goal: Goal, homes: int, persons: int, answers: Mapping[str, Any]) -> int:
    """What one report adds. A skill's own count goes before all people; blank is not zero, but adds nothing."""
    skills = answers.get("skills") or {}
    if goal.skill and goal.skill not in skills:
        return 0
    if goal.measure == "households":
        return homes
    if not goal.skill or (skills[goal.skill] is None and len(skills) == 1):
        return persons
    return skills[goal.skill] or 0
