from datetime import date
from typing import Any

import pytest

from bot.core.forms import Place
from bot.core.goal_line import GoalLine, coming_day, parse_goal
from bot.library import Library

TODAY = date(2026, 11, 22)
PLACES = [Place(number, f"Thôn {number}", (str(number), f"t{number}", f"t {number}")) for number in range(1, 13)]


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Thôn 3 120 hộ đến 31/12", {"unit": 3, "target": 120, "measure": "households", "last": day("2026-12-31")}),
        ("thon 3 120 ho den 31/12", {"unit": 3, "target": 120, "measure": "households", "last": day("2026-12-31")}),
        ("t12 60ho", {"unit": 12, "target": 60, "measure": "households"}),
        ("cả tổ 1.200 người dvc hết quý", {
            "whole": True, "target": 1200, "measure": "people", "skill": "dvc", "last": day("2026-12-31"),
        }),
        ("Thôn 4 80 % hộ VNeID đến 31/3", {
            "unit": 4, "percent": 80, "measure": "households", "skill": "vneid", "last": day("2027-03-31"),
        }),
        ("Thôn 5: 20 hộ, từ 1/10 đến 15/1/2027", {
            "unit": 5, "target": 20, "measure": "households", "first": day("2026-10-01"), "last": day("2027-01-15"),
        }),
        ("đặt mục tiêu cho thôn 1", {"unit": 1}),
        ("Thôn 3 120 hộ đến mai kia", {"unit": 3, "target": 120, "measure": "households", "unread": "den mai kia"}),
        ("xóm Đoài 20 hộ", {"target": 20, "measure": "households", "unread": "xom doai"}),
        ("", {}),
    ],
)  # fmt: skip
def test_what_a_line_says(line: str, says: dict[str, Any], library: Library) -> None:
    skills = library.forms["outreach"]["skills"].choices
    assert parse_goal(line, PLACES, skills, TODAY) == GoalLine(**says)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("31/12", "2026-12-31"),
        ("22/11", "2026-11-22"),
        ("21/11", "2027-11-21"),
        ("ngày 30 tháng 4", "2027-04-30"),
        ("hết tháng", "2026-11-30"),
        ("cuối năm nay", "2026-12-31"),
        ("15/1/2027", "2027-01-15"),
        ("31/4", None),
        ("29/2", None),
        ("sang năm", None),
    ],
)
def test_a_day_to_come(text: str, found: str | None) -> None:
    assert coming_day(text, TODAY) == (day(found) if found else None)
