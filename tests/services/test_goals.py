from datetime import date
from typing import Any

import pytest

from bot.library import Library
from bot.services import areas, goals, teams
from bot.services.areas import Change
from bot.services.goals import Wish
from bot.storage.database import Database
from tests.commune import Commune
from tests.fakes.clock import SettableClock

TODAY = date(2026, 11, 18)
END = date(2026, 12, 31)


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock) -> Commune:
    clock.set("2026-11-01 09:00")
    made = Commune(database, library, clock())
    made.file("2026-11-02", unit=1, households=5)
    made.file("2026-11-03", unit=2, households=3)
    made.file("2026-11-03", unit=3, households=7)
    return made


def wish(commune: Commune, unit: int, target: int, **more: Any) -> None:
    def work(tx: Any) -> None:
        roles, place = commune.roles(tx, commune.minh), teams.places(tx, commune.team)[unit - 1].id
        goal = Wish(unit=place, target=target, last=END, **more)
        goals.set_goal(
            tx, goal, roles=roles, team=commune.team, person=commune.minh, today=date(2026, 11, 1), now=commune.now
        )

    commune.database.write_now(work)


def change(commune: Commune, what: str, old: list[str], new: list[str], day: date) -> None:
    wanted = Change(what=what, old=old, new=new, day=day, commune="Xã Bản Mẫu")
    commune.database.write_now(lambda tx: areas.change(tx, wanted, now=commune.now))


def seen(commune: Commune) -> list[tuple[str, str, int, int]]:
    found = commune.database.read_now(lambda tx: goals.of_team(tx, commune.team, TODAY))
    return [(goal.place, goal.skill, goal.target, goal.done) for goal in found]


def test_goals_of_places_that_merge_become_one(commune: Commune) -> None:
    wish(commune, 1, 120)
    wish(commune, 2, 80)
    wish(commune, 2, 30, skill="vneid")
    wish(commune, 3, 50)
    change(commune, "merge", ["Thôn 1", "Thôn 2"], ["Thôn Đoàn Kết"], date(2026, 11, 10))
    commune.file("2026-11-12", unit=7, households=4)  # the newest place is the last one
    assert commune.database.read_now(lambda tx: teams.places(tx, commune.team)[6].label) == "Thôn Đoàn Kết"
    assert seen(commune) == [
        ("Thôn 3", "", 50, 7),
        ("Thôn Đoàn Kết", "", 200, 12),
        ("Thôn Đoàn Kết", "vneid", 30, 12),
    ]


def test_a_goal_that_was_over_stays_with_its_place(commune: Commune) -> None:
    wish(commune, 1, 120)
    change(commune, "merge", ["Thôn 1", "Thôn 2"], ["Thôn Đoàn Kết"], date(2027, 1, 1))
    assert seen(commune) == [("Thôn 1", "", 120, 5)]


def test_the_parts_of_a_place_that_was_split_count_for_its_goal(commune: Commune) -> None:
    wish(commune, 3, 50)
    change(commune, "split", ["Thôn 3"], ["Thôn 3A", "Thôn 3B"], date(2026, 11, 10))
    commune.file("2026-11-12", unit=8, households=4)
    assert seen(commune) == [("Thôn 3", "", 50, 11)]


def test_a_goal_keeps_its_place_under_another_name(commune: Commune) -> None:
    wish(commune, 3, 50)
    change(commune, "rename", ["Thôn 3"], ["Thôn Hòa Bình"], date(2026, 11, 10))
    assert seen(commune) == [("Thôn Hòa Bình", "", 50, 7)]
