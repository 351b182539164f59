"""Setting a goal step by step or in one line; what is missing is asked for, nothing is guessed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.core.answers import quote
from bot.core.errors import N_, KnownError
from bot.core.goal_line import GoalLine, coming_day, parse_goal
from bot.core.messages import Choice, Reply
from bot.core.numbers import UnclearNumber, parse_count
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.people import Membership
from bot.core.periods import period_of
from bot.services import goals
from bot.services.goals import Measure, Progress, Wish
from bot.services.permissions import Action, require
from bot.turn import Turn
from handlers import menu
from handlers.awaiting import await_text
from handlers.figures.summary_words import goal_line

NAME = "muctieu"
ANY = "any"
PERCENT = 100
UNREAD = N_("“{words}” was not understood. A goal is for example: {line}")
EXAMPLE = N_("Thôn 3 120 households until 31/12")


def begin(turn: Turn, role: Membership) -> Reply:
    """A new goal, step by step."""
    return _next(turn, role, {"name": NAME, "team": role.team, "full": True})


def change_number(turn: Turn, goal: Progress) -> Reply:
    """The same goal with another number."""
    role = require(turn.roles, Action.SET_GOALS, goal.team)
    wish: dict[str, Any] = {
        "name": NAME,
        "team": role.team,
        "unit": goal.unit or 0,
        "skill": goal.skill,
        "measure": goal.measure,
        "first": goal.first.isoformat(),
        "last": goal.last.isoformat(),
    }
    return _next(turn, role, wish)


def from_line(turn: Turn, role: Membership, line: str) -> Reply:
    """A goal said in one line; what it leaves out is asked for."""
    skills = turn.library.forms["outreach"]["skills"].choices
    said = parse_goal(line, turn.places(role.team), skills, turn.today)
    if said.unread:
        await_text(turn, NAME, team=role.team)
        text = turn.say(UNREAD, words=quote(said.unread), line=turn.say(EXAMPLE))
        return Reply(text=text, choices=(_stop(turn),))
    return _next(turn, role, {"name": NAME, "team": role.team, **_known(said)})


def tapped(turn: Turn, verb: str, value: str) -> Reply | None:
    """A button of a step; None for what is none, or of an earlier goal."""
    wizard = turn.state.wizard_of(NAME)
    if wizard is None or verb not in _TAKE:
        return None
    role = require(turn.roles, Action.SET_GOALS, wizard["team"])
    return _next(turn, role, {**wizard, **_TAKE[verb](value)})


def typed(turn: Turn) -> Reply | None:
    """What was typed at the present step; None when no goal is being set."""
    wizard = turn.state.wizard_of(NAME)
    if wizard is None:
        return None
    role = require(turn.roles, Action.SET_GOALS, wizard["team"])
    text = turn.message.text
    match _step(wizard):
        case "target":
            if number := _number(text):
                return _next(turn, role, {**wizard, "target": number})
            wrong = turn.say("“{text}” is not clear as a number.", text=quote(text))
        case "last":
            if day := coming_day(text, turn.today):
                return _next(turn, role, {**wizard, "last": day.isoformat()})
            wrong = turn.say("“{text}” is not clear as a day.", text=quote(text))
        case _:
            wrong = turn.say("Tap a button, or type its number.")
    return _next(turn, role, wizard, wrong)


def _known(said: GoalLine) -> dict[str, Any]:
    values = {
        "unit": 0 if said.whole else said.unit,
        "skill": said.skill,
        "measure": said.measure,
        "target": said.target or None,
        "percent": said.percent,
        "first": said.first.isoformat() if said.first else None,
        "last": said.last.isoformat() if said.last else None,
    }
    return {name: value for name, value in values.items() if value is not None}


_TAKE: Mapping[str, Any] = {
    "place": lambda value: {"unit": read_number(value)},
    "all": lambda value: {"target": read_number(value)},
    "skill": lambda value: {"skill": "" if value == ANY else value},
    "last": lambda value: {"last": value} if _is_day(value) else {},
}


def _next(turn: Turn, role: Membership, wizard: dict[str, Any], wrong: str = "") -> Reply:
    """Ask for what is missing; with nothing missing, set the goal."""
    wizard = _with_percent(turn, role, wizard)
    step = _step(wizard)
    if step:
        turn.state.wizard = wizard
        await_text(turn, NAME, team=role.team)
        asked = _ask(turn, role, wizard, step)
        return Reply(text=f"{wrong}\n{asked.text}".strip(), choices=asked.choices)
    measure: Measure = "people" if wizard.get("measure") == "people" else "households"
    wish = Wish(
        unit=wizard["unit"] or None,
        skill=_skill(turn, wizard),
        measure=measure,
        target=wizard["target"],
        first=date.fromisoformat(wizard["first"]) if "first" in wizard else None,
        last=date.fromisoformat(wizard["last"]),
    )
    person = turn.speaker.person
    try:
        kept = goals.set_goal(
            turn.tx, wish, roles=turn.roles, team=role.team, person=person, today=turn.today, now=turn.now
        )
    except KnownError:  # what was said stays; the days are asked for again
        turn.state.wizard = {name: value for name, value in wizard.items() if name not in ("first", "last")}
        await_text(turn, NAME, team=role.team)
        raise
    turn.state.end_wizard()
    return _receipt(turn, kept)


def _receipt(turn: Turn, kept: Progress) -> Reply:
    _ = turn.say
    text = "📋 " + _(
        "Goal set: {goal}, counted from {first} to {last}.",
        goal=goal_line(kept, turn.words, turn.library.forms["outreach"]),
        first=kept.first,
        last=kept.last,
    )
    if kept.measure == "households" and kept.households and kept.target > kept.households:
        text += "\n" + _("Only {n} households live there as far as is known.", n=kept.households)
    choices = (
        Choice(_("Change the number"), make(NAME, f"number={kept.id}")),
        Choice(_("Goals"), make("go", NAME)),
        menu.home(turn),
    )
    return Reply(text=text, choices=choices)


def _with_percent(turn: Turn, role: Membership, wizard: dict[str, Any]) -> dict[str, Any]:
    """A share of the households becomes their number, where it is known how many live there."""
    if "percent" not in wizard or "unit" not in wizard:
        return wizard
    rest = {name: value for name, value in wizard.items() if name != "percent"}
    known = goals.households(turn.tx, role, wizard["unit"] or None)
    return {**rest, "target": -(-known * wizard["percent"] // PERCENT)} if known else rest


def _step(wizard: Mapping[str, Any]) -> str:
    for step, name in (("place", "unit"), ("target", "target"), ("skill", "skill"), ("last", "last")):
        if name not in wizard and (step != "skill" or wizard.get("full")):
            return step
    return ""


def _ask(turn: Turn, role: Membership, wizard: Mapping[str, Any], step: str) -> Reply:
    _ = turn.say
    match step:
        case "place":
            text = _("A goal for which place?")
            choices = [Choice(place.label, make(NAME, f"place={place.id}")) for place in turn.places(role.team)]
            choices.append(Choice(_("All places"), make(NAME, "place=0")))
        case "target":
            known = goals.households(turn.tx, role, wizard["unit"] or None)
            by_people = wizard.get("measure") == "people"
            text = _("How many people? Type a number.") if by_people else _("How many households? Type a number.")
            choices = []
            if known and not by_people:  # no number: 1 may be an answer
                choices = [Choice(_("All {n} households", n=known), make(NAME, f"all={known}"), numbered=False)]
        case "skill":
            text = _("Shown what?")
            skills = turn.library.forms["outreach"]["skills"].choices
            choices = [Choice(_("Anything"), make(NAME, f"skill={ANY}"))]
            choices += [Choice(turn.show(choice.label), make(NAME, f"skill={choice.name}")) for choice in skills]
        case _:
            text = _("Until which day? Tap a button, or type a day, for example: 31/12")
            ends = ((N_("End of the month"), "month"), (N_("End of the quarter"), "quarter"))
            choices = [
                Choice(_(label), make(NAME, f"last={period_of(rule, turn.today).last}"))  # type: ignore[arg-type]
                for label, rule in ends
            ]
            choices.append(Choice(_("End of the year"), make(NAME, f"last={date(turn.today.year, 12, 31)}")))
    return Reply(text=f"📋 {text}", choices=(*choices, _stop(turn)))


def _skill(turn: Turn, wizard: Mapping[str, Any]) -> str:
    known = {choice.name for choice in turn.library.forms["outreach"]["skills"].choices}
    skill: str = wizard.get("skill", "")
    return skill if skill in known else ""


def _stop(turn: Turn) -> Choice:
    return Choice(turn.say("Cancel"), make(NAME, "cancel"), numbered=False)


def _number(text: str) -> int:
    """The number from 1 on that was typed; 0 for what is none."""
    try:
        return parse_count(text, goals.LARGEST)
    except UnclearNumber:
        return 0


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
