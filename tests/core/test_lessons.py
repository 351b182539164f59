"""What an editor writes becomes a lesson, or a fault with its line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.content import Lesson
from bot.core.lessons import CHOICE_LIMIT, STEP_LIMIT, LessonFault, parse_lesson

GOOD = """---
id: L1
track: ky-nang
title: Cài VNeID
minutes: 4
skill: vneid
sources: [page-cafef-2024-02]
checked_on: 2026-11-22
facts: []
keywords: [tải vneid, cai app dinh danh]
audience: [resident, volunteer]
---

## Bước 1
Mở "App Store" hoặc "CH Play".
Gõ: **VNeID**

Rồi bấm nút tìm.

> Nhờ người nhà.
> Chỉ giúp biểu tượng.

## Bước 2
Chờ tải xong.

## Câu hỏi 1
Chỉ nên tải từ đâu?
- [ ] Đường dẫn trong tin nhắn
- [x] "App Store" hoặc "CH Play"

> Vì hai kho này chính thức. (facts: F000-14, F001-18)

## Câu hỏi 2
Ai gõ mật khẩu?
- [X] Chủ máy
- [ ] Người quen
- [ ] Tình nguyện viên
> Vì mật khẩu là của riêng.

## Làm ngay
Mở kho ứng dụng.

## Lưu ý
Màn hình hay đổi.
"""


def changed(old: str, new: str) -> str:
    """The good lesson with one thing altered."""
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def without(line: str) -> str:
    return changed(f"{line}\n", "")


def fault(text: str) -> LessonFault:
    with pytest.raises(LessonFault) as caught:
        parse_lesson(text)
    return caught.value


def test_a_good_lesson_keeps_its_front_matter() -> None:
    lesson = parse_lesson(GOOD)
    assert (lesson.id, lesson.track, lesson.title, lesson.minutes) == ("L1", "ky-nang", "Cài VNeID", 4)
    assert lesson.skill == "vneid"
    assert lesson.sources == ("page-cafef-2024-02",)
    assert lesson.checked_on == date(2026, 11, 22)
    assert lesson.keywords == ("tải vneid", "cai app dinh danh")
    assert lesson.audience == ("resident", "volunteer")
    assert lesson.facts == ()


def test_steps_keep_their_words_and_lines() -> None:
    first, second = parse_lesson(GOOD).steps
    assert first.text == 'Mở "App Store" hoặc "CH Play".\nGõ: **VNeID**\n\nRồi bấm nút tìm.'
    assert first.fallback == "Nhờ người nhà.\nChỉ giúp biểu tượng."
    assert (second.text, second.fallback) == ("Chờ tải xong.", "")
    lines = GOOD.split("\n")
    assert [lines[step.line - 1] for step in (first, second)] == ["## Bước 1", "## Bước 2"]


def test_questions_keep_choices_explanation_facts_and_lines() -> None:
    first, second = parse_lesson(GOOD).quiz
    assert first.question == "Chỉ nên tải từ đâu?"
    assert first.choices == ("Đường dẫn trong tin nhắn", '"App Store" hoặc "CH Play"')
    assert first.right == 1
    assert first.explanation == "Vì hai kho này chính thức."
    assert first.facts == ("F000-14", "F001-18")
    assert (second.right, second.explanation, second.facts) == (0, "Vì mật khẩu là của riêng.", ())
    lines = GOOD.split("\n")
    assert [lines[item.line - 1] for item in (first, second)] == ["## Câu hỏi 1", "## Câu hỏi 2"]


def test_what_to_do_now_and_the_caution_are_read() -> None:
    lesson = parse_lesson(GOOD)
    assert (lesson.do_now, lesson.caution) == ("Mở kho ứng dụng.", "Màn hình hay đổi.")


def test_what_may_be_left_out_may_be_left_out() -> None:
    text = GOOD[: GOOD.index("## Làm ngay")]
    for line in ("skill: vneid", "facts: []", "audience: [resident, volunteer]"):
        text = text.replace(f"{line}\n", "")
    lesson = parse_lesson(text)
    assert (lesson.do_now, lesson.caution, lesson.skill) == ("", "", "")
    assert lesson.audience == ("resident", "volunteer", "coordinator")


@pytest.mark.parametrize("text", [GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, GOOD.replace("ư", "u\u031b")])
def test_line_ends_byte_order_mark_and_decomposed_letters_do_not_matter(text: str) -> None:
    assert parse_lesson(text) == parse_lesson(GOOD)


FAULTS = [
    # what, text, line, words of the message
    ("empty file", "", 1, "front matter is missing"),
    ("no front matter", GOOD.removeprefix("---\n"), 1, "front matter is missing"),
    ("front matter never closed", "---\nid: L1\n", 1, "never ends"),
    ("front matter empty", "---\n---\n", 2, "lines of"),
    ("front matter a list", "---\n- id\n---\n", 2, "lines of"),
    ("bad YAML", changed("title: Cài VNeID", "title: Cài: VNeID"), 4, "not valid YAML"),
    ("no such day", changed("2026-11-22", "2026-13-45"), 8, "not valid YAML"),
    ("key twice", changed("skill: vneid", "title: Khác"), 6, '"title" stands twice'),
    ("unknown key", changed("minutes:", "minute:"), 5, 'unknown key "minute"'),
    ("key that is no word", changed("minutes: 4", "? [a]\n: 4"), 5, "unknown key"),
    ("key of the body", changed("skill: vneid", "steps: []"), 6, "below the front matter"),
    ("missing key", without("title: Cài VNeID"), 1, '"title" is missing'),
    ("missing sources", without("sources: [page-cafef-2024-02]"), 1, '"sources" is missing'),
    ("no sources", changed("[page-cafef-2024-02]", "[]"), 7, '"sources" does not fit'),
    ("wrong type", changed("minutes: 4", "minutes: bốn"), 5, '"minutes" does not fit'),
    ("too long", changed("minutes: 4", "minutes: 99"), 5, '"minutes" does not fit'),
    ("list without brackets", changed("facts: []", "facts: F000-14"), 9, "write a list"),
    ("list left empty", changed("facts: []", "facts:"), 9, "write a list"),
    ("digits for text", changed("id: L1", "id: 1"), 2, "in double quotes"),
    ("unknown role", changed("[resident, volunteer]", "[resident, khach]"), 11, '"audience" does not fit'),
    ("words before the headings", changed("\n## Bước 1", "\nLời nói đầu\n\n## Bước 1"), 14, "under no heading"),
    ("unknown heading", changed("## Lưu ý", "## Chú ý"), 43, 'unknown heading "Chú ý"'),
    ("heading with more words", changed("## Bước 2", "## Bước 2: chờ"), 23, "unknown heading"),
    ("heading of another level", changed("## Làm ngay", "# Làm ngay"), 40, "unknown heading"),
    ("heading twice", changed("## Lưu ý", "## Làm ngay"), 43, "stands twice"),
    ("steps out of order", changed("## Bước 2", "## Bước 3"), 23, '"Bước 3" should be "Bước 2"'),
    ("questions out of order", changed("## Câu hỏi 2", "## Câu hỏi 1"), 33, '"Câu hỏi 1" should be "Câu hỏi 2"'),
    ("no step", GOOD[: GOOD.index("## Bước 1")] + GOOD[GOOD.index("## Câu hỏi 1") :], 13, "no step"),
    ("no question", GOOD[: GOOD.index("## Câu hỏi 1")], 26, "no question"),
    ("step without words", without("Chờ tải xong."), 23, 'nothing under "Bước 2"'),
    ("heading without words", without("Màn hình hay đổi."), 43, 'nothing under "Lưu ý"'),
    ("step too long", changed("Chờ tải xong.", "a" * (STEP_LIMIT + 1)), 23, "at most 600"),
    ("fallback too long", changed("Nhờ người nhà.", "a" * STEP_LIMIT), 20, "the fallback has"),
    ("fallback empty", changed("Chờ tải xong.", "Chờ tải xong.\n\n>"), 26, "the quote (>) is empty"),
    ("fallback a list", changed("> Nhờ người nhà.", "> - Nhờ người nhà."), 20, "plain lines only"),
    ("fallback first", changed("Chờ tải xong.", "> Nhờ người nhà.\n\nChờ."), 24, "not a blockquote"),
    ("list in a step", changed("Chờ tải xong.", "Chờ tải xong:\n- một"), 25, "not a bullet list"),
    ("no choices", GOOD.replace("- [", "["), 26, "this one has 0 lists"),
    ("two lists", changed("- [ ] Đường dẫn", "* [ ] Đường dẫn"), 26, "this one has 2 lists"),
    ("no question asked", without("Ai gõ mật khẩu?"), 33, 'nothing under "Câu hỏi 2"'),
    ("one choice", without("- [ ] Đường dẫn trong tin nhắn"), 28, "2 to 4 choices, this one has 1"),
    ("five choices", changed("- [ ] Người quen", "- [ ] A\n- [ ] B\n- [ ] C"), 35, "this one has 5"),
    ("none right", changed("- [X]", "- [ ]"), 35, "exactly one choice with [x]; 0 are"),
    ("two right", changed("- [ ] Người quen", "- [x] Người quen"), 35, "exactly one choice with [x]; 2 are"),
    ("choice without box", changed("- [ ] Người quen", "- Người quen"), 36, "a choice is one line"),
    ("choice without words", changed("- [ ] Người quen", "- [ ]"), 36, "a choice is one line"),
    ("choice too long", changed("Người quen", "a" * (CHOICE_LIMIT + 1)), 36, "at most 60"),
    ("choice twice", changed("Tình nguyện viên", "Chủ máy"), 37, "stands twice"),
    ("no explanation", without("> Vì mật khẩu là của riêng."), 33, "explanation is missing"),
    ("explanation only facts", changed("Vì hai kho này chính thức. ", ""), 31, "explanation is empty"),
    ("explanation empty", changed("> Vì mật khẩu là của riêng.", ">"), 38, "the quote (>) is empty"),
    ("words after it", changed("> Vì mật khẩu là của riêng.", "> Vì thế.\n\nThêm."), 40, "nothing may follow"),
]


@pytest.mark.parametrize(("text", "line", "words"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_a_fault_is_told_with_its_line(text: str, line: int, words: str) -> None:
    found = fault(text)
    assert words in found.message
    assert found.line == line
    assert str(found) == f"line {line}: {found.message}"


def test_the_limits_themselves_are_allowed() -> None:
    text = changed("Chờ tải xong.", "a" * STEP_LIMIT).replace("Người quen", "b" * CHOICE_LIMIT)
    lesson = parse_lesson(text)
    assert len(lesson.steps[1].text) == STEP_LIMIT
    assert len(lesson.quiz[1].choices[1]) == CHOICE_LIMIT


@pytest.mark.parametrize(
    "value",
    [
        "!!bool x",
        "!!int ''",
        "!!timestamp x",
        "!!float ''",
        "0b_",
        "9" * 5000,
        "&a [*a]",
        "!!python/none x",
        "[" * 5000,
    ],
)
def test_odd_yaml_is_a_fault_too(value: str) -> None:
    assert fault(changed("minutes: 4", f"minutes: {value}")).line >= 2


@pytest.mark.parametrize("body", [">" * 3000, "- " * 3000, "**" * 9000, "[" * 9000, "#" * 9000])
def test_deep_markdown_is_a_fault_or_words(body: str) -> None:
    settle(changed("Chờ tải xong.", body))


def settle(text: str) -> None:
    """A lesson or a fault on a line of the file; anything else is an error of ours."""
    found: Lesson | LessonFault
    try:
        found = parse_lesson(text)
    except LessonFault as told:
        found = told
    if isinstance(found, LessonFault):
        assert found.message
        assert 1 <= found.line <= text.count("\n") + text.count("\r") + 2


@given(st.text())
def test_any_text_is_a_lesson_or_a_fault(text: str) -> None:
    settle(text)


@given(st.text(), st.text())
def test_any_front_matter_and_body_are_a_lesson_or_a_fault(header: str, body: str) -> None:
    settle(f"---\n{header}\n---\n{body}")


PIECES = sorted(
    {line for line in GOOD.split("\n") if line} | {"", ">", "- ", "> - [x] a", "1. a", "```", "    a", "<b>"}
)


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_shuffle_of_lines_is_a_lesson_or_a_fault(lines: list[str]) -> None:
    settle(GOOD[: GOOD.index("## Bước 1")] + "\n".join(lines))


@given(st.integers(0, len(GOOD)), st.integers(0, 30), st.text(max_size=10))
def test_any_slip_of_the_hand_is_a_lesson_or_a_fault(start: int, length: int, typed: str) -> None:
    settle(GOOD[:start] + typed + GOOD[start + length :])
