import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import forms
from bot.core.content import Bilingual
from bot.core.conversation import LessonState, State
from bot.core.forms import AnswerRejected, Form, FormState
from bot.core.messages import Choice

TODAY = date(2026, 11, 18)


def question(name: str, kind: str = "integer", **more: Any) -> dict[str, Any]:
    words = {"label": Bilingual(vi=f"{name}?"), "short": Bilingual(vi=name)}
    if more.get("constraint"):
        more.setdefault("constraint_message", Bilingual(vi=f"{name} không đúng"))
    if kind.startswith("select"):
        more["choices"] = [{"name": each, "label": Bilingual(vi=each)} for each in ("a", "b", "c")]
    return {"name": name, "type": kind, **words, **more}


def form(*survey: dict[str, Any]) -> Form:
    return Form.model_validate({"id": "f", "version": "1", "title": Bilingual(vi="Phiếu"), "survey": survey})


FORM = form(
    question("day", "date", constraint=". <= today()"),
    question("people", constraint=". >= ${elderly}", maximum=100),
    question("elderly", required=False, relevant="${people} > 0", constraint=". <= ${people}"),
    question("skills", "select_multiple"),
    question("other", "text", relevant="selected(${skills}, 'c')"),
    question("note", "text", required=False, on_card=True),
)
EMPTY = FormState(form="f", version="1", at="day")


def walk(*answers: tuple[str, Any]) -> FormState:
    state = EMPTY
    for name, value in answers:
        assert state.at == name
        state = forms.put(FORM, state, name, value, today=TODAY)
    return state


def test_questions_come_in_order_and_the_card_at_the_end() -> None:
    state = walk(("day", "2026-11-18"), ("people", 8), ("elderly", 3), ("skills", {"a": None}))
    assert state.at == ""
    assert forms.problems(FORM, state, TODAY) == []
    assert state.answers == {"day": "2026-11-18", "people": 8, "elderly": 3, "skills": {"a": None}}


def test_what_is_not_relevant_is_not_asked() -> None:
    state = walk(("day", "2026-11-18"), ("people", 0), ("skills", {"a": None}))
    assert state.at == ""
    assert "elderly" not in state.answers
    assert walk(("day", "2026-11-18"), ("people", 0), ("skills", {"c": None})).at == "other"


def test_an_answer_that_is_not_relevant_any_more_is_dropped() -> None:
    state = walk(("day", "2026-11-18"), ("people", 8), ("elderly", 0), ("skills", {"c": None}), ("other", "khác"))
    state = forms.put(FORM, forms.correct(state, "people"), "people", 0, today=TODAY)
    assert "elderly" not in state.answers
    state = forms.put(FORM, forms.correct(state, "skills"), "skills", {"a": None}, today=TODAY)
    assert "other" not in state.answers
    assert state.at == ""


def test_an_answer_that_is_relevant_again_is_asked_again() -> None:
    state = walk(("day", "2026-11-18"), ("people", 0), ("skills", {"a": None}))
    state = forms.put(FORM, forms.correct(state, "people"), "people", 5, today=TODAY)
    assert state.at == "elderly"


@pytest.mark.parametrize(
    ("name", "value"),
    [("day", "2026-11-19"), ("people", 101), ("people", -1), ("people", "8"), ("skills", {"z": None})],
)
def test_what_the_form_does_not_take_is_refused(name: str, value: Any) -> None:
    with pytest.raises(AnswerRejected):
        forms.put(FORM, replace(EMPTY, at=name), name, value, today=TODAY)


def test_a_constraint_speaks_in_the_form_s_own_words_and_only_of_what_is_known() -> None:
    state = walk(("day", "2026-11-18"), ("people", 8))
    with pytest.raises(AnswerRejected) as refused:
        forms.put(FORM, state, "elderly", 9, today=TODAY)
    assert refused.value.values["rule"] == Bilingual(vi="elderly không đúng")
    assert forms.put(FORM, state, "elderly", None, today=TODAY).at == "skills"
    skipped = forms.put(FORM, state, "elderly", None, today=TODAY)
    assert forms.put(FORM, skipped, "people", 1, today=TODAY).answers["people"] == 1  # nothing to compare with


def test_skipping_is_remembered_and_only_where_it_is_allowed() -> None:
    state = forms.skip(FORM, walk(("day", "2026-11-18"), ("people", 8)), TODAY)
    assert state.answers["elderly"] is None
    assert state.at == "skills"
    with pytest.raises(AnswerRejected):
        forms.skip(FORM, state, TODAY)


def test_back_forgets_the_answer_it_goes_back_to() -> None:
    state = walk(("day", "2026-11-18"), ("people", 8), ("elderly", 3))
    state = forms.back(FORM, state, TODAY)
    assert (state.at, state.answers) == ("elderly", {"day": "2026-11-18", "people": 8})
    state = forms.back(FORM, state, TODAY)
    assert (state.at, state.answers) == ("people", {"day": "2026-11-18"})
    state = forms.back(FORM, state, TODAY)
    assert forms.back(FORM, state, TODAY) == state == EMPTY


def test_back_from_the_card_is_the_last_question() -> None:
    state = walk(("day", "2026-11-18"), ("people", 0), ("skills", {"a": None}))
    assert forms.back(FORM, state, TODAY).at == "skills"


def test_back_from_a_correction_keeps_the_answer() -> None:
    state = walk(("day", "2026-11-18"), ("people", 0), ("skills", {"a": None}))
    asked = forms.correct(state, "people")
    assert (asked.at, asked.correcting) == ("people", True)
    assert forms.back(FORM, asked, TODAY) == state


def test_a_correction_leads_back_to_the_card() -> None:
    state = walk(("day", "2026-11-18"), ("people", 8), ("elderly", 3), ("skills", {"a": None}))
    state = forms.put(FORM, forms.correct(state, "people"), "people", 9, today=TODAY)
    assert (state.at, state.correcting, state.answers["people"]) == ("", False, 9)
    noted = forms.put(FORM, forms.correct(state, "note"), "note", "mưa", today=TODAY)
    assert (noted.at, noted.answers["note"]) == ("", "mưa")


def test_everything_that_stands_against_filing_is_named() -> None:
    state = FormState(form="f", version="1", answers={"day": "2026-11-19", "people": 2, "elderly": 3, "skills": {}})
    found = [str(each) for each in forms.problems(FORM, state, TODAY)]
    assert found == [forms.RULE, forms.RULE, forms.RULE, "Still missing: {question}"]


def test_progress_counts_the_questions_that_are_asked() -> None:
    assert forms.progress(FORM, EMPTY, TODAY) == (1, 4)  # unknown, so `elderly` may come
    state = walk(("day", "2026-11-18"), ("people", 0))
    assert forms.progress(FORM, state, TODAY) == (3, 3)


ANSWERS = st.dictionaries(
    st.sampled_from([each.name for each in FORM.survey]),
    st.one_of(st.none(), st.integers(0, 50), st.text(max_size=5), st.dictionaries(st.sampled_from("abc"), st.none())),
    max_size=5,
)
STATES = st.builds(
    FormState,
    form=st.just("f"),
    version=st.just("1"),
    answers=ANSWERS,
    at=st.sampled_from(["", *(each.name for each in FORM.survey)]),
    correcting=st.booleans(),
    report=st.integers(0, 9),
    team=st.integers(0, 9),
    said_at=st.sampled_from(["", "2026-11-18T02:00:00+00:00"]),
    line=st.sampled_from(["", "telegram:1:2:3"]),
    twin_seen=st.booleans(),
)


@given(STATES)
def test_a_state_comes_back_as_it_was_kept(state: FormState) -> None:
    assert FormState(**json.loads(json.dumps(state.to_json()))) == state


@given(
    st.builds(
        State,
        form=st.none() | STATES,
        draft=st.none() | STATES,
        lesson=st.none() | st.builds(LessonState, lesson=st.just("L1"), step=st.integers(0, 9)),
        menu=st.lists(st.builds(Choice, st.text(), st.text(), st.booleans()), max_size=3).map(tuple),
        menu_contact=st.integers(0, 9),
        held=st.none() | st.just({"kind": "text", "text": "bc", "payload": ""}),
        question=st.text(max_size=9),
    )
)
def test_a_conversation_comes_back_as_it_was_kept(state: State) -> None:
    kept = json.loads(json.dumps(state.to_json()))
    assert State.from_json(kept) == state
    assert State.from_json({**kept, "of a newer program": 1}) == state


MOVES = st.lists(st.sampled_from(["put", "skip", "back", "correct"]), max_size=25)
VALUES: dict[str, Sequence[Any]] = {
    "day": ("2026-11-18", "2026-11-19"),
    "people": (0, 3, 8),
    "elderly": (0, 3, 8),
    "skills": ({"a": None}, {"c": None}),
    "other": ("khác",),
    "note": ("mưa",),
}


@given(MOVES, st.data())
def test_however_one_walks_a_form_without_open_questions_can_be_filed(moves: list[str], data: st.DataObject) -> None:
    state = EMPTY
    for move in moves:
        try:
            match move:
                case "put" if state.at:
                    value = data.draw(st.sampled_from(VALUES[state.at]))
                    state = forms.put(FORM, state, state.at, value, today=TODAY)
                case "skip" if state.at:
                    state = forms.skip(FORM, state, TODAY)
                case "back":
                    state = forms.back(FORM, state, TODAY)
                case "correct":
                    relevant = [each.name for each in FORM.survey if forms.is_relevant(each, state.answers, TODAY)]
                    state = forms.correct(state, data.draw(st.sampled_from(relevant)))
        except AnswerRejected:
            continue
        assert all(forms.is_relevant(FORM[name], state.answers, TODAY) for name in state.answers)
    if not state.at:
        assert forms.problems(FORM, state, TODAY) == []


def test_what_an_editor_must_mend_is_told_with_its_place() -> None:
    wrong = form(
        question("a", relevant="${b} >"),
        question("a", constraint=". <= ${nobody}"),
        question("c", on_card=True),
        {**question("d"), "constraint": ". > 0"},
        {**question("e", "select_one"), "choices": []},
    )
    found = {path for path, _ in forms.faults(wrong)}
    assert found == {
        ("survey", 0, "relevant"),
        ("survey", 1, "constraint"),
        ("survey", 2),
        ("survey", 3),
        ("survey", 4),
        ("survey",),
    }
    assert forms.faults(FORM) == []
