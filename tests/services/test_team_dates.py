from collections.abc import Iterator
from contextlib import closing
from datetime import date, time, timedelta
from typing import Any

import pytest

from bot.core.errors import KnownError, NotAllowed
from bot.core.people import Membership
from bot.library import Library
from bot.services import pauses, subscriptions, team_dates
from bot.services.pauses import Pause
from bot.services.subscriptions import Wishes
from bot.services.team_dates import Wish
from bot.storage.database import Database
from handlers.calendar.follow import parse_span
from handlers.calendar.pauses import _days
from tests.fakes.clock import SettableClock
from tests.services.commune import Commune

DAY = date(2026, 12, 25)
TODAY = date(2026, 11, 18)  # a Wednesday


@pytest.fixture
def commune(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Commune]:
    with closing(Database(sqlite_url)) as database:
        yield Commune(database, library, clock).build()


def save(commune: Commune, name: str = "Minh", number: int = 0, **wish: Any) -> team_dates.TeamDateView:
    values = {"team": 1, "title": "Nộp báo cáo quý", "day": DAY, **wish}
    return commune.database.write_now(
        lambda tx: team_dates.save(tx, Wish(**values), today=commune.today, number=number, **commune.act(name))
    )


def seen(commune: Commune, name: str) -> list[str]:
    roles: tuple[Membership, ...] = commune.roles(name)
    return [
        each.rule.title.vi
        for each in commune.database.read_now(lambda tx: team_dates.of_person(tx, roles, commune.today))
    ]


def test_a_date_is_seen_by_its_team_and_by_nobody_else(commune: Commune) -> None:
    save(commune)
    save(commune, day=date(2026, 12, 1), title="Họp tổ")
    assert seen(commune, "Hoa") == seen(commune, "Minh") == ["Họp tổ", "Nộp báo cáo quý"]
    assert seen(commune, "Xa") == seen(commune, "Lan") == []
    with pytest.raises(KnownError, match="not there any more"):
        commune.database.read_now(lambda tx: team_dates.one(tx, 1, roles=commune.roles("Xa")))


@pytest.mark.parametrize("name", ["Hoa", "Xa", "Lan"])
def test_only_the_team_s_coordinator_changes_it(commune: Commune, name: str) -> None:
    save(commune)
    roles, person, now = commune.roles(name), commune.persons[name], commune.clock()
    with pytest.raises(NotAllowed):
        save(commune, name)
    with pytest.raises(KnownError):
        commune.database.write_now(lambda tx: team_dates.remove(tx, 1, roles=roles, person=person, now=now))
    with pytest.raises(KnownError):
        commune.database.write_now(
            lambda tx: team_dates.skip_next(tx, 1, roles=roles, person=person, today=TODAY, now=now)
        )
    assert seen(commune, "Hoa") == ["Nộp báo cáo quý"]


def test_a_coordinator_elsewhere_cannot_change_it_into_one_of_theirs(commune: Commune) -> None:
    save(commune)
    with pytest.raises(KnownError, match="not there any more"):
        save(commune, "Xa", number=1, team=2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": date(2026, 11, 17)},
        {"title": "…"},
        {"leads": (200,)},
        {"leads": (6, 5, 4, 3, 2, 1)},
        {"recurrence": "weekly", "leads": (7,)},
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(commune: Commune, wrong: dict[str, Any]) -> None:
    with pytest.raises(KnownError):
        save(commune, **wrong)
    assert commune.rows("team_date") == []


def test_personal_numbers_are_masked_and_long_titles_cut(commune: Commune) -> None:
    kept = save(commune, title="Gọi cô Hoa 0912 345 678 " + "rất dài " * 30)
    assert "0912" not in kept.rule.title.vi
    assert len(kept.rule.title.vi) <= team_dates.TITLE_LIMIT


def test_every_change_is_noted(commune: Commune) -> None:
    save(commune)
    save(commune, number=1, day=date(2026, 12, 28), recurrence="quarterly")
    more = commune.act("Minh")
    _, day = commune.database.write_now(lambda tx: team_dates.skip_next(tx, 1, today=commune.today, **more))
    assert day == date(2026, 12, 28)
    rule = commune.database.write_now(lambda tx: team_dates.remove(tx, 1, **more)).rule
    assert rule.skip == (date(2026, 12, 28),)
    noted = [row["action"] for row in commune.rows("audit") if row["subject"] == "team date"]
    assert noted == ["add", "change", "skip", "remove"]
    assert seen(commune, "Hoa") == []


def test_it_shows_in_the_next_period(commune: Commune) -> None:
    save(commune)
    found = commune.database.read_now(lambda tx: team_dates.between(tx, 1, date(2026, 12, 21), date(2026, 12, 27)))
    assert found == [("Nộp báo cáo quý", DAY)]


def test_a_team_has_room_for_fifty(commune: Commune) -> None:
    for number in range(team_dates.MOST):
        save(commune, day=DAY + timedelta(days=number))
    with pytest.raises(KnownError, match="Delete one first"):
        save(commune)


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        (date(2026, 11, 10), date(2026, 11, 17), "storm"),  # over
        (date(2026, 11, 25), date(2026, 11, 20), "storm"),
        (date(2026, 11, 20), date(2027, 2, 20), "storm"),  # too long
        (date(2026, 11, 20), date(2026, 11, 21), "holiday"),
    ],
)
def test_a_pause_that_makes_no_sense_is_refused(commune: Commune, first: date, last: date, reason: str) -> None:
    pause = Pause(id=0, team=1, first=first, last=last, reason=reason)
    with pytest.raises(KnownError):
        commune.database.write_now(lambda tx: pauses.begin(tx, pause, today=TODAY, **commune.act("Minh")))
    with pytest.raises(NotAllowed):
        commune.database.write_now(lambda tx: pauses.begin(tx, pause, today=TODAY, **commune.act("Hoa")))


def test_two_hours_of_the_day_must_be_left(commune: Commune) -> None:
    lan, now = commune.persons["Lan"], commune.clock()

    def choose(quiet_from: time, quiet_to: time) -> Wishes:
        return commune.database.write_now(lambda tx: subscriptions.set_quiet_hours(tx, lan, quiet_from, quiet_to, now))

    for quiet_from, quiet_to in ((time(9), time(8)), (time(9), time(9)), (time(8), time(7))):
        with pytest.raises(KnownError):
            choose(quiet_from, quiet_to)
    kept = choose(time(18), time(9))
    assert (kept.quiet_from, kept.quiet_to, kept.weekends, kept.leads) == (time(18), time(9), True, None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("20h30 đến 7h", (time(20, 30), time(7))),
        ("từ 9 giờ tối đến 6 giờ sáng", (time(21), time(6))),
        ("21:00-06:30", (time(21), time(6, 30))),
        ("22h tới 5 rưỡi", (time(22), time(5, 30))),
        ("10pm", None),
        ("25h đến 7h", None),
        ("khuya", None),
        ("", None),
    ],
)
def test_two_times_of_day(text: str, found: tuple[time, time] | None) -> None:
    assert parse_span(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("20/11 đến 25/11", (date(2026, 11, 20), date(2026, 11, 25))),
        ("bão từ 16/11 đến 20/11", (date(2026, 11, 16), date(2026, 11, 20))),  # it has begun
        ("từ mai đến thứ sáu", (date(2026, 11, 19), date(2026, 11, 20))),
        ("3 ngày", (TODAY, TODAY + timedelta(days=2))),
        ("hôm nay", (TODAY, TODAY)),
        ("30/12 - 2/1", (date(2026, 12, 30), date(2027, 1, 2))),
        ("ít hôm", None),
    ],
)
def test_the_days_of_a_pause(text: str, found: tuple[date, date] | None) -> None:
    assert _days(text, TODAY) == found
