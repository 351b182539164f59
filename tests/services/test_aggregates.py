from datetime import date

import pytest

from bot.core.errors import NotAllowed
from bot.core.people import Membership
from bot.library import Library
from bot.models import Team, Unit
from bot.services import aggregates
from bot.services.aggregates import Row
from bot.storage import areas
from bot.storage.aggregates import By
from bot.storage.database import Database, Transaction
from tests.commune import Commune
from tests.fakes.clock import SettableClock

DAYS = (date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock) -> Commune:
    made = Commune(database, library, clock())
    made.file("2026-11-02", unit=3, households=12, people=20, elderly=None)
    made.file("2026-11-02", unit=4, households=3, people=4, elderly=1)
    made.file("2026-11-30", unit=3, households=10, people=9, elderly=9)
    made.file("2026-12-01", unit=3)
    return made


def sums(commune: Commune, by: By) -> list[tuple[object, ...]]:
    def work(tx: Transaction) -> list[Row]:
        roles = commune.roles(tx, commune.minh)
        return aggregates.of_team(tx, roles[0], roles, DAYS, by)

    found = commune.database.read_now(work)
    return [(row.key, row.reports, row.households, row.people, row.elderly) for row in found]


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("day", [(date(2026, 11, 2), 2, 15, 24, 1), (date(2026, 11, 30), 1, 10, 9, 9)]),
        ("unit", [(3, 2, 22, 29, 9), (4, 1, 3, 4, 1)]),
        ("team", [(1, 3, 25, 33, 10)]),
        ("commune", [("Xã Bản Mẫu", 3, 25, 33, 10)]),
        ("province", [("Tỉnh mẫu", 3, 25, 33, 10)]),
    ],
)
def test_the_same_reports_add_up_the_same_whatever_they_are_put_together_by(
    by: By, rows: list[tuple[object, ...]], commune: Commune
) -> None:
    assert sums(commune, by) == rows


def test_what_is_shared_hides_small_counts_and_what_gives_them_away() -> None:
    rows = [
        Row(key="Thôn 3", reports=2, households=22, people=29, elderly=9),
        Row(key="Thôn 4", reports=1, households=3, people=0, elderly=None),
        Row(key="Thôn 5", reports=1, households=40, people=41, elderly=40),
    ]
    assert [(row.households, row.people, row.elderly) for row in aggregates.shared(rows)] == [
        (None, 29, 9),
        (None, 0, None),
        (40, 41, 40),
    ]


def test_a_commune_is_for_who_coordinates_every_team_of_it(commune: Commune) -> None:
    def ask(tx: Transaction, more: tuple[Membership, ...] = ()) -> list[Row]:
        roles = (*commune.roles(tx, commune.minh), *more)
        return aggregates.of_area(
            tx,
            roles,
            province="Tỉnh mẫu",
            commune="Xã Bản Mẫu",
            days=DAYS,
            by="commune",
        )

    assert commune.database.read_now(ask)[0].reports == 3
    team = Team(province="Tỉnh mẫu", commune="Xã Bản Mẫu", name="Tổ 2", code="T2", created_at=commune.now)
    unit = Unit(province="Tỉnh mẫu", commune="Xã Bản Mẫu", kind="Bản", name="Mới")
    other = commune.database.write_now(lambda tx: areas.add_team(tx, team, [unit]).id or 0)
    with pytest.raises(NotAllowed):
        commune.database.read_now(ask)
    role = Membership(team=other, role="coordinator", team_name="Tổ 2", team_code="T2", commune="Xã Bản Mẫu")
    assert commune.database.read_now(lambda tx: ask(tx, (role,)))[0].reports == 3
