import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.days import UnclearDay, format_day, format_day_long, format_week, parse_day, week_of
from bot.core.text import fold

TODAY = date(2026, 11, 18)  # a Wednesday
SOME_DAY = st.dates(date(1905, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        *((text, date(2026, 11, 18)) for text in ("hôm nay", "hom nay", "sáng nay", "Chiều nay.", "thứ tư", "nay")),
        *((text, date(2026, 11, 17)) for text in ("hôm qua", "HOM QUA", "chiều qua", "chiều hôm qua", "thứ ba")),
        *((text, date(2026, 11, 17)) for text in ("thu 3", "sáng thứ ba", "thứ ba 17/11", "Thứ Ba, 17/11/2026")),
        ("hôm kia", date(2026, 11, 16)),
        ("hôm kìa", date(2026, 11, 15)),
        ("chủ nhật", date(2026, 11, 15)),
        ("cn", date(2026, 11, 15)),
        ("thứ năm", date(2026, 11, 12)),
        ("thứ ba tuần trước", date(2026, 11, 10)),
        ("thứ tư vừa rồi", date(2026, 11, 11)),
        ("chủ nhật tuần này", date(2026, 11, 22)),
        ("mai", date(2026, 11, 19)),
        ("ngày mai", date(2026, 11, 19)),
        *((text, date(2026, 11, 18)) for text in ("18/11", "18-11", "18.11", "18 / 11", "ngày 18", "hôm 18/11")),
        *((text, date(2026, 11, 18)) for text in ("18/11/2026", "18/11/26", "2026-11-18", "ngày 18 tháng 11")),
        ("ngày 18 tháng 11 năm 2025", date(2025, 11, 18)),
        ("thứ ba ngày 17", date(2026, 11, 17)),
        ("mùng 5", date(2026, 11, 5)),
        ("25 tháng trước", date(2026, 10, 25)),
        ("20/11", date(2026, 11, 20)),
        ("19/12", date(2026, 12, 19)),
        ("20/12", date(2025, 12, 20)),
        ("29/2/2024", date(2024, 2, 29)),
    ],
)
def test_days_as_people_say_them(text: str, day: date) -> None:
    assert parse_day(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((text, "unreadable") for text in ("", "t3", "thứ 8", "29/2", "31/4", "31/04/2026", "11/18", "18/11/226")),
        *(
            (text, "unreadable")
            for text in ("ngày 0", "ngày 32", "18/11-2026", "1.234", "mùng 1 tết", "chiều 5", "thứ ba 5")
        ),
        *((text, "ambiguous") for text in ("18", "ngày 25", "tuần trước", "thứ tư này", "thứ hai 17/11", "cuối tuần")),
    ],
)
def test_unclear_days(text: str, reason: str) -> None:
    with pytest.raises(UnclearDay) as unclear:
        parse_day(text, TODAY)
    assert (unclear.value.reason, unclear.value.text) == (reason, text)


def test_a_day_late_in_the_month_said_early_in_the_next() -> None:
    assert parse_day("ngày 30", date(2026, 12, 2)) == date(2026, 11, 30)
    assert parse_day("28/12", date(2027, 1, 3)) == date(2026, 12, 28)
    assert parse_day("2/1", date(2026, 12, 30)) == date(2027, 1, 2)
    assert parse_day("29/2", date(2028, 3, 1)) == date(2028, 2, 29)


@settings(max_examples=200, deadline=None)
@given(SOME_DAY, SOME_DAY)
def test_what_we_write_we_can_read(day: date, today: date) -> None:
    assert parse_day(format_day(day), today) == day
    assert parse_day(format_day_long(day), today) == day
    assert parse_day(fold(format_day_long(day)), today) == day
    assert parse_day(day.isoformat(), today) == day


@settings(max_examples=200, deadline=None)
@given(SOME_DAY, st.integers(-300, 31))
def test_without_a_year_it_is_the_nearest_that_makes_sense(today: date, days: int) -> None:
    day = today + timedelta(days=days)
    assert parse_day(f"{day.day}/{day.month}", today) == day


@settings(max_examples=100, deadline=None)
@given(SOME_DAY)
def test_a_weekday_lies_in_the_last_seven_days(today: date) -> None:
    for name in ("thứ hai", "thứ 3", "thu tu", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật"):
        assert 0 <= (today - parse_day(name, today)).days < 7


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=20) | st.text("0123456789/-. homnaytuệứ", max_size=12), st.dates())
def test_no_text_does_anything_else(text: str, today: date) -> None:
    with contextlib.suppress(UnclearDay):
        assert isinstance(parse_day(text, today), date)


def test_days_and_weeks_shown() -> None:
    assert format_day(date(2026, 3, 5)) == "05/03/2026"
    assert format_day_long(date(2027, 10, 10)) == "Chủ nhật 10/10/2027"
    assert format_day_long(date(2027, 10, 10), "en") == "Sunday 10/10/2027"
    assert week_of(TODAY) == (date(2026, 11, 16), date(2026, 11, 22))
    assert format_week(*week_of(TODAY)) == "16–22/11/2026"
    assert format_week(*week_of(date(2026, 12, 1))) == "30/11–06/12/2026"
    assert format_week(*week_of(date(2027, 1, 1))) == "28/12/2026–03/01/2027"
