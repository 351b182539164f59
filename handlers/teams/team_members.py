"""What a coordinator does with the members of a team: see, take out, hand over to; say who may join."""

import re

from bot.core.errors import KnownError
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.text import phrase
from bot.services import membership
from bot.services.membership import NOT_A_MEMBER, Request, Somebody
from bot.services.permissions import Action, require
from bot.turn import Turn
from bot.words import Words
from handlers import menu
from handlers.teams import team as team_page
from handlers.teams.team import acting, confirmed, ids, named, role_name

PAGE = 8
_WORDS = (
    (re.compile(r"(?:duyet so|let in request) (\d{1,9})"), "yes"),
    (re.compile(r"(?:tu choi so|refuse request) (\d{1,9})"), "no"),
)


def members(turn: Turn) -> Reply:
    """Everybody, to be chosen from, a page at a time."""
    team, start = ids(turn)
    _ = turn.say
    role = require(turn.roles, Action.REMOVE_MEMBER, team)
    everybody = membership.members(turn.tx, acting(turn), team)
    start = start if start < len(everybody) else 0
    labels = _labels(turn.words, everybody)
    choices = [
        Choice(labels[each.person], make("member", f"{team}={each.person}")) for each in everybody[start : start + PAGE]
    ]
    if start + PAGE < len(everybody):
        choices.append(Choice(_("More"), make("members", f"{team}={start + PAGE}")))
    text = _("Members of {team}. Who is it about?", team=role.team_name)
    return Reply(text=text, choices=(*choices, Choice(_("My team"), make("to", team)), menu.home(turn)))


def member(turn: Turn) -> Reply:
    """One member and what may be done."""
    team, person = ids(turn)
    _ = turn.say
    role = require(turn.roles, Action.REMOVE_MEMBER, team)
    found = _find(turn, team, person)
    text = _(
        "{name} is a {role} of {team}.",
        name=named(turn.words, found),
        role=role_name(turn.words, found.role),
        team=role.team_name,
    )
    choices: list[Choice] = []
    if person != turn.speaker.person:
        choices = [
            Choice(_("Take out of the team"), make("remove", f"{team}={person}")),
            Choice(_("Hand over to this person"), make("handover", f"{team}={person}")),
        ]
    back = Choice(_("Members"), make("members", team))
    return Reply(text=text, choices=(*choices, back, menu.home(turn)))


def remove(turn: Turn) -> Reply:
    """Take somebody out of the team, once it was asked whether that is meant."""
    team, person = ids(turn)
    _ = turn.say
    role = require(turn.roles, Action.REMOVE_MEMBER, team)
    if not confirmed(turn):
        name = named(turn.words, _find(turn, team, person))
        text = _("Take {name} out of {team}? Reports that were filed stay.", name=name, team=role.team_name)
        return _sure(turn, text, _("Yes, take out"), "remove")
    gone = membership.remove(turn.tx, acting(turn), team, person)
    return team_page.page(turn, role, _("{name} is no longer in the team.", name=named(turn.words, gone)))


def hand_over(turn: Turn) -> Reply:
    """Make somebody else the coordinator in one's own place, once it was asked whether that is meant."""
    team, person = ids(turn)
    _ = turn.say
    role = require(turn.roles, Action.HAND_OVER, team)
    if not confirmed(turn):
        name = named(turn.words, _find(turn, team, person))
        text = _("Hand {team} over to {name}? You stay in it as a volunteer.", team=role.team_name, name=name)
        return _sure(turn, text, _("Yes, hand over"), "handover")
    new = membership.hand_over(turn.tx, acting(turn), team, person)
    turn.forget_roles()
    mine = require(turn.roles, Action.SEE_TEAM, team)
    return team_page.page(turn, mine, _("{name} coordinates the team from now on.", name=named(turn.words, new)))


def join(turn: Turn) -> Reply:
    """A request to join, "id=see|yes|no"; asked of the service each time."""
    request, _second = ids(turn)
    _ = turn.say
    wanted = turn.payload.argument.partition("=")[2]
    if wanted in ("yes", "no"):
        settled = membership.settle(turn.tx, acting(turn), request, approve=wanted == "yes")
        name = settled.name or _("somebody without a name")
        text = (
            _("{name} is now in {team} and is told so.", name=name, team=settled.team)
            if wanted == "yes"
            else _("{name} was not let into {team} and is told so.", name=name, team=settled.team)
        )
        return Reply(text=text, choices=(Choice(_("My team"), make("go", "to")), menu.home(turn)))
    found = membership.pending(turn.tx, acting(turn), request)
    return asked(found, request, turn.words)


def asked(request: Request, number: int, words: Words) -> Reply:
    """Somebody wants to join: to the coordinators."""
    _ = words.say
    text = _(
        "{name} wants to join {team} as a {role}. Let this person in?",
        name=request.name or _("somebody without a name"),
        team=request.team,
        role=role_name(words, request.role),
    )
    choices = (
        Choice(_("Let in request {n}", n=str(number)), make("join", f"{number}=yes"), numbered=False),
        Choice(_("Refuse request {n}", n=str(number)), make("join", f"{number}=no"), numbered=False),
    )
    return Reply(text=text, choices=choices)


def meant(text: str) -> str:
    """The button that a text such as "duyệt số 12" stands for; empty when it is none."""
    words = phrase(text)
    for pattern, wanted in _WORDS:
        if found := pattern.fullmatch(words):
            return make("join", f"{found[1]}={wanted}")
    return ""


def told(request: Request, words: Words) -> Reply:
    """The answer: to who wanted to join."""
    _ = words.say
    text = (
        _("You are now in {team}.", team=request.team)
        if request.status == "approved"
        else _("The coordinator of {team} has not let you in. Ask them if that is a mistake.", team=request.team)
    )
    return Reply(text=text, choices=(Choice(_("Menu"), make("go", "menu")),))


def _find(turn: Turn, team: int, person: int) -> Somebody:
    for each in membership.members(turn.tx, acting(turn), team):
        if each.person == person:
            return each
    raise KnownError(NOT_A_MEMBER)


def _sure(turn: Turn, text: str, yes: str, action: str) -> Reply:
    team, person = ids(turn)
    no = Choice(turn.say("No, go back"), make("member", f"{team}={person}"))
    return Reply(text=text, choices=(Choice(yes, make(action, f"{team}={person}=yes")), no))


def _labels(words: Words, everybody: list[Somebody]) -> dict[int, str]:
    """By person, a label that nobody else has."""
    found: dict[int, str] = {}
    for each in everybody:
        label, number = named(words, each, with_role=True), 1
        while label in found.values():
            number += 1
            label = f"{named(words, each, with_role=True)} {number}"
        found[each.person] = label
    return found
