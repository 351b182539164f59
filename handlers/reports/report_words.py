"""Answers and refusals of a form in words."""

from datetime import date
from typing import Any

from bot.core.content import Bilingual
from bot.core.errors import KnownError
from bot.core.forms import Question
from bot.turn import Turn


def said(turn: Turn, refused: KnownError) -> str:
    """A refusal as a sentence; the form's own sentences are in its file."""
    rule = refused.values.get("rule")
    if isinstance(rule, Bilingual):
        return turn.show(rule)
    return turn.say(refused.say, **refused.values)


def shown_answer(  # noqa: PLR0911  one return a type
    turn: Turn, question: Question, value: Any, team: int, *, unit: bool = False
) -> str:
    """An answer as people read it: "18/11/2026", "Thôn 3", "VNeID 2 · Dịch vụ công 3"."""
    if value is None:
        return turn.say("left open")
    match question.type:
        case "date":
            day = date.fromisoformat(value)
            return turn.say("today") if unit and day == turn.today else turn.show(day)
        case "place":
            return turn.place_label(team, value)
        case "select_one":
            return _label(turn, question, value)
        case "select_multiple":
            return " · ".join(
                _label(turn, question, name) + (f" {turn.show(count)}" if count else "")
                for name, count in value.items()
            )
        case "integer" if unit and question.unit:
            return f"{turn.show(value)} {turn.show(question.unit)}"
    return turn.show(value)


def _label(turn: Turn, question: Question, name: str) -> str:
    for choice in question.choices:
        if choice.name == name:
            return turn.show(choice.label)
    return name
