import asyncio
from typing import Any

import pytest

from bot.library import Library
from bot.services import membership, profile, teams
from bot.services.membership import Act
from bot.storage.database import Database
from scheduler import jobs
from scheduler.jobs import Office
from tests.fakes.clock import ZONE, SettableClock
from tests.services.commune import Commune


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock) -> Commune:
    return Commune(database, library, clock).build()


def ask(commune: Commune) -> None:
    def work(tx: Any) -> None:
        code = teams.invite(tx, team="TM", role="volunteer", uses=1, days=7, now=commune.clock(), approve=True)
        teams.join(tx, person=commune.persons["Lan"], code=code, now=commune.clock())

    commune.database.write_now(work)


def settle(commune: Commune, *, approve: bool) -> None:
    me = Act(person=commune.persons["Minh"], roles=commune.roles("Minh"), now=commune.clock(), today=commune.today)
    commune.database.write_now(lambda tx: membership.settle(tx, me, 1, approve=approve))


def tick(commune: Commune) -> list[dict[str, Any]]:
    """What goes out: the bodies of the outbox."""
    office = Office(database=commune.database, library=commune.library, zone=ZONE, clock=commune.clock)
    asyncio.run(jobs.hand_over(office, commune.clock()))
    return [row["body"] for row in commune.rows("outbox")]


def test_a_coordinator_is_told_once_and_can_answer(commune: Commune) -> None:
    ask(commune)
    tick(commune)
    (body,) = tick(commune)
    assert body["text"] == "Lan muốn vào Tổ Bản Mẫu, vai tình nguyện viên. Duyệt chứ?"
    assert body["choices"] == [["Duyệt số 1", "join:1=yes", False], ["Từ chối số 1", "join:1=no", False]]
    assert commune.rows("outbox")[0]["unasked"]


@pytest.mark.parametrize(
    ("approve", "said"),
    [(True, "Đã vào Tổ Bản Mẫu."), (False, "Người điều phối Tổ Bản Mẫu chưa nhận vào tổ.")],
)
def test_who_asked_is_told(commune: Commune, *, approve: bool, said: str) -> None:
    ask(commune)
    settle(commune, approve=approve)
    (body,) = tick(commune)  # what was answered is not asked any more
    assert body["text"].startswith(said)


def test_nobody_is_told_at_night_or_who_wants_silence(commune: Commune) -> None:
    commune.clock.set("2026-11-18 22:00")
    ask(commune)
    assert tick(commune) == []
    commune.clock.set("2026-11-19 07:00")
    commune.database.write_now(lambda tx: profile.set_quiet(tx, commune.persons["Minh"], quiet=True))
    assert tick(commune) == []
    assert [(row["status"], row["reason"]) for row in commune.rows("due")] == [("skipped", "stopped")]


def test_who_coordinates_no_more_is_not_asked(commune: Commune) -> None:
    ask(commune)
    me = Act(person=commune.persons["Minh"], roles=commune.roles("Minh"), now=commune.clock(), today=commune.today)
    commune.database.write_now(lambda tx: membership.hand_over(tx, me, 1, commune.persons["Hoa"]))
    assert tick(commune) == []
