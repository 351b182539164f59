"""Reports as an Excel workbook: the rows, their totals, what the columns mean. Text is never a formula."""

from datetime import date, datetime
from typing import Any, BinaryIO, Final

from bot.services.files.export_table import Cell, Table, Total

OPTIONS: Final = {
    "constant_memory": True,  # rows go to the disk as they come
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "dd/mm/yyyy",
}


def write(table: Table, out: BinaryIO) -> int:
    """Write the workbook; how many reports it holds. OSError when it cannot be written."""
    import xlsxwriter  # noqa: PLC0415  only who exports pays for it

    book = xlsxwriter.Workbook(out, OPTIONS)
    try:
        style = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            "bold": book.add_format({"bold": True}),
            "moment": book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
            "day": book.add_format({"num_format": "dd/mm/yyyy", "align": "left"}),
        }
        rows = _write_rows(book.add_worksheet(table.sheets[0]), table, style)
        _write_totals(book.add_worksheet(table.sheets[1]), table, style)
        _write_meaning(book.add_worksheet(table.sheets[2]), table, style)
    finally:
        _close(book)
    return rows


def _close(book: Any) -> None:
    """Write what is there; the library wraps what the disk says."""
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415  as above

    try:
        book.close()
    except FileCreateError as error:
        raise next((each for each in error.args if isinstance(each, OSError)), OSError(str(error))) from None


def _write_rows(sheet: Any, table: Table, style: dict[str, Any]) -> int:
    sheet.freeze_panes(1, 1)
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(0, number, column.head, style["head"])
    count = 0
    for count, row in enumerate(table.rows, 1):
        for number, cell in enumerate(row):
            if cell is not None:
                _write(sheet, count, number, cell, style)
    sheet.autofilter(0, 0, count, len(table.columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    return count


def _write_totals(sheet: Any, table: Table, style: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 4, 14)
    sheet.write_string(0, 0, table.title, style["bold"])
    line = 1
    for about in table.about:
        sheet.write_string(line, 0, about)
        line += 1
    for head, totals in table.totals:
        line += 1
        for number, text in enumerate((head, *table.total_heads)):
            sheet.write_string(line, number, text, style["head"])
        line += 1
        for total in totals:
            _write_total(sheet, line, total, style)
            line += 1


def _write_total(sheet: Any, line: int, total: Total, style: dict[str, Any]) -> None:
    for number, cell in enumerate((total.key, total.reports, total.households, total.people, total.elderly)):
        _write(sheet, line, number, cell, style)


def _write_meaning(sheet: Any, table: Table, style: dict[str, Any]) -> None:
    for number, (head, width) in enumerate(zip(table.meaning_heads, (20, 60, 80), strict=True)):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, head, style["head"])
    for line, texts in enumerate(table.meaning, 1):
        for number, text in enumerate(texts):
            sheet.write_string(line, number, text)


def _write(sheet: Any, line: int, number: int, cell: Cell, style: dict[str, Any]) -> None:
    match cell:
        case None:
            return
        case datetime():
            sheet.write_datetime(line, number, cell, style["moment"])
        case date():
            sheet.write_datetime(line, number, cell, style["day"])
        case int():
            sheet.write_number(line, number, cell)
        case _:
            sheet.write_string(line, number, cell)
