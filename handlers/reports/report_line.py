"""The one-line report: "bc t3 5ho 8ng vneid 2 dvc 3 sang nay"."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.core import forms
from bot.core.answers import match_number
from bot.core.forms import AnswerRejected, Form, FormState, Place
from bot.core.report_line.oneline import Reading, Vocabulary, read_line
from bot.core.text import fold, phrase

_START = re.compile(r"^/?(?:bao\s*cao|bc|report)\b[\s:,.-]*")
_MEND = re.compile(r"^(?:sua|change)\b(?:\s*phieu)?(?:\s*(?:cuoi(?: cung)?|vua gui|moi nhat|gan nhat))?[\s:,.-]+")
_CORRECT = re.compile(r"^(?:sua|change|fix)\b\s*(.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line read into a form: the state, what was not understood, what was refused."""

    state: FormState
    unclear: tuple[str, ...]
    refused: tuple[AnswerRejected, ...]


def text_of(text: str) -> str:
    """What stands behind the word that begins a report; empty when nothing does, or when the word is not there."""
    found = _START.match(fold(text))
    return text[found.end() :].strip() if found else ""


def mend_of(text: str) -> str:
    """What stands behind "sửa", "sửa phiếu", "sửa phiếu cuối"; empty when nothing does, or when it is not there."""
    found = _MEND.match(fold(text))
    return text[found.end() :].strip() if found else ""


def says_something(text: str, form: Form, places: tuple[Place, ...], today: date) -> bool:
    """Whether a line holds at least one value and nothing that is not understood."""
    reading = read_line(text, vocabulary(form, places), today)
    return bool(reading.values) and not reading.unclear


def read(form: Form, state: FormState, text: str, *, places: tuple[Place, ...], today: date) -> Line:
    """Read a line into the form. Only required questions stay open; the day is today unless the line says another."""
    reading = read_line(text, vocabulary(form, places), today)
    refused = []
    answers = dict(state.answers)
    for name, value in _answers(reading).items():
        if name not in {question.name for question in form.survey}:
            continue
        try:
            forms.check_constraint(form[name], {**answers, name: value}, today)
            answers[name] = value
        except AnswerRejected as rejection:
            refused.append(rejection)
            answers.pop(name, None)
    open_names = {*reading.asked, *(rejection.values.get("name") for rejection in refused)}
    for question in form.survey:
        if question.name in open_names:
            continue
        if question.default:
            answers.setdefault(question.name, today.isoformat() if question.default == "today" else question.default)
        elif not question.required and not question.on_card:
            answers.setdefault(question.name, None)
    state = replace(state, answers=answers, correcting=False, by_line=True)
    state = replace(state, at=forms.next_name(form, state, today))
    return Line(state=state, unclear=reading.unclear, refused=tuple(refused))


def looks_like_report(text: str, form: Form, places: tuple[Place, ...], today: date) -> bool:
    """Whether a text without "bc" is clearly a report all the same: a place and a number of households or people."""
    reading = read_line(text, vocabulary(form, places), today)
    return not reading.unclear and "place" in reading.values and bool({"households", "people"} & set(reading.values))


def names_place(text: str, form: Form, places: tuple[Place, ...], today: date) -> bool:
    """Whether a line names one of these places."""
    return "place" in read_line(text, vocabulary(form, places), today).values


def correction(text: str, form: Form, locale: str) -> str:
    """The question that "sửa 3" or "sửa số hộ" names; "?" for "sửa" alone; empty when the text is no such wish."""
    found = _CORRECT.match(phrase(text))
    if not found:
        return ""
    wanted = found[1].strip()
    position = match_number(wanted, len(form.survey))
    if position is not None:
        return form.survey[position].name
    for question in form.survey:
        if wanted and wanted in (phrase(question.short.in_locale(locale)), phrase(question.short.vi), question.name):
            return question.name
    return "" if wanted else "?"


def vocabulary(form: Form, places: tuple[Place, ...]) -> Vocabulary:
    """The words a line may use: the team's places and the form's choices."""
    return Vocabulary(
        places=tuple((str(place.id), (place.label, *place.words)) for place in places),
        skills=_words(form, "skills"),
        kinds=_words(form, "kind"),
        results=_words(form, "result"),
        difficulties=_words(form, "difficulties"),
    )


def _words(form: Form, name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if name not in {question.name for question in form.survey}:
        return ()
    return tuple((choice.name, (choice.label.vi, choice.label.en, *choice.words)) for choice in form[name].choices)


def _answers(reading: Reading) -> dict[str, Any]:
    answers = dict(reading.values)
    if "day" in answers:
        answers["day"] = answers["day"].isoformat()  # type: ignore[attr-defined]
    if "place" in answers:
        answers["place"] = int(str(answers["place"]))
    if "difficulties" in answers:
        answers["difficulties"] = dict.fromkeys(answers["difficulties"])  # type: ignore[call-overload]
    if "skills" in answers:
        answers["skills"] = dict(answers["skills"])  # type: ignore[call-overload]
    return answers
