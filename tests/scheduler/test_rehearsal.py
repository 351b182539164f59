"""`tungngo simulate` and the real jobs under a moved clock give the same list, and simulating leaves no trace."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.channels.web import WebChannel
from bot.core.channel import Sent
from bot.core.messages import OutboundMessage
from bot.library import Library
from bot.sender import Sender
from bot.services import pauses, profile, rehearsals, subscriptions, teams
from bot.services.pauses import Pause
from bot.services.rehearsals import Line
from bot.storage.database import Database, Transaction
from scheduler.rehearsal import Span, rehearse
from tests.dialogue import everything
from tests.fakes.clock import ZONE, SettableClock
from tests.scheduler.place import Commune

AUTUMN = Span(first=date(2027, 9, 1), last=date(2027, 10, 12))
TEN = "date:ngay-chuyen-doi-so"


WEEK = Span(first=date(2027, 10, 5), last=date(2027, 10, 12))


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock) -> Commune:
    return made(database, library, clock)


@pytest.fixture
def light(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Commune]:
    with closing(Database(sqlite_url)) as database:
        yield made(database, library, clock)


def made(database: Database, library: Library, clock: SettableClock) -> Commune:
    clock.set("2027-08-30 12:00")
    found = Commune(database, library, clock)
    for name, role in (("Lan", ""), ("Hoa", "volunteer"), ("Páo", "volunteer"), ("Minh", "coordinator")):
        found.add(name, role)
    found.add_date("Nộp báo cáo", date(2027, 10, 10), leads=(7, 0))
    found.tick("2027-08-31 23:00")
    return found


def simulate(commune: Commune, span: Span = AUTUMN) -> list[Line]:
    return rehearse(commune.database, commune.office(), span)


class Heard:
    """A channel that takes everything, and notes when and what."""

    name = "web"
    capabilities = WebChannel.capabilities

    def __init__(self, clock: SettableClock) -> None:
        self._clock = clock
        self.heard: list[tuple[str, str, str]] = []  # when, chat, text

    async def send(self, message: OutboundMessage) -> Sent:
        self.heard.append((_local(self._clock()), message.chat, message.reply.text))
        return Sent(message_ref="1")


def really(commune: Commune) -> tuple[list[tuple[str, int, str, str]], list[tuple[str, str, str]]]:
    """The same weeks with the real jobs and the real sender, at the moments at which anything can fall due.

    (what became of each due row; what the platform took)
    """
    day, before = AUTUMN.first, {row["id"] for row in commune.rows("due") if row["settled_at"]}
    platform = Heard(commune.clock)
    while day <= AUTUMN.last:
        for hour in ("07:00", "07:30", "08:00", "17:00"):
            commune.tick(f"{day} {hour}", send=False)
            asyncio.run(_send(commune, platform))
        day += timedelta(days=1)
    said = {row["key"]: row["body"]["text"] for row in commune.rows("outbox")}
    settled = sorted(
        (_local(row["settled_at"]), row["person_id"], row["rule"], said.get(f"due:{row['id']}", row["reason"]))
        for row in commune.rows("due")
        if row["settled_at"] and row["id"] not in before
    )
    return settled, sorted(platform.heard)


async def _send(commune: Commune, platform: Heard) -> None:
    channels: dict[tuple[str, str], Any] = {("web", ""): platform}
    sender = Sender(database=commune.database, channels=channels, clock=commune.clock, owner="test")
    while claimed := await sender._claim():
        sender.deliver(claimed)
        await sender.finish()


def _local(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}"


def test_the_real_run_sends_exactly_what_was_simulated(light: Commune) -> None:
    commune = light
    minh, now = commune.persons["Minh"], commune.clock()
    wishes: list[Any] = [
        lambda tx: subscriptions.mute(tx, commune.persons["Páo"], TEN, now),
        lambda tx: subscriptions.set_weekends(tx, commune.persons["Hoa"], now, wanted=False),
        lambda tx: pauses.begin(
            tx,
            Pause(id=0, team=commune.team, first=date(2027, 9, 8), last=date(2027, 9, 11), reason="storm"),
            roles=teams.roles(tx, minh),
            person=minh,
            today=date(2027, 8, 31),
            now=now,
        ),
    ]
    for wish in wishes:
        commune.database.write_now(wish)
    found = simulate(commune)
    planned = sorted(
        (_local(line.at), int(line.to.split()[0]), line.rule, line.text or line.reason)
        for line in found
        if line.status != "moved"
    )
    settled, taken = really(commune)
    assert planned == settled
    chats = {row["person_id"]: row["chat"] for row in commune.rows("contact")}
    assert taken == sorted(
        (_local(line.at), chats[int(line.to.split()[0])], line.text) for line in found if line.status == "sent"
    )
    reasons = {(line.status, line.reason) for line in found}
    assert {
        ("sent", ""),
        ("sent", "pause:storm"),
        ("joined", "joined"),
        ("skipped", "muted"),
        ("skipped", "weekend"),
    } <= reasons


def test_10_10_is_on_the_right_days_at_the_right_hours(light: Commune) -> None:
    lan = [line for line in simulate(light) if line.rule == TEN and line.to == f"{light.persons['Lan']} (resident)"]
    assert [_local(line.at) for line in lan] == [
        "2027-09-10 08:00",
        "2027-09-26 08:00",
        "2027-10-03 08:00",
        "2027-10-09 08:00",
        "2027-10-10 08:00",
    ]
    assert {(line.status, line.channel) for line in lan} == {("sent", "web")}
    assert "Còn 30 ngày" in lan[0].text
    assert "Hôm nay" in lan[4].text
    assert "12/10" not in "".join(line.text for line in lan)  # the ceremony is another event


def test_one_team_can_be_asked_for_and_names_are_not_shown(light: Commune) -> None:
    team = simulate(light, Span(first=WEEK.first, last=WEEK.last, team=light.team))
    assert {line.to for line in team} == {
        f"{light.persons[name]} ({role})"
        for name, role in (("Hoa", "volunteer"), ("Páo", "volunteer"), ("Minh", "coordinator"))
    }
    assert set(team[0].as_dict()) == {"at", "to", "channel", "rule", "status", "reason", "text"}
    assert team[0].as_dict()["at"].endswith("+07:00")


def test_simulating_leaves_no_trace_and_holds_nobody_up(commune: Commune) -> None:
    commune.database.write_now(lambda tx: profile.set_quiet(tx, commune.persons["Lan"], quiet=True))
    before = commune.database.read_now(everything)
    assert all(not line.to.startswith(f"{commune.persons['Lan']} ") for line in simulate(commune, WEEK))
    assert commune.database.read_now(everything) == before
    commune.database.write_now(lambda tx: profile.set_quiet(tx, commune.persons["Lan"], quiet=False))
    assert simulate(commune, WEEK) == simulate(commune, WEEK)


def test_while_it_simulates_the_program_goes_on(commune: Commune) -> None:
    """Nothing of the real tables is locked: a writer in between does not wait."""
    written: list[bool] = []
    office = commune.office()

    def work(_: Transaction) -> list[Line]:
        commune.database.write_now(lambda real: profile.set_quiet(real, commune.persons["Lan"], quiet=True))
        written.append(True)
        return []

    assert rehearsals.on_a_copy(office.database, work) == []
    assert written
