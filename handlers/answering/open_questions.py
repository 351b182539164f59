"""/cauhoi: what people asked and nobody answered, for the coordinator: listed, opened, set aside."""

from bot.core.answers import quote
from bot.core.errors import KnownError
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.splitting import shorten
from bot.services import asking, local_answers
from bot.services.asking import Group
from bot.services.local_answers import LocalAnswer
from bot.services.permissions import Action, allowed, require
from bot.turn import Turn
from handlers import menu
from handlers.answering import local_answer, questions
from handlers.answering.question_list import LABEL, NAME, listed

WORDINGS = 4


def start(turn: Turn) -> Reply:
    """The groups of open questions; for everybody else "câu hỏi" is a question to be asked."""
    if not allowed(turn.roles, Action.ANSWER_QUESTIONS):
        if turn.message.text.startswith("/cauhoi"):
            require(turn.roles, Action.ANSWER_QUESTIONS)
        return questions.invite(turn)
    turn.state.end_wizard()
    return listed(turn)


def tapped(turn: Turn) -> Reply:
    """A button of this command: "verb" or "verb=number"."""
    verb, _, value = turn.payload.argument.partition("=")
    require(turn.roles, Action.ANSWER_QUESTIONS)
    if verb in ("", "list"):
        return start(turn)
    if verb == "ours":
        return ours(turn)
    number = read_number(value)
    if verb in ("open", "aside", "answer"):
        group = _find(turn, number)
        if group is None:
            return listed(turn, turn.say("This question is settled already."))
        return {"open": _opened, "aside": _aside, "answer": local_answer.begin}[verb](turn, group)
    if verb in ("own", "drop", "dropped"):
        answer = local_answers.owned(turn.tx, number, turn.roles)
        return {"own": _own, "drop": _drop, "dropped": _dropped}[verb](turn, answer)
    return local_answer.tapped(turn)


def _find(turn: Turn, number: int) -> Group | None:
    found = asking.groups(turn.tx, turn.index, roles=turn.roles, now=turn.now)
    return next((group for group in found if number in group.questions), None)


def _opened(turn: Turn, group: Group) -> Reply:
    """One group: in which words it was asked, what the documents have that is near, what can be done."""
    _ = turn.say
    turn.state.end_wizard()
    lines = [
        f"“{shorten(text, 200)}”" + (f" ({count})" if count > 1 else "")
        for text, count in list(group.texts.items())[:WORDINGS]
    ]
    hits = turn.index.search(group.text, 3)
    near = [turn.library.facts[hit.entry.id].label for hit in hits if hit.entry.id in turn.library.facts]
    asked = turn.count("💬 Asked by {n} person:", "💬 Asked by {n} people:", group.people)
    nearest = [_("Nearest in the documents: {labels}.", labels="; ".join(near))] if near else []
    choices = (
        Choice(_("Write the answer"), make(NAME, f"answer={group.id}")),
        Choice(_("Set aside"), make(NAME, f"aside={group.id}")),
        Choice(_("People's questions"), make(NAME, "list")),
        menu.home(turn),
    )
    return Reply(text="\n".join((asked, *lines, *nearest)), choices=choices)


def _aside(turn: Turn, group: Group) -> Reply:
    asking.set_aside(turn.tx, group, roles=turn.roles, now=turn.now)
    return listed(turn, turn.say("Set aside: “{question}”. Nobody is told.", question=quote(group.text)))


def ours(turn: Turn) -> Reply:
    """The answers of the teams this person coordinates, those that ended too."""
    _ = turn.say
    found = local_answers.listed(turn.tx, turn.roles)
    lines = [
        f"• {shorten(each.question, 80)} – "
        + (_("ended on {day}", day=each.expires_on) if _ended(turn, each) else _("until {day}", day=each.expires_on))
        for each in found
    ]
    head = _("Answers of your team:") if lines else _("Your team has not written an answer yet.")
    labels: dict[str, Choice] = {}
    for each in found:
        label = shorten(each.question, LABEL)
        label = label if label not in labels else f"{shorten(each.question, LABEL - 8)} #{each.id}"
        labels[label] = Choice(label, make(NAME, f"own={each.id}"))
    back = Choice(_("People's questions"), make(NAME, "list"))
    return Reply(text="\n".join((f"💬 {head}", *lines)), choices=(*labels.values(), back, menu.home(turn)))


def _ended(turn: Turn, answer: LocalAnswer) -> bool:
    return answer.expires_on < turn.today


def _own(turn: Turn, answer: LocalAnswer) -> Reply:
    """One answer of the team, and what can be done with it."""
    _ = turn.say
    turn.state.end_wizard()
    until = (
        _("Ended on {day}; it is not told any more.", day=answer.expires_on)
        if _ended(turn, answer)
        else _("Good until {day}.", day=answer.expires_on)
    )
    text = "\n".join((f"“{answer.question}”", questions.local_text(turn, answer), until))
    choices = (
        Choice(_("Change the answer"), make(NAME, f"edit_text={answer.id}")),
        Choice(_("Change the source"), make(NAME, f"edit_source={answer.id}")),
        Choice(_("Change how long it is good"), make(NAME, f"edit_until={answer.id}")),
        Choice(_("Withdraw it"), make(NAME, f"drop={answer.id}")),
        Choice(_("Our answers"), make(NAME, "ours")),
        menu.home(turn),
    )
    return Reply(text=text, choices=choices)


def _drop(turn: Turn, answer: LocalAnswer) -> Reply:
    _ = turn.say
    text = _("Withdraw the answer to “{question}”? Nobody will be told it any more.", question=quote(answer.question))
    choices = (
        Choice(_("Yes, withdraw it"), make(NAME, f"dropped={answer.id}")),
        Choice(_("Keep it"), make(NAME, f"own={answer.id}")),
    )
    return Reply(text=f"⚠️ {text}", choices=choices)


def _dropped(turn: Turn, answer: LocalAnswer) -> Reply:
    person, now = turn.speaker.person, turn.now
    local_answers.withdraw(turn.tx, answer.id, roles=turn.roles, person=person, now=now)
    return listed(turn, turn.say("Withdrawn: “{question}”.", question=quote(answer.question)))


def typed(turn: Turn) -> Reply:
    """The text of the present step."""
    try:
        return local_answer.typed(turn)
    except KnownError:
        turn.state.end_wizard()
        raise
