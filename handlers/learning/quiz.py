"""What is said after an answer to a quiz question."""

from bot.core.content import QuizItem
from bot.turn import Turn


def verdict(turn: Turn, item: QuizItem, *, right: bool) -> str:
    """Right or not, and why."""
    _ = turn.say
    said = (
        _("Right!") if right else _("Not quite, but close. The answer is: {answer}.", answer=item.choices[item.right])
    )
    return f"{said} {item.explanation}"
