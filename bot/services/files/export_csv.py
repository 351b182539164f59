"""Reports as CSV that Excel opens with its Vietnamese letters: UTF-8 with its mark, one row a report."""

import csv
from datetime import date, datetime
from io import TextIOWrapper
from typing import BinaryIO, Final

from bot.services.files.export_table import Cell, Table

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")  # how a cell begins that a spreadsheet would reckon out


def write(table: Table, out: BinaryIO) -> int:
    """Write the reports; how many."""
    text = TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([_plain(column.head) for column in table.columns])
    count = 0
    for count, row in enumerate(table.rows, 1):  # noqa: B007  the number of rows is wanted after the loop
        writer.writerow([_plain(cell) for cell in row])
    text.flush()
    text.detach()
    return count


def _plain(cell: Cell) -> str | int:
    """A cell as text; what looks like a formula stands behind an apostrophe (OWASP, CSV injection)."""
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case date():
            return cell.isoformat()
        case str() if cell.lstrip(" ").startswith(FORMULA):
            return f"'{cell}"
    return cell
