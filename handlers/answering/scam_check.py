"""/kiemtra: what is seen in a message somebody received, and the next step. Nothing of it is opened or kept."""

from dataclasses import replace
from datetime import timedelta

from bot.core.messages import Choice, InboundMessage, Reply
from bot.core.payload import make
from bot.core.splitting import shorten
from bot.core.suspicion.scam import Finding, Seen
from bot.core.text import on_lines, phrase
from bot.turn import Turn
from handlers import menu
from handlers.awaiting import move
from handlers.reports import report_view

NAME = "kiemtra"
SHOWN = 4  # signs of one answer
IN_FORM = 2  # signs where the open question must still fit below
LABEL = 40
LONG = 1900  # characters; platforms cut a longer message into several
REST = timedelta(minutes=1)
LEAST = 8  # words of a message that is the rest of another; an answer to a form is shorter
AFTER = "L8"  # the lesson for whoever has done it already
CALLS = ("kiem tra giup", "kiem tra tin la", "kiem tra tin", "kiem tra", "check")
_MARKS = ":,-–\n"


def start(turn: Turn) -> Reply:
    """/kiemtra TEXT; without a text the next one is checked. An open report stays open."""
    text = after_call(turn.message.text)
    return check(turn, text) if phrase(text) else ask(turn)


def check(turn: Turn, text: str) -> Reply:
    """The answer. What is long comes in several messages: what follows within a minute belongs to it."""
    until = (turn.now + REST).isoformat()
    turn.state.awaited = {"for": NAME, "until": until} if len(text) >= LONG else None
    return result(turn, turn.library.scam.check(text))


def ask(turn: Turn, wrong: str = "") -> Reply:
    """The next text is the message; nothing else is kept of it than the answer."""
    turn.state.awaited = {"for": NAME}
    _ = turn.say
    text = _("Paste the message or the link here. It is only read: nothing is opened, nothing is kept.")
    care = _("Leave out ID numbers, passwords and codes.")
    kept = _("The open report stays as it is.") if turn.state.form else ""
    said = on_lines(wrong, f"⚠️ {text}", care, kept)
    return Reply(text=said, choices=(move(turn, NAME, "cancel"),))


def typed(turn: Turn) -> Reply | InboundMessage:
    """The message that was awaited, or the rest of one; what comes later is something else."""
    if not awaits(turn):
        turn.state.awaited = None
        return turn.message
    _ = turn.say
    text = after_call(turn.message.text)
    if not phrase(text):
        unread = _("There are no words in that. Pictures cannot be read: please type what it says.")
        return ask(turn, "" if phrase(turn.message.text) else unread)
    return check(turn, text)


def tapped(turn: Turn) -> Reply:
    """One more message, or no check after all: back to what was open."""
    if turn.payload.argument == "more":
        return ask(turn)
    turn.state.awaited = None
    opened = _open_question(turn)
    return opened or menu.show(turn)


def is_meant(turn: Turn) -> bool:
    """Whether a text nobody asked for is to be checked: it begins with the command's words, or was plainly pasted."""
    text = turn.message.text
    return _is_call(turn, text) or turn.library.scam.check(text).was_pasted


def _is_call(turn: Turn, text: str) -> bool:
    """Whether a text begins with "kiểm tra giúp" and goes on with what is to be checked."""
    rest = after_call(text)
    if rest == text or not phrase(rest):
        return False
    return text[: len(text) - len(rest)].rstrip(" ").endswith(tuple(_MARKS)) or turn.library.scam.check(rest).warns


def after_call(text: str) -> str:
    """What follows the command or its words; the text itself when it begins with neither."""
    if text.startswith("/"):
        return text.partition(" ")[2].strip() or text.partition("\n")[2].strip()
    for call in CALLS:
        for size in range(len(call), min(len(text), len(call) + 3) + 1):
            if phrase(text[:size]) == call and not text[size : size + 1].isalnum():
                return text[size:].lstrip(f" {_MARKS}")
    return text


def result(turn: Turn, finding: Finding) -> Reply:
    """What was seen, what to do, and where to learn more. An open report's question stands below."""
    opened = _open_question(turn)
    text = _seen(turn, finding, IN_FORM if opened else SHOWN) if finding.warns else _nothing(turn)
    if opened:
        return replace(opened, text=f"{text}\n\n{opened.text}")
    return Reply(text=text, choices=_choices(turn, finding))


def _seen(turn: Turn, finding: Finding, limit: int) -> str:
    _ = turn.say
    shown = finding.seen[:limit]
    lines, quotes = ["⚠️ " + _("This looks like a fraud. What was seen:")], set[str]()
    for each in shown:
        quote = "" if each.quote in quotes else f": “{each.quote}”"
        quotes.add(each.quote)
        lines.append(f"– {turn.show(each.sign.seen)}{quote}")
    if len(finding.seen) > limit:
        lines[-1] += " " + _("(and {n} more)", n=len(finding.seen) - limit)
    lines.append(_("What to do: {what}", what=shown[0].sign.todo))
    advice = turn.library.advice
    lines += [turn.show(advice[name].text) for name in ("seen", "report") if name in advice]
    return "\n".join((*lines, _source(turn, shown)))


def _nothing(turn: Turn) -> str:
    _ = turn.say
    lines = ["⚠️ " + _("No familiar sign was seen yet. That does not mean it is safe.")]
    advice = turn.library.advice
    lines += [turn.show(advice[name].text) for name in ("unseen", "report") if name in advice]
    if "unseen" in advice:
        source, day = turn.library.sources[advice["unseen"].source].short, advice["unseen"].checked_on
        lines.append(_("Source: {source}. Checked on {day}.", source=source, day=day))
    return "\n".join(lines)


def _source(turn: Turn, shown: tuple[Seen, ...]) -> str:
    sources = dict.fromkeys(turn.library.sources[each.sign.source].short for each in shown[:2])
    day = min(each.sign.checked_on for each in shown)
    return turn.say("Source: {source}. Checked on {day}.", source="; ".join(sources), day=day)


def _choices(turn: Turn, finding: Finding) -> tuple[Choice, ...]:
    _ = turn.say
    lessons = dict.fromkeys(each.sign.lesson for each in finding.seen[:SHOWN])
    known = [name for name in lessons if name in turn.library.lessons][:1] if finding.warns else []
    titles = {name: turn.library.lessons[name].title for name in known}
    if AFTER in turn.library.lessons:
        titles[AFTER] = turn.library.lessons[AFTER].title
    return (
        *(
            Choice(_("Lesson: {title}", title=shorten(title, LABEL - 10)), make("lesson", name))
            for name, title in titles.items()
        ),
        Choice(_("Ask somebody to help"), make("go", "nho")),
        Choice(_("Check another message"), make(NAME, "more")),
        menu.home(turn),
    )


def _open_question(turn: Turn) -> Reply | None:
    """The question of the report that is open."""
    state = turn.state.form
    if state is None or state.form not in turn.library.forms:
        return None
    return report_view.show(turn, turn.library.forms[state.form], state)


def awaits(turn: Turn) -> bool:
    """Whether this text is the message to be checked, or the rest of a long one, whatever else is open."""
    kept = turn.state.awaited or {}
    if kept.get("for") != NAME or "until" not in kept:
        return kept.get("for") == NAME
    return turn.now.isoformat() <= kept["until"] and len(phrase(turn.message.text).split()) >= LEAST
