"""The outreach report: step by step, or one line; a card to confirm; a receipt."""

from dataclasses import replace
from typing import Any

from bot.core import answers, forms
from bot.core.errors import N_, KnownError, NotAllowed
from bot.core.forms import AnswerRejected, Form, FormState
from bot.core.messages import Choice, Kind, Reply
from bot.core.payload import make
from bot.core.text import phrase
from bot.services import consents
from bot.services.permissions import REFUSALS, Action, allowed, require
from bot.turn import Turn
from handlers import menu
from handlers.reports import my_reports, report_again, report_line
from handlers.reports.report_by_line import from_line, said_at, team_of_line
from handlers.reports.report_filing import send
from handlers.reports.report_view import FORM, ask, context, noted_so_far, show
from handlers.teams import which_team

DONE_WORDS = ("xong", "chon xong", "done", "done choosing")


def start(turn: Turn) -> Reply:
    """/baocao: a new report, or the one that was left; with text behind it, the one-line report."""
    require(turn.roles, Action.FILE_REPORT)
    consents.require(turn.tx, turn.speaker.person, "report")
    line = report_line.text_of(turn.message.text) if turn.message.kind is not Kind.TAP else ""
    if report_again.is_meant(line):
        return report_again.same(turn)
    if line:
        turn.state.put_aside()
        return from_line(turn, line, team=team_of_line(turn, line))
    turn.state.put_aside()
    if turn.state.draft:
        return offer_draft(turn)
    return new(turn)


def new(turn: Turn) -> Reply:
    """An empty form, at its first question, in the place of the draft: who was offered to go on with it chose this."""
    role = which_team.pick(turn, Action.FILE_REPORT)
    form = turn.library.forms[FORM]
    state = FormState(form=form.id, version=form.version, team=role.team, said_at=said_at(turn))
    turn.state.draft = None
    return report_again.offer(turn, ask(turn, form, replace(state, at=forms.next_name(form, state, turn.today))))


def offer_draft(turn: Turn) -> Reply:
    """Go on with the open report, or begin another."""
    _ = turn.say
    form = turn.library.forms[FORM]
    assert turn.state.draft
    text = "📋 " + _(
        "A report is still open. Noted so far: {noted}",
        noted=noted_so_far(turn, form, turn.state.draft) or _("nothing yet"),
    )
    return Reply(
        text=text,
        choices=(
            Choice(_("Go on with it"), make("do", "resume")),
            Choice(_("New report"), make("do", "new")),
            menu.home(turn),
        ),
    )


def resume(turn: Turn) -> Reply:
    """Take up the report that was put aside."""
    state = turn.state.form or turn.state.draft
    if state is None:
        return new(turn)
    turn.state.draft = turn.state.draft if turn.state.form else None
    turn.state.form = state
    state, form = _open(turn)
    return show(turn, form, state)


def tapped(turn: Turn) -> Reply:
    """A button of a question: "question=value". A button of an earlier question only shows the present one."""
    state, form = _open(turn)
    name, _, value = turn.payload.argument.partition("=")
    if name != state.at:
        return show(turn, form, state)
    question = form[name]
    if question.type == "select_multiple":
        return toggle(turn, form, state, value)
    try:
        answer = answers.tapped(question, value, context(turn, state))
    except AnswerRejected as rejected:
        return show(turn, form, state, rejected)
    return take(turn, form, state, answer)


def toggle(turn: Turn, form: Form, state: FormState, value: str) -> Reply:
    """Tick or untick one entry of a multiple choice, in place; "=" ends it."""
    question = form[state.at]
    chosen = state.answers.get(question.name)
    if value == answers.DONE:
        if not chosen and question.required:
            return show(turn, form, state, AnswerRejected(N_("Choose at least one, then tap Done.")))
        return take(turn, form, state, chosen)
    try:
        chosen = answers.tapped(question, value, context(turn, state), chosen)
    except AnswerRejected as rejected:
        return show(turn, form, state, rejected)
    kept = replace(state, answers={**state.answers, question.name: chosen})
    return replace(ask(turn, form, kept), edit=True)


def typed(turn: Turn) -> Reply:
    """What was typed while a question is open: a move, a button's words or number, or the answer itself."""
    state, form = _open(turn)
    text = turn.message.text
    if instead := _instead(turn, form, state):
        return instead
    if wanted := report_line.correction(text, form, turn.locale):
        return show(turn, form, forms.correct(state, wanted)) if wanted != "?" else choose_correction(turn)
    if not state.at:
        return show(turn, form, state, AnswerRejected(N_("Tap a button, or type: send, change, cancel.")))
    question = form[state.at]
    if question.type == "select_multiple" and phrase(text) in DONE_WORDS:
        return toggle(turn, form, state, answers.DONE)
    try:
        answer = answers.typed(question, text, context(turn, state))
    except AnswerRejected as rejected:
        return show(turn, form, state, rejected)
    return take(turn, form, state, _with_ticked(state, answer))


def _with_ticked(state: FormState, answer: Any) -> Any:
    """What is typed is added to what was ticked already; a correction says all of it anew."""
    ticked = state.answers.get(state.at)
    return {**ticked, **answer} if isinstance(ticked, dict) and not state.correcting else answer


def _instead(turn: Turn, form: Form, state: FormState) -> Reply | None:
    """What is no answer: the reason of a change, or the wish to begin from the last report."""
    text = turn.message.text
    if state.report and (reason := my_reports.reason_of(text)):
        note = turn.say("Reason: {reason}", reason=answers.quote(reason))
        return show(turn, form, replace(state, reason=reason), note=note)
    return report_again.same(turn) if not state.report and report_again.is_meant(text) else None


def take(turn: Turn, form: Form, state: FormState, answer: Any) -> Reply:
    """Keep an answer and go on."""
    require(turn.roles, Action.FILE_REPORT, state.team or None)
    try:
        state = forms.put(form, state, state.at, answer, today=turn.today)
    except AnswerRejected as rejected:
        return show(turn, form, state, rejected)
    return show(turn, form, state)


def move(turn: Turn) -> Reply:  # noqa: PLR0911  one return a move
    """Back, skip, cancel, send, change: at every step."""
    wanted = turn.payload.argument
    if wanted == "new":
        return new(turn)
    if wanted == "resume":
        return resume(turn)
    if wanted == "same":
        return report_again.same(turn)
    state, form = _open(turn)
    match wanted:
        case "back":
            return show(turn, form, forms.back(form, state, turn.today))
        case "skip" if state.at:
            try:
                return show(turn, form, forms.skip(form, state, turn.today))
            except AnswerRejected as rejected:
                return show(turn, form, state, rejected)
        case "cancel":
            return cancel(turn, state)
        case "fix":
            return choose_correction(turn)
        case "send" | "anyway":
            return send(turn, form, replace(state, twin_seen=state.twin_seen or wanted == "anyway"))
    return show(turn, form, state)


def cancel(turn: Turn, state: FormState) -> Reply:
    """Throw the open form away; a filed report stays as it was."""
    turn.state.form = None
    _ = turn.say
    text = _("The change was dropped; the report stays as it was.") if state.report else _("The report was dropped.")
    shown = menu.show(turn)
    return replace(shown, text=f"{text}\n{shown.text}")


def choose_correction(turn: Turn) -> Reply:
    """Which entry is to be changed?"""
    state, form = _open(turn)
    turn.state.form = replace(state, at="", correcting=False)
    choices = tuple(
        Choice(turn.show(question.short), make("fix", question.name))
        for question in form.survey
        if forms.is_relevant(question, state.answers, turn.today)
    )
    back = Choice(turn.say("Back"), make("do", "resume"), numbered=False)
    return Reply(text="📋 " + turn.say("Which entry do you want to change?"), choices=(*choices, back))


def correct(turn: Turn) -> Reply:
    """Ask the chosen entry again."""
    state, form = _open(turn)
    if turn.payload.argument not in {question.name for question in form.survey}:
        return show(turn, form, state)
    return ask(turn, form, forms.correct(state, turn.payload.argument))


def _open(turn: Turn) -> tuple[FormState, Form]:
    state = turn.state.form
    if state is None or state.form not in turn.library.forms:
        raise KnownError(N_("No report is open. Type “report” to begin one."))
    if not allowed(turn.roles, Action.FILE_REPORT, state.team or None):
        turn.state.form = None  # who is out of the team has nothing to go on with
        raise NotAllowed(REFUSALS[Action.FILE_REPORT])
    return state, turn.library.forms[state.form]
