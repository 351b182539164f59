"""What a person wants to be called in the team, where the channel does not tell: asked, typed, kept."""

from dataclasses import replace

from bot.core.messages import Choice, InboundMessage, Reply
from bot.core.payload import make
from bot.core.text import on_lines, words
from bot.services import consents, profile
from bot.turn import Turn
from handlers import menu
from handlers.awaiting import await_text

NAME = "name"
WORDS, LETTERS = 6, 40  # more is no name


def ask(turn: Turn, said: str = "") -> Reply:
    """Ask for it; the next text is the answer."""
    consents.require(turn.tx, turn.speaker.person, "learn")
    await_text(turn, NAME)
    text = turn.say("Type your name, so that the team knows who you are.")
    choices = (Choice(turn.say("Skip"), make(NAME, "skip")),)
    return Reply(text=on_lines(said, text), choices=choices)


def tapped(turn: Turn) -> Reply:
    """Asked for, or not wanted now."""
    if turn.payload.argument == "ask":
        return ask(turn)
    turn.state.awaited = None
    return menu.show(turn)


def typed(turn: Turn) -> Reply | InboundMessage:
    """Keep it. What is clearly no name is understood as what it is."""
    turn.state.awaited = None
    if not may_be_name(turn.message.text):
        return turn.message
    name = profile.set_name(turn.tx, turn.speaker.person, turn.message.text)
    turn.speaker = replace(turn.speaker, name=name)
    shown = menu.show(turn)
    return replace(shown, text=turn.say("Noted: {name}.", name=name) + "\n" + shown.text)


def may_be_name(text: str) -> bool:
    """Whether a text may be a person's name: a few words, no digits, no question."""
    found = words(text)
    return 0 < len(found) <= WORDS and len(text) <= LETTERS and text[-1] not in "?." and not any(map(str.isdigit, text))
