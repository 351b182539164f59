"""How official papers write things: days as Decree 30/2020/NĐ-CP wants them, and numbers too small to be shown."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.core.text import clean

SMALL: Final = 5  # what is counted of fewer residents could point at one of them


def official_day(day: date) -> str:
    """A day in full: "ngày 05 tháng 7 năm 2026"; a zero stands before days below 10 and months 1 and 2 only."""
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)  # noqa: PLR2004  the decree's own rule
    return f"ngày {day.day:02} tháng {month} năm {day.year:04}"


def printable(value: object) -> str:
    """The value as text without what neither XML nor a spreadsheet takes."""
    return clean(str(value)).replace("\ufffe", "").replace("\uffff", "")


def is_small(number: int) -> bool:
    """Whether a count of residents is hidden in what leaves the team. Nobody at all is no secret."""
    return 0 < number < SMALL


def veiled(numbers: Sequence[int]) -> list[str]:
    """For each number of a column whose sum is known: "" (shown), "small" (hidden), "beside" (hidden with it).

    One hidden number alone could be reckoned back from the sum, so the next smallest goes with it.
    """
    veils = ["small" if is_small(number) else "" for number in numbers]
    shown = [place for place, number in enumerate(numbers) if number >= SMALL]
    if veils.count("small") == 1 and shown:
        veils[min(shown, key=lambda place: numbers[place])] = "beside"
    return veils
