"""Forms in XLSForm words, and how a person walks through one: state in, state out, no I/O.

A state is the answers so far and the question being asked. Optional questions marked `on_card` are not asked in
turn; the summary card offers them. A skipped answer is kept as None, so that it is not asked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from bot.core import expressions
from bot.core.content import Bilingual, Content, Text
from bot.core.errors import N_, KnownError

RULE = "{rule}"  # the form's own sentence, already in both languages
QuestionType = Literal["date", "place", "select_one", "select_multiple", "integer", "text"]


class FormChoice(Content):
    """One answer of a closed question."""

    name: Text
    label: Bilingual
    words: tuple[str, ...] = ()  # other ways people write it, for the one-line report and typed answers


class Question(Content):
    """One row of the survey sheet."""

    name: Text
    type: QuestionType
    label: Bilingual
    short: Bilingual  # its name on the card
    hint: Bilingual | None = None
    unit: Bilingual | None = None  # said after the number: "hộ"
    required: bool = True
    on_card: bool = False
    default: str = ""  # taken by the one-line report when the line does not say: "today", or a choice's name
    relevant: str = ""
    constraint: str = ""
    constraint_message: Bilingual | None = None
    maximum: int = 9999  # integers; characters for text
    choices: tuple[FormChoice, ...] = ()


class Form(Content):
    """A questionnaire that a commune can change without code."""

    id: Text
    version: Text
    title: Bilingual
    survey: tuple[Question, ...]

    def __getitem__(self, name: str) -> Question:
        """The question of that name; KeyError when there is none."""
        for question in self.survey:
            if question.name == name:
                return question
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Place:
    """A unit the team covers, as an answer."""

    id: int
    label: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What an answer is read against."""

    today: date
    locale: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """A form being filled in: plain data, kept with the conversation after every answer."""

    form: str
    version: str
    answers: dict[str, Any] = field(default_factory=dict)
    at: str = ""  # the question being asked; empty: the card is shown
    correcting: bool = False  # one question is asked again; the card comes next
    report: int = 0  # an earlier report that is being changed
    team: int = 0
    said_at: str = ""  # ISO time of the first message
    by_line: bool = False  # it began as one line: the card is shown from the start, only what is missing is asked
    line: str = ""  # the platform's message that holds the line, so that editing it edits the report
    reason: str = ""  # why an earlier report is changed, if the person said so
    twin_seen: bool = False  # the person was asked about a near-duplicate and wants to send it all the same

    def to_json(self) -> dict[str, Any]:
        """As stored; empty values left out."""
        data = {name: getattr(self, name) for name in self.__slots__}
        return {key: value for key, value in data.items() if value or key in ("form", "version")}


class AnswerRejected(KnownError):
    """The answer cannot be taken; the sentence says why and how to mend it."""


def sequence(form: Form, answers: Mapping[str, Any], today: date) -> list[Question]:
    """The questions asked in turn, as far as the answers so far make them relevant."""
    return [question for question in form.survey if not question.on_card and is_relevant(question, answers, today)]


def is_relevant(question: Question, answers: Mapping[str, Any], today: date) -> bool:
    """Whether the question is to be asked at all."""
    return not question.relevant or expressions.holds(question.relevant, _typed(answers), today=today)


def next_name(form: Form, state: FormState, today: date) -> str:
    """The first relevant question without an answer; empty when only the card is left."""
    for question in sequence(form, state.answers, today):
        if question.name not in state.answers:
            return question.name
    return ""


def put(form: Form, state: FormState, name: str, value: Any, *, today: date) -> FormState:
    """The state with this answer given and the next question asked. AnswerRejected when a constraint is broken."""
    answers = {**state.answers, name: value}
    check_constraint(form[name], answers, today)
    answers = {
        known: answer for known, answer in answers.items() if known == name or is_relevant(form[known], answers, today)
    }
    moved = replace(state, answers=answers, correcting=False)
    return replace(moved, at=next_name(form, moved, today))


def skip(form: Form, state: FormState, today: date) -> FormState:
    """The state with the question left out. AnswerRejected when it is required."""
    if form[state.at].required:
        raise AnswerRejected(N_("This one is needed. {question}"), question=form[state.at].label)
    return put(form, state, state.at, None, today=today)


def back(form: Form, state: FormState, today: date) -> FormState:
    """One question back, its answer forgotten; the first question stays."""
    asked = [question.name for question in sequence(form, state.answers, today)]
    if state.correcting:
        return replace(state, at=next_name(form, state, today), correcting=False)
    position = asked.index(state.at) if state.at in asked else len(asked)
    if position == 0:
        return state
    name = asked[position - 1]
    later = set(asked[position - 1 :])
    return replace(state, at=name, answers={key: value for key, value in state.answers.items() if key not in later})


def correct(state: FormState, name: str) -> FormState:
    """The state in which that question is asked again; the card comes after it."""
    return replace(state, at=name, correcting=True)


def problems(form: Form, state: FormState, today: date) -> list[AnswerRejected]:
    """Everything that still stands against filing the form: missing answers, broken rules."""
    found = []
    for question in form.survey:
        if not is_relevant(question, state.answers, today):
            continue
        if state.answers.get(question.name) in (None, {}, ""):
            if question.required:
                found.append(AnswerRejected(N_("Still missing: {question}"), question=question.short))
            continue
        try:
            check_constraint(question, state.answers, today)
        except AnswerRejected as rejected:
            found.append(rejected)
    return found


def check_constraint(question: Question, answers: Mapping[str, Any], today: date) -> None:
    """AnswerRejected when the answer is none of this question's, or breaks its rule."""
    typed = _typed(answers)
    value = typed.get(question.name)
    if value is not None:
        _check_kind(question, value)
    if value is None or expressions.holds(question.constraint, typed, this=value, today=today):
        return
    message = question.constraint_message or Bilingual(vi=question.label.vi, en=question.label.en)
    raise AnswerRejected(RULE, rule=message, name=question.name)


def _check_kind(question: Question, value: Any) -> None:
    if question.type == "integer" and not (isinstance(value, int) and 0 <= value <= question.maximum):
        raise AnswerRejected(
            N_("{value} is more than this form takes ({limit} at most). Type it again, or split the report."),
            value=value,
            limit=question.maximum,
        )
    chosen = {"select_one": [value], "select_multiple": value}.get(question.type, ())
    if not set(chosen) <= {choice.name for choice in question.choices}:
        raise AnswerRejected(N_("That button is no longer in use. Please choose again."))


def progress(form: Form, state: FormState, today: date) -> tuple[int, int]:
    """(number of the question being asked, number of questions asked in turn)."""
    asked = [question.name for question in sequence(form, state.answers, today)]
    return (asked.index(state.at) + 1 if state.at in asked else len(asked), len(asked))


def faults(form: Form) -> list[tuple[tuple[str | int, ...], str]]:
    """What an editor must mend: (path into the file, what and how)."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    known = {question.name for question in form.survey}
    for index, question in enumerate(form.survey):
        path = ("survey", index)
        for key in ("relevant", "constraint"):
            expression = getattr(question, key)
            try:
                if expression:
                    expressions.check(expression)
            except (ValueError, KeyError, TypeError) as error:
                found.append(((*path, key), f"{error}. Use comparisons such as: . <= ${{people}}"))
            found += [
                ((*path, key), f"there is no question {name!r}. Use the name of another question")
                for name in sorted(expressions.names(expression) - known)
            ]
        if question.type in ("select_one", "select_multiple") and not question.choices:
            found.append((path, "choices are missing. Add at least two"))
        if question.on_card and question.required:
            found.append((path, "a required question cannot be on_card. Remove one of the two"))
        if question.default and question.default not in {"today", *(choice.name for choice in question.choices)}:
            found.append(((*path, "default"), f"{question.default!r} is none of the choices. Use a choice's name"))
        if question.constraint and not question.constraint_message:
            found.append((path, "constraint_message is missing. Say why the answer is refused and how to mend it"))
    if len(known) < len(form.survey):
        found.append((("survey",), "two questions have the same name. Rename one"))
    return found


def _typed(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _day(value) if isinstance(value, str) else value for name, value in answers.items()}


def _day(value: str) -> date | str:
    try:
        return date.fromisoformat(value) if len(value) == len("2026-11-22") else value
    except ValueError:
        return value
