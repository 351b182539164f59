from datetime import date
from typing import Any

import pytest

from bot.core.date_line import parse_date_line, parse_leads

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("text", "title", "day", "recurrence", "leads"),
    [
        ("nộp báo cáo quý 25/12, nhắc trước 3 ngày", "Nộp báo cáo quý", date(2026, 12, 25), None, (3,)),
        ("nop bao cao quy 25/12 nhac truoc 3 ngay", "Nop bao cao quy", date(2026, 12, 25), None, (3,)),
        ("họp tổ thứ sáu hằng tuần", "Họp tổ", date(2026, 11, 27), "weekly", None),
        ("họp tổ mỗi thứ sáu", "Họp tổ", date(2026, 11, 27), "weekly", None),
        ("chốt số liệu ngày 25 hằng tháng", "Chốt số liệu", date(2026, 11, 25), "monthly", None),
        ("chốt sổ ngày 31 hằng tháng", "Chốt sổ", date(2026, 12, 31), "monthly", None),
        ("họp mặt hằng năm 10/10", "Họp mặt", date(2027, 10, 10), "yearly", None),
        ("báo cáo 25/12 hằng quý nhắc trước 7, 3, 1 ngày", "Báo cáo", date(2026, 12, 25), "quarterly", (7, 3, 1)),
        ("tập huấn 31/12/2026; nhắc trước 1 tuần và trong ngày", "Tập huấn", date(2026, 12, 31), None, (7, 0)),
        ("họp thứ sáu 25/12", "Họp", date(2026, 12, 25), None, None),
        ("nộp phiếu trước 25/12", "Nộp phiếu", date(2026, 12, 25), None, None),
        ("mai họp", "Họp", date(2026, 11, 23), None, None),
        ("sinh hoạt cuối tháng", "Sinh hoạt", date(2026, 11, 30), None, None),
        ("quarterly report 25/12, remind 3 days before", "Quarterly report", date(2026, 12, 25), None, (3,)),
        ("nộp báo cáo 30/2", "Nộp báo cáo 30/2", None, None, None),
        ("nộp báo cáo", "Nộp báo cáo", None, None, None),
        ("25/12", "", date(2026, 12, 25), None, None),
        ("", "", None, None, None),
    ],
)
def test_a_line_is_taken_apart(text: str, title: str, day: date | None, recurrence: Any, leads: Any) -> None:
    found = parse_date_line(text, TODAY)
    assert (found.title, found.day, found.recurrence, found.leads) == (title, day, recurrence, leads)


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("7, 3, 1", (7, 3, 1)),
        ("1 3 7 7", (7, 3, 1)),
        ("trước 1 tuần, trong ngày", (7, 0)),
        ("1 tháng", (30,)),
        ("nhiều", None),
        ("", None),
    ],
)
def test_days_before(text: str, leads: tuple[int, ...] | None) -> None:
    assert parse_leads(text) == leads
