"""Personal numbers typed anywhere are stored nowhere and logged nowhere, and who typed them is told, gently, once."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.core.messages import InboundMessage
from bot.library import Library
from bot.receiver import without_numbers
from bot.search.finder import Finder
from bot.storage.database import Database
from handlers.table import COMMANDS
from tests.dialogue import KEYRING, Dialogue, Play, Step, everything
from tests.fakes.clock import SettableClock
from tests.fakes.platforms import Plain

NUMBERS = {"id": "079185001234", "phone": "0912345678", "card": "4111111111111111", "code": "739152"}
TYPED = "căn cước 079 185 001 234, điện thoại 0912.345.678, thẻ 4111-1111-1111-1111, OTP 739152"
WARNING = "⚠️"


def said(text: str, **more: Any) -> Step:
    return {"say": text, "hear": WARNING, **more}


WALKS: dict[str, list[Step]] = {
    "a question, its mark, its follow-up": [
        {"as": "resident Lan"},
        said(f"làm hộ chiếu ở đâu, {TYPED}"),
        said(f"/hoi chủ đề năm 2025 {TYPED}"),
        {"say": "chưa đúng"},
        said(f"còn năm 2024 {TYPED}"),
        said(f"/kiemtra con trúng thưởng, {TYPED}"),
    ],
    "a wish for help": [
        {"as": "resident Lan"},
        {"say": "nho"},
        said(TYPED),
        {"say": "Thôn 3"},
        {"say": "1"},
        {"say": "1"},
        said(f"máy cũ {TYPED}"),
    ],
    "a report by its line, and by steps": [
        {"as": "volunteer Hoa"},
        said(f"bc t3 5ho 8ng vneid 2 {TYPED}"),
        {"say": "huy"},
        {"say": "bao cao"},
        *[said(TYPED) for _ in range(4)],
    ],
    "what is held until consent is given": [
        {"as": "stranger Nam"},
        {"say": f"/baihoc {TYPED}"},
        {"say": f"/nho {TYPED}"},
        {"say": "Đồng ý"},
    ],
    "a message whose handling broke": [
        {"as": "resident Lan"},
        {"breaks": True, "say": f"hỏi {TYPED}"},
    ],
    "an answer to open questions": [
        {"as": "resident Lan"},
        {"say": "làm hộ chiếu hết bao nhiêu tiền"},
        {"as": "coordinator Minh"},
        {"say": "/cauhoi"},
        {"tap": "làm hộ chiếu hết bao nhiêu tiền"},
        {"tap": "Viết câu trả lời"},
        said(f"Lệ phí là 200.000 đồng. {TYPED}"),
        said(f"Thông báo 12, {TYPED}"),
        {"tap": "Hôm nay"},
        {"tap": "6 tháng"},
        {"tap": "Lưu", "hear": "Đã lưu"},
    ],
    "a message to many": [
        {"as": "volunteer Hoa"},
        {"as": "coordinator Minh"},
        {"say": "gui tin"},
        {"say": "1"},
        said(f"Họp tổ chiều nay. {TYPED}"),
        said(TYPED),
    ],
}


Walk = Callable[[list[Step]], list[str]]


@pytest.fixture
def walk(
    sqlite_url: str, library: Library, index: Finder, clock: SettableClock, capfd: pytest.CaptureFixture[str]
) -> Walk:
    """Play steps; the lines of the database, of the log, of whatever was printed that hold a personal number."""

    def run(steps: list[Step]) -> list[str]:
        platform = Plain(clock)
        Play(platform=platform, database_url=sqlite_url, library=library, index=index).run(
            Dialogue("privacy", tuple(steps))
        )
        database = Database(sqlite_url, KEYRING)
        rows = database.read_now(everything)
        database.close()
        kept = "\n".join(f"{table} {row}" for table, found in rows.items() for row in found)
        return leaks("\n".join((kept, *capfd.readouterr())))

    return run


def leaks(text: str) -> list[str]:
    plain = re.sub(r"(?<=\d)[ .\-](?=\d)", "", text)
    return [line for line in plain.split("\n") for number in NUMBERS.values() if number in line]


def test_the_numbers_would_be_found() -> None:
    assert len(leaks(TYPED.replace(", ", "\n"))) == len(NUMBERS)


@pytest.mark.parametrize("name", WALKS)
def test_no_personal_number_is_kept_or_logged(name: str, walk: Walk) -> None:
    assert walk(WALKS[name]) == []


@pytest.mark.parametrize("who", ["resident Lan", "volunteer Hoa", "coordinator Minh", "stranger Nam"])
def test_no_command_and_none_of_its_first_steps_keeps_one(who: str, walk: Walk) -> None:
    steps: list[Step] = [{"as": who}]
    for name in (route.name for route in COMMANDS if route.name != "dung"):
        steps += [said(f"/{name} {TYPED}"), {"say": f"/{name}"}, said(TYPED), said(f"Hoa {TYPED}"), {"say": "/menu"}]
    assert walk(steps) == []


def test_the_name_a_platform_shows_is_masked_too() -> None:
    message = InboundMessage(channel="zalo", chat="1", external_id="1", text="chào", sender_name="Hoa 0912345678")
    masked = without_numbers(message)
    assert masked == replace(message, sender_name="Hoa [số điện thoại]")
    assert not masked.private  # nothing was typed that needs a word


@pytest.mark.parametrize("text", ["50", "bc t3 5ho 8ng 60+ 3 vneid 2 dvc 3 sang nay", "18/11/2026", "ABCDE-FGHJK"])
def test_counts_days_and_codes_come_through(text: str) -> None:
    message = InboundMessage(channel="web", chat="1", external_id="1", text=text)
    assert without_numbers(message) == message
