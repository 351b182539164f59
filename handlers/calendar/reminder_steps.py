"""What a person answers to a reminder: later, or nothing of this any more."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.calendar import SEND_AT
from bot.core.content import DateRule
from bot.core.errors import KnownError
from bot.core.markup import guard
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.splitting import shorten
from bot.services import reminders, subscriptions, team_dates
from bot.services.subscriptions import Told
from bot.turn import Turn
from handlers import menu
from handlers.calendar.reminders import NAME
from handlers.teams.broadcast_words import moment

IN_HOURS = 3
LABEL = 40  # characters of a button


def tapped(turn: Turn) -> Reply:
    """A button of a reminder: "<due>=later", "<due>=stop", or of what was asked then."""
    due, _, verb = turn.payload.argument.partition("=")
    number = read_number(due)
    told = subscriptions.told_with(turn.tx, number, turn.speaker.person)
    if verb in ("later", "stop") and len(told) > 1:
        return _which(turn, told, verb)
    one = next((each for each in told if each.due == number), told[0])
    match verb:
        case "later" | "later!":
            return _when(turn, one)
        case "stop" | "stop!":
            return _stop(turn, one)
        case "on":
            return _on(turn, one)
    return _again(turn, one, verb)


def later(turn: Turn) -> Reply:
    """In words, “nhắc lại sau”: the newest reminder is meant."""
    return _newest(turn, "later")


def stop(turn: Turn) -> Reply:
    """In words, “thôi nhắc việc này”: the newest reminder is meant."""
    return _newest(turn, "stop")


def newest(turn: Turn) -> list[Told]:
    """What the newest reminder of the last days said. KnownError when there is none."""
    due = subscriptions.newest_told(turn.tx, turn.speaker.person, reminders.REMINDERS, turn.now)
    return subscriptions.told_with(turn.tx, due or 0, turn.speaker.person)


def rule_of(turn: Turn, told: Told) -> DateRule | None:
    """The date it is about; None when it is gone."""
    kind, _, name = told.rule.partition(":")
    if kind == reminders.DATE:
        return turn.library.dates.get(name)
    found = team_dates.find(turn.tx, int(name))
    return found[1] if found else None


def title(turn: Turn, told: Told) -> str:
    """Its name."""
    rule = rule_of(turn, told)
    return guard(turn.show(rule.title)) if rule else turn.say("a date that is gone")


def _newest(turn: Turn, verb: str) -> Reply:
    told = newest(turn)
    if len(told) > 1:
        return _which(turn, told, verb)
    return _when(turn, told[0]) if verb == "later" else _stop(turn, told[0])


def _which(turn: Turn, told: list[Told], verb: str) -> Reply:
    """That message said several things: which one?"""
    choices = [Choice(shorten(title(turn, each), LABEL), make(NAME, f"{each.due}={verb}!")) for each in told]
    labels = {choice.label: choice for choice in choices}
    return Reply(text="📅 " + turn.say("Which one?"), choices=(*labels.values(), menu.home(turn)))


def _when(turn: Turn, told: Told) -> Reply:
    """When shall it be said again?"""
    _ = turn.say
    left = (told.occurrence - turn.today).days
    choices = [Choice(_("In {n} hours", n=IN_HOURS), make(NAME, f"{told.due}=hours"))]
    if left > 0:
        choices.append(Choice(_("Tomorrow morning"), make(NAME, f"{told.due}=tomorrow")))
    choices += [
        Choice(turn.count("{n} day before", "{n} days before", lead), make(NAME, f"{told.due}={lead}"))
        for lead in (7, 3, 1)
        if lead < left - 1
    ]
    text = "📅 " + _("When shall this be said again: {title}?", title=title(turn, told))
    return Reply(text=text, choices=(*choices, menu.home(turn)))


def _again(turn: Turn, told: Told, verb: str) -> Reply:
    wanted = _moment(turn, told, verb)
    if wanted is None or wanted < turn.now:
        return _when(turn, told)
    try:
        at = subscriptions.again_at(turn.tx, told, wanted, person=turn.speaker.person, now=turn.now, zone=turn.zone)
    except KnownError as known:
        return replace(_when(turn, told), text=turn.say(known.say, **known.values))
    text = "📅 " + turn.say(
        "Good. It comes again at {time}: {title}.", time=moment(turn.words, at, turn.zone), title=title(turn, told)
    )
    return Reply(text=text, choices=(_dates(turn), menu.home(turn)))


def _moment(turn: Turn, told: Told, verb: str) -> datetime | None:
    if verb == "hours":
        return turn.now + timedelta(hours=IN_HOURS)
    if verb == "tomorrow":
        return datetime.combine(turn.today + timedelta(days=1), SEND_AT, tzinfo=turn.zone)
    if verb in ("7", "3", "1"):
        return subscriptions.again_before(told, int(verb), turn.zone)
    return None


def _stop(turn: Turn, told: Told) -> Reply:
    subscriptions.mute(turn.tx, turn.speaker.person, told.rule, turn.now)
    text = turn.say("📅 Done: no more reminders of {title}. The other dates go on.", title=title(turn, told))
    undo = Choice(turn.say("Remind me of it again"), make(NAME, f"{told.due}=on"))
    return Reply(text=text, choices=(undo, _dates(turn), menu.home(turn)))


def _on(turn: Turn, told: Told) -> Reply:
    subscriptions.unmute(turn.tx, turn.speaker.person, told.rule)
    text = turn.say("📅 Good: {title} is reminded of again.", title=title(turn, told))
    return Reply(text=text, choices=(_dates(turn), menu.home(turn)))


def _dates(turn: Turn) -> Choice:
    return Choice(turn.say("Dates to remember"), make("go", "hanchot"))
