"""/hanchot theo dõi: which dates, how many days before, at which hours, on weekends or not."""

import re
from collections.abc import Mapping
from datetime import time

from bot.core.answers import quote
from bot.core.date_line import parse_leads
from bot.core.errors import N_, KnownError
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.text import clean, fold, on_lines
from bot.services import consents, subscriptions
from bot.services.reminders import DATE, TEAM
from bot.services.subscriptions import TOPIC, TOPICS, Told, Wishes
from bot.turn import Turn
from handlers.awaiting import await_text, awaited
from handlers.calendar import date_words, reminder_steps

NAME = "follow"
LABELS: Mapping[str, str] = {
    "national": N_("Days of the whole country"),
    "target": N_("Targets and common deadlines"),
    "team": N_("Dates of my team"),
}
ASK: Mapping[str, str] = {
    "hours": N_("From when to when shall it be quiet? Type for example: 20:30 to 7:00"),
    "leads": N_("How many days before? Type for example: 7, 3, 1 or: on the day"),
}
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}) ?(?:h|g|gio|:)? ?(?P<minute>[0-5]\d)?(?: ?(?P<half>ruoi))?(?: ?(?P<part>sang|toi|chieu|dem))?"
)
_SPAN = re.compile(r"\s*(?:-|–|\bden\b|\btoi\b(?= *\d)|\bto\b)\s*")
_NOON, _HOURS = 12, 24


def show(turn: Turn, said: str = "") -> Reply:
    """What the person chose, and what can be chosen."""
    consents.require(turn.tx, turn.speaker.person, "remind")
    turn.state.awaited = None
    _ = turn.say
    chosen = subscriptions.wishes(turn.tx, turn.speaker.person)
    topics = [topic for topic in TOPICS if topic != "team" or turn.roles]
    lines = (
        said,
        "📅 " + _("Your reminders:"),
        _(
            "Topics: {topics}",
            topics=", ".join(_(LABELS[each]) for each in topics if chosen.follows(each)) or _("none"),
        ),
        _("When: {leads}", leads=_leads(turn, chosen)),
        _("Quiet: {span}", span=_span(chosen)),
        _("At weekends: {answer}", answer=_("yes") if chosen.weekends else _("no")),
        *_muted(turn, chosen),
    )
    choices = [_topic(turn, each, chosen) for each in topics]
    choices += [
        Choice(_("How many days before"), make(NAME, "leads")),
        Choice(_("Quiet hours"), make(NAME, "hours")),
        Choice(_("None at weekends") if chosen.weekends else _("At weekends too"), make(NAME, "weekends")),
    ]
    if any(not subject.startswith(TOPIC) for subject in chosen.muted):
        choices.append(Choice(_("Hear of the silent dates again"), make(NAME, "unmute")))
    return Reply(
        text=on_lines(*lines),
        choices=(*choices, Choice(_("Dates to remember"), make("go", "hanchot"))),
    )


def tapped(turn: Turn) -> Reply:
    """A button of this command."""
    consents.require(turn.tx, turn.speaker.person, "remind")
    verb, _, value = turn.payload.argument.partition("=")
    person = turn.speaker.person
    chosen = subscriptions.wishes(turn.tx, person)
    match verb:
        case "on" if value in TOPICS:
            subscriptions.unmute(turn.tx, person, TOPIC + value)
        case "off" if value in TOPICS:
            subscriptions.mute(turn.tx, person, TOPIC + value, turn.now)
        case "weekends":
            subscriptions.set_weekends(turn.tx, person, turn.now, wanted=not chosen.weekends)
        case "each":
            subscriptions.set_leads(turn.tx, person, None, turn.now)
        case "unmute":
            for subject in chosen.muted:
                if not subject.startswith(TOPIC):
                    subscriptions.unmute(turn.tx, person, subject)
        case "hours" | "leads":
            return _ask(turn, verb)
    return show(turn)


def typed(turn: Turn) -> Reply:
    """The hours, or the days before, that were typed."""
    asked = awaited(turn, NAME).get("asked", "hours")
    text, person = turn.message.text, turn.speaker.person
    try:
        if asked == "leads":
            leads = parse_leads(text)
            if leads is None:
                return _ask(turn, asked, text)
            subscriptions.set_leads(turn.tx, person, leads, turn.now)
        else:
            hours = parse_span(text)
            if hours is None:
                return _ask(turn, asked, text)
            subscriptions.set_quiet_hours(turn.tx, person, *hours, turn.now)
    except KnownError as known:
        return Reply(text=turn.say(known.say, **known.values), choices=(_cancel(turn),))
    return show(turn, turn.say("Noted."))


def parse_span(text: str) -> tuple[time, time] | None:
    """Two times of day: "20h30 đến 7h", "21:00-6:30", "9 giờ tối đến 6 giờ sáng". None for what is not clear."""
    folded = " ".join(fold(clean(text)).split()).removeprefix("tu ")
    parts = [part for part in _SPAN.split(folded) if part]
    if len(parts) != 2:  # noqa: PLR2004  from, to
        return None
    times = [_clock(part) for part in parts]
    return (times[0], times[1]) if times[0] is not None and times[1] is not None else None


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return None
    hour, minute = int(found["hour"]), 30 if found["half"] else int(found["minute"] or 0)
    if found["part"] in ("toi", "chieu") and hour < _NOON:
        hour += _NOON
    if hour == _HOURS and not minute:
        hour = 0
    return time(hour, minute) if hour < _HOURS else None


def _ask(turn: Turn, asked: str, unclear: str = "") -> Reply:
    await_text(turn, NAME, asked=asked)
    wrong = turn.say("“{text}” is not clear.", text=quote(unclear)) if unclear else ""
    choices = [_cancel(turn)]
    if asked == "leads":
        choices.insert(0, Choice(turn.say("As each date has it"), make(NAME, "each"), numbered=False))
    return Reply(text=" ".join(part for part in (wrong, turn.say(ASK[asked])) if part), choices=tuple(choices))


def _cancel(turn: Turn) -> Choice:
    return Choice(turn.say("Cancel"), make(NAME, "cancel"), numbered=False)


def _topic(turn: Turn, topic: str, chosen: Wishes) -> Choice:
    label = turn.say(LABELS[topic])
    if chosen.follows(topic):
        return Choice(turn.say("Not: {topic}", topic=label), make(NAME, f"off={topic}"))
    return Choice(turn.say("Follow: {topic}", topic=label), make(NAME, f"on={topic}"))


def _leads(turn: Turn, chosen: Wishes) -> str:
    return date_words.before(chosen.leads, turn.words) if chosen.leads else turn.say("as each date has it")


def _span(chosen: Wishes) -> str:
    return f"{chosen.quiet_from:%H:%M}–{chosen.quiet_to:%H:%M}"


def _muted(turn: Turn, chosen: Wishes) -> list[str]:
    """Dates the person wanted to hear no more of."""
    rules = sorted(subject for subject in chosen.muted if subject.startswith((f"{DATE}:", f"{TEAM}:")))
    if not rules:
        return []
    names = [reminder_steps.title(turn, Told(due=0, rule=rule, occurrence=turn.today)) for rule in rules]
    return [turn.say("Silent: {dates}", dates=", ".join(names))]
