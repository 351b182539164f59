"""Who is in several teams is asked which one is meant, unless that is clear."""

from collections.abc import Callable
from dataclasses import replace

from bot.core.errors import KnownError
from bot.core.messages import Choice, InboundMessage, Kind, Reply
from bot.core.payload import make
from bot.core.people import Membership
from bot.core.privacy import mask
from bot.services.permissions import Action, allowed, require
from bot.turn import Turn
from handlers import help as help_page
from handlers import menu


class TeamNeeded(KnownError):
    """Several teams may be meant; the answer is a question."""

    def __init__(self, teams: list[Membership]) -> None:
        super().__init__("team")
        self.teams = teams


def pick(turn: Turn, action: Action, fits: Callable[[Membership], bool] = lambda _: False) -> Membership:
    """The role under which this is done. TeamNeeded when several may do it and not exactly one fits.

    NotAllowed when none may.
    """
    if turn.team:
        return require(turn.roles, action, turn.team)
    first = require(turn.roles, action)
    able = [role for role in turn.roles if allowed([role], action)]
    fitting = [role for role in able if len(able) > 1 and fits(role)]
    if len(able) > 1 and len(fitting) != 1:
        raise TeamNeeded(able)
    return fitting[0] if fitting else first


def ask(turn: Turn, needed: TeamNeeded) -> Reply:
    """Which team? What the person was about to do goes on after the answer."""
    message = turn.message
    turn.state.held = {"kind": message.kind.value, "text": mask(message.text).text, "payload": message.payload}
    twice = len({role.team_name for role in needed.teams}) < len(needed.teams)
    choices = [
        Choice(f"{role.team_name}, {role.commune}" if twice else role.team_name, make("team", role.team))
        for role in needed.teams
    ]
    return Reply(text=turn.say("For which team?"), choices=(*choices, menu.home(turn)))


def chosen(turn: Turn) -> Reply | InboundMessage:
    """The team was tapped; what was held goes on for it. What it may do is asked again there."""
    held, turn.state.held = turn.state.held, None
    team = turn.payload.argument
    if held is None or team not in {str(role.team) for role in turn.roles}:
        return help_page.old_button(turn)
    turn.team = int(team)
    return replace(turn.message, kind=Kind(held["kind"]), text=held["text"], payload=held["payload"])
