"""/to: the person's teams, who is in them, where they work; leaving one."""

from bot.core.errors import NotAllowed
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.people import Membership
from bot.core.text import on_lines
from bot.services import membership
from bot.services.membership import Act, Somebody
from bot.services.permissions import REFUSALS, Action, allowed, require
from bot.turn import Turn
from bot.words import Words
from handlers import menu

NAMES = 30  # said at once
WAITING = 5  # offered at once


def show(turn: Turn) -> Reply:
    """The one team, or the list of them."""
    able = [role for role in turn.roles if allowed([role], Action.SEE_TEAM)]
    if len(able) == 1:
        return page(turn, able[0])
    if able:
        choices = [Choice(f"{role.team_name}, {role.commune}", make("to", role.team)) for role in able]
        return Reply(text=turn.say("Your teams:"), choices=(*choices, menu.home(turn)))
    if asked := membership.asked(turn.tx, turn.speaker.person):
        text = turn.say("A coordinator of {team} has still to say yes. You will be told.", team=", ".join(asked))
        return Reply(text=text, choices=(menu.home(turn),))
    raise NotAllowed(REFUSALS[Action.SEE_TEAM])


def one(turn: Turn) -> Reply:
    """One of several teams was tapped."""
    return page(turn, require(turn.roles, Action.SEE_TEAM, ids(turn)[0]))


def page(turn: Turn, role: Membership, said: str = "") -> Reply:
    """One team: its people, its places, and what this person may do there."""
    _ = turn.say
    act, team = acting(turn), role.team
    everybody, waiting = membership.members(turn.tx, act, team), membership.waiting(turn.tx, act, team)
    may = allowed([role], Action.INVITE) is not None
    names = [named(turn.words, each, with_role=may) for each in everybody[:NAMES]]
    lines = [
        said,
        _("{team}, {commune}. Your role: {role}.", team=role.team_name, commune=role.commune, role=_role(turn, role)),
        _("Members ({n}): {names}", n=len(everybody), names=listed(turn, names, len(everybody) - len(names))),
        _("Places: {places}", places=", ".join(place.label for place in turn.places(team)) or _("none")),
        _("Waiting for your word: {n}.", n=len(waiting)) if waiting else "",
    ]
    choices = [
        Choice(_("Waiting: {name}", name=_apart(turn.words, each, waiting)), make("join", f"{each.request}=see"))
        for each in waiting[:WAITING]
    ]
    if may:
        choices += [Choice(_("Invite people"), make("invite", team)), Choice(_("Members"), make("members", team))]
    if not turn.speaker.name:
        choices.append(Choice(_("Give my name"), make("name", "ask")))
    choices += [Choice(_("Leave the team"), make("leave", team)), menu.home(turn)]
    return Reply(text=on_lines(*lines), choices=tuple(choices))


def leave(turn: Turn) -> Reply:
    """Leave a team, once it was asked whether that is meant."""
    team = ids(turn)[0]
    _ = turn.say
    role = require(turn.roles, Action.LEAVE_TEAM, team)
    if not confirmed(turn):
        return Reply(
            text=_("Leave {team}? Your reports stay with the team.", team=role.team_name),
            choices=(Choice(_("Yes, leave"), make("leave", f"{team}=yes")), Choice(_("No, stay"), make("to", team))),
        )
    name = membership.leave(turn.tx, acting(turn), team)
    turn.forget_roles()
    text = _(
        "You are no longer in {team}. Thank you for what you did. Lessons and questions go on as before.", team=name
    )
    return Reply(text=text, choices=(menu.home(turn),))


def acting(turn: Turn) -> Act:
    """This person, with the roles of this moment."""
    return Act(person=turn.speaker.person, roles=turn.roles, now=turn.now, today=turn.today)


def ids(turn: Turn) -> tuple[int, int]:
    """(first, second) number of the tapped button; 0, which nothing has, for what is none."""
    parts = (*turn.payload.argument.split("="), "", "")
    first, second = (read_number(part) for part in parts[:2])
    return first, second


def confirmed(turn: Turn) -> bool:
    """Whether the button was "yes"."""
    return turn.payload.argument.endswith("=yes")


def named(words: Words, somebody: Somebody, *, with_role: bool = False) -> str:
    """A person's name, with what they are in the team."""
    name = somebody.name or words.say("somebody without a name")
    return f"{name} ({role_name(words, somebody.role)})" if with_role and somebody.role == "coordinator" else name


def role_name(words: Words, role: str) -> str:
    """A role in words."""
    return words.say("coordinator") if role == "coordinator" else words.say("volunteer")


def listed(turn: Turn, names: list[str], more: int) -> str:
    """Names in a row; a long row is cut."""
    shown = ", ".join(names)
    return turn.say("{names} and {n} more", names=shown, n=more) if more > 0 else shown


def _apart(words: Words, somebody: Somebody, among: list[Somebody]) -> str:
    """The name; with a number where several have the same."""
    same = [each.person for each in among if each.name == somebody.name]
    name = named(words, somebody)
    return f"{name} ({same.index(somebody.person) + 1})" if len(same) > 1 else name


def _role(turn: Turn, role: Membership) -> str:
    return role_name(turn.words, role.role)
