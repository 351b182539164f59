"""Each fault an editor can make is found, on its line, and the rest of the content still loads."""

import unicodedata
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot import library, words
from bot.library import ContentFault, Fault, Library, load, read, report

CONTENT = {
    "sources.yaml": """\
- id: tb-56
  title: Thông báo của Văn phòng Chính phủ
  date: 2025-02-23
  short: Thông báo 56/TB-VPCP, 23/2/2025
""",
    "facts/vneid.yaml": """\
# Tài khoản định danh
- id: accounts
  statement: Cả nước đã kích hoạt trên 55,25 triệu tài khoản VNeID.
  label: Số tài khoản VNeID
  topic: vneid
  kind: dated
  as_of: 2025-02-06
  as_of_text: đầu tháng 2/2025
  source: tb-56
  figures: ["55,25 triệu"]
- id: goal
  statement: Mục tiêu đặt ra là 40 % dân số trưởng thành dùng dịch vụ công trực tuyến.
  label: Mục tiêu dịch vụ công
  topic: dich-vu-cong
  kind: target
  due: 2025-12-31
  as_of: 2025
  as_of_text: tháng 2/2025
  source: tb-56
- id: accounts-2024
  statement: Năm 2024 có ít tài khoản hơn.
  label: Số tài khoản năm 2024
  topic: vneid
  kind: dated
  as_of: 2024
  as_of_text: năm 2024
  source: tb-56
  replaced_by: accounts
""",
    "dates/national.yaml": """\
- id: digital-day
  title: {vi: Ngày Chuyển đổi số quốc gia, en: National Digital Transformation Day}
  todo:
    vi: Chọn điểm hỗ trợ.
    en: Choose a help point.
  recurrence: yearly
  day: 2022-10-10
  lead_days: [30, 14, 7, 1, 0]
  lead_todo:
    7: {vi: Báo bà con qua loa., en: Announce it.}
  source: tb-56
  facts: [accounts]
""",
    "tracks.yaml": """\
- id: skills
  title: {vi: Kỹ năng số, en: Digital skills}
  lessons: [vneid]
""",
    "lessons/vneid.vi.md": """\
---
id: vneid
track: skills
title: Cài VNeID
minutes: 4
sources: [tb-56]
checked_on: 2026-11-22
facts: [accounts]
---

## Bước 1
Mở "CH Play". Gõ: VNeID.

## Câu hỏi 1
Chỉ nên tải VNeID từ đâu?
- [ ] Đường dẫn trong tin nhắn
- [x] Kho ứng dụng

> Kho ứng dụng có kiểm tra. (facts: accounts)
""",
    "forms/visit.yaml": """\
id: visit
version: 1
title: {vi: Phiếu mới, en: New report}
survey:
  - name: kind
    type: select_one
    label: {vi: "Làm ở đâu?", en: "Where?"}
    short: {vi: "Nơi", en: "Place"}
    choices:
      - {name: home, label: {vi: "Tại nhà", en: "At home"}, words: [nhà]}
      - {name: class, label: {vi: "Lớp", en: "Class"}}
""",
    "answers/abbreviations.yaml": "cds: chuyển đổi số\nno: không\n",
    "answers/synonyms.yaml": "online: trực tuyến\n",
    "locales/vi/LC_MESSAGES/messages.po": """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

msgid "Hello, {name}!"
msgstr "Chào {name}!"

msgid "{n} report"
msgid_plural "{n} reports"
msgstr[0] "{n} phiếu"
""",
}
FACTS, DATES, LESSON = "facts/vneid.yaml", "dates/national.yaml", "lessons/vneid.vi.md"
STEP = "campaign: [{{{}, text: {{vi: Một}}}}]"
TRACKS, FORM, PO = "tracks.yaml", "forms/visit.yaml", "locales/vi/LC_MESSAGES/messages.po"
ABBREVIATIONS = "answers/abbreviations.yaml"


def write(folder: Path, file: str, text: str) -> None:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file, text in CONTENT.items():
        write(tmp_path, file, text)
    return tmp_path


def change(folder: Path, file: str, old: str, new: str) -> int:
    """Change the file once; the line of the change."""
    text = CONTENT[file]
    assert text.count(old) >= 1, old
    write(folder, file, text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def found(folder: Path) -> list[str]:
    return [str(fault) for fault in read(folder)[1]]


def test_everything_is_served_by_id_in_the_order_of_the_file(folder: Path) -> None:
    served = load(folder)
    assert list(served.facts) == ["accounts", "goal", "accounts-2024"]
    assert served.facts["goal"].as_of == "2025"
    assert served.lessons["vneid"].steps[0].text.startswith("Mở")
    assert served.dates["digital-day"].lead_todo[7].en == "Announce it."
    assert served.tracks["skills"].lessons == ("vneid",)
    assert served.forms["visit"]["kind"].choices[0].words == ("nhà",)
    assert served.sources["tb-56"].date is not None
    assert served.abbreviations == {"cds": "chuyển đổi số", "no": "không"}
    assert served.synonyms == {"online": "trực tuyến"}


def test_a_library_cannot_be_changed(folder: Path) -> None:
    served = load(folder)
    with pytest.raises(TypeError):
        served.facts["x"] = served.facts["goal"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        served.revision = "x"  # type: ignore[misc]


def test_the_revision_changes_with_every_file(folder: Path) -> None:
    revisions = {load(folder).revision}
    for number, file in enumerate(CONTENT, start=2):
        ending = "\n" if file.endswith(".md") else "\n# more\n"
        write(folder, file, CONTENT[file] + ending)
        revisions.add(load(folder).revision)
        assert len(revisions) == number, file
    assert load(folder).revision in revisions


WRONG_KEYS = [
    (FACTS, "as_of_text: đầu tháng 2/2025", "note: x", 2, "as_of_text is missing. Add: as_of_text: 'đầu tháng 2/2025'"),
    (FACTS, "  label: Số", "  lable: Số", 4, "lable is not a known key. Did you mean label?"),
    (
        FACTS,
        "kind: dated",
        "kind: old",
        6,
        "kind cannot be old. Choose one of 'present', 'dated', 'target' or 'brief'.",
    ),
    (
        FACTS,
        "due: 2025-12-31",
        "due: 31/12/2025",
        16,
        "due is not a date: 31/12/2025. Write year-month-day: due: 2025-",
    ),
    (FACTS, 'figures: ["55,25 triệu"]', "figures: 55,25", 10, "figures must be a list. Write it in square brackets"),
    (FACTS, 'figures: ["55,25 triệu"]', "figures: [[a]]", 10, "item 1 of figures must be one text."),
    (FACTS, 'figures: ["55,25 triệu"]', "line: bảy", 10, "line is not a whole number: bảy. Write digits only: 5"),
    (FACTS, "topic: vneid", "topic:", 5, "topic is empty. Write something after it, or remove the line."),
    (FACTS, "topic: vneid", "topic: ''", 5, "topic is empty."),
    (FACTS, "  topic: vneid", "  label: Hai", 5, "label stands here twice. Keep one of the two."),
    (FACTS, "topic: vneid", "topic: !vneid", 5, "A text that starts with ! must be in quotes: '!vneid'."),
    (FACTS, "  topic: vneid", "  [a]: vneid", 5, "The part before the colon must be one word."),
    (FACTS, "topic: vneid", "topic: a: b", 5, "This cannot be read (mapping values are not allowed in this context)."),
    (
        FACTS,
        "  topic: vneid",
        "\ttopic: vneid",
        5,
        "This cannot be read (found ",
    ),
    (FACTS, "topic: vneid", "keywords: &x [*x]", 5, "This refers to another place of the file (& and *)"),
    (FACTS, "- id: accounts\n", "- vneid\n- id: accounts\n", 2, "this item must have its own keys."),
    (
        DATES,
        "  todo:\n    vi: Chọn điểm hỗ trợ.\n    en: Choose a help point.",
        "  todo: x",
        3,
        "todo must have its own keys.",
    ),
    (DATES, "    vi: Chọn điểm hỗ trợ.\n", "", 3, "vi is missing. Add: vi: 'Nộp báo cáo quý'"),
    (
        DATES,
        "    en: Choose a help point.",
        "    fr: Bonjour",
        5,
        "fr is not a known key. Remove it, or look up its spelling",
    ),
    (
        DATES,
        "    en: Choose a help point.",
        "    en: ''",
        5,
        "The English text is empty. Write it, or remove the line.",
    ),
    (DATES, "    7: {vi", "    bảy: {vi", 10, "bảy is not a whole number: bảy."),
    (DATES, "recurrence: yearly", "urgent: perhaps", 6, "urgent is neither yes nor no: perhaps. Write true or false."),
    (TRACKS, "- id: skills", "id: skills", 2, "This cannot be read"),
    (LESSON, "minutes: 4", "minutes: 400", 5, 'The key "minutes" does not fit'),
    (LESSON, "- [x] Kho", "- [ ] Kho", 16, "Mark exactly one choice with [x]"),
    (FORM, "type: select_one", "type: select", 6, "type cannot be select. Choose one of 'date', 'place'"),
    (ABBREVIATIONS, "no: không", "no:", 2, "no must stand for one text. Write cds: chuyển đổi số."),
    (ABBREVIATIONS, "no: không", "KHÔNG: không", 2, "KHÔNG must be small and without marks: khong"),
    (
        ABBREVIATIONS,
        "cds: chuyển đổi số\nno: không",
        "- cds",
        1,
        "This file must be lines of the kind cds: chuyển đổi số.",
    ),
    (PO, 'msgstr "Chào', 'mgstr "Chào', 6, "This line does not belong here."),
    (PO, 'msgid ""', "id: x", 1, "This line does not belong here."),
]
WRONG_SENSE = [
    (FACTS, "- id: goal", "- id: accounts", 11, "The id accounts is taken: facts/vneid.yaml:2. Choose another."),
    (FACTS, "- id: goal", "- id: mục-tiêu", 11, "An id holds letters without marks"),
    (FACTS, "- id: goal", "- id: g" + "o" * 40, 11, "The id must fit a button: at most 40 characters."),
    (FACTS, "source: tb-56\n  figures", "source: tb-57\n  figures", 9, "source: there is no tb-57."),
    (FACTS, "replaced_by: accounts", "replaced_by: nothing", 28, "replaced_by: there is no nothing."),
    (FACTS, "replaced_by: accounts", "replaced_by: accounts-2024", 28, "in a circle: accounts-2024 → accounts-2024."),
    (FACTS, '"55,25 triệu"', '"56"', 10, "The statement does not hold the figure 56. Write both alike."),
    (FACTS, "as_of: 2025-02-06", "as_of: tháng 2", 7, "as_of must begin with the year, so that it sorts."),
    (FACTS, "  due: 2025-12-31\n", "", 15, "due is missing: for when was the target set? Add: due: '2025-12-31'"),
    (FACTS, "figures: [", "due: 2025-12-31\n  figures: [", 10, "Only a target has a due date."),
    (FACTS, "label: Số tài", f"label: {'x' * 40} tài", 4, "label has 56 characters, at most 40 fit. Shorten it."),
    (FACTS, "Cả nước đã", f"{'x' * 600} đã", 3, "statement has 647 characters, at most 600 fit."),
    (FACTS, "figures: [", f"caution: {'x' * 1450}\n  figures: [", 3, "The answer (statement, as_of_text"),
    (FACTS, "dịch vụ công trực tuyến.", "DVC.", 12, "DVC is not known to every reader. Write it out: dịch vụ công"),
    (FACTS, "trên 55,25 triệu", "trên **55,25 triệu", 3, "statement opens bold words with ** and never closes them."),
    (FACTS, "figures: [", "audience: []\n  figures: [", 10, "audience names nobody."),
    (DATES, "source: tb-56", "source: tb-57", 11, "source: there is no tb-57."),
    (DATES, "facts: [accounts]", "facts: [accounts-2024]", 12, "The fact accounts-2024 was replaced."),
    (DATES, "day: 2022-10-10", "day: 2024-02-29", 7, "29 February does not come every year."),
    (DATES, "day: 2022-10-10", "day: 2022-10-10\n  precision: month", 9, "Only a date known"),
    (DATES, "lead_days: [30, 14, 7, 1, 0]\n", "lead_days: [7]\n  precision: year\n", 9, "day_text is missing"),
    (DATES, "[30, 14, 7, 1, 0]", "[7, 7]", 8, "lead_days are days before the date, each once"),
    (DATES, "[30, 14, 7, 1, 0]", "[7, -1]", 8, "lead_days are days before the date, each once"),
    (DATES, "[30, 14, 7, 1, 0]", "[30]", 10, "7 is not one of the lead_days. Add it there, or remove it here."),
    (DATES, "facts: [accounts]", "until: 2020-01-01", 12, "until comes before the first day."),
    (DATES, "facts: [accounts]", STEP.format("lead: 7, kind: lesson, lesson: none"), 12, "lesson: there is no none."),
    (DATES, "facts: [accounts]", STEP.format("lead: 5, kind: quiz, lesson: vneid"), 12, "A campaign step comes with"),
    (DATES, "facts: [accounts]", STEP.format("lead: 7, kind: thanks"), 12, "A campaign step comes with"),
    (DATES, "facts: [accounts]", STEP.format("lead: 7, kind: plan"), 12, "A plan without items."),
    (DATES, "facts: [accounts]", "themes: [{year: 2027, text: {vi: A}, source: no}]", 12, "source: there is no no."),
    (DATES, "Choose a help point.", "x" * 1490, 3, "The reminder (title and todo) has"),
    (DATES, "Choose a help point.", "🙂" * 751, 5, "todo.en has 1502 characters, at most 1500 fit."),
    (DATES, "Báo bà con", "Báo CNSCĐ", 10, "CNSCĐ is not known to every reader."),
    (TRACKS, "lessons: [vneid]", "lessons: [vneid, other]", 3, "lessons: there is no other."),
    (TRACKS, "lessons: [vneid]", "lessons: [vneid, vneid]", 3, "The lesson vneid is already in the track skills."),
    (LESSON, "track: skills", "track: none", 3, "track: there is no none."),
    (LESSON, "sources: [tb-56]", "sources: [tb-57]", 6, "sources: there is no tb-57."),
    (LESSON, "facts: [accounts]", "facts: [other]", 8, "facts: there is no other."),
    (LESSON, "facts: [accounts]", "facts: [accounts-2024]", 8, "The fact accounts-2024 was replaced. Rewrite"),
    (LESSON, "(facts: accounts)", "(facts: accounts-2024)", 14, "The fact accounts-2024 was replaced."),
    (LESSON, '"CH Play"', "TTHC", 11, "TTHC is not known to every reader. Write it out: thủ tục hành chính"),
    (LESSON, "title: Cài VNeID", f"title: {'x' * 61}", 4, "title has 61 characters, at most 60 fit."),
    (LESSON, "- [ ] Đường dẫn trong tin nhắn", "- [ ] Khó ứng dụng", 14, "are the same when typed"),
    (FORM, ', en: "At home"', "", 10, "survey.1.choices.1.label has no English. Add: en: …"),
    (FORM, "Tại nhà", "x" * 41, 10, "survey.1.choices.1.label.vi has 41 characters, at most 40 fit."),
    (FORM, "name: class", "name: home", 9, "Two choices have the same name. Rename one."),
    (FORM, "name: class", f"name: {'x' * 60}", 11, "The names of question and choice do not fit a button."),
    (FORM, '"Class"}}', '"Class"}, words: [nhà]}', 11, "The word nhà already means home. Keep it at one of the two."),
    (FORM, '"Class"', '"at home!"', 9, "'At home' and 'at home!' are the same when typed without marks."),
    (FORM, "type: select_one", 'type: integer\n    constraint: ". <"', 7, "Cannot read"),
]  # fmt: skip


@pytest.mark.parametrize("planted", WRONG_KEYS + WRONG_SENSE)
def test_a_fault_is_named_with_its_line(folder: Path, planted: tuple[str, str, str, int, str]) -> None:
    file, old, new, line, message = planted
    change(folder, file, old, new)
    assert any(fault.startswith(f"{file}:{line}: ") and message in fault for fault in found(folder)), found(folder)


def test_a_list_file_that_holds_keys(folder: Path) -> None:
    write(folder, TRACKS, "id: skills\n")
    assert "tracks.yaml:1: This file must be a list. Start every item with '- id: …'." in found(folder)


def test_a_comparison_may_name_the_old_fact_beside_the_new_one(folder: Path) -> None:
    change(folder, LESSON, "facts: [accounts]", "facts: [accounts-2024, accounts]")
    assert found(folder) == []


def test_a_lesson_in_no_track_and_in_two(folder: Path) -> None:
    write(folder, TRACKS, CONTENT[TRACKS].replace("[vneid]", "[]"))
    assert found(folder) == [
        f"{LESSON}:2: No track holds this lesson. Add vneid to the lessons of a track in tracks.yaml."
    ]
    write(folder, TRACKS, CONTENT[TRACKS] + CONTENT[TRACKS].replace("id: skills", "id: more"))
    assert found(folder) == ["tracks.yaml:6: The lesson vneid is already in the track skills. Keep it in one."]
    change(folder, LESSON, "track: skills", "track: more")
    assert f"{LESSON}:3: tracks.yaml has this lesson in the track skills. Write the same track here." in found(folder)


def test_facts_that_replace_each_other(folder: Path) -> None:
    change(folder, FACTS, 'figures: ["55,25 triệu"]', "replaced_by: accounts-2024")
    circles = [fault for fault in found(folder) if "circle" in fault]
    assert circles[0].startswith(f"{FACTS}:10: ")
    assert circles[0].endswith("in a circle: accounts → accounts-2024 → accounts. Remove one replaced_by.")
    assert circles[1].startswith(f"{FACTS}:28: ")


@pytest.mark.parametrize("file", CONTENT)
def test_separate_marks_and_unseen_characters_in_any_file(folder: Path, file: str) -> None:
    comment = "<!-- hoà -->\n" if file.endswith(".md") else "# hoà\n"
    line = CONTENT[file].count("\n") + 1
    write(folder, file, CONTENT[file] + unicodedata.normalize("NFD", comment))
    assert any(fault.startswith(f"{file}:{line}: Letters and marks stand apart here (NFD)") for fault in found(folder))
    write(folder, file, CONTENT[file] + comment.replace("hoà", "ho\u200bà"))
    assert any(fault.startswith(f"{file}:{line}: This line holds a character that cannot") for fault in found(folder))


def test_files_that_cannot_be_read(folder: Path) -> None:
    (folder / FACTS).write_bytes("# một\n- id: hoà\n".encode("utf-16"))
    (folder / DATES).unlink()
    (folder / DATES).mkdir()
    write(folder, "lessons/other.md", "")
    write(folder, "facts/more.yml", "")
    write(folder, "facts/README.md", "")
    faults = found(folder)
    assert f"{FACTS}:1: This is not UTF-8. Save the file again with the encoding UTF-8." in faults
    assert f"{DATES}: This file cannot be opened. Look whether it may be read." in faults
    assert "lessons/other.md: This file is not read: its name must end in .vi.md. Rename it." in faults
    assert "facts/more.yml: This file is not read: its name must end in .yaml. Rename it." in faults
    assert not any("README" in fault for fault in faults)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    served, faults = read(tmp_path / "content")
    assert [fault.message for fault in faults] == [
        "This folder is missing. Set CONTENT_DIR to the folder of the content."
    ]
    assert not served.facts


def test_windows_line_ends_and_byte_order_marks_are_no_fault(folder: Path) -> None:
    revision = load(folder).revision
    for file, text in CONTENT.items():
        (folder / file).write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert load(folder).facts.keys() == {"accounts", "goal", "accounts-2024"}
    assert load(folder).revision != revision


def test_a_fault_spares_the_rest(folder: Path) -> None:
    change(folder, FACTS, "topic: dich-vu-cong", "topic:")
    change(folder, LESSON, "## Bước 1", "## Bước một")
    served, faults = read(folder)
    assert list(served.facts) == ["accounts", "accounts-2024"]
    assert served.tracks
    assert {fault.file for fault in faults} == {FACTS, LESSON}
    with pytest.raises(ContentFault) as raised:
        load(folder)
    assert raised.value.faults == faults
    assert str(raised.value) == report(faults)


@pytest.mark.parametrize("file", [FACTS, "sources.yaml", TRACKS, LESSON, DATES, FORM])
@pytest.mark.parametrize("data", [b"", b"a: b: c", b"\xff"])
def test_a_file_that_cannot_be_read_is_told_once(folder: Path, file: str, data: bytes) -> None:
    (folder / file).write_bytes(data)
    faults = read(folder)[1]
    assert [fault.file for fault in faults] == [file], faults


def test_the_report_lists_and_counts() -> None:
    first, second = Fault("a.yaml", 2, "Wrong. Mend it."), Fault("a.yaml", 0, "Missing. Add it.")
    assert report([]) == "The content has no faults."
    assert report([first]) == "a.yaml:2: Wrong. Mend it.\n1 fault in 1 file."
    assert report([first, second]) == "a.yaml: Missing. Add it.\na.yaml:2: Wrong. Mend it.\n2 faults in 1 file."


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(file=st.sampled_from(sorted(CONTENT)), noise=st.text() | st.binary(), keep=st.integers(0, 200))
@example(file=FACTS, noise="[" * 900 + "]" * 900, keep=0)
@example(file=FACTS, noise="&a [*a]", keep=0)
@example(file=FACTS, noise="? [a]\n: b", keep=0)
@example(file=FORM, noise="", keep=0)
@example(file=PO, noise='msgid "a"\nmsgid_plural "b"\nmsgstr[9] "c"', keep=0)
@example(file=PO, noise="msgstr[a]", keep=0)
@example(file=PO, noise='msgid ""\nmsgstr "Plural-Forms: nplurals=x; plural=y\\n"', keep=0)
@example(file=PO, noise='msgid ""\nmsgstr "Plural-Forms: nplurals=1; plural=import os\\n"', keep=0)
@example(file=PO, noise='msgid ""\nmsgstr "Content-Type: text/plain; charset=none\\n"', keep=0)
@example(file=LESSON, noise="--- " * 9, keep=0)
def test_no_text_in_any_file_stops_the_reading(file: str, noise: str | bytes, keep: int) -> None:
    data = noise if isinstance(noise, bytes) else noise.encode("utf-8", "surrogatepass")
    with TemporaryDirectory() as name:
        folder = Path(name)
        for other, text in CONTENT.items():
            write(folder, other, text)
        (folder / file).write_bytes(CONTENT[file].encode()[:keep] + data)
        served, faults = read(folder)
        assert isinstance(served, Library)
        assert all(fault.message for fault in faults)
        words.missing(folder, folder)


# Words


def test_words_in_both_languages(folder: Path) -> None:
    vietnamese, english = load(folder).words["vi"], load(folder).words["en"]
    assert vietnamese.gettext("Hello, {name}!") == "Chào {name}!"
    assert english.gettext("Hello, {name}!") == "Hello, {name}!"
    assert vietnamese.gettext("Not translated") == "Not translated"
    assert [vietnamese.ngettext("{n} report", "{n} reports", n) for n in (1, 2)] == ["{n} phiếu", "{n} phiếu"]
    assert [english.ngettext("{n} report", "{n} reports", n) for n in (0, 1, 2)] == [
        "{n} reports",
        "{n} report",
        "{n} reports",
    ]
    assert [vietnamese.ngettext("one", "many", n) for n in (1, 2)] == ["one", "many"]


def test_words_write_numbers_as_their_readers_do() -> None:
    vietnamese, english = library.Words("vi"), library.Words("en")
    assert (vietnamese.number(55250000), english.number(55250000)) == ("55.250.000", "55,250,000")
    assert (vietnamese.decimal(55.25), english.decimal(55.25)) == ("55,25", "55.25")
    assert (vietnamese.percent(0.183), english.percent(0.183)) == ("18,3 %", "18.3%")


def test_words_write_days_as_their_readers_do() -> None:
    vietnamese, english = library.Words("vi"), library.Words("en")
    day = date(2027, 10, 10)
    assert (vietnamese.day(day), english.day(day)) == ("10/10/2027", "10/10/2027")
    assert (vietnamese.day_long(day), english.day_long(day)) == ("Chủ nhật 10/10/2027", "Sunday 10/10/2027")


CODE = """\
def greet(turn: Turn, late: bool) -> Reply:
    b"raw".count(b"r")
    turn.say("Hello, {name}!", name="Hoa")
    turn.count("{n} report", "{n} reports", 3)
    turn.say("Good evening" if late else "Good day")
    return _(late)
"""


def test_what_is_said_must_be_translated_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    sources = tmp_path / "program"
    write(sources, "handlers/greeting.py", CODE)
    write(sources, "bot/web/templates/page.html", "<p>\n{{ _('Waiting') }}</p>")
    write(folder, PO, CONTENT[PO] + '\nmsgid "Old words"\nmsgstr "Lời cũ"\n')
    assert [str(fault) for fault in words.missing(folder, sources)] == [
        f'bot/web/templates/page.html:2: "Waiting" has no translation. Add it to {PO}: msgid, then msgstr.',
        f'handlers/greeting.py:5: "Good day" has no translation. Add it to {PO}: msgid, then msgstr.',
        f'handlers/greeting.py:5: "Good evening" has no translation. Add it to {PO}: msgid, then msgstr.',
        f'{PO}:12: Nobody says "Old words" any more. Remove the message.',
    ]


def test_a_message_stands_once(folder: Path, tmp_path: Path) -> None:
    again = '\nmsgid "Hello, {name}!"\nmsgstr "Xin chào {name}!"\n'
    write(folder, PO, CONTENT[PO] + again)
    faults = [str(fault) for fault in words.missing(folder, tmp_path)]
    assert faults == [f'{PO}:12: "Hello, {{name}}!" stands in line 5 already. Keep one of the two.']


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("Chào {name}!", "Chào {ten}!", 5, "has {name} and its translation has {ten}. Write the same ones."),
        ("Chào {name}!", "Chào!", 5, "has {name} and its translation has no {name}."),
        ("Chào {name}!", "Chào {name!", 5, "A { or } stands alone"),
        ("Chào {name}!", "", 5, "has no translation. Write it after msgstr."),
        ("Chào {name}!", "**Chào {name}!", 5, "opens bold words"),
        ("Chào {name}!", "Chào {name}!" + "x" * 1500, 5, "has 1512 characters, at most 1500 fit."),
        ('msgid "Hello', '#, fuzzy\nmsgid "Hello', 6, "is marked fuzzy."),
        ("Chào {name}!", unicodedata.normalize("NFD", "Chào {name}!"), 5, "Letters and marks stand apart (NFD)"),
        ("{n} phiếu", "phiếu", 8, "has {n} and its translation has no {name}."),
    ],
)
def test_a_translation_must_fit_its_message(folder: Path, old: str, new: str, line: int, message: str) -> None:
    change(folder, PO, old, new)
    faults = [str(fault) for fault in words.missing(folder, folder / "installed")]
    assert any(fault.startswith(f"{PO}:{line}: ") and message in fault for fault in faults), faults


def test_a_missing_catalogue(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "program", "handlers/greeting.py", CODE)
    (folder / PO).unlink()
    faults = words.missing(folder, tmp_path / "program")
    assert {fault.message.partition(" has")[0] for fault in faults} == {
        '"Hello, {name}!"',
        '"{n} report"',
        '"Good evening"',
        '"Good day"',
    }


def test_an_installed_program_is_not_asked_for_its_sources(folder: Path) -> None:
    assert words.missing(folder, folder / "installed") == []
