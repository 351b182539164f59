"""The register of processing as a Word file: the same words as the Markdown, in the form of an official paper."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import groupby
from typing import Any, Final

from bot.core.official import printable
from bot.services.files import paper_layout

TITLE, HEAD, SUBHEAD, ITEM, ROW = "# ", "## ", "### ", "- ", "|"
_RULE: Final = "|---"
_CELL: Final = 10  # points: five columns stand on a page


def make(markdown: str) -> bytes:
    """The file. Understands what processing_register writes: heads, lists, tables, paragraphs; each title a page."""
    paper = paper_layout.new()
    titles = 0
    for is_table, lines in groupby(_lines(markdown), key=lambda line: line.startswith(ROW)):
        if is_table:
            _table(paper, [_cells(line) for line in lines if not line.startswith(_RULE)])
            continue
        for line in lines:
            titles += line.startswith(TITLE)
            if line.startswith(TITLE) and titles > 1:
                paper.add_page_break()
            _write(paper, line)
    out = BytesIO()
    paper.save(out)
    return out.getvalue()


def _lines(markdown: str) -> Iterator[str]:
    yield from (line for line in map(printable, markdown.split("\n")) if line.strip())


def _write(paper: Any, line: str) -> None:
    if line.startswith(TITLE):
        paper_layout.title(paper, line.removeprefix(TITLE).upper(), "")
    elif line.startswith((HEAD, SUBHEAD)):
        paper_layout.heading(paper, line.lstrip("# "))
    elif line.startswith(ITEM):
        paper.add_paragraph(line.removeprefix(ITEM), style="List Bullet")
    else:
        paper_layout.paragraph(paper, line)


def _cells(line: str) -> list[str]:
    return [each.strip() for each in line.strip().strip("|").split("|")]


def _table(paper: Any, rows: Sequence[Sequence[str]]) -> None:
    from docx.shared import Pt  # noqa: PLC0415  only who writes a paper pays for it

    made = paper.add_table(rows=0, cols=len(rows[0]))
    made.style = "Table Grid"
    for number, texts in enumerate(rows):
        for cell, text in zip(made.add_row().cells, texts, strict=True):
            run = cell.paragraphs[0].add_run(text)
            run.bold, run.font.size = not number, Pt(_CELL)
    paper.add_paragraph()
