"""“Kỳ báo cáo”: which period the team reports by."""

from collections.abc import Mapping

from bot.core.errors import N_
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.periods import RULES, Rule, period_of, rule_named
from bot.services import periods
from bot.services.permissions import Action, require
from bot.turn import Turn
from handlers import menu
from handlers.figures.summary_words import title

NAME = "ky"
LABELS: Mapping[Rule, str] = {
    "week": N_("Week, Monday to Sunday"),
    "month": N_("Calendar month"),
    "mid_month": N_("15th to 14th"),
    "quarter": N_("Quarter"),
}


def tapped(turn: Turn) -> Reply:
    """A button: "team" shows the rules, "team=rule" chooses one."""
    team, _, wanted = turn.payload.argument.partition("=")
    role = require(turn.roles, Action.SET_PERIOD, read_number(team) or None)
    rule = rule_named(wanted)
    if rule:
        periods.choose(turn.tx, rule, roles=turn.roles, team=role.team, person=turn.speaker.person, now=turn.now)
        return _chosen(turn, role.team, rule)
    current = periods.rule_of(turn.tx, role.team)
    text = "📋 " + turn.say(
        "{team} reports by: {rule}. Which period shall it be? A period that is closed stays as it is.",
        team=role.team_name,
        rule=turn.say(LABELS[current]),
    )
    choices = [Choice(turn.say(LABELS[each]), make(NAME, f"{role.team}={each}")) for each in RULES]
    return Reply(text=text, choices=(*choices, Choice(turn.say("Back to the summary"), make("week", role.team))))


def _chosen(turn: Turn, team: int, rule: Rule) -> Reply:
    present = period_of(rule, turn.today)
    text = "📋 " + turn.say(
        "Chosen: {rule}. Now it is {period}, to {last}; the summary comes at {time} on the morning after.",
        rule=turn.say(LABELS[rule]),
        period=title(present, turn.words),
        last=present.last,
        time=f"{present.closes_at(turn.zone).astimezone(turn.zone):%H:%M}",
    )
    choices = (
        Choice(turn.say("Back to the summary"), make("week", team)),
        menu.home(turn),
    )
    return Reply(text=text, choices=choices)
