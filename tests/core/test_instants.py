"""When reminders go out, 2024 to 2036, against a table and a calendar written by hand."""

import os
import time as clock
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import leads_on, next_reminders, occurrences, send_time
from bot.core.content import Bilingual, DateRule

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST, LAST = date(2024, 1, 1), date(2036, 12, 31)


def rule(day: date, recurrence: str, **more: Any) -> DateRule:
    words = {"title": Bilingual(vi="Ngày"), "todo": Bilingual(vi="Việc"), "source": "s"}
    return DateRule.model_validate(
        {"id": "r", "day": day, "recurrence": recurrence, "lead_days": (30, 1, 0), **words, **more}
    )


LEAP = {2024, 2028, 2032, 2036}
MONTH_ENDS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@pytest.mark.parametrize(
    ("day", "recurrence", "expected"),
    [
        (date(2024, 10, 10), "yearly", [date(year, 10, 10) for year in range(2024, 2037)]),
        (date(2024, 2, 29), "yearly", [date(year, 2, 29 if year in LEAP else 28) for year in range(2024, 2037)]),
        (
            date(2024, 1, 31),
            "monthly",
            [
                date(year, month, 29 if month == 2 and year in LEAP else MONTH_ENDS[month - 1])
                for year in range(2024, 2037)
                for month in range(1, 13)
            ],
        ),
        (
            date(2024, 11, 30),
            "quarterly",
            [
                day
                for year in range(2024, 2037)
                for day in (
                    date(year, 2, 29 if year in LEAP else 28),
                    date(year, 5, 30),
                    date(year, 8, 30),
                    date(year, 11, 30),
                )
                if day >= date(2024, 11, 30)
            ],
        ),
        (date(2024, 1, 5), "weekly", [date(2024, 1, 5) + timedelta(days=7 * n) for n in range(678)]),
        (date(2027, 3, 1), "once", [date(2027, 3, 1)]),
    ],
)
def test_every_occurrence_of_thirteen_years(day: date, recurrence: str, expected: list[date]) -> None:
    found = occurrences(rule(day, recurrence), FIRST, LAST)
    assert found == expected
    if recurrence == "weekly":
        weeks = {each.isocalendar()[:2] for each in found}
        assert len(weeks) == len(found) == 678  # one a week, week 53 of 2026 and 2032 included
        assert {(2026, 53), (2032, 53)} <= weeks


def test_an_occurrence_that_is_skipped_or_after_the_end_is_none() -> None:
    short = rule(date(2024, 1, 5), "weekly", skip=(date(2024, 1, 12),), until=date(2024, 1, 26))
    assert occurrences(short, FIRST, LAST) == [date(2024, 1, 5), date(2024, 1, 19), date(2024, 1, 26)]


@pytest.mark.parametrize(
    ("occurrence", "lead", "instant"),
    [
        ("2024-10-10", 30, "2024-09-10T01:00Z"),
        ("2027-10-10", 0, "2027-10-10T01:00Z"),
        ("2028-02-29", 1, "2028-02-28T01:00Z"),
        ("2028-03-01", 1, "2028-02-29T01:00Z"),
        ("2027-01-01", 1, "2026-12-31T01:00Z"),
        ("2027-01-01", 30, "2026-12-02T01:00Z"),
        ("2036-12-31", 0, "2036-12-31T01:00Z"),
    ],
)
@pytest.mark.parametrize("server", ["Asia/Ho_Chi_Minh", "UTC", "America/New_York", "Pacific/Apia", "Europe/Berlin"])
@pytest.mark.usefixtures("_server_zone")
def test_the_instant_is_the_same_wherever_the_server_stands(occurrence: str, lead: int, instant: str) -> None:
    day = date.fromisoformat(occurrence)
    found = send_time(day - timedelta(days=lead), ZONE).astimezone(UTC)
    assert found == datetime.fromisoformat(instant)
    assert leads_on(rule(day, "once"), day - timedelta(days=lead)) == [(day, lead)]


@pytest.fixture
def _server_zone(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", server)
    clock.tzset()
    yield
    monkeypatch.undo()
    clock.tzset()
    assert os.environ.get("TZ") != "Pacific/Apia"


def test_the_next_three_reminders() -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=ZONE)
    weekly = rule(date(2026, 11, 27), "weekly", lead_days=(1,))
    assert [at.date() for at, _ in next_reminders(weekly, now, ZONE)] == [
        date(2026, 11, 26),
        date(2026, 12, 3),
        date(2026, 12, 10),
    ]
    once = rule(date(2026, 11, 23), "once", lead_days=(3, 1, 0))
    assert [(at.day, at.hour) for at, _ in next_reminders(once, now, ZONE)] == [(23, 8)]  # today's hour is over
