import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.core.errors import KnownError, NotAllowed
from bot.core.periods import period_of
from bot.library import Library
from bot.services import summary
from bot.services.files import exports, media
from bot.services.files.exports import Format, Order
from bot.storage.database import Database, Transaction
from tests.commune import Commune
from tests.fakes.clock import ZONE, SettableClock

DAYS = (date(2026, 11, 1), date(2026, 11, 30))
NASTY = '=HYPERLINK("http://x.example")\x00\x07\x1b\ud800 Ghi chú: _x0041_ <b>&\ufffe'
TIDY = '=HYPERLINK("http://x.example") Ghi chú: _x0041_ <b>&'
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock) -> Commune:
    return Commune(database, library, clock())


def export(commune: Commune, format_: Format, clock: SettableClock) -> bytes:
    """The file, as a person gets it: asked for, then fetched."""

    def ask(tx: Transaction) -> str:
        roles = commune.roles(tx, commune.minh)
        order, _ = exports.order(tx, format_, roles[0], days=DAYS, roles=roles, zone=ZONE, locale="vi", now=clock())
        return media.promise_export(tx, order)

    name = commune.database.write_now(ask)
    found = media.load_now(commune.database, commune.library, name)
    assert found
    assert found.kind == exports.KINDS[format_]
    assert found.label == f"phieu-TM-2026-11-01-2026-11-30.{format_}"
    return found.content


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """By name, the rows of every sheet: text, numbers, days; no formula anywhere."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        parts = [book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in range(1, len(names) + 1)]
    assert not [part for part in parts if "<f>" in part]
    return {name: list(_rows(part)) for name, part in zip(names, parts, strict=True)}


def _rows(part: str) -> Iterator[list[Any]]:
    for row in ET.fromstring(part).iter(f"{SHEET}row"):  # noqa: S314  our own file
        cells: dict[int, Any] = {}
        for cell in row:
            text = "".join(cell.itertext())
            letters = re.sub(r"\d", "", cell.get("r", ""))
            place = 0
            for letter in letters:
                place = place * 26 + ord(letter) - 64
            cells[place - 1] = text if cell.get("t") == "inlineStr" else float(text)
        yield [cells.get(place) for place in range(max(cells) + 1)] if cells else []


def day(number: float) -> date:
    return (datetime(1899, 12, 30) + timedelta(days=number)).date()  # noqa: DTZ001  Excel's own


def test_the_workbook_says_what_the_database_says(commune: Commune, clock: SettableClock) -> None:
    commune.file("2026-11-02", unit=3, households=5, people=8, elderly=None, skills={"vneid": 2, "dvc": None})
    commune.file("2026-11-30", unit=4, households=1, people=1, elderly=1, difficulties={"old_phone": None})
    commune.file("2026-12-01")
    found = sheets(export(commune, "xlsx", clock))
    assert list(found) == ["Phiếu", "Tổng hợp", "Giải thích"]
    head, *rows = found["Phiếu"]
    first, second = (dict(zip(head, [*row, *[None] * (len(head) - len(row))], strict=True)) for row in rows)
    assert (first["Số phiếu"], first["Nơi"], day(first["Ngày"])) == ("TM-2027-0001", "Thôn 3", date(2026, 11, 2))
    assert (first["Số hộ"], first["Lượt người"], first["Từ 60 tuổi"]) == (5, 8, None)
    assert (first["Việc: VNeID"], first["Việc: Dịch vụ công"], first["Việc: Việc khác"]) == (2, "x", None)
    assert (second["Khó khăn: Máy cũ"], second["Lượt người"], second["Người ghi"]) == ("x", 1, "Hoa")
    totals = found["Tổng hợp"]
    assert totals[0] == ["Phiếu từ 01/11/2026 đến 30/11/2026"]
    assert ["Tổ Bản Mẫu", 2, 6, 9, 1] in totals
    assert ["Thôn 3", 1, 5, 8] in totals  # nobody said how old they are: empty, not zero
    meaning = {row[0]: row[1:] for row in found["Giải thích"]}
    assert meaning["Số hộ"] == ["Hướng dẫn được mấy hộ?", "hộ"]


@pytest.mark.parametrize("text", ["=1+1", "+84", "-2", "@SUM(A1)", "  =1", "\t=1", "https://x.example", "1234"])
def test_text_is_never_a_formula_a_link_or_a_number(text: str, commune: Commune, clock: SettableClock) -> None:
    commune.file("2026-11-02", note=text)
    found = sheets(export(commune, "xlsx", clock))
    head, row = found["Phiếu"]
    assert row[head.index("Ghi thêm")].strip() == text.strip()
    csv_head, csv_row = rows_of(export(commune, "csv", clock))
    cell = csv_row[csv_head.index("Ghi thêm")]
    assert cell.strip() == text.strip() if text[0].isalnum() else cell.startswith("'")


def test_what_no_file_can_hold_is_left_out(commune: Commune, clock: SettableClock) -> None:
    def spoil(tx: Transaction) -> None:
        from bot.models import Person  # noqa: PLC0415

        tx.session.get_one(Person, commune.hoa).name = "Hoa\x0b"
        tx.finish()

    commune.file("2026-11-02", note=NASTY.replace("\x00", "").replace("\ud800", ""))
    commune.database.write_now(spoil)
    head, row = sheets(export(commune, "xlsx", clock))["Phiếu"]
    assert row[head.index("Ghi thêm")].replace("_x005F_", "_") == TIDY
    assert row[head.index("Người ghi")] == "Hoa"


def rows_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_csv_is_read_by_excel_and_holds_the_same(commune: Commune, clock: SettableClock) -> None:
    commune.file("2026-11-02", unit=3, note="Sóng yếu, phải\nra đầu ngõ")
    head, row = rows_of(export(commune, "csv", clock))
    said = dict(zip(head, row, strict=True))
    assert (said["Ngày"], said["Nơi"], said["Số hộ"]) == ("2026-11-02", "Thôn 3", "5")
    assert said["Ghi thêm"] == "Sóng yếu, phải\nra đầu ngõ"
    assert said["Từ 60 tuổi"] == "3"


def test_there_are_no_phone_numbers_in_it(commune: Commune, clock: SettableClock) -> None:
    commune.file("2026-11-02")
    heads = rows_of(export(commune, "csv", clock))[0]
    assert not [head for head in heads if "thoại" in head.lower() and "Khó khăn" not in head]
    assert "Hoa" in export(commune, "csv", clock).decode()


def test_only_a_coordinator_exports_and_only_what_is_there(commune: Commune, clock: SettableClock) -> None:
    def ask(tx: Transaction, person: int) -> tuple[Order, int]:
        roles = commune.roles(tx, person)
        return exports.order(tx, "csv", roles[0], days=DAYS, roles=roles, zone=ZONE, locale="vi", now=clock())

    with pytest.raises(NotAllowed):
        commune.database.read_now(lambda tx: ask(tx, commune.hoa))
    with pytest.raises(KnownError, match="no report"):
        commune.database.read_now(lambda tx: ask(tx, commune.minh))


def test_an_order_is_kept_as_it_is(clock: SettableClock) -> None:
    order = Order(
        format="xlsx", teams=(1, 2), first=DAYS[0], last=DAYS[1], name="TM", zone=ZONE.key, locale="vi", at=clock()
    )
    assert Order.from_json(order.to_json()) == order


def paper(commune: Commune, clock: SettableClock) -> str:
    week = period_of("week", date(2026, 11, 18))

    def ask(tx: Transaction) -> str:
        found, _ = summary.of_period(tx, commune.team, period=week, now=clock(), zone=ZONE)
        return media.promise_paper(tx, found, locale="vi", zone=ZONE, now=clock())

    name = commune.database.write_now(ask)
    found = media.load_now(commune.database, commune.library, name)
    assert found
    with zipfile.ZipFile(io.BytesIO(found.content)) as file:
        xml = file.read("word/document.xml").decode()
    return "\n".join("".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", part)) for part in xml.split("</w:p>"))


def test_the_paper_to_pass_on_is_an_official_one_and_hides_small_cells(commune: Commune, clock: SettableClock) -> None:
    commune.file("2026-11-17", unit=3, households=12, people=20, elderly=3)
    commune.file("2026-11-17", unit=4, households=3, people=4, elderly=None, skills={"dvc": 2})
    commune.file("2026-11-18", unit=5, households=30, people=30, skills={"dvc": 9})
    clock.set("2026-11-23 08:00")
    text = paper(commune, clock)
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ngày 23 tháng 11 năm 2026",
        "từ ngày 16 tháng 11 năm 2026 đến ngày 22 tháng 11 năm 2026",
        "3 buổi hướng dẫn: 45 hộ, 54 lượt người, trong đó 6 người từ 60 tuổi trở lên",
        "NGƯỜI LẬP BIỂU",
        "TỔ TRƯỞNG",
    ):
        assert said in text
    rows = text.partition("Bảng 1")[2].partition("Bảng 2")[0].split("\n")
    assert rows[rows.index("Thôn 4") + 2 : rows.index("Thôn 4") + 4] == ["dưới 5", "dưới 5"]
    assert rows[rows.index("Thôn 3") + 2 : rows.index("Thôn 3") + 4] == ["không nêu", "không nêu"]
    assert not re.search(r"UBND|CNSCĐ|DVC|TNV|60\+", text), "no abbreviations"
    assert "Hoa" not in text


def test_what_was_fetched_once_stays_as_it_was(commune: Commune, clock: SettableClock) -> None:
    commune.file("2026-11-02")

    def ask(tx: Transaction) -> str:
        roles = commune.roles(tx, commune.minh)
        order, _ = exports.order(tx, "csv", roles[0], days=DAYS, roles=roles, zone=ZONE, locale="vi", now=clock())
        return media.promise_export(tx, order)

    name = commune.database.write_now(ask)
    first = media.load_now(commune.database, commune.library, name)
    commune.file("2026-11-03", unit=2)
    assert media.load_now(commune.database, commune.library, name) == first
    assert media.load_now(commune.database, commune.library, name[:-1] + ("A" if name[-1] != "A" else "B")) is None
    clock.move(timedelta(days=14))
    assert commune.database.write_now(lambda tx: media.forget_old(tx, clock())) == 1
    assert media.load_now(commune.database, commune.library, name) is None
