"""One message to many, step by step: to whom, what, a look at it, when. The steps are kept as the wizard "gui"."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.core.answers import quote
from bot.core.errors import N_, KnownError
from bot.core.markup import guard
from bot.core.messages import Choice, Reply
from bot.core.moments import PastMoment, UnclearMoment, parse_moment
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.privacy import mask
from bot.core.splitting import length
from bot.services import broadcasts
from bot.services.permissions import Action, allowed, require
from bot.turn import Turn
from handlers import menu
from handlers.awaiting import await_text
from handlers.teams import broadcast_result, broadcast_steps
from handlers.teams.broadcast_words import moment

NAME = "gui"
BACK: Mapping[str, str] = {"to": "team", "unit": "to", "text": "to", "when": "text", "check": "when"}
NEEDED: Mapping[str, str] = {"to": "to", "text": "text", "when": "at"}  # by step, what it gives
AFTER: Mapping[str, tuple[str, ...]] = {
    "to": ("text", "when", "check"),
    "text": ("when", "check"),
    "when": ("check",),
}
TOO_LONG = N_("That is too long: {n} characters, at most {limit} fit. Send a shorter text.")
UNCLEAR = N_("“{text}” is not clear as a time. Type for example: 18h30, mai 8h, 20/11 9h")
PAST = N_("{time} is over. Type a later time, with its day.")
FAR = N_("That is too far away. Choose a time within {n} days.")


def start(turn: Turn) -> Reply:
    """What became of the newest ones; a new one where there are none yet; the open one where one is being written."""
    require(turn.roles, Action.BROADCAST)
    if turn.state.wizard_of(NAME):
        return show(turn)
    return broadcast_result.listed(turn) or new(turn)


def new(turn: Turn) -> Reply:
    """Begin: which team, where the person coordinates several."""
    role = require(turn.roles, Action.BROADCAST)
    teams = [each for each in turn.roles if allowed([each], Action.BROADCAST)]
    turn.state.wizard = {"name": NAME, "step": "to" if len(teams) == 1 else "team", "team": role.team}
    return show(turn)


def show(turn: Turn, wrong: str = "") -> Reply:
    """The present step, after a kind word about what was wrong."""
    wizard = turn.state.wizard or {}
    require(turn.roles, Action.BROADCAST, wizard["team"])
    await_text(turn, NAME)
    for step, name in NEEDED.items():  # whatever button was forged, nothing is left out
        if name not in wizard and wizard["step"] in AFTER[step]:
            wizard["step"] = step
    return broadcast_steps.SHOWN[wizard["step"]](turn, wizard, wrong)


def tapped(turn: Turn) -> Reply:
    """A button of this command: "verb" or "verb=value". One of an earlier step only shows the present one."""
    verb, _, value = turn.payload.argument.partition("=")
    if verb == "new":
        return show(turn) if turn.state.wizard_of(NAME) else new(turn)
    if verb == "stop":
        return broadcast_result.stop(turn, value)
    wizard = turn.state.wizard_of(NAME)
    if wizard is None or verb == "list":
        return broadcast_result.listed(turn) or new(turn)
    if verb in _MOVES:
        return _MOVES[verb](turn, wizard)
    if verb == wizard["step"] and verb in _TAKE:
        return _TAKE[verb](turn, wizard, value)
    return show(turn)


def typed(turn: Turn) -> Reply:
    """What was typed at the present step, when it is no button's words or number."""
    wizard = turn.state.wizard_of(NAME)
    if wizard is None:
        return start(turn)
    text = turn.message.text
    match wizard["step"]:
        case "text":
            return _take_text(turn, wizard, text)
        case "when" | "check":
            return _take_when(turn, wizard, text)
    return show(turn, turn.say("Tap a button, or type its number."))


def _go(turn: Turn, wizard: dict[str, Any], step: str, **values: object) -> Reply:
    wizard.update(values, step=step)
    return show(turn)


def _take_team(turn: Turn, wizard: dict[str, Any], value: str) -> Reply:
    team = read_number(value)
    require(turn.roles, Action.BROADCAST, team)
    return _go(turn, wizard, "to", team=team)


def _take_segment(turn: Turn, wizard: dict[str, Any], value: str) -> Reply:
    if value == "unit":
        return _go(turn, wizard, "unit")
    places = {f"unit:{place.id}" for place in turn.places(wizard["team"])}
    if value not in broadcasts.SEGMENTS and value not in places:
        return show(turn)
    draft = broadcast_steps.draft({**wizard, "to": value}, turn.now)
    found = broadcasts.audience(turn.tx, draft, sender=turn.speaker.person, roles=turn.roles, today=turn.today)
    if not found.reached:
        return show(turn, turn.say(broadcasts.NOBODY))
    return _go(turn, wizard, "when" if wizard.get("text") else "text", to=value)


def _take_text(turn: Turn, wizard: dict[str, Any], text: str) -> Reply:
    if length(text) > broadcasts.TEXT_LIMIT:
        return show(turn, turn.say(TOO_LONG, n=length(text), limit=broadcasts.TEXT_LIMIT))
    masked = mask(text)
    safe = guard(masked.text)
    if length(safe) > broadcasts.TEXT_LIMIT:  # a mask may be longer than what it hides
        return show(turn, turn.say(TOO_LONG, n=length(safe), limit=broadcasts.TEXT_LIMIT))
    private = turn.message.private or bool(masked.kinds)
    return _go(turn, wizard, "check" if wizard.get("at") else "when", text=safe, masked=private)


def _take_when(turn: Turn, wizard: dict[str, Any], text: str) -> Reply:
    try:
        at = parse_moment(text, turn.now, turn.zone)
    except PastMoment as past:
        return show(turn, turn.say(PAST, time=moment(turn.words, past.moment, turn.zone)))
    except UnclearMoment:
        return show(turn, turn.say(UNCLEAR, text=quote(text)))
    if at - turn.now > broadcasts.AHEAD:
        return show(turn, turn.say(FAR, n=broadcasts.AHEAD.days))
    try:
        broadcasts.check_limit(turn.tx, wizard["team"], broadcasts.send_at(at, turn.now, turn.zone), turn.zone)
    except KnownError as known:
        return show(turn, turn.say(known.say, **known.values))
    return _go(turn, wizard, "check", at="now" if at == turn.now else at.isoformat())


def _back(turn: Turn, wizard: dict[str, Any]) -> Reply:
    several = sum(1 for role in turn.roles if allowed([role], Action.BROADCAST)) > 1
    step = BACK.get(wizard["step"], "team")
    return _go(turn, wizard, step if several or step != "team" else "to")


def _cancel(turn: Turn, _wizard: dict[str, Any]) -> Reply:
    turn.state.end_wizard()
    choices = (Choice(turn.say("Write a new message"), make(NAME, "new")), menu.home(turn))
    return Reply(text=turn.say("Cancelled. Nothing was sent."), choices=choices)


def _send(turn: Turn, wizard: dict[str, Any]) -> Reply:
    if wizard["step"] != "check":
        return show(turn)
    if (at := wizard["at"]) != "now" and datetime.fromisoformat(at) < turn.now:
        wizard["step"] = "when"
        return show(turn, turn.say(PAST, time=moment(turn.words, datetime.fromisoformat(at), turn.zone)))
    found, audience = broadcasts.confirm(
        turn.tx,
        broadcast_steps.draft(wizard, turn.now),
        roles=turn.roles,
        person=turn.speaker.person,
        now=turn.now,
        zone=turn.zone,
    )
    turn.state.end_wizard()
    return broadcast_result.confirmed(turn, found, audience.reached)


_MOVES: Mapping[str, Callable[[Turn, dict[str, Any]], Reply]] = {
    "back": _back,
    "cancel": _cancel,
    "send": _send,
    "skip": lambda turn, _: show(turn, turn.say("This step is needed.")),
    "edit_to": lambda turn, wizard: _go(turn, wizard, "to"),
    "edit_text": lambda turn, wizard: _go(turn, wizard, "text"),
    "edit_when": lambda turn, wizard: _go(turn, wizard, "when"),
}
_TAKE: Mapping[str, Callable[[Turn, dict[str, Any], str], Reply]] = {
    "team": _take_team,
    "to": _take_segment,
    "unit": _take_segment,
    "when": lambda turn, wizard, _: _take_when(turn, wizard, "now"),
}
