"""The steps of a message to many as they are shown; the last one is the look at it before it goes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.text import on_lines
from bot.services import broadcasts
from bot.services.broadcasts import Audience, Draft
from bot.services.permissions import Action, allowed
from bot.turn import Turn
from handlers.teams import broadcast_words as words

Wizard = dict[str, Any]


def draft(wizard: Wizard, now: datetime) -> Draft:
    """What was said so far."""
    at = wizard.get("at", "now")
    return Draft(
        team=wizard["team"],
        segment=wizard.get("to", "all"),
        text=wizard.get("text", ""),
        at=now if at == "now" else datetime.fromisoformat(at),
    )


def team(turn: Turn, _wizard: Wizard, wrong: str) -> Reply:
    """Which team."""
    found = [role for role in turn.roles if allowed([role], Action.BROADCAST)]
    choices = [Choice(role.team_name, make("gui", f"team={role.team}")) for role in found]
    return _reply(turn, wrong, turn.say("A message of which team?"), *choices, back=False)


def to(turn: Turn, wizard: Wizard, wrong: str) -> Reply:
    """To whom."""
    _ = turn.say
    text = (
        _("📣 A message to many. Who is it for?") + "\n" + _("Residents cannot be chosen: where they live is not kept.")
    )
    choices = [
        Choice(words.segment(turn, key, wizard["team"]), make("gui", f"to={key}")) for key in broadcasts.SEGMENTS
    ]
    if turn.places(wizard["team"]):
        choices.append(Choice(_("Who worked in one place…"), make("gui", "to=unit")))
    return _reply(turn, wrong, text, *choices, back=False)


def unit(turn: Turn, wizard: Wizard, wrong: str) -> Reply:
    """Who worked where: nobody says where volunteers live, their reports say where they were."""
    text = turn.count(
        "Who filed a report from one place in the last {n} day. Which place?",
        "Who filed a report from one place in the last {n} days. Which place?",
        broadcasts.WORKED.days,
    )
    places = [Choice(place.label, make("gui", f"unit=unit:{place.id}")) for place in turn.places(wizard["team"])]
    return _reply(turn, wrong, text, *places)


def text(turn: Turn, wizard: Wizard, wrong: str) -> Reply:
    """What it says."""
    head = turn.say(
        "To: {segment}. Type the text, at most {limit} characters; no telephone or ID numbers.",
        segment=words.segment(turn, wizard["to"], wizard["team"]),
        limit=broadcasts.TEXT_LIMIT,
    )
    return _reply(turn, wrong, head, numbered=False)


def when(turn: Turn, _wizard: Wizard, wrong: str) -> Reply:
    """When it goes out."""
    _ = turn.say
    text = _("When should it go out? Type a time, for example: 18h30, mai 8h, 20/11 9h")
    return _reply(turn, wrong, text, Choice(_("Right now"), make("gui", "when=now")))


def check(turn: Turn, wizard: Wizard, wrong: str) -> Reply:
    """The look before it goes: the message as it will arrive, to how many, where, when."""
    _ = turn.say
    wanted = draft(wizard, turn.now)
    found = broadcasts.audience(turn.tx, wanted, sender=turn.speaker.person, roles=turn.roles, today=turn.today)
    name = next(role.team_name for role in turn.roles if role.team == wizard["team"])
    lines = [
        wrong,
        _("⚠️ Personal numbers were taken out of the text: a message to many must not carry them.")
        if wizard.get("masked")
        else "",
        _("They will see:"),
        words.message(turn.words, wanted.text, name).text,
        "———",
        *_counts(turn, wizard, found),
        *_time(turn, wanted.at),
    ]
    choices = (
        Choice(_("Send"), make("gui", "send")),
        Choice(_("Change the text"), make("gui", "edit_text")),
        Choice(_("Change the time"), make("gui", "edit_when")),
        Choice(_("Change who it is for"), make("gui", "edit_to")),
        Choice(_("Cancel"), make("gui", "cancel")),
    )
    return Reply(text=on_lines(*lines), choices=choices)


def _counts(turn: Turn, wizard: Wizard, found: Audience) -> list[str]:
    """How many people, how many messages where, and who is left out."""
    segment = words.segment(turn, wizard["to"], wizard["team"])
    lines = [turn.count("To: {segment} – {n} person.", "To: {segment} – {n} people.", found.reached, segment=segment)]
    for (channel, bot), number in found.outlets.items():
        line = turn.count(
            "{place}: {n} message.", "{place}: {n} messages.", number, place=words.channel_name(turn.words, channel)
        )
        left = turn.quota(channel, bot)
        if left is not None:
            line += " " + turn.say("This month’s quota still allows {left}.", left=left)
        if left is not None and left < number:
            line += " " + turn.say("⚠️ That is not enough for everybody.")
        lines.append(line)
    if found.quiet:
        lines.append(turn.say("Said stop and will not get it: {n}.", n=found.quiet))
    if found.unreachable:
        lines.append(turn.say("Cannot be reached now: {n}.", n=found.unreachable))
    return lines


def _time(turn: Turn, wanted: datetime) -> list[str]:
    at = broadcasts.send_at(wanted, turn.now, turn.zone)
    if at == turn.now:
        return [turn.say("Time: right now.")]
    line = turn.say("Time: {time}.", time=words.moment(turn.words, at, turn.zone))
    if at == wanted:
        return [line]
    return [line, turn.say("The time wished for is at night (20:30–07:00), so it goes out in the morning.")]


def _reply(turn: Turn, wrong: str, text: str, *choices: Choice, back: bool = True, numbered: bool = True) -> Reply:
    moves = [Choice(turn.say("Cancel"), make("gui", "cancel"), numbered)]
    if back:
        moves.insert(0, Choice(turn.say("Back"), make("gui", "back"), numbered))
    return Reply(text=on_lines(wrong, text), choices=(*choices, *moves))


SHOWN: Mapping[str, Callable[[Turn, Wizard, str], Reply]] = {
    "team": team,
    "to": to,
    "unit": unit,
    "text": text,
    "when": when,
    "check": check,
}
