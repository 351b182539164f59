import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.core.content import DateRule
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage
from bot.library import Library
from bot.models import METADATA
from bot.services import consents, profile
from bot.storage import people
from bot.storage.database import Database, Transaction
from scheduler import jobs
from scheduler.jobs import Office
from scheduler.runner import run_jobs, tick
from scheduler.timetable import JOBS, Job
from tests.fakes.clock import ZONE, SettableClock
from tests.scheduler.place import rule
from tests.services.commune import add_team

LATE = "tới muộn"


class Place:
    """A database with people, the clock, and the office of one or two processes."""

    def __init__(self, databases: Sequence[Database], library: Library, clock: SettableClock) -> None:
        self.database, self.clock, self._library = databases[0], clock, library
        self._databases = databases
        self.rules: dict[str, DateRule] = {}
        self.persons: dict[str, int] = {}

    def add(self, name: str, role: str = "", *, team: int | None = None, purposes: Sequence[str] = ("remind",)) -> int:
        now = self.clock()

        def work(tx: Transaction) -> int:
            hello = InboundMessage(channel="web", chat=name, external_id="")
            speaker = people.add_speaker(tx, hello, locale="vi", now=now)
            for purpose in purposes:
                consents.give(tx, speaker, purpose, name=name, now=now)
            if role:
                people.add_member(tx, team=team or 1, person=speaker.person, role=role, now=now)
            return speaker.person

        self.persons[name] = self.database.write_now(work)
        return self.persons[name]

    def commune(self) -> int:
        return self.database.write_now(lambda tx: add_team(tx, self.clock()))

    def offices(self) -> list[Office]:
        library = replace(self._library, dates=self.rules) if self.rules else self._library
        return [Office(database=each, library=library, zone=ZONE, clock=self.clock) for each in self._databases]

    def tick(self, local: str = "") -> None:
        """One tick of every process at that time, all at once."""
        if local:
            self.clock.set(local)

        async def run() -> None:
            now = self.clock()
            for job in (jobs.plan, jobs.hand_over):
                await asyncio.gather(*(job(office, now) for office in self.offices()))

        asyncio.run(run())
        self.database.write_now(self._send)

    def _send(self, tx: Transaction) -> None:
        """The sender's part: what waits in the outbox leaves."""
        outbox = METADATA.tables["outbox"]
        tx.connection.execute(outbox.update().where(outbox.c.status == "pending").values(status="sent"))

    def rows(self, table: str) -> list[dict[str, Any]]:
        query = METADATA.tables[table].select().order_by(METADATA.tables[table].c.id)
        return self.database.read_now(lambda tx: [dict(row) for row in tx.connection.execute(query).mappings()])

    def texts(self) -> list[str]:
        return [row["body"]["text"] for row in self.rows("outbox")]

    def settled(self) -> list[tuple[int, str, str]]:
        return [(row["lead"], row["status"], row["reason"]) for row in self.rows("due")]


@pytest.fixture
def place(database: Database, library: Library, clock: SettableClock) -> Place:
    clock.set("2027-01-01 09:00")
    return Place([database], library, clock)


@pytest.fixture
def light(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Place]:
    clock.set("2027-01-01 09:00")
    with closing(Database(sqlite_url)) as database:
        yield Place([database], library, clock)


@pytest.mark.fault("two schedulers", "every job three times in each of two processes, at once")
def test_two_processes_at_once_queue_everything_exactly_once(
    database_url: str, library: Library, clock: SettableClock
) -> None:
    clock.set("2028-10-01 09:00")
    with closing(Database(database_url)) as one, closing(Database(database_url)) as two:
        place = Place([one, two], library, clock)
        team = place.commune()
        names = [place.add(f"p{number}") for number in range(30)]
        leaders = [place.add(f"c{number}", "coordinator", team=team) for number in range(3)]
        place.tick("2028-10-09 08:00")  # Monday, one day before 10/10

        async def many() -> None:
            again = [job(office, clock()) for office in place.offices() for job in (jobs.plan, jobs.hand_over) * 3]
            await asyncio.gather(*again)

        asyncio.run(many())
        queued = Counter((row["rule"], row["person_id"]) for row in place.rows("due") if row["status"] == "queued")
        assert queued == Counter(
            [("date:ngay-chuyen-doi-so", person) for person in (*names, *leaders)]
            + [("summary:1", person) for person in leaders]
        )
        keys = [row["key"] for row in place.rows("outbox")]
        assert len(keys) == len(set(keys)) == len(queued)
        assert {(row["send_class"], row["unasked"]) for row in place.rows("outbox")} == {("once", True)}


def test_10_10_is_reminded_on_exactly_five_days_of_the_year(light: Place) -> None:
    light.add("Lan")
    days: list[tuple[str, int]] = []
    for number in range(365):
        day = date(2027, 1, 1) + timedelta(days=number)
        if not date(2027, 9, 5) <= day <= date(2027, 10, 15) and number % 7:
            continue  # what fell due in between would be made up for, or recorded as skipped
        before = len(light.rows("outbox"))
        for hour in ("07:59", "08:00", "20:00"):
            light.tick(f"{day} {hour}")
            if len(light.rows("outbox")) > before:
                assert hour == "08:00"
                before = len(light.rows("outbox"))
        days += [(str(day), row["lead"]) for row in _new(light, day) if row["rule"] == "date:ngay-chuyen-doi-so"]
    assert days == [
        ("2027-09-10", 30),
        ("2027-09-26", 14),
        ("2027-10-03", 7),
        ("2027-10-09", 1),
        ("2027-10-10", 0),
    ]
    assert {row["status"] for row in light.rows("due")} == {"queued"}
    assert all(LATE not in said for said in light.texts())


def _new(place: Place, day: date) -> list[dict[str, Any]]:
    return [row for row in place.rows("due") if row["settled_at"].astimezone(ZONE).date() == day]


def test_what_is_due_goes_out_at_its_time_and_not_late(place: Place) -> None:
    place.rules = {"hop": rule()}
    place.add("Lan")
    place.tick("2027-03-03 07:59")
    assert place.settled() == [(7, "waiting", "")]
    place.tick("2027-03-03 08:00")
    place.tick("2027-03-03 08:20")
    (said,) = place.texts()
    assert "7 ngày" in said
    assert "Họp tổ" in said
    assert "10/03/2027" in said
    assert LATE not in said


@pytest.mark.fault("down time over a due time", "the clock moves past it")
def test_after_down_time_a_reminder_goes_out_once_and_says_that_it_is_late(place: Place) -> None:
    place.rules = {"hop": rule()}
    place.add("Lan")
    place.tick("2027-03-02 20:00")
    place.tick("2027-03-04 09:00")  # two days without a tick
    place.tick("2027-03-04 09:05")
    (said,) = place.texts()
    assert LATE in said
    assert place.settled() == [(7, "queued", "")]


def test_a_late_reminder_counts_the_days_that_are_left_now(light: Place) -> None:
    light.rules = {"hop": rule()}
    light.add("Lan")
    light.tick("2027-03-04 09:00")
    (said,) = light.texts()
    # waits for a fix: handlers/calendar/reminders.py says waiting.lead where it should say how many days are left
    assert "6 ngày" in said
    assert "7 ngày" not in said


def test_nothing_is_said_to_come_that_is_here_or_over(light: Place) -> None:
    """Planned in time, but the program was down when it fell due: yesterday's "one day left", "today" of yesterday."""
    light.rules = {"hop": rule(lead_days=(1,)), "hoi": rule("hoi", day=date(2027, 3, 9), lead_days=(0,))}
    light.add("Lan")
    light.tick("2027-03-09 07:00")
    light.tick("2027-03-10 09:00")
    assert light.texts() == []
    assert {(row["rule"], row["status"], row["reason"]) for row in light.rows("due")} == {
        ("date:hop", "skipped", "too late"),
        ("date:hoi", "skipped", "too late"),
    }


def test_a_reminder_past_its_grace_is_skipped_with_the_reason(place: Place) -> None:
    place.rules = {"hop": rule()}
    place.add("Lan")
    place.tick("2027-03-03 07:00")
    place.tick("2027-03-04 20:01")
    assert place.settled() == [(7, "skipped", "too late")]
    assert place.texts() == []
    place.tick("2027-03-05 09:00")
    assert place.settled() == [(7, "skipped", "too late")]


def test_just_within_its_grace_it_still_goes_out(light: Place) -> None:
    light.rules = {"hop": rule()}
    light.add("Lan")
    light.tick("2027-03-03 07:00")
    light.tick("2027-03-04 20:00")
    assert light.settled() == [(7, "queued", "")]


def test_what_would_fall_into_the_night_goes_out_at_seven(place: Place) -> None:
    place.rules = {"hop": rule()}
    place.add("Lan")
    place.tick("2027-03-03 07:00")
    place.tick("2027-03-03 21:00")
    assert place.settled() == [(7, "waiting", "night")]
    place.tick("2027-03-04 06:59")
    assert place.texts() == []
    place.tick("2027-03-04 07:00")
    (said,) = place.texts()
    assert LATE in said  # a day late: nothing is ever planned for the night


def test_who_said_stop_gets_none(place: Place) -> None:
    place.rules = {"hop": rule()}
    quiet, later = place.add("Lan"), place.add("Hoa")
    place.database.write_now(lambda tx: profile.set_quiet(tx, quiet, quiet=True))
    place.tick("2027-03-03 07:00")
    assert [row["person_id"] for row in place.rows("due")] == [later]
    place.database.write_now(lambda tx: profile.set_quiet(tx, later, quiet=True))  # after it was planned
    place.tick("2027-03-03 08:00")
    assert place.settled() == [(7, "skipped", "stopped")]
    assert place.texts() == []


def test_who_withdrew_consent_after_it_was_planned_gets_none(place: Place) -> None:
    place.rules = {"hop": rule()}
    person = place.add("Lan")
    place.tick("2027-03-03 07:00")
    place.database.write_now(lambda tx: consents.withdraw(tx, person, "remind", place.clock()))
    place.tick("2027-03-03 08:00")
    assert place.texts() == []


def test_without_consent_there_are_no_reminders(place: Place) -> None:
    place.rules = {"hop": rule()}
    place.add("Lan", purposes=("learn",))
    place.tick("2027-03-03 08:00")
    assert place.rows("due") == []


def test_who_cannot_be_reached_is_skipped(place: Place) -> None:
    place.rules = {"hop": rule()}
    place.add("Lan")
    place.tick("2027-03-03 07:00")
    place.database.write_now(lambda tx: people.set_reachable(tx, 1, place.clock()))
    place.tick("2027-03-03 08:00")
    assert place.settled() == [(7, "skipped", "unreachable")]


def test_a_rule_that_is_gone_says_nothing_any_more(light: Place) -> None:
    light.rules = {"hop": rule()}
    light.add("Lan")
    light.tick("2027-03-03 07:00")
    light.rules = {"other": rule("other", day=date(2027, 9, 1))}
    light.tick("2027-03-03 08:00")
    assert light.settled() == [(7, "skipped", "no longer true")]


def test_only_the_audience_of_a_date_is_reminded_of_it(place: Place) -> None:
    team = place.commune()
    place.rules = {"hop": rule(audience=("coordinator",)), "ca": rule("ca", audience=("volunteer", "resident"))}
    for name, role in (("Lan", ""), ("Hoa", "volunteer"), ("Minh", "coordinator")):
        place.add(name, role, team=team)
    place.tick("2027-03-03 07:00")
    found = {(row["rule"], row["person_id"]) for row in place.rows("due") if row["rule"].startswith("date:")}
    assert found == {
        ("date:hop", place.persons["Minh"]),
        ("date:ca", place.persons["Lan"]),
        ("date:ca", place.persons["Hoa"]),
    }


def test_a_date_that_has_passed_or_is_not_exact_is_never_reminded(light: Place) -> None:
    light.rules = {
        "past": rule("past", day=date(2026, 12, 31), lead_days=(0,)),
        "month": rule("month", precision="month"),
        "draft": rule("draft", status="draft"),
        "silent": rule("silent", lead_days=()),
    }
    light.tick("2026-12-30 08:00")
    light.add("Lan")
    for number in range(80):
        light.tick(f"{date(2026, 12, 31) + timedelta(days=number)} 08:00")
        if number == 0:
            assert [row["rule"] for row in light.rows("due")] == ["date:past"]  # on its own day
    assert [row["rule"] for row in light.rows("due")] == ["date:past"]


def test_the_summary_goes_to_coordinators_on_monday(place: Place) -> None:
    team = place.commune()
    place.rules = {"far": rule("far", day=date(2030, 1, 1))}
    place.add("Hoa", "volunteer", team=team)
    place.add("Lan")
    minh = place.add("Minh", "coordinator", team=team)
    for day in range(18, 32):  # Monday 18/1 to Sunday 31/1/2027
        for hour in ("07:29", "07:30", "12:00"):
            place.tick(f"2027-01-{day} {hour}")
    found = [
        (row["person_id"], row["occurrence"], row["settled_at"])
        for row in place.rows("due")
        if row["rule"] == f"summary:{team}"
    ]
    assert [(person, monday) for person, monday, _ in found] == [(minh, date(2027, 1, 11)), (minh, date(2027, 1, 18))]
    assert [at.astimezone(ZONE).strftime("%d %H:%M") for *_, at in found] == ["18 07:30", "25 07:30"]
    first, second = [row["body"]["text"] for row in place.rows("outbox") if row["kind"] == "summary"]
    assert "11–17/01/2027" in first
    assert "18–24/01/2027" in second


def test_who_lost_the_role_gets_no_summary_any_more(place: Place) -> None:
    """Promise 3: nobody sees a team's data without a role in it."""
    team = place.commune()
    minh = place.add("Minh", "coordinator", team=team)
    place.tick("2027-01-18 07:00")
    place.database.write_now(
        lambda tx: people.add_member(tx, team=team, person=minh, role="volunteer", now=place.clock())
    )
    place.tick("2027-01-18 07:30")
    assert place.texts() == []


# --- the runner


def test_every_job_runs_at_once_and_the_runner_stops_when_told(light: Place) -> None:
    light.rules = {"hop": rule()}
    light.add("Lan")
    light.clock.set("2027-03-03 08:00")

    async def run() -> None:
        stop = asyncio.Event()
        stop.set()
        await run_jobs(light.offices()[0], stop)

    asyncio.run(run())
    assert len(light.texts()) == 1
    assert len({job.name for job in JOBS}) == len(JOBS)


@pytest.mark.parametrize("error", [DatabaseAway(), ValueError("0912 345 678")])
def test_a_job_that_fails_is_tried_again_at_its_next_tick(light: Place, error: Exception) -> None:
    times: list[datetime] = []

    async def fails(_office: Office, now: datetime) -> None:
        times.append(now)
        raise error

    async def run() -> None:
        for _ in range(2):
            await tick(light.offices()[0], Job(name="fails", run=fails, seconds=1))

    asyncio.run(run())
    assert times == [light.clock()] * 2


def test_hand_over_wakes_the_sender(light: Place) -> None:
    light.rules = {"hop": rule()}
    light.add("Lan")
    light.tick("2027-03-03 07:00")
    light.clock.set("2027-03-03 08:00")
    woken: list[bool] = []

    async def run() -> None:
        office = replace(light.offices()[0], wake=lambda: woken.append(True))
        await jobs.hand_over(office, light.clock())
        await jobs.hand_over(office, light.clock())

    asyncio.run(run())
    assert woken == [True]
