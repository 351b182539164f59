"""A lesson on paper: A5 in large type, with the drawing, the source, and a picture to scan that opens the lesson."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

from bot.core.content import Lesson
from bot.core.markup import plain
from bot.library import Library
from bot.services.files import charts
from bot.words import Words

if TYPE_CHECKING:
    from fpdf import FPDF

KIND: Final = "application/pdf"
A5: Final = (148, 210)  # millimetres, as is everything but type
MARGIN: Final = 12
SMALL, BODY, HEAD, TITLE = 16, 17, 18, 24  # points: old eyes read 16
LINE: Final = 0.48  # of a line's height in millimetres to its type in points
PICTURE: Final = 124  # wide: its letters are about as large as the words
CODE: Final = 32
_INK, _ACCENT = (26, 26, 26), (0, 90, 143)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which lesson, with which address to scan (empty: none), in whose words."""

    lesson: str
    link: str
    locale: str


def file_name(lesson: str) -> str:
    """What the file is called."""
    return f"bai-{lesson}.pdf"


def make(library: Library, order: Order, *, at: datetime) -> bytes:
    """The sheet as PDF. KeyError when the lesson is gone."""
    lesson, words = library.lessons[order.lesson], library.words[order.locale]
    pdf = blank(A5, title=lesson.title, at=at)
    _text(pdf, lesson.title, TITLE, bold=True)
    if svg := library.pictures.get(lesson.id):
        _picture(pdf, svg, lesson.picture_alt)
    for number, step in enumerate(lesson.steps, 1):
        _block(pdf, words.say("Step {n}", n=number), plain(step.text))
    if lesson.caution:
        _block(pdf, words.say("Keep in mind"), plain(lesson.caution))
    _foot(pdf, library, lesson, order.link, words)
    return bytes(pdf.output())


def blank(size: tuple[float, float], *, title: str, at: datetime) -> "FPDF":
    """An empty PDF with our letters embedded, on its first page."""
    from fpdf import FPDF  # noqa: PLC0415  only who prints pays for it

    pdf = FPDF(unit="mm", format=size)
    for style, name in (("", "Regular"), ("B", "Bold")):
        pdf.add_font("Noto", style, charts.FONTS / f"NotoSans-{name}.ttf")
    pdf.set_title(title)
    pdf.set_lang("vi")
    pdf.set_creation_date(at)
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(auto=True, margin=MARGIN)
    pdf.add_page()
    return pdf


def code_picture(link: str) -> BytesIO:
    """The address to scan, as PNG."""
    import segno  # noqa: PLC0415  only who prints pays for it

    out = BytesIO()
    segno.make_qr(link, error="m").save(out, kind="png", scale=10, border=2)
    return out


def _text(pdf: "FPDF", text: str, size: int, *, bold: bool = False, left: float = MARGIN) -> None:
    pdf.set_font("Noto", "B" if bold else "", size)
    pdf.set_text_color(*_INK)
    pdf.set_x(left)
    pdf.multi_cell(0, size * LINE, text, align="L", new_x="LMARGIN", new_y="NEXT")


def _height(pdf: "FPDF", text: str, size: int, left: float = MARGIN) -> float:
    pdf.set_font("Noto", "", size)
    pdf.set_x(left)
    found = pdf.multi_cell(0, size * LINE, text, align="L", dry_run=True, output="HEIGHT")
    assert isinstance(found, float | int)  # the library's answer depends on `output`
    return float(found)


def _room(pdf: "FPDF", height: float) -> None:
    """Begin a page where so much would be cut in two."""
    if pdf.get_y() + height > pdf.h - MARGIN:
        pdf.add_page()


def _picture(pdf: "FPDF", svg: str, words: str) -> None:
    pdf.ln(2)
    pdf.image(BytesIO(charts.draw(svg)), x=(pdf.w - PICTURE) / 2, w=PICTURE, alt_text=words)
    pdf.ln(2)


def _block(pdf: "FPDF", head: str, text: str) -> None:
    _room(pdf, HEAD * LINE + _height(pdf, text, BODY) + 3)
    pdf.ln(3)
    pdf.set_font("Noto", "B", HEAD)
    pdf.set_text_color(*_ACCENT)
    pdf.cell(0, HEAD * LINE, head, new_x="LMARGIN", new_y="NEXT")
    _text(pdf, text, BODY)


def _foot(pdf: "FPDF", library: Library, lesson: Lesson, link: str, words: Words) -> None:
    source = "; ".join(library.sources[each].short for each in lesson.sources)
    text = words.say("Source: {source}. Checked on {day}.", source=source, day=lesson.checked_on)
    scan = words.say("Scan to learn this lesson on a phone, with three questions.") if link else ""
    left = MARGIN + CODE + 4
    _room(pdf, _height(pdf, text, SMALL) + (max(CODE, _height(pdf, scan, SMALL, left)) if link else 0) + 8)
    pdf.ln(4)
    _text(pdf, text, SMALL)
    if link:
        pdf.ln(3)
        top = pdf.get_y()
        pdf.image(code_picture(link), x=MARGIN, y=top, w=CODE, alt_text=link)
        pdf.set_y(top + 4)
        _text(pdf, scan, SMALL, left=left)
