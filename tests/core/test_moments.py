from datetime import datetime

import pytest

from bot.core.moments import PastMoment, UnclearMoment, parse_moment
from tests.fakes.clock import ZONE

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=ZONE)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18h30", "2026-11-18 18:30"),
        ("18g30", "2026-11-18 18:30"),
        ("18:30", "2026-11-18 18:30"),
        ("18 giờ 30", "2026-11-18 18:30"),
        ("6 rưỡi chiều", None),
        ("6 giờ rưỡi chiều", "2026-11-18 18:30"),
        ("6h ruoi chieu nay", "2026-11-18 18:30"),
        ("lúc 19h", "2026-11-18 19:00"),
        ("7h tối", "2026-11-18 19:00"),
        ("tối nay 7h", "2026-11-18 19:00"),
        ("toi nay 7h", "2026-11-18 19:00"),
        ("12h trưa", "2026-11-18 12:00"),
        ("1h trưa", "2026-11-18 13:00"),
        ("11h trưa", "2026-11-18 11:00"),
        ("10h đêm", "2026-11-18 22:00"),
        ("3h chiều mai", "2026-11-19 15:00"),
        ("chiều mai 3h", "2026-11-19 15:00"),
        ("15h chiều mai", "2026-11-19 15:00"),
        ("mai 8h", "2026-11-19 08:00"),
        ("8h mai", "2026-11-19 08:00"),
        ("8h sáng mai", "2026-11-19 08:00"),
        ("ngày mai lúc 8 giờ", "2026-11-19 08:00"),
        ("20/11 9h", "2026-11-20 09:00"),
        ("9h ngày 20/11", "2026-11-20 09:00"),
        ("20/11/2026 9h15", "2026-11-20 09:15"),
        ("thứ sáu 8h", "2026-11-20 08:00"),
        ("8h thứ sáu tới", "2026-11-20 08:00"),
        ("thu sau 8h", "2026-11-20 08:00"),
        ("thứ tư 10h", "2026-11-18 10:00"),
        ("thứ ba 8h", "2026-11-24 08:00"),
        ("chủ nhật 7h30", "2026-11-22 07:30"),
        ("thứ sáu tuần sau 8h", "2026-11-27 08:00"),
        ("ngay bây giờ", "2026-11-18 09:00"),
        ("bay gio", "2026-11-18 09:00"),
        ("8", None),
        ("mai", None),
        ("25h", None),
        ("18h75", None),
        ("thu sau toi 9h", None),
        ("8h 9h", None),
        ("khi nào rảnh", None),
        ("31/2 8h", None),
        ("sáng chiều 8h", None),
    ],
)
def test_a_moment_is_read_as_people_say_it(text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(UnclearMoment):
            parse_moment(text, NOW, ZONE)
    else:
        assert f"{parse_moment(text, NOW, ZONE):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize("text", ["7h", "hôm qua 8h", "sáng nay 8h", "thứ tư 8h", "1/11/2026 8h"])
def test_what_is_over_is_told_apart(text: str) -> None:
    with pytest.raises(PastMoment):
        parse_moment(text, NOW, ZONE)
