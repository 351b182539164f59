from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.quiet import next_decent

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
ZONES = [
    VIETNAM,
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("America/St_Johns"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("Pacific/Apia"),
]
TET = [(date(2027, 2, 4), date(2027, 2, 10))]


def vietnam(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("at", "decent"),
    [
        ("2026-11-18 09:00", "2026-11-18 09:00"),
        ("2026-11-18 20:29:59", "2026-11-18 20:29:59"),
        ("2026-11-18 20:30", "2026-11-19 07:00"),
        ("2026-11-18 23:59", "2026-11-19 07:00"),
        ("2026-11-19 00:00", "2026-11-19 07:00"),
        ("2026-11-19 06:59:59.5", "2026-11-19 07:00"),
        ("2026-11-19 07:00", "2026-11-19 07:00"),
        ("2027-02-03 21:00", "2027-02-11 07:00"),
        ("2027-02-06 12:00", "2027-02-11 07:00"),
    ],
)
def test_vietnam(at: str, decent: str) -> None:
    assert next_decent(vietnam(at), VIETNAM, pauses=TET) == vietnam(decent)
    assert next_decent(vietnam(at), VIETNAM, pauses=TET).tzinfo is UTC


def test_quiet_inside_one_day_and_no_quiet_at_all() -> None:
    start, end = time(11, 30), time(13, 30)
    for at, decent in (("2026-11-18 12:00", "2026-11-18 13:30"), ("2026-11-18 23:00", "2026-11-18 23:00")):
        assert next_decent(vietnam(at), VIETNAM, quiet_from=start, quiet_to=end) == vietnam(decent)
    seven = vietnam("2026-11-18 07:00")
    assert next_decent(seven, VIETNAM, quiet_from=time(7), quiet_to=time(7)) == seven


def test_an_hour_that_does_not_exist_ends_when_the_clock_is_moved() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    at = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    assert next_decent(at, berlin, quiet_to=time(2, 30)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    second_two_o_clock = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert next_decent(second_two_o_clock, berlin, quiet_to=time(2, 30)) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_naive_time_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="naive"):
        next_decent(datetime(2026, 11, 18, 9), VIETNAM)  # noqa: DTZ001  what is tested


def _is_decent(moment: datetime, zone: ZoneInfo, quiet: tuple[time, time], pauses: list[tuple[date, date]]) -> bool:
    local = moment.astimezone(zone)
    start, end = quiet
    clock = local.time()
    hushed = start <= clock < end if start <= end else clock >= start or clock < end
    return not hushed and not any(first <= local.date() <= last for first, last in pauses)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    near=st.sampled_from(
        [datetime(2026, 3, 29), datetime(2026, 10, 25), datetime(2011, 11, 6), datetime(2011, 12, 30)]  # noqa: DTZ001
    ),
    minutes=st.integers(-3000, 3000),
    quiet=st.tuples(st.times(), st.times()).map(
        lambda pair: (pair[0].replace(second=0, microsecond=0), pair[1].replace(second=0, microsecond=0))
    ),
    pause_days=st.lists(st.tuples(st.integers(-2, 2), st.integers(0, 2)), max_size=2),
)
def test_nothing_earlier_was_decent(
    zone: ZoneInfo, near: datetime, minutes: int, quiet: tuple[time, time], pause_days: list[tuple[int, int]]
) -> None:
    at = near.replace(tzinfo=UTC) + timedelta(minutes=minutes)
    days = [near.date() + timedelta(days=start) for start, _ in pause_days]
    pauses = [(day, day + timedelta(days=length)) for day, (_, length) in zip(days, pause_days, strict=True)]
    found = next_decent(at, zone, quiet_from=quiet[0], quiet_to=quiet[1], pauses=pauses)
    assert found >= at
    assert _is_decent(found, zone, quiet, pauses)
    moment = at
    while moment < found:
        assert not _is_decent(moment, zone, quiet, pauses)
        moment += timedelta(minutes=1)
