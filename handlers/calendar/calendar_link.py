"""The calendar on a telephone: its address, and a new one when the old one is in the wrong hands."""

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.services import calendars, consents
from bot.services.permissions import Action, allowed
from bot.turn import Turn
from handlers import menu
from handlers.teams import which_team

NAME = "lich"


def show(turn: Turn) -> Reply:
    """The person's own calendar, and which others there are. Its address is kept, under the consent to reminders."""
    if not turn.public_url:
        return _reply(turn, "", "")
    consents.require(turn.tx, turn.speaker.person, "remind")
    name = calendars.name_of(turn.tx, turn.speaker.person, turn.now)
    text = turn.say(
        "📅 Your calendar: national dates and those of your team, with alarms. Open the link on the telephone and "
        "choose “subscribe”. Whoever has the link sees these dates, so do not pass it on."
    )
    return _reply(turn, text, name, ("new", turn.say("A new link; the old one ends")))


def tapped(turn: Turn) -> Reply:
    """A button of this command."""
    if not turn.public_url:
        return _reply(turn, "", "")
    match turn.payload.argument:
        case "new":
            consents.require(turn.tx, turn.speaker.person, "remind")
            name = calendars.renew(turn.tx, turn.speaker.person, turn.now)
            return _reply(turn, turn.say("📅 Here is the new link; the old one shows nothing any more."), name)
        case "team":
            return _team(turn)
        case "newteam":
            role = which_team.pick(turn, Action.SET_DATES)
            name = calendars.renew_team(turn.tx, role.team, roles=turn.roles, now=turn.now)
            return _reply(turn, turn.say("📅 Here is the new link; the old one shows nothing any more."), name)
        case "all":
            text = turn.say("📅 The national dates, for everybody: this link may be passed on.")
            return _reply(turn, text, calendars.PUBLIC)
    return show(turn)


def _team(turn: Turn) -> Reply:
    role = which_team.pick(turn, Action.SET_DATES)
    name = calendars.team_name_of(turn.tx, role.team, roles=turn.roles, now=turn.now)
    text = turn.say("📅 The calendar of {team}, for its members.", team=role.team_name)
    return _reply(turn, text, name, ("newteam", turn.say("A new link; the old one ends")))


def _reply(turn: Turn, text: str, name: str, more: tuple[str, str] | None = None) -> Reply:
    choices = [Choice(more[1], make(NAME, more[0]))] if more else []
    if more and more[0] == "new":
        if allowed(turn.roles, Action.SET_DATES):
            choices.append(Choice(turn.say("Calendar of the team"), make(NAME, "team")))
        choices.append(Choice(turn.say("National dates only"), make(NAME, "all")))
    choices += [
        Choice(turn.say("Dates to remember"), make("go", "hanchot")),
        menu.home(turn),
    ]
    if not turn.public_url:
        text = turn.say("The calendar needs the web page, which is not set up here. Ask who runs this program.")
        return Reply(text=text, choices=tuple(choices[-2:]))
    return Reply(text=text, choices=tuple(choices), link=f"{turn.public_url}/calendar/{name}.ics")
