"""The receipt number of a report, "TM-2026-0042": written and read here only."""

import re

_NUMBER = re.compile(r"([A-Za-z0-9]{1,12})[- ](\d{4})[- ](\d{1,6})")


def receipt_number(code: str, year: int, serial: int) -> str:
    """The number as people see it, of the team's code, the year, and the report's number in that year."""
    return f"{code}-{year}-{serial:04d}"


def read_receipt(text: str) -> tuple[str, int, int] | None:
    """A receipt number taken apart: (team code, year, serial); None when the text is none."""
    found = _NUMBER.fullmatch(text.strip())
    return (found[1].upper(), int(found[2]), int(found[3])) if found else None
