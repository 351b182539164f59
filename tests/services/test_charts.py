import struct
import zlib
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from bot.services.files.charts import FONTS, MOST_BARS, WIDTH, Chart, Value, draw, summary_svg

CHART = Chart(
    title="Tuần 16–22/11/2026",
    subtitle="Tổ Bản Mẫu, Xã Đường Đê",
    bars_title="Số hộ được hướng dẫn, theo nơi",
    bars=[Value("Thôn Ưng Bằng", 12, "12"), Value("Thôn 2", 0, "0"), Value("Bản Nậm <Mười> & Cả", 31, "31")],
    line_title="Số hộ qua 8 tuần",
    points=[Value(f"{n}/11", n * 3, str(n * 3)) for n in range(8)],
    note="Theo phiếu của tổ.",
)


def size(png: bytes) -> tuple[int, int]:
    """Checks every chunk of a PNG; its width and height."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, names = 8, []
    while at < len(png):
        (long,), name = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        body = png[at + 8 : at + 8 + long]
        assert zlib.crc32(name + body) == struct.unpack(">I", png[at + 8 + long : at + 12 + long])[0]
        names.append(name)
        at += 12 + long
    assert (names[0], names[-1]) == (b"IHDR", b"IEND")
    width, height = struct.unpack(">II", png[16:24])
    return int(width), int(height)


def test_the_picture_is_a_png_for_a_phone_below_a_megabyte() -> None:
    png = draw(summary_svg(CHART))
    width, height = size(png)
    assert width == WIDTH
    assert height > width
    assert len(png) < 1_000_000


def test_other_numbers_make_another_picture() -> None:
    png = draw(summary_svg(CHART))
    assert draw(summary_svg(CHART)) == png
    assert draw(summary_svg(replace(CHART, bars=[*CHART.bars[:2], Value("Bản", 30, "30")]))) != png
    assert draw(summary_svg(replace(CHART, points=CHART.points[1:]))) != png


def test_names_are_text_not_markup_and_every_number_stands_beside_its_bar() -> None:
    svg = summary_svg(CHART)
    texts = ["".join(each.itertext()) for each in ET.fromstring(svg).iter() if each.tag.endswith("text")]  # noqa: S314
    assert {"12", "0", "31", "21"} <= set(texts)
    assert any(text.startswith("Bản Nậm <Mười>") for text in texts)


def test_there_are_never_more_bars_than_fit() -> None:
    svg = summary_svg(replace(CHART, bars=[Value(f"Thôn {n}", n, str(n)) for n in range(1, 40)]))
    assert svg.count("<rect") == MOST_BARS + 1  # and the background


def test_nothing_at_all_is_drawn_too() -> None:
    size(draw(summary_svg(replace(CHART, bars=[], points=[]))))


@pytest.mark.parametrize("weight", [400, 700])
def test_the_fonts_have_every_vietnamese_letter(weight: int) -> None:
    vowels = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ"
    letters = vowels + "bcdđghklmnpqrstvxfjwz"

    def one(letter: str) -> bytes:
        text = f'<text y="40" font-size="40" font-family="Noto Sans" font-weight="{weight}">{letter}</text>'
        return draw(f'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">{text}</svg>')

    missing = {one("中"), one(" ")}  # a letter of no font here, and nothing at all
    assert not [letter for letter in letters + letters.upper() + "0123456789–·%.,/()" if one(letter) in missing]
    assert (FONTS / "OFL.txt").is_file()
