"""A simulated year in which processes die and stay away, two at a time, against a calendar written here by hand."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.library import Library
from bot.storage.database import Database, Transaction
from scheduler import jobs, runner
from scheduler.timetable import JOBS
from tests.fakes.clock import ZONE, SettableClock
from tests.scheduler.place import Commune, rule, send_all

T = TypeVar("T")
FIRST, DAYS = date(2027, 12, 10), 366  # over the year's end, Tết, and 29 February
TET = [date(2028, 1, 24) + timedelta(days=each) for each in range(7)]  # mùng một is 26 January
AWAY = (timedelta(minutes=1), timedelta(hours=3), timedelta(days=3))
GRACE = timedelta(hours=36)
MONTHS = [
    (2027, 12, 31),
    *((2028, month, last) for month, last in enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30), 1)),
]


class Killed(Exception):
    """The process died before its commit."""


class Dying:
    """A database whose process dies in the n-th of its transactions; 0: it lives."""

    def __init__(self, database: Database, nth: int) -> None:
        self._database, self._left = database, nth

    async def write(self, work: Callable[[Transaction], T]) -> T:
        self._left -= 1

        def dies(tx: Transaction) -> T:
            work(tx)
            raise Killed

        return await self._database.write(dies if self._left == 0 else work)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE)


def planned() -> list[tuple[str, date, int, datetime]]:
    """(rule, day, days before, when) of everything that falls due, from paper."""
    found = [("date:giua-thang", date(year, month, 15), 1) for year, month, _ in MONTHS]
    found += [("date:cuoi-thang", date(*day), lead) for day in MONTHS for lead in (3, 0)]
    found += [("date:nhuan", date(2028, 2, 29), lead) for lead in (30, 7, 0)]
    return [(name, day, lead, at(day - timedelta(days=lead), 8)) for name, day, lead in found]


def outcome(due: datetime, day: date, lead: int, ticks: list[datetime]) -> tuple[str, datetime | None]:
    """What must become of it: sent at the first decent tick, or skipped."""
    wanted = at(TET[-1] + timedelta(days=1), 7) if due.date() in TET else due
    tick = next((each for each in ticks if each >= wanted and time(7) <= each.time() < time(20, 30)), None)
    over = tick is None or tick - wanted > GRACE or (day - tick.date()).days < min(lead, 1)
    return ("skipped", None) if over else ("queued", tick)


def moments(dice: random.Random) -> list[datetime]:
    """When a tick comes: twice on each day that counts, and at once after each of the down times."""
    days = sorted({due.date() for *_, due in planned()} | set(TET) | {TET[-1] + timedelta(days=1)})
    found = [at(day + timedelta(days=after), hour) for day in days for after in (0, 1) for hour in (8, 21)]
    for _ in range(16):
        gone = at(dice.choice(days), 7, 59) - dice.choice((timedelta(), timedelta(hours=dice.randrange(30))))
        back = gone + dice.choice(AWAY)
        found = [each for each in found if not gone <= each < back] + [back]
    return sorted(each for each in set(found) if each.date() >= FIRST)


@pytest.mark.parametrize("seed", [3])
def test_each_due_thing_goes_out_once_or_is_recorded_as_skipped(
    database_url: str, library: Library, clock: SettableClock, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  a test's own dice
    clock.set(f"{FIRST - timedelta(days=1)} 12:00")
    with closing(Database(database_url)) as one, closing(Database(database_url)) as two:
        commune = Commune(one, library, clock)
        commune.only(
            rule("giua-thang", day=date(2027, 1, 15), recurrence="monthly", lead_days=(1,)),
            rule("cuoi-thang", day=date(2027, 1, 31), recurrence="monthly", lead_days=(3, 0)),
            rule("nhuan", day=date(2024, 2, 29), recurrence="yearly", lead_days=(30, 7, 0)),
        )
        persons = [commune.add("Lan"), commune.add("Hoa")]
        alive = []
        for moment in moments(dice):
            clock.now = moment
            deaths = [dice.choice((0, 0, 1, 2, 3)), dice.choice((0, 0, 1, 2, 3))]
            asyncio.run(both(commune, (one, two), deaths))
            if 0 in deaths:  # who lives ticks again: what the other one held when it died is free now
                asyncio.run(both(commune, (one, two), [0]))
                alive.append(moment)
            one.write_now(lambda tx: send_all(tx, clock()))
        check(commune, persons, alive)


async def both(commune: Commune, databases: tuple[Database, Database], deaths: list[int]) -> None:
    """Two processes tick at the same time; one that dies does no more."""

    async def process(database: Database, nth: int) -> None:
        dying: Any = Dying(database, nth)
        office = replace(commune.office(), database=dying)
        with suppress(Killed):
            await jobs.plan(office, commune.clock())
            await jobs.hand_over(office, commune.clock())

    await asyncio.gather(*(process(*each) for each in zip(databases, deaths, strict=False)))


def check(commune: Commune, persons: list[int], alive: list[datetime]) -> None:
    last = alive[-1]
    expected = {
        (name, day, lead, person): outcome(due, day, lead, alive)
        for name, day, lead, due in planned()
        for person in persons
        if due.date() >= FIRST and due <= last - timedelta(days=2)
    }
    rows = {(row["rule"], row["occurrence"], row["lead"], row["person_id"]): row for row in commune.rows("due")}
    for key, (status, tick) in expected.items():
        assert key in rows, f"{key} was forgotten"
        row = rows[key]
        assert row["status"] == status, f"{key}: {row}"
        assert (row["settled_at"] == tick) if tick else row["reason"], f"{key}: {row}, expected {tick}"
    said = Counter(row["joined_to"] or row["id"] for row in rows.values() if row["status"] == "queued")
    assert {row["key"] for row in commune.rows("outbox")} == {f"due:{number}" for number in said}
    assert len(commune.rows("outbox")) == len(said)
    statuses = Counter(status for status, _ in expected.values())
    assert statuses["queued"] > 20
    assert statuses["skipped"]  # the down times did bite


def test_a_clock_set_back_or_forward_says_nothing_twice(
    database_url: str, library: Library, clock: SettableClock
) -> None:
    clock.set("2027-03-02 12:00")
    with closing(Database(database_url)) as database:
        commune = Commune(database, library, clock)
        commune.only(rule(), rule("xa", day=date(2028, 3, 10)))
        commune.add("Lan")
        for local in (
            "2027-03-03 08:00",
            "2027-03-03 07:00",  # an hour back
            "2027-03-01 08:00",  # two days back
            "2027-03-03 08:05",
            "2027-03-09 08:00",
            "2028-01-01 08:00",  # somebody set the wrong year
            "2027-03-09 08:10",
            "2027-03-10 08:00",
            "2027-03-10 08:00",
        ):
            commune.tick(local)
        told = [(row["rule"], row["lead"], row["status"]) for row in commune.due()]
        assert sorted(told) == [("date:hop", lead, "queued") for lead in (0, 1, 7)]
        assert len(commune.texts()) == 3


def test_a_loop_that_was_blocked_for_five_seconds_skips_nothing(
    sqlite_url: str, library: Library, clock: SettableClock
) -> None:
    assert runner.GRACE_SECONDS > 5  # APScheduler itself drops what is later
    clock.set("2027-03-02 12:00")
    with closing(Database(sqlite_url)) as database:
        commune = Commune(database, library, clock)
        commune.only(rule())
        commune.add("Lan")
        commune.tick("2027-03-03 07:59:58")
        commune.tick("2027-03-03 08:00:03")
        assert [(row["lead"], row["status"], row["reason"]) for row in commune.due()] == [(7, "queued", "")]
        assert "tới muộn" not in commune.texts()[0]


def test_apscheduler_is_told_to_run_what_is_late_once(
    sqlite_url: str, library: Library, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tick that was due while the loop was busy runs when it is free; several of them run as one."""
    jobs_there: list[tuple[str, bool, int, int]] = []
    start = AsyncIOScheduler.start

    def noted(self: Any) -> None:
        start(self)
        jobs_there.extend((job.id, job.coalesce, job.max_instances, job.misfire_grace_time) for job in self.get_jobs())

    async def run() -> None:
        stop = asyncio.Event()
        stop.set()
        await runner.run_jobs(commune.office(), stop)

    monkeypatch.setattr(AsyncIOScheduler, "start", noted)
    with closing(Database(sqlite_url)) as database:
        commune = Commune(database, library, clock)
        asyncio.run(run())
    assert {name for name, *_ in jobs_there} == {job.name for job in JOBS}
    assert {tuple(rest) for _, *rest in jobs_there} == {(True, 1, runner.GRACE_SECONDS)}
