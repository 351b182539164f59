"""Every bad value of a report has its sentence, changes nothing, and the same question is asked again."""

import asyncio
from contextlib import closing
from typing import Any

import pytest

from bot.app import Program
from bot.core.messages import InboundMessage
from bot.library import Library
from bot.models import METADATA
from bot.search.finder import Finder
from bot.settings import Settings
from bot.storage.database import Database
from tests.dialogue import Dialogue, Play, Step
from tests.fakes.clock import SettableClock
from tests.fakes.platforms import PLATFORMS
from tests.services.commune import Commune

STEPS: list[Step] = [  # the whole form, one right answer after the other
    {"as": "volunteer Hoa"},
    {"say": "báo cáo"},
    {"say": "hôm nay"},
    {"say": "thôn 3"},
    {"say": "tại nhà"},
    {"say": "5"},
    {"say": "8"},
    {"say": "3"},
    {"say": "vneid"},
    {"say": "chọn xong"},
    {"say": "tự làm được"},
]
DAY, PLACE, KIND, HOUSEHOLDS, PEOPLE, ELDERLY, SKILLS = range(2, 9)
RESULT = 10
QUESTIONS = {
    DAY: "ngày nào?",
    PLACE: "ở đâu?",
    KIND: "theo cách nào?",
    HOUSEHOLDS: "mấy hộ?",
    PEOPLE: "bao nhiêu lượt người?",
    ELDERLY: "từ 60 tuổi?",
    SKILLS: "việc gì?",
    RESULT: "Kết quả thế nào?",
}
BAD = [
    (DAY, "ngày mai", "chưa đến"),
    (DAY, "19/11/2026", "chưa đến"),
    (DAY, "32/13", "chưa rõ là ngày nào"),
    (DAY, "hồi đó", "chưa rõ là ngày nào"),
    (DAY, "bỏ qua", "Mục này cần có"),
    (PLACE, "sao hỏa", "chưa có trong địa bàn"),
    (PLACE, "99", "chưa có trong địa bàn"),
    (KIND, "trên trời", "không có trong các mục"),
    (KIND, "9", "không có trong các mục"),
    (HOUSEHOLDS, "nhiều", "chưa rõ là bao nhiêu"),
    (HOUSEHOLDS, "-3", "chưa rõ là bao nhiêu"),
    (HOUSEHOLDS, "5,5", "chưa rõ là bao nhiêu"),
    (HOUSEHOLDS, "=1+1", "chưa rõ là bao nhiêu"),
    (HOUSEHOLDS, "2001", "lớn quá mức"),
    (HOUSEHOLDS, "9" * 30, ""),
    (HOUSEHOLDS, "bỏ qua", "Mục này cần có"),
    (PEOPLE, "20001", "lớn quá mức"),
    (ELDERLY, "9", "không thể nhiều hơn"),
    (SKILLS, "bay", "không có trong các mục"),
    (SKILLS, "chọn xong", "ít nhất một"),
    (RESULT, "chắc thế", "không có trong các mục"),
]
NOTES = [
    ("=1+1", "=1+1"),
    ("+84 là gì", "+84 là gì"),
    ("@SUM(A1)", "@SUM(A1)"),
    ("đường\x00 trơn\x07\u202e", "đường trơn"),
    ("gọi 0912345678", "gọi [số điện thoại]"),
    ("<b>mưa</b> & gió", "<b>mưa</b> & gió"),
]


def play(steps: list[Step], url: str, library: Library, index: Finder, clock: SettableClock) -> None:
    Play(platform=PLATFORMS["console"](clock), database_url=url, library=library, index=index).run(
        Dialogue("bad values", tuple(steps))
    )


@pytest.mark.parametrize(("question", "typed", "sentence"), BAD, ids=map(str, range(len(BAD))))
def test_a_bad_answer_has_its_sentence(
    question: int, typed: str, sentence: str, *, sqlite_url: str, library: Library, index: Finder, clock: SettableClock
) -> None:
    refused: Step = {"say": typed, "hear": [sentence, QUESTIONS[question]]}
    end: list[Step] = [
        {"say": "gửi"},
        {"report": {"households": 5, "people": 8, "elderly": 3, "skills": {"vneid": None}, "result": "done"}},
    ]
    play([*STEPS[:question], refused, *STEPS[question:], *end], sqlite_url, library, index, clock)


@pytest.mark.parametrize(("typed", "kept"), NOTES, ids=map(str, range(len(NOTES))))
def test_a_note_is_kept_as_text(
    typed: str, kept: str, *, sqlite_url: str, library: Library, index: Finder, clock: SettableClock
) -> None:
    steps: list[Step] = [
        {"as": "volunteer Hoa"},
        {"say": "bc t3 5ho 8ng vneid tự làm được"},
        {"say": "sửa ghi thêm"},
        {"say": typed, "hear": "Đã hiểu"},
        {"say": "gửi"},
        {"report": {"note": kept}},
    ]
    play(steps, sqlite_url, library, index, clock)


def test_a_note_that_is_too_long_is_asked_again(
    sqlite_url: str, library: Library, index: Finder, clock: SettableClock
) -> None:
    steps: list[Step] = [
        {"as": "volunteer Hoa"},
        {"say": "bc t3 5ho 8ng vneid tự làm được"},
        {"say": "sửa ghi thêm"},
        {"say": "x" * 301, "hear": ["Hơi dài", "300"]},
        {"say": "x" * 300},
        {"say": "gửi"},
        {"report": {"note": "x" * 300}},
    ]
    play(steps, sqlite_url, library, index, clock)


def test_a_known_id_with_another_body_changes_nothing(
    database_url: str, library: Library, index: Finder, clock: SettableClock
) -> None:
    with closing(Database(database_url)) as database:
        Commune(database, library, clock).build()
        settings = Settings(_env_file=None, database_url=database_url)
        program = Program(
            settings=settings,
            clock=clock,
            database=database,
            library=library,
            index=index,
            started=clock(),
            secret=b"k" * 32,
        )
        receiver = program.receiver(None)
        one: dict[str, Any] = {"channel": "web", "chat": "Hoa", "external_id": "1"}
        first = InboundMessage(**one, text="bc t3 5ho 8ng vneid tự làm được")
        assert len(asyncio.run(receiver.receive(first))) == 1
        before = database.read_now(_everything)
        other = InboundMessage(**one, text="bc t5 50ho 80ng vneid tự làm được")
        assert asyncio.run(receiver.receive(other)) == ()
        assert database.read_now(_everything) == before


def _everything(tx: Any) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table.name: [tuple(row) for row in tx.connection.execute(table.select())] for table in METADATA.sorted_tables
    }
