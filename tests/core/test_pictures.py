from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import ImageFont

from bot.core import pictures
from bot.library import Library
from bot.services.files import charts

FRAME = '<svg xmlns="http://www.w3.org/2000/svg" width="720" height="520" viewBox="0 0 720 520">{}</svg>'
TEXT = '<text font-family="Noto Sans" font-size="{}">Bấm</text>'
CONTENT = Path(__file__).parents[2] / "content"
MEGABYTE = 1_000_000


def test_a_plain_drawing_has_no_fault() -> None:
    assert pictures.faults(FRAME.format('<g font-family="Noto Sans" font-size="30"><text>Bấm</text></g>')) == []


@pytest.mark.parametrize(
    ("svg", "line", "said"),
    [
        (FRAME.format("\n<rect>"), 2, "not valid SVG"),
        ("", 1, "not valid SVG"),
        (FRAME.format('\n\n<image href="https://a.vn/b.png"/>'), 3, "<image> may not stand"),
        (FRAME.format('\n<rect fill="url(#a)"/>'), 2, "refers to something outside"),
        (FRAME.format('\n<rect style="fill:red"/>'), 2, "style may not stand"),
        (FRAME.format('\n<rect onload="x()"/>'), 2, "onload may not stand"),
        (FRAME.format("\n<script>1</script>"), 2, "<script> may not stand"),
        (FRAME.format("\n" + TEXT.format(20)), 2, "Use at least 26"),
        (FRAME.format("\n" + TEXT.format("2em")), 2, "plain number"),
        (FRAME.format('\n<text font-family="Arial" font-size="40">a</text>'), 2, "font we ship"),
        (FRAME.format("").replace("0 0 720 520", "0 0 7200 520"), 1, "at most 1080"),
        (FRAME.format("").replace('width="720"', 'width="100%"'), 1, 'width="720"'),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + FRAME.format(""), 1, "DOCTYPE"),
    ],
)
def test_a_fault_is_named_with_its_line(svg: str, line: int, said: str) -> None:
    found = pictures.faults(svg)
    assert found[0][0] == line
    assert any(said in message for _, message in found), found


def test_every_practical_lesson_has_a_drawing(library: Library) -> None:
    assert {f"L{number}" for number in range(1, 14)} <= library.pictures.keys()
    assert all(library.lessons[name].picture_alt for name in library.pictures)


def test_drawings_are_small_and_their_words_stay_inside(library: Library) -> None:
    for name, svg in library.pictures.items():
        assert 5_000 < len(charts.draw(svg)) < MEGABYTE, name
        for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314  our own files
            weight = "Bold" if text.get("font-weight") else "Regular"
            font = ImageFont.truetype(str(CONTENT / f"fonts/NotoSans-{weight}.ttf"), int(text.get("font-size", "")))
            width, at = font.getlength(text.text or ""), float(text.get("x", ""))
            left = at - {"start": 0.0, "middle": width / 2, "end": width}[text.get("text-anchor", "start")]
            assert left >= 8, (name, text.text)
            assert left + width <= 712, (name, text.text)
