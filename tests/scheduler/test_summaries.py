import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.library import Library
from bot.models import METADATA
from bot.services import periods, profile
from bot.services.files import media
from bot.storage.database import Database
from scheduler import jobs
from scheduler.jobs import Office
from tests.commune import Commune
from tests.fakes.clock import ZONE, SettableClock

SUNDAY, MONDAY = "2026-11-22 17:00", "2026-11-23 07:30"
NUDGE = "Tuần 16–22/11/2026 kết thúc hôm nay và chưa có phiếu nào"


class Desk:
    """A commune and the jobs that run for it."""

    def __init__(self, database: Database, library: Library, clock: SettableClock) -> None:
        self.commune, self.database, self.clock = Commune(database, library, clock()), database, clock
        self.office = Office(database=database, library=library, zone=ZONE, clock=clock)

    def tick(self, local: str, times: int = 1) -> None:
        self.clock.set(local)

        async def run() -> None:
            for _ in range(times):
                await jobs.plan(self.office, self.clock())
                await jobs.hand_over(self.office, self.clock())
                await jobs.forget(self.office, self.clock())

        asyncio.run(run())

    def rows(self, table: str) -> list[dict[str, Any]]:
        found = METADATA.tables[table]
        return self.database.read_now(
            lambda tx: [dict(row) for row in tx.connection.execute(found.select()).mappings()]
        )

    def told(self) -> list[tuple[str, str]]:
        """(chat, first words) of everything that goes out."""
        chats = {row["id"]: row["chat"] for row in self.rows("contact")}
        return [(chats[row["contact_id"]], row["body"]["text"]) for row in self.rows("outbox")]


@pytest.fixture
def desk(database: Database, library: Library, clock: SettableClock) -> Desk:
    return Desk(database, library, clock)


def test_who_has_not_reported_is_told_once_before_the_week_closes(desk: Desk) -> None:
    desk.commune.add("Páo", "volunteer")
    desk.commune.file("2026-11-18")
    desk.tick("2026-11-22 16:59")
    assert desk.told() == []
    desk.tick(SUNDAY, times=3)
    ((who, text),) = desk.told()
    assert who == "Páo"
    assert NUDGE in text
    (row,) = desk.rows("outbox")
    assert (row["send_class"], row["unasked"]) == ("once", True)


def test_the_nudge_is_mute_for_who_reports_after_it_was_planned(desk: Desk) -> None:
    desk.tick("2026-11-22 09:00")
    assert [row["rule"] for row in desk.rows("due") if row["rule"].startswith("nudge")] == ["nudge:1"]
    desk.commune.file("2026-11-22")
    desk.tick(SUNDAY)
    assert desk.told() == []
    assert ("skipped", "no longer true") in [(row["status"], row["reason"]) for row in desk.rows("due")]


def test_who_wants_no_messages_is_not_nudged(desk: Desk) -> None:
    desk.database.write_now(lambda tx: profile.set_quiet(tx, desk.commune.hoa, quiet=True))
    desk.tick(SUNDAY)
    assert desk.told() == []


def test_a_nudge_missed_by_down_time_is_not_sent_into_the_next_week(desk: Desk) -> None:
    desk.tick("2026-11-22 09:00")
    desk.tick("2026-11-23 09:00")
    assert [who for who, text in desk.told() if NUDGE in text] == []


def test_the_summary_of_the_closed_week_comes_with_its_picture_and_is_frozen(desk: Desk) -> None:
    desk.commune.file("2026-11-18", unit=3)
    desk.tick("2026-11-22 09:00")
    desk.tick(MONDAY, times=2)
    ((who, text),) = [(who, text) for who, text in desk.told() if NUDGE not in text]
    assert who == "Minh"
    assert text.startswith("📋 Tuần 16–22/11/2026 · Tổ Bản Mẫu\nĐã làm: 1 phiếu (tuần trước 0), 5 hộ")
    body = next(row["body"] for row in desk.rows("outbox") if "Đã làm" in row["body"]["text"])
    drawn = media.load_now(desk.database, desk.commune.library, body["picture"])
    assert drawn
    assert drawn.content.startswith(b"\x89PNG")
    assert [payload for _, payload, *_ in body["choices"]] == ["xuat:xlsx=1=2026-11-16", "xuat:docx=1=2026-11-16"]
    assert "2026-11-16" in [row["first"].isoformat() for row in desk.rows("snapshot")]


def test_a_team_that_counts_by_the_month_hears_by_the_month(desk: Desk) -> None:
    commune = desk.commune
    commune.file("2026-11-18")
    desk.database.write_now(
        lambda tx: periods.choose(
            tx, "month", roles=commune.roles(tx, commune.minh), team=commune.team, person=commune.minh, now=desk.clock()
        )
    )
    desk.tick(MONDAY)
    assert desk.told() == []
    desk.tick("2026-12-01 07:30")
    ((who, text),) = desk.told()
    assert (who, text.split("\n")[0]) == ("Minh", "📋 Tháng 11/2026 · Tổ Bản Mẫu")


def test_pictures_and_files_are_deleted_after_fourteen_days(desk: Desk) -> None:
    desk.commune.file("2026-11-18")
    desk.tick(MONDAY)
    assert len(desk.rows("media")) == 1
    expires = desk.rows("media")[0]["expires_at"]
    assert expires - desk.clock() == timedelta(days=14)
    desk.tick("2026-12-07 07:29")
    assert expires in [row["expires_at"] for row in desk.rows("media")]
    desk.tick("2026-12-07 07:31")
    assert expires not in [row["expires_at"] for row in desk.rows("media")]
