from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.calendar import leads_on, next_occurrence, send_time
from bot.core.content import Bilingual, DateRule

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAYS = st.dates(date(2022, 1, 1), date(2060, 12, 31))


def rule(day: date, **more: Any) -> DateRule:
    words = {"title": Bilingual(vi="Ngày"), "todo": Bilingual(vi="Việc"), "source": "s"}
    return DateRule.model_validate({"id": "r", "day": day, "lead_days": (30, 14, 7, 1, 0), **words, **more})


def yearly(day: date, **more: Any) -> DateRule:
    return rule(day, recurrence="yearly", **more)


def coming(of: DateRule, today: date) -> date | None:
    found = next_occurrence(of, today)
    return found.day if found else None


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2020, 1, 1), date(2022, 10, 10)),  # the first one
        (date(2022, 10, 10), date(2022, 10, 10)),
        (date(2022, 10, 11), date(2023, 10, 10)),
        (date(2026, 12, 31), date(2027, 10, 10)),
    ],
)
def test_a_yearly_day_comes_again(today: date, day: date) -> None:
    assert coming(yearly(date(2022, 10, 10)), today) == day


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2024, 2, 29), date(2024, 2, 29)),
        (date(2024, 3, 1), date(2025, 2, 28)),
        (date(2025, 2, 28), date(2025, 2, 28)),
        (date(2025, 3, 1), date(2026, 2, 28)),
        (date(2027, 3, 1), date(2028, 2, 29)),
    ],
)
def test_29_february_is_the_28th_in_common_years(today: date, day: date) -> None:
    assert coming(yearly(date(2024, 2, 29)), today) == day


def test_a_one_off_day_is_over_for_good() -> None:
    once = rule(date(2026, 11, 18))
    assert coming(once, date(2026, 11, 18)) == date(2026, 11, 18)
    assert coming(once, date(2026, 11, 19)) is None
    assert leads_on(once, date(2026, 11, 19)) == []


@pytest.mark.parametrize(
    ("today", "found"),
    [
        (date(2026, 12, 2), [(date(2027, 1, 1), 30)]),
        (date(2026, 12, 18), [(date(2027, 1, 1), 14)]),
        (date(2026, 12, 25), [(date(2027, 1, 1), 7)]),
        (date(2026, 12, 31), [(date(2027, 1, 1), 1)]),
        (date(2027, 1, 1), [(date(2027, 1, 1), 0)]),
        (date(2027, 1, 2), []),
        (date(2026, 12, 30), []),
    ],
)
def test_leads_reach_over_the_year_s_end(today: date, found: list[tuple[date, int]]) -> None:
    assert leads_on(yearly(date(2020, 1, 1)), today) == found


@pytest.mark.parametrize("why", [{"precision": "month"}, {"precision": "year"}, {"status": "draft"}, {"lead_days": ()}])
def test_what_is_not_exact_not_in_force_or_not_asked_for_is_never_reminded(why: dict[str, Any]) -> None:
    silent = yearly(date(2022, 10, 10), **why)
    assert all(leads_on(silent, date(2027, 1, 1) + timedelta(number)) == [] for number in range(365))


@given(DAYS, st.integers(2023, 2050))
def test_every_year_has_each_lead_exactly_once(day: date, year: int) -> None:
    """Whatever the day: the leads of one occurrence come on one day each, in falling order."""
    of = yearly(day)
    occurrence = coming(of, date(max(year, day.year), 1, 1))
    assert occurrence
    start = occurrence - timedelta(days=40)
    found = [
        (start + timedelta(number), lead)
        for number in range(45)
        for at, lead in leads_on(of, start + timedelta(number))
        if at == occurrence
    ]
    expected = [(occurrence - timedelta(lead), lead) for lead in (30, 14, 7, 1, 0)]
    if occurrence == day:  # nothing came before the first one
        assert found == expected
    else:
        assert found == [each for each in expected if each[0] > _year_before(of, occurrence)]


def _year_before(of: DateRule, occurrence: date) -> date:
    before = coming(of, occurrence - timedelta(days=366))
    assert before
    return before


@given(DAYS, DAYS)
def test_the_next_occurrence_is_never_over_and_less_than_a_year_and_a_day_away(day: date, today: date) -> None:
    found = coming(yearly(day), today)
    assert found
    assert found >= today
    assert (found - max(today, day)).days <= 366


def test_reminders_go_out_at_eight_in_the_morning_here() -> None:
    assert send_time(date(2026, 11, 18), ZONE) == datetime(2026, 11, 18, 1, tzinfo=UTC)
