"""Reviews inside /baihoc: a few questions of finished lessons, and whether to be told when some are due."""

from dataclasses import asdict
from typing import Any

from bot.core.content import QuizItem
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.text import on_lines
from bot.services import consents, profile, reviews
from bot.services.reviews import Question
from bot.turn import Turn
from handlers import menu
from handlers.learning import quiz

NAME = "rev"


def offered(turn: Turn) -> list[Choice]:
    """The review as a choice of /baihoc, when there is something to review today."""
    reviews.remember(turn.tx, turn.library, turn.speaker.person)
    due = _due(turn)
    label = turn.say("Review ({n})", n=len(due))
    return [Choice(label, make(NAME, "start"))] if due else reminding(turn)


def reminding(turn: Turn) -> list[Choice]:
    """Be told of reviews, or no more; nothing for who has nothing to review."""
    if reviews.next_day(turn.tx, turn.speaker.person, turn.zone) is None:
        return []
    if reviews.wants_reminder(turn.tx, turn.speaker.person):
        return [Choice(turn.say("Do not remind me to review"), make(NAME, "off"))]
    return [Choice(turn.say("Remind me to review"), make(NAME, "on"))]


def tapped(turn: Turn) -> Reply:
    """Begin, go on, be told or not, or an answer "lesson=question=choice"."""
    consents.require(turn.tx, turn.speaker.person, "learn")
    match turn.payload.argument:
        case "start":
            return start(turn)
        case "next":
            return show(turn)
        case "on":
            return remind(turn)
        case "off":
            return leave_alone(turn)
    return answer(turn)


def start(turn: Turn) -> Reply:
    """The first of today's questions."""
    turn.state.lesson = None
    due = _due(turn)
    queue = [asdict(question) for question in due]
    turn.state.wizard = {"name": NAME, "queue": queue, "again": [], "asked": 0, "right": 0, "total": len(queue)}
    return show(turn)


def show(turn: Turn) -> Reply:
    """The present question; what is gone from the content is dropped without a word."""
    kept = turn.state.wizard_of(NAME)
    found = _present(turn, kept) if kept else None
    if kept is None or found is None:
        return finish(turn, kept, "")
    question, item = found
    head = turn.say("📘 Review · question {n}/{total}", n=kept["asked"] + 1, total=kept["total"])
    choices = tuple(
        Choice(choice, make(NAME, f"{question.lesson}={question.index}={n}")) for n, choice in enumerate(item.choices)
    )
    return Reply(text=f"{head}\n{item.question}", choices=choices)


def answer(turn: Turn) -> Reply:
    """Right or wrong, and why. What was wrong is asked once more at the end; only the first answer counts."""
    kept = turn.state.wizard_of(NAME)
    found = _present(turn, kept) if kept else None
    lesson, _, rest = turn.payload.argument.partition("=")
    index, _, chosen = rest.partition("=")
    if kept is None or found is None:
        return finish(turn, kept, "")
    question, item = found
    if (lesson, index) != (question.lesson, str(question.index)) or chosen not in map(str, range(len(item.choices))):
        return show(turn)
    right = int(chosen) == item.right
    first = bool(kept["queue"])
    row = (kept["queue"] or kept["again"]).pop(0)
    if first:
        reviews.answer(turn.tx, turn.speaker.person, question, right=right, now=turn.now)
        kept["right"] += right
        if not right:
            kept["again"].append(row)
            kept["total"] += 1
    kept["asked"] += 1
    verdict = quiz.verdict(turn, item, right=right)
    if _present(turn, kept) is None:
        return finish(turn, kept, verdict)
    return Reply(text=verdict, choices=(Choice(turn.say("Next question"), make(NAME, "next")),))


def finish(turn: Turn, kept: dict[str, Any] | None, verdict: str) -> Reply:
    """All asked, or nothing to ask."""
    _ = turn.say
    turn.state.wizard = None if kept else turn.state.wizard
    day = reviews.next_day(turn.tx, turn.speaker.person, turn.zone)
    parts = [
        verdict,
        "📘 " + (_("Reviewed for today.") if kept and kept["asked"] else _("There is nothing to review today.")),
        _("Next review: {day}.", day=day) if day and day > turn.today else "",
    ]
    choices = (
        *([Choice(_("Review ({n})", n=len(due)), make(NAME, "start"))] if (due := _due(turn)) else []),
        Choice(_("Take a short lesson"), make("go", "baihoc")),
        *reminding(turn),
        menu.home(turn),
    )
    return Reply(text=on_lines(*parts), choices=choices)


def remind(turn: Turn) -> Reply:
    """Tell the person when something is due: a wish of its own, under the consent to reminders."""
    consents.require(turn.tx, turn.speaker.person, "remind")
    profile.set_quiet(turn.tx, turn.speaker.person, quiet=False)
    reviews.set_reminder(turn.tx, turn.speaker.person, on=True, now=turn.now)
    text = turn.say("Done. When there is something to review, you hear of it around 18:00, at most once a day.")
    return Reply(text=text, choices=_onward(turn))


def leave_alone(turn: Turn) -> Reply:
    """No more of these; other reminders stay as they are."""
    reviews.set_reminder(turn.tx, turn.speaker.person, on=False, now=turn.now)
    text = turn.say("Done: no more reminders to review. The review still waits under “lessons”.")
    return Reply(text=text, choices=_onward(turn))


def _onward(turn: Turn) -> tuple[Choice, ...]:
    _ = turn.say
    return (Choice(_("Take a short lesson"), make("go", "baihoc")), menu.home(turn))


def _due(turn: Turn) -> list[Question]:
    person, audience = turn.speaker.person, turn.audience
    return reviews.due(turn.tx, turn.library, person, audience=audience, now=turn.now, zone=turn.zone)


def _present(turn: Turn, kept: dict[str, Any]) -> tuple[Question, QuizItem] | None:
    """The question to be asked now, as it stands now."""
    for rows in (kept["queue"], kept["again"]):
        while rows:
            question = Question(**rows[0])
            if item := reviews.item(turn.library, question.lesson, question.index, turn.audience):
                return question, item
            rows.pop(0)
            kept["total"] -= 1
    return None
