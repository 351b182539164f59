"""Broadcasts in words: the message as people get it, who it is for, what became of it."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.channel import NAMES
from bot.core.errors import N_
from bot.core.markup import guard
from bot.core.messages import Reply
from bot.core.splitting import shorten
from bot.services.broadcasts import Result
from bot.turn import Turn
from bot.words import Words

SHOWN = 60  # characters of a message in a list: a line or two on a phone
SEGMENTS: Mapping[str, str] = {
    "all": N_("Everybody in the team"),
    "volunteer": N_("Volunteers"),
    "coordinator": N_("Coordinators"),
    "silent": N_("No report yet this week"),
    "reported": N_("Reported this week"),
}
FATES: Mapping[str, str] = {
    "sent": N_("sent {n}"),
    "underway": N_("on the way {n}"),
    "held": N_("waiting for next month’s quota {n}"),
    "waiting": N_("not sent {n}"),
    "failed": N_("failed {n}"),
    "unreachable": N_("cannot be reached {n}"),
    "unknown": N_("not known {n}"),
    "quiet": N_("said stop {n}"),
    "left": N_("left the team {n}"),
}
STOPPED: Mapping[str, str] = {
    "asked": N_("stopped"),
    "late": N_("stopped: its time is long over"),
    "role": N_("stopped: who sent it no longer coordinates the team"),
}


def message(words: Words, text: str, team: str) -> Reply:
    """What a person gets. It offers no choices: without buttons their numbers would answer an older question."""
    signed = words.say("— The coordinator of {team}. Type “stop” to get no more messages like this.", team=guard(team))
    return Reply(text=f"📣 {text}\n{signed}")


def segment(turn: Turn, key: str, team: int) -> str:
    """Who a message is for: "Volunteers", "Who worked in Thôn 3"."""
    kind, _, unit = key.partition(":")
    if kind != "unit":
        return turn.say(SEGMENTS.get(kind, "?"))
    place = next((place.label for place in turn.places(team) if str(place.id) == unit), "?")
    return turn.say("Who worked in {place}", place=place)


def moment(words: Words, at: datetime, zone: ZoneInfo) -> str:
    """A moment as people read it: "18:30 Thứ Sáu 20/11/2026"."""
    local = at.astimezone(zone)
    return f"{local:%H:%M} {words.day_long(local.date())}"


def channel_name(words: Words, channel: str) -> str:
    """A channel's name."""
    return words.say(NAMES.get(channel, channel))


def result(turn: Turn, found: Result) -> str:
    """How far one broadcast has come, in three lines."""
    match found.status:
        case "planned":
            state = turn.say("to be sent at {time}", time=moment(turn.words, found.due_at, turn.zone))
        case "sending":
            state = turn.say("being sent")
        case "stopped":
            state = turn.say(STOPPED.get(found.reason, STOPPED["asked"]))
        case _:
            state = turn.say("all sent out")
    counts = [
        turn.say(words, n=found.fates.get(fate, 0))
        for fate, words in FATES.items()
        if fate == "sent" or found.fates.get(fate)
    ]
    head = turn.say(
        "Message {id} · {segment} · {state}", id=found.id, segment=segment(turn, found.segment, found.team), state=state
    )
    return "\n".join((head, f"“{shorten(' '.join(found.text.split()), SHOWN)}”", " · ".join(counts)))
