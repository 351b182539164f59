"""How an official paper looks (Decree 30/2020/NĐ-CP, annex I): page, letterhead, title, tables, signatures."""

from collections.abc import Sequence
from typing import Any, Final

NATION: Final = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO: Final = "Độc lập - Tự do - Hạnh phúc"
FONT: Final = "Times New Roman"
SIZE: Final = 14
TABLE_SIZE: Final = 13


def new() -> Any:
    """An empty A4 page: margins 20 mm above and below, 30 mm left, 20 mm right."""
    import docx  # noqa: PLC0415  only who writes a paper pays for it
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415

    paper = docx.Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = section.right_margin = Mm(20)
    section.left_margin = Mm(30)
    style = paper.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(SIZE)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.element.rPr.rFonts.set(qn("w:cs"), FONT)
    style.paragraph_format.space_after = Pt(4)
    paper.core_properties.author = paper.core_properties.comments = ""
    return paper


def letterhead(paper: Any, *, body: tuple[str, str, str], place: str) -> None:
    """The body that reports at the left, the nation and its motto at the right, place and day below."""
    head = paper.add_table(rows=2, cols=2)
    _set_widths(head, 62, 98)
    left, right = head.rows[0].cells
    _line(left, body[0], size=TABLE_SIZE - 1, first=True)
    _line(left, body[1], size=TABLE_SIZE - 1)
    _line(left, body[2], size=TABLE_SIZE - 1, bold=True, ruled=True)
    _line(right, NATION, size=TABLE_SIZE - 1, bold=True, first=True)
    _line(right, MOTTO, size=TABLE_SIZE, bold=True, ruled=True)
    _line(head.rows[1].cells[1], place, size=TABLE_SIZE, italic=True, first=True)


def title(paper: Any, name: str, about: str) -> None:
    """What kind of paper it is, and what about."""
    from docx.shared import Pt  # noqa: PLC0415

    for text, before in ((name, 14), (about, 0)):
        made = paper.add_paragraph()
        made.paragraph_format.space_before = Pt(before)
        _write(made, text, bold=True, centred=True)


def heading(paper: Any, text: str) -> None:
    """The head of a part."""
    paragraph = paper.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    _write(paragraph, text, bold=True)


def paragraph(paper: Any, text: str) -> None:
    """A paragraph, its first line drawn in."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    made = paper.add_paragraph(text)
    made.paragraph_format.first_line_indent = Mm(10)
    made.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY


def blank_lines(paper: Any, text: str) -> None:
    """A word, and two dotted lines to write on."""
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    for line in range(2):
        made = paper.add_paragraph(f"{'' if line else text}\t")
        made.paragraph_format.tab_stops.add_tab_stop(Mm(160), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        if not line:
            made.paragraph_format.first_line_indent = Mm(10)


def table(paper: Any, name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with its name above; numbers stand in the middle."""
    caption = paper.add_paragraph()
    caption.paragraph_format.keep_with_next = True
    _write(caption, name, bold=True, centred=True, size=TABLE_SIZE)
    made = paper.add_table(rows=0, cols=len(heads))
    made.style = "Table Grid"
    for number, texts in enumerate((heads, *rows)):
        for place, (cell, text) in enumerate(zip(made.add_row().cells, texts, strict=True)):
            _write(cell.paragraphs[0], text, bold=not number, centred=not number or place != 1, size=TABLE_SIZE)
    first = 18
    rest = (160 - first - 52) // (len(heads) - 2)
    _set_widths(made, first, 160 - first - rest * (len(heads) - 2), *[rest] * (len(heads) - 2))
    _repeat_head(made)
    paper.add_paragraph()


def signatures(paper: Any, left: str, right: str, *, hint: str) -> None:
    """Who prepared it and who signs."""
    paper.add_paragraph()
    made = paper.add_table(rows=1, cols=2)
    for cell, text in zip(made.rows[0].cells, (left, right), strict=True):
        _write(cell.paragraphs[0], text, bold=True, centred=True)
        _write(cell.add_paragraph(), hint, italic=True, centred=True, size=TABLE_SIZE)


def _line(cell: Any, text: str, *, size: int, first: bool = False, ruled: bool = False, **look: bool) -> None:
    from docx.shared import Pt  # noqa: PLC0415

    made = cell.paragraphs[0] if first else cell.add_paragraph()
    made.paragraph_format.space_after = Pt(0)
    _write(made, text, size=size, centred=True, **look)
    if ruled:
        rule = cell.add_paragraph()
        _write(rule, "――――――――", size=8, centred=True)


def _write(
    paragraph_: Any, text: str, *, bold: bool = False, italic: bool = False, centred: bool = False, size: int = SIZE
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    run = paragraph_.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    if centred:
        paragraph_.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _set_widths(made: Any, *millimetres: int) -> None:
    """Both the columns and their cells: Word reads the one, LibreOffice the other."""
    from docx.shared import Mm  # noqa: PLC0415

    made.autofit = False
    for column, width in zip(made.columns, millimetres, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _repeat_head(made: Any) -> None:
    """The first row is shown again on every page the table runs over."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    properties = made.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001  the library has no other way
    element = OxmlElement("w:tblHeader")
    element.set(qn("w:val"), "true")
    properties.append(element)
