"""A clock that jumps by hours, days, weeks and back: every reminder goes out once."""

from collections import Counter
from contextlib import closing
from datetime import timedelta

import pytest

from bot.library import Library
from bot.storage.database import Database
from tests.fakes.clock import SettableClock
from tests.scheduler.place import Commune, rule

# How far the clock is wrong at some of the ticks: (local time, hours it is off).
JUMPS = {
    "an hour back": [("03-03 08:05", -1), ("03-09 08:30", -1)],
    "twelve hours back": [("03-03 09:00", -12), ("03-09 20:00", -12)],
    "four days back": [("03-03 09:00", -96), ("03-09 09:00", -96), ("03-10 09:00", -96)],
    "a month back": [("03-03 09:00", -720), ("03-10 08:05", -720)],
    "twelve hours ahead": [("03-02 20:00", 12), ("03-08 20:00", 12)],
    "three days ahead": [("03-02 20:00", 72), ("03-05 09:00", 72)],
    "four weeks ahead": [("03-02 20:00", 672), ("03-08 09:00", 672)],
    "to and fro": [("03-02 20:00", 672), ("03-03 07:00", -672), ("03-03 09:00", 30), ("03-09 07:00", -5)],
}
EXPECTED = {f"{name}{lead}": 1 for name in ("hop", "lan") for lead in (7, 1, 0)}


@pytest.mark.fault(
    "the clock jumps between reminders",
    "an hour to four weeks, back and ahead, then right again, over a week of ticks",
    short="A clock that is ahead by days also ends sessions and codes, closes weeks and deletes what it takes for old; "
    "the program cannot know. The units wait for the right time (docs/operation.md).",
)
@pytest.mark.parametrize(
    ("kind", "jump"),
    [*(("sqlite", jump) for jump in JUMPS), ("postgresql", "an hour back"), ("postgresql", "to and fro")],
)
def test_when_the_clock_jumps_every_reminder_goes_out_once(
    kind: str, jump: str, library: Library, clock: SettableClock, request: pytest.FixtureRequest
) -> None:
    with closing(Database(request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url"))) as database:
        _is_reminded_once(database, library, clock, jump)


def _is_reminded_once(database: Database, library: Library, clock: SettableClock, jump: str) -> None:
    clock.set("2027-03-01 09:00")
    commune = Commune(database, library, clock)
    commune.only(rule("hop"), rule("lan"))
    commune.add("Lan")
    wrong = [(f"2027-{at}", hours) for at, hours in JUMPS[jump]]
    right = [(f"2027-03-{day:02} {hour}", 0) for day in (2, 3, 4, 8, 9, 10, 11) for hour in ("07:30", "08:10")]
    for at, hours in sorted([*wrong, *right]):
        clock.set(at)
        clock.move(timedelta(hours=hours))
        commune.tick()
    found = commune.due()
    assert Counter(f"{row['rule'].removeprefix('date:')}{row['lead']}" for row in found) == EXPECTED
    assert {(row["status"], row["reason"]) for row in found} <= {("queued", ""), ("queued", "joined")}
    texts = commune.texts()
    assert sum(text.count("Họp tổ") for text in texts) == 6, texts
