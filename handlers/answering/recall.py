"""/dinhchinh: facts that were replaced after people were told them; a coordinator has these written to, each once."""

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.library import Library
from bot.services import recalls
from bot.services.permissions import Action, require
from bot.services.recalls import Recall
from bot.turn import Turn
from bot.words import Words
from handlers import menu

NAME = "dinhchinh"
SHOWN = 6


def start(turn: Turn) -> Reply:
    """What was replaced, and how many people were told the old of it."""
    require(turn.roles, Action.CORRECT_FACTS)
    _ = turn.say
    found = recalls.find(turn.tx, turn.library, now=turn.now)
    if not found:
        text = _("💬 No correction waits: nobody was told in the last {n} days what holds no more.", n=recalls.DAYS)
        return Reply(text=text, choices=(menu.home(turn),))
    lines = [f"• {line(each, turn.words)}" for each in found[:SHOWN]]
    choices: dict[str, Choice] = {}
    for each in found[:SHOWN]:
        choices.setdefault(each.old.label, Choice(each.old.label, make(NAME, f"see={each.id}")))
    text = "\n".join((_("💬 Replaced, and told before:"), *lines))
    return Reply(text=text, choices=(*choices.values(), menu.home(turn)))


def tapped(turn: Turn) -> Reply:
    """Look at one, or have it sent."""
    require(turn.roles, Action.CORRECT_FACTS)
    verb, _, value = turn.payload.argument.partition("=")
    number = read_number(value)
    if verb == "send":
        return _send(turn, number)
    found = recalls.one(turn.tx, turn.library, number, now=turn.now)
    return _see(turn, found) if found and found.people else start(turn)


def _see(turn: Turn, recall: Recall) -> Reply:
    """The message as it will arrive, and to how many."""
    _ = turn.say
    count = turn.count("It goes to {n} person, once.", "It goes to {n} people, once each.", recall.people)
    rule = _("Who said stop or took their consent back gets nothing.")
    text = "\n".join((_("They will see:"), correction(recall, turn.library, turn.words).text, "———", f"{count} {rule}"))
    choices = (
        Choice(_("Write to them"), make(NAME, f"send={recall.id}")),
        Choice(_("Do not write"), make("go", NAME)),
        menu.home(turn),
    )
    return Reply(text=text, choices=choices)


def _send(turn: Turn, number: int) -> Reply:
    _recall, people = recalls.confirm(
        turn.tx, turn.library, number, roles=turn.roles, person=turn.speaker.person, now=turn.now, today=turn.today
    )
    text = turn.count(
        "💬 The correction goes to {n} person, between 07:00 and 20:30.",
        "💬 The correction goes to {n} people, between 07:00 and 20:30.",
        people,
    )
    return Reply(text=text, choices=(menu.home(turn),))


def line(recall: Recall, words: Words) -> str:
    """One replaced fact in a line, with how many people were told it."""
    count = words.say_many("{n} person was told", "{n} people were told", recall.people)
    return f"{recall.old.label} → {recall.new.label}: {count}"


def correction(recall: Recall, library: Library, words: Words) -> Reply:
    """To who was told the old fact: what was said, what holds now, and where that stands."""
    _ = words.say
    source = library.sources[recall.new.source].short
    lines = (
        _("💬 A correction. Từng Ngõ told you: “{old}”", old=recall.old.statement),
        _("What holds now: {new}", new=recall.new.statement),
        _("As of {as_of}. Source: {source}.", as_of=recall.new.as_of_text, source=source),
    )
    return Reply(text="\n".join(lines))


def found(recall: Recall, words: Words) -> Reply:
    """To a coordinator, unasked: a fact was replaced that people were told."""
    text = words.say("💬 A fact was replaced: {line}. Shall they be told what holds now?", line=line(recall, words))
    return Reply(text=text, choices=(Choice(words.say("Corrections"), make("go", NAME), numbered=False),))
