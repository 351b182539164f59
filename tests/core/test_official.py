from datetime import date

import pytest

from bot.core.official import is_small, official_day, veiled


@pytest.mark.parametrize(
    ("day", "written"),
    [
        ("2026-07-05", "ngày 05 tháng 7 năm 2026"),
        ("2026-01-31", "ngày 31 tháng 01 năm 2026"),
        ("2026-02-09", "ngày 09 tháng 02 năm 2026"),
        ("2026-10-10", "ngày 10 tháng 10 năm 2026"),
        ("2026-03-01", "ngày 01 tháng 3 năm 2026"),
    ],
)
def test_days_as_decree_30_wants_them(day: str, written: str) -> None:
    assert official_day(date.fromisoformat(day)) == written


def test_nobody_and_five_are_shown_one_to_four_are_not() -> None:
    assert [is_small(number) for number in (0, 1, 4, 5, 100)] == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("numbers", "veils"),
    [
        ([12, 0, 31], ["", "", ""]),
        ([12, 3, 31], ["beside", "small", ""]),  # 46 − 12 − 31 would tell
        ([12, 3, 31, 2], ["", "small", "", "small"]),
        ([3], ["small"]),
        ([0, 4, 0], ["", "small", ""]),
        ([], []),
    ],
)
def test_a_hidden_number_cannot_be_reckoned_back_from_the_sum(numbers: list[int], veils: list[str]) -> None:
    assert veiled(numbers) == veils
