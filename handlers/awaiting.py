"""The next text is for something: a note, a question, an answer."""

from typing import Any

from bot.core.messages import Choice
from bot.core.payload import make
from bot.turn import Turn


def await_text(turn: Turn, name: str, **data: Any) -> None:
    """Let the next text go to that name of buttons.AWAITED; an open report is put aside, not lost."""
    turn.state.put_aside()
    turn.state.awaited = {"for": name, **data}


def awaited(turn: Turn, name: str) -> dict[str, Any]:
    """What was kept for that name; empty when something else, or nothing, is awaited."""
    kept = turn.state.awaited or {}
    return kept if kept.get("for") == name else {}


def move(turn: Turn, name: str, wanted: str) -> Choice:
    """A button "Back", "Skip" or "Cancel", chosen by its words only: a number would be an answer."""
    _ = turn.say
    labels = {"back": _("Back"), "skip": _("Skip"), "cancel": _("Cancel")}
    return Choice(labels[wanted], make(name, wanted), numbered=False)
