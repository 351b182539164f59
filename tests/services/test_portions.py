"""What is done for everybody is done for a few at a time, and in the end for all."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.library import Library
from bot.services import reminders, summary
from bot.services.personal_data import retention
from bot.storage import reminders as stored
from bot.storage import told
from bot.storage.database import Database, Transaction
from tests.fakes.clock import ZONE, SettableClock
from tests.services.commune import Commune

DAY = date(2027, 9, 10)  # thirty days before the national day of digital transformation


@pytest.fixture
def commune(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Commune]:
    database = Database(sqlite_url)
    yield Commune(database, library, clock).build()
    database.close()


def test_a_few_teams_are_frozen_at_a_time(commune: Commune, clock: SettableClock) -> None:
    clock.now += timedelta(days=7)

    def close(tx: Transaction) -> int:
        return summary.close(tx, now=clock(), zone=ZONE, limit=1)

    assert [commune.database.write_now(close) for _ in range(3)] == [1, 1, 0]
    assert [row["team_id"] for row in commune.rows("snapshot")] == [1, 2]


def test_dates_are_planned_for_a_few_persons_at_a_time(commune: Commune, monkeypatch: pytest.MonkeyPatch) -> None:
    def plan(after: int) -> int:
        rules = commune.library.dates.values()
        return commune.database.write_now(lambda tx: reminders.plan_dates(tx, rules, today=DAY, zone=ZONE, after=after))

    def planned() -> list[int]:
        return sorted(row["person_id"] for row in commune.rows("due") if row["rule"].startswith("date:"))

    monkeypatch.setattr(reminders, "PERSONS_AT_ONCE", 2)
    everybody = sorted(commune.persons.values())
    assert plan(0) == 2
    assert planned() == everybody[:2]
    assert commune.database.read_now(lambda tx: stored.mark_of(tx, reminders.PLAN)) is None  # not done yet
    assert plan(2) == 4
    assert plan(4) == 0
    assert planned() == everybody
    assert commune.database.read_now(lambda tx: stored.mark_of(tx, reminders.PLAN)) == DAY


def test_what_is_old_goes_and_what_is_not_stays(commune: Commune, clock: SettableClock) -> None:
    old, person = clock() - timedelta(days=300), commune.persons["Lan"]

    def tell(tx: Transaction) -> None:
        for fact, at in (("F1", old), ("F2", old), ("F3", clock())):
            told.note(tx, person=person, fact=fact, now=at)

    commune.database.write_now(tell)
    commune.file()
    periods = retention.Periods(audit=1)
    assert retention.run(commune.database, periods, clock())["told_fact"] == 2
    assert [row["fact"] for row in commune.rows("told_fact")] == ["F3"]
    trail = len(commune.rows("audit"))
    assert trail
    found = retention.run(commune.database, periods, clock() + timedelta(days=2))
    assert found["audit"] == trail
    assert commune.rows("audit") == []


def test_the_week_so_far_leaves_out_the_week_before(commune: Commune, clock: SettableClock) -> None:
    clock.now = datetime(2026, 11, 15, 17, 30, tzinfo=UTC)  # Monday morning, half past midnight, where the team is
    commune.file(day="2026-11-15", households=4)
    found = commune.file(day="2026-11-16", households=7)
    assert (found.week_reports, found.week_households) == (1, 7)
