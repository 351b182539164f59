"""By when a request about personal data must be answered and done. Source of the spans: DOMAIN.md 4, unverified."""

from collections.abc import Container
from datetime import date, timedelta
from typing import Final

ANSWER: Final = 2  # working days
FINISH: Final = timedelta(days=15)
EXTENSION: Final = timedelta(days=15)  # once
SATURDAY: Final = 5


def add_working_days(day: date, count: int, holidays: Container[date]) -> date:
    """The day that is so many working days later; the day itself does not count."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day, holidays)
    return day


def is_working_day(day: date, holidays: Container[date]) -> bool:
    """Monday to Friday, but no public holiday."""
    return day.weekday() < SATURDAY and day not in holidays
