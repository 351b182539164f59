from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import answers
from bot.core.answers import match_choice, match_number, tapped, typed
from bot.core.content import Bilingual
from bot.core.forms import AnswerRejected, Context, Place, Question
from bot.core.messages import Choice

PLACES = (
    Place(id=11, label="Thôn 1", words=("1", "t1", "t 1")),
    Place(id=13, label="Thôn 3", words=("3", "t3", "t 3")),
    Place(id=21, label="Bản Hoa", words=("Hoa", "bhoa")),
    Place(id=22, label="Bản Hòa", words=("Hòa", "bhoa")),
)
CONTEXT = Context(today=date(2026, 11, 18), locale="vi", places=PLACES)
CHOICES = [
    {"name": "home", "label": Bilingual(vi="Tại nhà", en="At home"), "words": ("tận nhà",)},
    {"name": "class", "label": Bilingual(vi="Lớp", en="Class")},
    {"name": "point", "label": Bilingual(vi="Điểm hỗ trợ")},
]


def question(kind: str, **more: Any) -> Question:
    words = {"name": "q", "label": Bilingual(vi="Hỏi?"), "short": Bilingual(vi="Hỏi")}
    choices = CHOICES if kind.startswith("select") else []
    return Question.model_validate({"type": kind, "choices": choices, **words, **more})


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        ("date", "hôm qua", "2026-11-17"),
        ("date", "18/11", "2026-11-18"),
        ("integer", "12 hộ", 12),
        ("integer", " mười hai ", 12),
        ("integer", "0", 0),
        ("select_one", "tai nha", "home"),
        ("select_one", "TẬN NHÀ", "home"),
        ("select_one", "class", "class"),
        ("select_one", "3", "point"),
        ("select_one", "3.", "point"),
        ("select_multiple", "1 3", {"home": None, "point": None}),
        ("select_multiple", "1, 3", {"home": None, "point": None}),
        ("select_multiple", "tại nhà; lớp", {"home": None, "class": None}),
        ("select_multiple", "2", {"class": None}),
        ("place", "Thôn 3", 13),
        ("place", "thon 3", 13),
        ("place", "t3", 13),
        ("place", "3", 13),  # the hamlet of that name, not the third of the list
        ("place", "4", 22),  # no hamlet of that name: the fourth of the list
        ("place", "Bản Hòa", 22),  # with its marks it is clear
        ("text", "đường trơn", "đường trơn"),
    ],
)
def test_what_people_type(kind: str, text: str, answer: object) -> None:
    assert typed(question(kind), text, CONTEXT) == answer


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("date", "hôm kìa kia", "not clear as a day"),
        ("integer", "nhiều", "not clear as a number"),
        ("integer", "5-6", "not clear as a number"),
        ("integer", "-3", "not clear as a number"),
        ("integer", "101", "more than this form takes"),
        ("select_one", "9", "not one of the choices"),
        ("select_one", "xe máy", "not one of the choices"),
        ("select_multiple", "tại nhà, xe máy", "not one of the choices"),
        ("select_multiple", "1 9", "not one of the choices"),
        ("select_multiple", "", "not one of the choices"),
        ("select_multiple", " , ;", "not one of the choices"),
        ("place", "Thôn 9", "not a place of this team"),
        ("place", "ban hoa", "may be: {names}"),
        ("text", "x" * 101, "too long"),
    ],
)
def test_what_cannot_be_taken_says_why(kind: str, text: str, says: str) -> None:
    with pytest.raises(AnswerRejected) as refused:
        typed(question(kind, maximum=100), text, CONTEXT)
    assert says in refused.value.say


def test_a_note_keeps_no_number_of_a_person() -> None:
    kept = typed(question("text"), "gọi 0912 345 678, căn cước 001099012345", CONTEXT)
    assert "0912" not in kept
    assert "001099012345" not in kept


def test_what_is_said_back_is_short_and_harmless() -> None:
    with pytest.raises(AnswerRejected) as refused:
        typed(question("integer"), "**" + "x" * 500, CONTEXT)
    said = str(refused.value.values["text"])
    assert len(said) < 60
    assert "**" not in said


@pytest.mark.parametrize(
    ("kind", "value", "answer"),
    [
        ("date", answers.TODAY, "2026-11-18"),
        ("date", answers.YESTERDAY, "2026-11-17"),
        ("place", "13", 13),
        ("select_one", "home", "home"),
        ("select_multiple", "home", {"home": None}),
    ],
)
def test_what_people_tap(kind: str, value: str, answer: object) -> None:
    assert tapped(question(kind), value, CONTEXT) == answer


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("place", "99"),
        ("place", "Thôn 3"),
        ("place", "1 OR 1=1"),
        ("select_one", "rocket"),
        ("select_one", ""),
        ("select_multiple", "rocket"),
        ("integer", "5"),
        ("text", "x"),
        ("date", "rocket"),
    ],
)
def test_a_forged_button_is_refused(kind: str, value: str) -> None:
    with pytest.raises(AnswerRejected):
        tapped(question(kind), value, CONTEXT)


def test_a_tap_ticks_and_the_next_unticks_and_counts_stay() -> None:
    several = question("select_multiple")
    chosen = tapped(several, "home", CONTEXT, {"class": 3})
    assert chosen == {"class": 3, "home": None}
    assert [label for label, _ in answers.choices(several, CONTEXT, chosen)] == ["✓ Tại nhà", "✓ Lớp", "Điểm hỗ trợ"]
    assert tapped(several, "class", CONTEXT, chosen) == {"home": None}
    assert chosen == {"class": 3, "home": None}  # the state that was is not changed


def test_choices_are_said_in_the_person_s_language() -> None:
    english = Context(today=CONTEXT.today, locale="en", places=PLACES)
    assert [label for label, _ in answers.choices(question("select_one"), english)] == [
        "At home",
        "Class",
        "Điểm hỗ trợ",
    ]


@given(st.text(max_size=6), st.integers(0, 20))
def test_a_number_names_a_place_in_the_list_or_nothing(text: str, total: int) -> None:
    found = match_number(text, total)
    assert found is None or 0 <= found < total


@pytest.mark.parametrize(("text", "found"), [("1", 0), (" 3. ", 2), ("3)", 2), ("0", None), ("4", None), ("١", None)])
def test_list_numbers(text: str, found: int | None) -> None:
    assert match_number(text, 3) == found


MENU = (Choice("Gửi", "do:send"), Choice("Bỏ qua", "do:skip", numbered=False), Choice("Sửa", "do:fix"))


@pytest.mark.parametrize(
    ("text", "payload"),
    [("1", "do:send"), ("2", "do:fix"), ("bo qua", "do:skip"), ("SỬA", "do:fix"), ("3", None), ("", None), ("!", None)],
)
def test_a_menu_is_answered_by_number_or_words(text: str, payload: str | None) -> None:
    found = match_choice(text, MENU)
    assert (found.payload if found else None) == payload


def test_two_choices_of_the_same_words_are_not_guessed() -> None:
    assert match_choice("thôn", (Choice("Thôn", "a:1"), Choice("Thơn", "a:2"))) is None


@given(st.sampled_from(["date", "integer", "select_one", "select_multiple", "place", "text"]), st.text(max_size=30))
def test_nothing_typed_breaks_anything(kind: str, text: str) -> None:
    with suppress(AnswerRejected):
        typed(question(kind), text, CONTEXT)
