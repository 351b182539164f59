"""/muctieu: the team's goals and how far they are; set one, change its number, remove it."""

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.people import Membership
from bot.core.text import on_lines
from bot.services import goals
from bot.services.goals import Progress
from bot.services.permissions import Action, require
from bot.turn import Turn
from handlers import menu
from handlers.awaiting import await_text, awaited
from handlers.figures import goal_steps
from handlers.figures.goal_steps import NAME
from handlers.figures.summary_words import goal_line
from handlers.teams import which_team


def start(turn: Turn) -> Reply:
    """The goals that run; with text behind the command, a new one: "/muctieu Thôn 3 120 hộ đến 31/12"."""
    role = which_team.pick(turn, Action.SET_GOALS)
    line = turn.message.text.partition(" ")[2] if turn.message.text.startswith("/") else ""
    turn.state.end_wizard()
    return goal_steps.from_line(turn, role, line) if line.strip() else listed(turn, role)


def listed(turn: Turn, role: Membership) -> Reply:
    """Every goal with how far it is; typing a line sets a new one."""
    _ = turn.say
    found = goals.listed(turn.tx, role, turn.today)
    await_text(turn, NAME, team=role.team)
    lines = [f"{number}. {_line(turn, goal)}" for number, goal in enumerate(found, 1)]
    text = "\n".join(
        (
            "📋 " + (_("Goals of {team}:", team=role.team_name) if found else _("No goal yet.")),
            *lines,
            _("To set one, type for example: {line}", line=_("Thôn 3 120 households until 31/12")),
        )
    )
    choices = [Choice(_label(turn, goal), make(NAME, f"one={goal.id}")) for goal in found]
    return Reply(
        text=text,
        choices=(
            *choices,
            Choice(_("New goal"), make(NAME, f"new={role.team}")),
            menu.home(turn),
        ),
    )


def tapped(turn: Turn) -> Reply:  # noqa: PLR0911  one line a button
    """A button of this command: "verb=value"."""
    verb, _, value = turn.payload.argument.partition("=")
    number = read_number(value)
    match verb:
        case "one":
            return _one(turn, number)
        case "number":
            goal = goals.open_goal(turn.tx, number, roles=turn.roles, today=turn.today)
            return goal_steps.change_number(turn, goal)
        case "drop":
            return _sure(turn, number)
        case "drop!":
            return _remove(turn, number)
        case "new":
            return goal_steps.begin(turn, require(turn.roles, Action.SET_GOALS, number or None))
        case "cancel":
            turn.state.end_wizard()
            return menu.show(turn)
    return goal_steps.tapped(turn, verb, value) or start(turn)


def typed(turn: Turn) -> Reply:
    """What was typed: an answer to the present step, or a goal in one line."""
    role = require(turn.roles, Action.SET_GOALS, awaited(turn, NAME).get("team"))
    return goal_steps.typed(turn) or goal_steps.from_line(turn, role, turn.message.text)


def _one(turn: Turn, goal_id: int) -> Reply:
    _ = turn.say
    goal = goals.open_goal(turn.tx, goal_id, roles=turn.roles, today=turn.today)
    turn.state.end_wizard()
    known = _("{n} households live there.", n=goal.households) if goal.households else ""
    text = on_lines("📋 " + _line(turn, goal), known)
    choices = (
        Choice(_("Change the number"), make(NAME, f"number={goal.id}")),
        Choice(_("Remove"), make(NAME, f"drop={goal.id}")),
        Choice(_("Goals"), make("go", NAME)),
    )
    return Reply(text=text, choices=choices)


def _sure(turn: Turn, goal_id: int) -> Reply:
    _ = turn.say
    goal = goals.open_goal(turn.tx, goal_id, roles=turn.roles, today=turn.today)
    return Reply(
        text=_("Remove this goal? {goal}", goal=_line(turn, goal)),
        choices=(
            Choice(_("Yes, remove it"), make(NAME, f"drop!={goal.id}")),
            Choice(_("No, keep it"), make(NAME, f"one={goal.id}")),
        ),
    )


def _remove(turn: Turn, goal_id: int) -> Reply:
    _ = turn.say
    was = goals.remove(turn.tx, goal_id, roles=turn.roles, person=turn.speaker.person, today=turn.today, now=turn.now)
    return Reply(
        text="📋 " + _("Removed: {goal}", goal=_line(turn, was)),
        choices=(Choice(_("Goals"), make("go", NAME)), menu.home(turn)),
    )


def _line(turn: Turn, goal: Progress) -> str:
    return turn.say(
        "{goal}, {first} to {last}.",
        goal=goal_line(goal, turn.words, turn.library.forms["outreach"]),
        first=goal.first,
        last=goal.last,
    )


def _label(turn: Turn, goal: Progress) -> str:
    _ = turn.say
    skills = {choice.name: turn.show(choice.label) for choice in turn.library.forms["outreach"]["skills"].choices}
    parts = [goal.place or _("All places"), skills.get(goal.skill, ""), turn.show(goal.last)]
    unit = _("{n} households", n=goal.target) if goal.measure == "households" else _("{n} people", n=goal.target)
    return " · ".join(part for part in (parts[0], unit, *parts[1:]) if part)
