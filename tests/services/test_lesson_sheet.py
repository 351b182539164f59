import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from bot.library import Library
from bot.services import learning
from bot.services.files import charts, lesson_sheet, media
from bot.services.files.lesson_sheet import Order
from bot.storage.database import Database
from tests.fakes.clock import SettableClock

AT = datetime(2026, 11, 22, tzinfo=UTC)


def test_every_lesson_fits_on_a_few_sheets_with_our_own_letters(library: Library) -> None:
    for lesson in ("L1", "L7", "R05"):
        order = Order(lesson=lesson, link=f"https://a.vn/?start=bai-{lesson}", locale="vi")
        pdf = lesson_sheet.make(library, order, at=AT)
        assert 1 <= pdf.count(b"/Type /Page\n") <= 5, lesson
        assert b"NotoSans" in pdf
        assert b"FontFile2" in pdf  # embedded
        assert {match[1] for match in re.finditer(rb"/BaseFont /[A-Z]{6}\+(\w+)", pdf)} == {
            b"NotoSans",
            b"NotoSansBold",
        }
        assert pdf == lesson_sheet.make(library, order, at=AT)


def test_the_letters_we_ship_can_write_every_lesson(library: Library) -> None:
    words = [lesson.model_dump_json() for lesson in library.lessons.values()]
    for path in Path(charts.FONTS).glob("*.ttf"):
        known = TTFont(path).getBestCmap()
        assert {each for text in words for each in text if ord(each) not in known} == set(), path.name


def test_a_sheet_is_the_same_row_for_everybody(database: Database, library: Library, clock: SettableClock) -> None:
    order = Order(lesson="L1", link="https://a.vn/?start=bai-L1", locale="vi")
    names = []
    for _ in range(2):
        names.append(database.write_now(lambda tx: media.promise_sheet(tx, library, order, now=clock())))
        names.append(database.write_now(lambda tx: media.promise_drawing(tx, library, "L1", now=clock())))
        found = [media.load_now(database, library, name) for name in names[-2:]]
        assert [each and each.content[:4] for each in found] == [b"%PDF", b"\x89PNG"]
        clock.move(media.KEPT / 2)
    assert names[:2] == names[2:]
    clock.move(media.KEPT / 4)  # still there, because it was promised again
    database.write_now(lambda tx: media.forget_old(tx, clock()))
    assert media.load_now(database, library, names[0])


def test_a_link_names_a_lesson_and_nothing_else() -> None:
    assert learning.linked(learning.link_code("R01")) == "R01"
    for forged in ("", "bai-", "L1", "bai-../x", "bai-" + "a" * 41, "bai-L1 x", "bai-L1\n", 'bai-"'):
        assert learning.linked(forged) == ""


@pytest.mark.parametrize("size", [lesson_sheet.SMALL, lesson_sheet.BODY, lesson_sheet.HEAD, lesson_sheet.TITLE])
def test_letters_are_large(size: int) -> None:
    assert size >= 16
