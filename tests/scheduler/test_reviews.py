import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.core.conversation import LessonState
from bot.library import Library
from bot.models import METADATA
from bot.services import consents, learning, profile, reviews
from bot.storage import people
from bot.storage.database import Database, Transaction
from scheduler import jobs
from scheduler.jobs import Office
from tests.fakes.clock import ZONE, SettableClock
from tests.services.commune import Commune


class Evening:
    """Lan, who finished a lesson and wants to be told of reviews; the jobs of every day."""

    def __init__(self, database: Database, library: Library, clock: SettableClock) -> None:
        self.commune, self.clock, self.library = Commune(database, library, clock).build(), clock, library
        self.person = self.commune.persons["Lan"]
        self._office = Office(database=database, library=library, zone=ZONE, clock=clock)
        self.write(self._finish)
        self.write(lambda tx: reviews.set_reminder(tx, self.person, on=True, now=clock()))

    def write(self, work: Callable[[Transaction], object]) -> None:
        self.commune.database.write_now(work)

    def _finish(self, tx: Transaction) -> None:
        state = LessonState(lesson="L6", step=99, right=3)
        learning.keep(tx, self.person, state, finished=True, now=self.clock())
        reviews.remember(tx, self.library, self.person)

    def tick(self, local: str) -> int:
        """How many reminders went out at that time."""
        self.clock.set(local)
        before = self._told()

        async def run() -> None:
            for job in (jobs.plan, jobs.hand_over) * 2:
                await job(self._office, self.clock())

        asyncio.run(run())
        told = self._told() - before
        sent = METADATA.tables["outbox"].update().values(status="sent")
        self.write(lambda tx: tx.connection.execute(sent))
        return told

    def _told(self) -> int:
        return sum(row["kind"] == "review" for row in self.commune.rows("outbox"))

    def answer(self) -> None:
        def work(tx: Transaction) -> None:
            now = self.clock()
            for each in reviews.due(tx, self.library, self.person, audience={"resident"}, now=now, zone=ZONE):
                reviews.answer(tx, self.person, each, right=True, now=now)

        self.write(work)


@pytest.fixture
def evening(database: Database, library: Library, clock: SettableClock) -> Evening:
    clock.set("2026-11-18 09:00")
    return Evening(database, library, clock)


def test_told_at_six_in_the_evening_once_a_day_and_only_when_something_is_due(evening: Evening) -> None:
    assert [evening.tick(f"2026-11-{day} {hour}") for day in (19, 20) for hour in ("17:59", "18:00", "20:00")] == [
        0, 0, 0, 0, 1, 0,
    ]  # fmt: skip
    said = evening.commune.rows("outbox")[-1]["body"]
    assert said["text"].startswith("📘 Hôm nay có 1 câu để ôn")
    evening.answer()
    assert evening.tick("2026-11-21 18:00") == 0


def test_after_three_without_an_answer_there_are_no_more_until_the_person_comes_back(evening: Evening) -> None:
    assert [evening.tick(f"2026-11-{day} 18:00") for day in range(20, 26)] == [1, 1, 1, 0, 0, 0]
    evening.answer()
    evening.clock.move(timedelta(days=30))
    assert evening.tick("2026-12-26 18:00") == 1


def test_nobody_is_told_who_reviewed_today_already(evening: Evening) -> None:
    evening.clock.set("2026-11-20 10:00")
    evening.answer()
    assert evening.tick("2026-11-20 18:00") == 0


def test_what_is_not_wished_or_not_true_any_more_is_not_said(evening: Evening) -> None:
    assert evening.tick("2026-11-20 07:30") == 0  # the row is made, and waits for the evening
    evening.answer()
    assert evening.tick("2026-11-20 18:00") == 0
    assert [row["reason"] for row in evening.commune.rows("due") if row["rule"] == "review:"] == ["no longer true"]


def test_stop_ends_the_wish_and_a_new_consent_does_not_bring_it_back(evening: Evening) -> None:
    def stop(tx: Transaction) -> None:
        profile.set_quiet(tx, evening.person, quiet=True)
        consents.withdraw(tx, evening.person, "remind", evening.clock())

    evening.write(stop)
    assert evening.tick("2026-11-20 18:00") == 0
    evening.write(lambda tx: profile.set_quiet(tx, evening.person, quiet=False))
    evening.write(
        lambda tx: people.add_consent(
            tx, person=evening.person, purpose="remind", version=consents.VERSION, channel="web", now=evening.clock()
        )
    )
    assert evening.tick("2026-11-21 18:00") == 0
    evening.write(lambda tx: reviews.set_reminder(tx, evening.person, on=True, now=evening.clock()))
    assert evening.tick("2026-11-22 18:00") == 1


def test_what_was_missed_at_night_is_not_said_the_next_morning(evening: Evening) -> None:
    assert evening.tick("2026-11-20 23:00") == 0
    assert evening.tick("2026-11-21 07:10") == 0
    assert evening.tick("2026-11-21 18:00") == 1
