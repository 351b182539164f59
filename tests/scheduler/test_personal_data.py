import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.messages import InboundMessage
from bot.library import Library
from bot.services.personal_data import data_requests, erasing, tombstones
from bot.storage import messages, people
from bot.storage.database import Database
from scheduler import jobs, personal_data
from scheduler.jobs import Office
from tests.dialogue import SECRET
from tests.fakes.clock import ZONE, SettableClock
from tests.services.commune import Commune


@pytest.fixture
def commune(sqlite_url: str, library: Library, clock: SettableClock) -> Commune:
    return Commune(Database(sqlite_url), library, clock).build()


@pytest.fixture
def office(commune: Commune, tmp_path: Path) -> Office:
    parts = {"database": commune.database, "library": commune.library, "zone": ZONE, "clock": commune.clock}
    return Office(**parts, erased=tmp_path)  # type: ignore[arg-type]


def said(commune: Commune, office: Office) -> list[str]:
    asyncio.run(jobs.hand_over(office, commune.clock()))
    sent = [(row["id"], "") for row in commune.rows("outbox") if row["status"] == "pending"]
    if sent:
        commune.database.write_now(lambda tx: messages.mark_sent(tx, sent, commune.clock()))
    return [row["body"]["text"] for row in commune.rows("outbox")]


def test_coordinators_hear_of_a_request_when_it_comes_and_when_it_is_overdue(commune: Commune, office: Office) -> None:
    commune.clock.set("2026-11-16 09:00")
    act: dict[str, Any] = {"now": commune.clock(), "today": commune.today}
    commune.database.write_now(lambda tx: data_requests.ask(tx, commune.persons["Hoa"], "Xin bỏ tên", **act))
    heard = said(commune, office)
    assert len(heard) == 1
    assert "Hoa" in heard[0]
    assert "hạn 18/11/2026" in heard[0]
    commune.clock.set("2026-11-19 09:00")
    for _ in range(2):
        asyncio.run(personal_data.watch(office, commune.clock()))
    heard = said(commune, office)
    assert len(heard) == 2
    assert "quá hạn" in heard[1]


def test_who_is_no_coordinator_any_more_hears_nothing(commune: Commune, office: Office) -> None:
    act: dict[str, Any] = {"now": commune.clock(), "today": commune.today}
    commune.database.write_now(lambda tx: data_requests.ask(tx, commune.persons["Hoa"], "Xin bỏ tên", **act))
    commune.database.write_now(
        lambda tx: people.end_member(tx, team=1, person=commune.persons["Minh"], now=commune.clock())
    )
    assert said(commune, office) == []


def test_what_was_erased_is_written_down_and_the_chat_goes(commune: Commune, office: Office) -> None:
    hello = InboundMessage(channel="web", chat="Lan", external_id="")
    lan = commune.database.read_now(lambda tx: people.find_speaker(tx, hello))
    assert lan
    act: dict[str, Any] = {"key": SECRET, "now": commune.clock(), "today": commune.today}
    commune.database.write_now(lambda tx: erasing.erase(tx, commune.library, lan[0], **act))
    asyncio.run(personal_data.remember(office, commune.clock()))
    assert office.erased
    assert len(tombstones.read(office.erased)) == 1
    commune.clock.move(timedelta(hours=25))
    asyncio.run(personal_data.watch(office, commune.clock()))
    assert "Lan" not in [row["chat"] for row in commune.rows("contact")]
    asyncio.run(personal_data.forget(office, commune.clock()))
    assert len(commune.rows("erasure")) == 1


def test_a_line_that_was_cut_off_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / tombstones.FILE).write_text("\nabc 2026-11-18T02:00:00+00:00\ndef 2026-11-1\nghi\n\n", "utf-8")
    assert [mark.chat for mark in tombstones.read(tmp_path)] == ["abc"]
