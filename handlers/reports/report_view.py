"""How a report looks while it is filled in: the question, the card."""

from dataclasses import replace

from bot.core import answers, forms
from bot.core.errors import KnownError
from bot.core.forms import Context, Form, FormState, Question
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.text import on_lines
from bot.turn import Turn
from handlers.reports.report_words import said, shown_answer

FORM = "outreach"


def ask(turn: Turn, form: Form, state: FormState, rejected: KnownError | None = None) -> Reply:
    """The present question, after a kind word about what was wrong with the last answer."""
    turn.state.form = state
    question = form[state.at]
    _ = turn.say
    number, total = forms.progress(form, state, turn.today)
    head = (
        "📋 " + _("{form} · {n}/{total}", form=form.title, n=number, total=total)
        if not state.report
        else "📋 " + _("Change")
    )
    if noted := noted_so_far(turn, form, state):
        head += " · " + _("Noted: {noted}", noted=noted)
    wrong = said(turn, rejected) if rejected else ""
    hint = f" {turn.show(question.hint)}" if question.hint else ""
    text = on_lines(head, wrong, turn.show(question.label) + hint)
    return Reply(text=text, choices=(*_answers(turn, question, state), *_moves(turn, question, state)))


def show(turn: Turn, form: Form, state: FormState, rejected: KnownError | None = None, *, note: str = "") -> Reply:
    """The present question; the card when every question has its answer."""
    if state.at and not state.by_line:
        return ask(turn, form, state, rejected)
    if state.at:
        return _card_asking(turn, form, state, note or (said(turn, rejected) if rejected else ""))
    turn.state.form = state
    wrong = said(turn, rejected) if rejected else ""
    text = on_lines(*_card(turn, form, state), note, wrong)
    _ = turn.say
    return Reply(
        text=text,
        choices=(
            Choice(_("Send"), make("do", "send")),
            Choice(_("Change"), make("do", "fix")),
            Choice(_("Cancel"), make("do", "cancel")),
        ),
    )


def _card_asking(turn: Turn, form: Form, state: FormState, note: str) -> Reply:
    asked = ask(turn, form, state)
    missing = [
        turn.show(question.short)
        for question in forms.sequence(form, state.answers, turn.today)
        if question.required and question.name not in state.answers
    ]
    still = turn.say("Still missing: {missing}.", missing=", ".join(missing)) if missing else ""
    text = on_lines(*_card(turn, form, state), note, still, turn.show(form[state.at].label))
    return replace(asked, text=text)


def _card(turn: Turn, form: Form, state: FormState) -> list[str]:
    lines = [
        f"{turn.show(question.short)}: {shown_answer(turn, question, state.answers[question.name], state.team)}"
        for question in form.survey
        if state.answers.get(question.name) is not None
    ]
    return ["📋 " + turn.say("Understood:"), *lines]


def noted_so_far(turn: Turn, form: Form, state: FormState) -> str:
    """The answers given before the present question, in one line."""
    shown = [
        shown_answer(turn, question, state.answers[question.name], state.team, unit=True)
        for question in form.survey
        if question.name != state.at and state.answers.get(question.name) is not None
    ]
    return ", ".join(shown)


def _answers(turn: Turn, question: Question, state: FormState) -> list[Choice]:
    if question.type == "date":
        return [
            Choice(turn.say("Today"), make("f", f"{question.name}={answers.TODAY}")),
            Choice(turn.say("Yesterday"), make("f", f"{question.name}={answers.YESTERDAY}")),
        ]
    offered = answers.choices(question, context(turn, state), state.answers.get(question.name))
    found = [Choice(label, make("f", f"{question.name}={value}")) for label, value in offered]
    if question.type == "select_multiple":
        found.append(Choice(turn.say("Done choosing"), make("f", f"{question.name}={answers.DONE}"), numbered=False))
    return found


def _moves(turn: Turn, question: Question, state: FormState) -> list[Choice]:
    _ = turn.say
    found = [] if question.required else [Choice(_("Skip"), make("do", "skip"), numbered=False)]
    first = not state.answers and not state.correcting
    if not first:
        found.append(Choice(_("Back"), make("do", "back"), numbered=False))
    return [*found, Choice(_("Cancel"), make("do", "cancel"), numbered=False)]


def context(turn: Turn, state: FormState) -> Context:
    """What answers of this report are read against."""
    return Context(today=turn.said_on, locale=turn.locale, places=turn.places(state.team))
