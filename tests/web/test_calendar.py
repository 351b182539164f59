"""/calendar/….ics: valid, with stable ids, alarms, and days without times; whoever is not meant gets nothing."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from bot.core.errors import NotAllowed
from bot.library import Library
from bot.services import calendars, subscriptions, team_dates, teams
from bot.storage.database import Database
from bot.web import application as web
from tests.fakes.clock import SettableClock
from tests.scheduler.place import Commune
from tests.web.sites import site


@pytest.fixture
def commune(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Commune]:
    database = Database(sqlite_url)
    found = Commune(database, library, clock)
    found.add("Minh", "coordinator")
    found.add("Lan")
    found.add_date("Nộp báo cáo, gửi xã", date(2026, 12, 31), recurrence="monthly", leads=(3, 0))
    yield found
    database.close()


class Client:
    """Asks the pages."""

    def __init__(self, commune: Commune) -> None:
        self._app = web.build(site(commune.database, commune.library, commune.clock))

    def get(self, path: str) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                return await http.get(path)

        return asyncio.run(run())


@pytest.fixture
def client(commune: Commune) -> Client:
    return Client(commune)


def events(client: Client, name: str) -> dict[str, dict[str, Any]]:
    """By id, an event's lines; the file is read back by the library's own parser."""
    answer = client.get(f"/calendar/{name}.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
    assert "\n" not in answer.text.replace("\r\n", "")
    calendar = Calendar.from_ical(answer.content)
    assert calendar["version"] == "2.0"
    assert calendar["prodid"]
    found: dict[str, dict[str, Any]] = {}
    events: list[Any] = calendar.walk("VEVENT")
    for event in events:
        assert not event.errors
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= set(event)
        assert event["DTSTART"].params["VALUE"] == "DATE"
        assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(days=1)
        found[str(event["UID"])] = {
            "summary": str(event["SUMMARY"]),
            "start": str(event["DTSTART"].dt),
            "rrule": event["RRULE"].to_ical().decode() if "RRULE" in event else "",
            "alarms": [alarm["TRIGGER"].to_ical().decode() for alarm in event.walk("VALARM")],
        }
    return found


def test_the_public_calendar_has_the_national_dates(client: Client) -> None:
    found = events(client, calendars.PUBLIC)
    ten = next(each for uid, each in found.items() if uid.startswith("date-ngay-chuyen-doi-so@"))
    assert ten["rrule"] == "FREQ=YEARLY"
    assert ten["start"] == "2022-10-10"
    assert ten["alarms"] == ["-P29DT16H", "-P13DT16H", "-P6DT16H", "-PT16H", "PT8H"]  # eight in the morning
    assert not any("Đà Nẵng" in each["summary"] or "2030" in each["summary"] for each in found.values())
    assert events(client, calendars.PUBLIC).keys() == found.keys()


def test_a_person_s_calendar_has_their_team_s_dates_and_not_what_they_muted(commune: Commune, client: Client) -> None:
    minh, now = commune.persons["Minh"], commune.clock()
    name = commune.database.write_now(lambda tx: calendars.name_of(tx, minh, now))
    assert commune.database.write_now(lambda tx: calendars.name_of(tx, minh, now)) == name
    found = events(client, name)
    own = found["team-1@tung-ngo.invalid"]
    assert own["summary"] == "Nộp báo cáo, gửi xã"
    assert own["rrule"] == "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"
    assert own["alarms"] == ["-P2DT16H", "PT8H"]
    commune.database.write_now(lambda tx: subscriptions.mute(tx, minh, "date:ngay-chuyen-doi-so", now))
    assert not any("chuyen-doi-so" in uid for uid in events(client, name))


def test_a_change_keeps_the_id_and_a_skipped_day_is_left_out(commune: Commune, client: Client) -> None:
    minh, now = commune.persons["Minh"], commune.clock()
    name = commune.database.write_now(lambda tx: calendars.name_of(tx, minh, now))
    commune.database.write_now(
        lambda tx: team_dates.skip_next(
            tx, 1, roles=teams.roles(tx, minh), person=minh, today=date(2026, 11, 18), now=now
        )
    )
    answer = client.get(f"/calendar/{name}.ics").text
    assert "EXDATE;VALUE=DATE:20261231" in answer
    assert "UID:team-1@" in answer


def test_a_link_that_was_taken_back_shows_nothing(commune: Commune, client: Client) -> None:
    lan, now = commune.persons["Lan"], commune.clock()
    old = commune.database.write_now(lambda tx: calendars.name_of(tx, lan, now))
    new = commune.database.write_now(lambda tx: calendars.renew(tx, lan, now))
    assert not any(uid.startswith("team-") for uid in events(client, new))
    assert client.get(f"/calendar/{old}.ics").status_code == 404
    assert client.get("/calendar/khong-co.ics").status_code == 404
    assert client.get(f"/calendar/{'x' * 200}.ics").status_code == 404


def test_the_team_s_calendar_is_the_coordinator_s_to_give_and_take_back(commune: Commune, client: Client) -> None:
    minh, now = commune.persons["Minh"], commune.clock()
    roles = commune.database.read_now(lambda tx: teams.roles(tx, minh))
    old = commune.database.write_now(lambda tx: calendars.team_name_of(tx, 1, roles=roles, now=now))
    assert "team-1@tung-ngo.invalid" in events(client, old)
    new = commune.database.write_now(lambda tx: calendars.renew_team(tx, 1, roles=roles, now=now))
    assert client.get(f"/calendar/{old}.ics").status_code == 404
    assert client.get(f"/calendar/{new}.ics").status_code == 200


def test_nobody_else_gives_or_takes_back_the_team_s_calendar(commune: Commune) -> None:
    commune.add("Hoa", "volunteer")
    roles, now = commune.database.read_now(lambda tx: teams.roles(tx, commune.persons["Hoa"])), commune.clock()
    for change in (calendars.team_name_of, calendars.renew_team):
        with pytest.raises(NotAllowed):
            commune.database.write_now(lambda tx, change=change: change(tx, 1, roles=roles, now=now))  # type: ignore[misc]
    assert commune.rows("calendar_feed") == []
