from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.periods import RULES, Rule, after, before, period_of, rule_named, series, short, span
from tests.fakes.clock import ZONE


@pytest.mark.parametrize(
    ("rule", "day", "first", "last", "name", "axis"),
    [
        ("week", "2026-11-18", "2026-11-16", "2026-11-22", "16–22/11/2026", "16/11"),
        ("week", "2026-11-16", "2026-11-16", "2026-11-22", "16–22/11/2026", "16/11"),
        ("week", "2026-11-22", "2026-11-16", "2026-11-22", "16–22/11/2026", "16/11"),
        ("week", "2027-01-01", "2026-12-28", "2027-01-03", "28/12/2026–03/01/2027", "28/12"),
        ("week", "2026-12-02", "2026-11-30", "2026-12-06", "30/11–06/12/2026", "30/11"),
        ("month", "2026-12-31", "2026-12-01", "2026-12-31", "12/2026", "T12"),
        ("month", "2027-01-01", "2027-01-01", "2027-01-31", "01/2027", "T1"),
        ("month", "2028-02-29", "2028-02-01", "2028-02-29", "02/2028", "T2"),
        ("month", "2027-02-10", "2027-02-01", "2027-02-28", "02/2027", "T2"),
        ("mid_month", "2026-11-14", "2026-10-15", "2026-11-14", "15/10–14/11/2026", "15/10"),
        ("mid_month", "2026-11-15", "2026-11-15", "2026-12-14", "15/11–14/12/2026", "15/11"),
        ("mid_month", "2026-12-31", "2026-12-15", "2027-01-14", "15/12/2026–14/01/2027", "15/12"),
        ("mid_month", "2027-01-14", "2026-12-15", "2027-01-14", "15/12/2026–14/01/2027", "15/12"),
        ("mid_month", "2027-03-01", "2027-02-15", "2027-03-14", "15/02–14/03/2027", "15/2"),
        ("quarter", "2026-10-01", "2026-10-01", "2026-12-31", "IV/2026", "Q4"),
        ("quarter", "2026-12-31", "2026-10-01", "2026-12-31", "IV/2026", "Q4"),
        ("quarter", "2027-01-01", "2027-01-01", "2027-03-31", "I/2027", "Q1"),
        ("quarter", "2027-08-15", "2027-07-01", "2027-09-30", "III/2027", "Q3"),
    ],
)
def test_the_period_of_a_day(rule: Rule, day: str, first: str, last: str, name: str, axis: str) -> None:  # noqa: PLR0917  a row of the table
    found = period_of(rule, date.fromisoformat(day))
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)
    assert (span(found), short(found)) == (name, axis)


@given(st.sampled_from(RULES), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_periods_follow_each_other_without_gap_or_overlap(rule: Rule, day: date) -> None:
    found = period_of(rule, day)
    assert found.first <= day <= found.last
    assert period_of(rule, found.first) == period_of(rule, found.last) == found
    assert before(found).last == found.first - timedelta(days=1)
    assert after(found).first == found.last + timedelta(days=1)
    assert before(after(found)) == found


def test_the_last_eight_weeks_end_with_this_one() -> None:
    found = series(period_of("week", date(2027, 1, 5)), 8)
    assert [each.first.isoformat() for each in found[-3:]] == ["2026-12-21", "2026-12-28", "2027-01-04"]
    assert len(found) == 8


def test_a_period_closes_on_the_morning_after_and_is_nudged_about_on_its_last_day() -> None:
    found = period_of("week", date(2026, 11, 18))
    assert found.closes_at(ZONE).astimezone(ZONE).isoformat() == "2026-11-23T07:30:00+07:00"
    assert found.nudge_at(ZONE).astimezone(ZONE).isoformat() == "2026-11-22T17:00:00+07:00"


def test_only_known_rules_have_a_name() -> None:
    assert [rule_named(rule) for rule in (*RULES, "", "year")] == [*RULES, None, None]
