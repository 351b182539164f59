from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.core.decency import DEFAULT, Hours, decent

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
STORM = Hours(pauses=((date(2027, 10, 2), date(2027, 10, 5), "storm"),))


def moved(at: str, hours: Hours = DEFAULT) -> tuple[str, str]:
    moment, why = decent(datetime.fromisoformat(at).replace(tzinfo=ZONE), ZONE, hours)
    assert moment.tzinfo is UTC
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}", why


@pytest.mark.parametrize(
    ("at", "hours", "to", "why"),
    [
        ("2027-10-03 08:00", DEFAULT, "2027-10-03 08:00", ""),
        ("2027-10-03 20:29", DEFAULT, "2027-10-03 20:29", ""),
        ("2027-10-03 20:30", DEFAULT, "2027-10-04 07:00", "night"),
        ("2027-10-03 08:00", Hours(quiet_to=time(9)), "2027-10-03 09:00", "night"),
        ("2027-10-03 08:00", Hours(weekends=False), "2027-10-04 07:00", "weekend"),  # a Sunday
        ("2027-10-01 21:00", Hours(weekends=False), "2027-10-04 07:00", "weekend"),  # Friday night
        ("2027-02-05 08:00", DEFAULT, "2027-02-11 07:00", "tet"),
        ("2027-02-03 21:00", DEFAULT, "2027-02-11 07:00", "tet"),  # the night before the break
        ("2027-10-03 08:00", STORM, "2027-10-06 07:00", "pause:storm"),
        (
            "2027-10-02 08:00",
            Hours(weekends=False, pauses=((date(2027, 9, 30), date(2027, 10, 1), "harvest"), *STORM.pauses)),
            "2027-10-06 07:00",
            "pause:storm",
        ),
        (
            "2027-10-01 08:00",
            Hours(weekends=False, pauses=((date(2027, 10, 1),) * 2 + ("other",),)),
            "2027-10-04 07:00",
            "pause:other",
        ),
    ],
)
def test_what_is_not_decent_is_moved_and_says_why(at: str, hours: Hours, to: str, why: str) -> None:
    assert moved(at, hours) == (to, why)


def test_what_is_urgent_waits_for_the_night_only() -> None:
    hours = Hours(weekends=False, pauses=STORM.pauses).urgent()
    assert moved("2027-10-03 08:00", hours) == ("2027-10-03 08:00", "")
    assert moved("2027-02-06 08:00", hours) == ("2027-02-06 08:00", "")
    assert moved("2027-02-06 22:00", hours) == ("2027-02-07 07:00", "night")
