"""An invitation: for whom, for how many, at once or after a word; as a code, a link and a picture."""

from datetime import timedelta
from typing import get_args

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.people import TeamRole
from bot.core.text import on_lines
from bot.services import invitations, membership
from bot.services.permissions import Action, require
from bot.turn import Turn
from handlers import menu
from handlers.teams.team import acting, role_name

USES = (1, 5, 20, 50)


def step(turn: Turn) -> Reply:
    """One question after the other: "team", "team=role", "team=role=uses", "team=role=uses=yes|no"."""
    team, *said = turn.payload.argument.split("=")
    _ = turn.say
    mine = require(turn.roles, Action.INVITE, read_number(team))
    role = next((role for role in get_args(TeamRole) if said[:1] == [role]), None)
    uses = next((uses for uses in USES if said[1:2] == [str(uses)]), 0)
    if role is None:
        labels = {"volunteer": _("Volunteers"), "coordinator": _("A coordinator")}
        choices = [Choice(label, make("invite", f"{mine.team}={name}")) for name, label in labels.items()]
        return Reply(
            text=_("Whom do you invite into {team}?", team=mine.team_name), choices=(*choices, menu.home(turn))
        )
    if not uses:
        choices = [
            Choice(turn.count("{n} person", "{n} people", n), make("invite", f"{mine.team}={role}={n}")) for n in USES
        ]
        return Reply(text=_("How many people may use the code?"), choices=(*choices, menu.home(turn)))
    if said[2:] not in (["yes"], ["no"]):
        start = f"{mine.team}={role}={uses}"
        choices = [
            Choice(_("They are in at once"), make("invite", f"{start}=no")),
            Choice(_("I let each one in"), make("invite", f"{start}=yes")),
        ]
        return Reply(text=_("Who has the code: in at once, or after your word?"), choices=(*choices, menu.home(turn)))
    return made(turn, mine.team, role, uses, approve=said[2] == "yes")


def made(turn: Turn, team: int, role: TeamRole, uses: int, *, approve: bool) -> Reply:
    """The code and its links."""
    _ = turn.say
    code = membership.invite(turn.tx, acting(turn), team, role=role, uses=uses, approve=approve)
    links = invitations.links(turn.tx, code, turn.public_url)
    lines = [
        _(
            "An invitation for {people}, as {role}, good until {day}:",
            people=turn.count("{n} person", "{n} people", uses),
            role=role_name(turn.words, role),
            day=(turn.now + timedelta(days=membership.GOOD_DAYS)).astimezone(turn.zone).date(),
        ),
        f"**{code}**",
        _("They type this code here, in a chat with Từng Ngõ."),
        *(f"{_('Or open')}: {link}" for link in links.values()),
        _("You will be asked about each one.") if approve else "",
    ]
    picture = invitations.picture(turn.tx, links, now=turn.now)
    text = on_lines(*lines)
    choices = (Choice(_("My team"), make("go", "to")), menu.home(turn))
    return Reply(text=text, picture=picture, choices=choices)
