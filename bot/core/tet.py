"""The Tết break, from the lunar calendar of the library `holidays`."""

from datetime import date, timedelta
from functools import cache
from typing import Final

FIRST, LAST = -2, 4  # days from the first of the year: from the 29th of the twelfth month to mùng năm
_SECOND_DAY: Final = "Mùng hai Tết Nguyên Đán"


@cache
def new_year(year: int) -> date:
    """Mùng một Tết of that year. ValueError beyond the library's table."""
    import holidays  # noqa: PLC0415  it takes long to load, and most runs never ask

    named = holidays.country_holidays("VN", years=year, language="vi").get_named(_SECOND_DAY, lookup="icontains")
    if not named:
        msg = f"no lunar calendar for {year}"
        raise ValueError(msg)
    return min(named) - timedelta(days=1)


def break_of(year: int) -> tuple[date, date]:
    """First and last day of the break of that year."""
    first = new_year(year)
    return first + timedelta(days=FIRST), first + timedelta(days=LAST)


def in_break(day: date) -> tuple[date, date] | None:
    """The break the day belongs to; None for any other day. No break beyond the library's table."""
    if day.month > 2:  # noqa: PLR2004  Tết falls between 21 January and 20 February, always
        return None
    try:
        first, last = break_of(day.year)
    except ValueError:
        return None
    return (first, last) if first <= day <= last else None
