"""“Như hôm qua”: a new report that begins as the person's newest one, of today, shown as a card to correct."""

from dataclasses import replace
from datetime import timedelta

from bot.core import forms
from bot.core.errors import N_, KnownError
from bot.core.forms import AnswerRejected, FormState
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.text import phrase
from bot.services import consents, report_lists
from bot.services.permissions import Action, allowed, require
from bot.services.reports import Filed
from bot.turn import Turn
from handlers.reports.report_by_line import said_at
from handlers.reports.report_view import FORM, show

WORDS = ("nhu hom qua", "nhu lan truoc", "nhu phieu truoc", "same as yesterday", "same as last time")
LEFT_OUT = ("note",)  # what was true of that one day only


def is_meant(text: str) -> bool:
    """Whether a text asks for it."""
    return phrase(text) in WORDS


def offer(turn: Turn, asked: Reply) -> Reply:
    """The first question of a new report, with the short way where there is one."""
    found = report_lists.newest(turn.tx, turn.speaker.person, turn.today)
    if found is None or not allowed(turn.roles, Action.FILE_REPORT, found[0]):
        return asked
    yesterday = found[1] == turn.today - timedelta(days=1)
    label = turn.say("Same as yesterday" if yesterday else "Same as last time")
    numbered = sum(choice.numbered for choice in asked.choices)
    choices = (*asked.choices[:numbered], Choice(label, make("do", "same")), *asked.choices[numbered:])
    return replace(asked, choices=choices)


def same(turn: Turn) -> Reply:
    """The newest report's answers as today's, on a card; what does not fit any more is asked."""
    require(turn.roles, Action.FILE_REPORT)
    consents.require(turn.tx, turn.speaker.person, "report")
    found = _pattern(turn)
    if found is None:
        raise KnownError(N_("There is no report of the last days to begin from. Type “report” to begin a new one."))
    form = turn.library.forms[FORM]
    known = {question.name for question in form.survey} - set(LEFT_OUT)
    answers = {name: value for name, value in found.state.answers.items() if name in known}
    answers["day"] = turn.said_on.isoformat()
    if answers.get("place") not in {place.id for place in turn.places(found.team)}:
        answers.pop("place", None)
    for question in form.survey:
        try:
            forms.check_constraint(question, answers, turn.today)
        except AnswerRejected:
            answers.pop(question.name)
    state = FormState(
        form=form.id, version=form.version, team=found.team, said_at=said_at(turn), by_line=True, answers=answers
    )
    if turn.state.form and turn.state.form.answers:
        turn.state.put_aside()
    note = turn.say("Taken from report {number}. Correct what differs, then send.", number=found.number)
    return show(turn, form, replace(state, at=forms.next_name(form, state, turn.today)), note=note)


def _pattern(turn: Turn) -> Filed | None:
    found = report_lists.pattern(turn.tx, person=turn.speaker.person, today=turn.today)
    return found if found and allowed(turn.roles, Action.FILE_REPORT, found.team) else None
