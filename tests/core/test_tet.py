from datetime import date, timedelta

import pytest

from bot.core.tet import break_of, in_break, new_year

PUBLISHED = {  # mùng một Tết, as calendars print it
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 2),  # Hà Nội; Peking has 3 February
    2031: date(2031, 1, 23),
    2032: date(2032, 2, 11),
    2033: date(2033, 1, 31),
    2034: date(2034, 2, 19),
    2035: date(2035, 2, 8),
    2036: date(2036, 1, 28),
}


@pytest.mark.parametrize(("year", "day"), PUBLISHED.items())
def test_tet_falls_as_published(year: int, day: date) -> None:
    assert new_year(year) == day
    assert break_of(year) == (day - timedelta(days=2), day + timedelta(days=4))


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2027, 2, 3), False),
        (date(2027, 2, 4), True),
        (date(2027, 2, 10), True),
        (date(2027, 2, 11), False),
        (date(2027, 10, 10), False),
        (date(2150, 2, 1), False),  # beyond the library's table
    ],
)
def test_which_days_belong_to_the_break(day: date, *, found: bool) -> None:
    assert bool(in_break(day)) is found
