"""What waits for an answer of the coordinator, the page from which questions are opened and answers are written."""

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.splitting import shorten
from bot.core.text import on_lines
from bot.services import asking, local_answers
from bot.turn import Turn
from handlers import menu

NAME = "cauhoi"
SHOWN = 6
LABEL = 40


def listed(turn: Turn, said: str = "") -> Reply:
    """What waits for an answer, what most people asked first; and what people say of the answers they got."""
    _ = turn.say
    groups = asking.groups(turn.tx, turn.index, roles=turn.roles, now=turn.now)
    lines = [
        f"• {shorten(group.text, 120)} – {turn.count('{n} person', '{n} people', group.people)}"
        for group in groups[:SHOWN]
    ]
    head = _("Questions without an answer, the same ones together:") if lines else _("No question waits for an answer.")
    if groups[SHOWN:]:
        lines.append(_("and {n} more", n=len(groups) - SHOWN))
    labels: dict[str, Choice] = {}
    for group in groups[:SHOWN]:
        label = shorten(group.text, LABEL)
        labels.setdefault(label, Choice(label, make(NAME, f"open={group.id}")))
    if local_answers.listed(turn.tx, turn.roles):
        labels["ours"] = Choice(_("Our answers"), make(NAME, "ours"))
    text = on_lines(said, f"💬 {head}", *lines, *_marks(turn))
    return Reply(text=text, choices=(*labels.values(), menu.home(turn)))


def _marks(turn: Turn) -> list[str]:
    """How answers were marked in the last days, and which one was wrong most often."""
    found = asking.marks(turn.tx, roles=turn.roles, now=turn.now)
    if not found.right + found.wrong:
        return []
    text = turn.say(
        "Marks of the last {days} days: {right} right, {wrong} not what was meant.",
        days=asking.MARKED.days,
        right=found.right,
        wrong=found.wrong,
    )
    worst = [
        f"{fact.label} ({count})" for key, count in found.by_answer.items() if (fact := turn.library.facts.get(key))
    ]
    return [text, *([turn.say("Most often not meant: {labels}.", labels=", ".join(worst[:2]))] if worst else [])]
