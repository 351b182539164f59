from datetime import date

import pytest

from bot.core.errors import NotAllowed
from bot.core.people import Membership
from bot.library import Library
from bot.models import Team, Unit
from bot.services import areas, totals
from bot.services.areas import Change
from bot.services.totals import Coverage, Total
from bot.storage import areas as storage
from bot.storage.aggregates import By
from bot.storage.database import Database, Transaction
from tests.commune import Commune
from tests.fakes.clock import SettableClock

DAYS = (date(2026, 11, 1), date(2026, 11, 30))
LAST = DAYS[1]


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock) -> Commune:
    made = Commune(database, library, clock())
    made.file("2026-11-02", unit=3, households=12, people=20, elderly=None)
    made.file("2026-11-02", unit=4, households=3, people=4, elderly=1)
    made.file("2026-11-30", unit=3, households=10, people=9, elderly=9)
    made.file("2026-12-01", unit=3)
    return made


def sums(commune: Commune, by: By, on: date = LAST) -> list[tuple[object, ...]]:
    def work(tx: Transaction) -> list[Total]:
        return totals.of_teams(tx, [commune.team], commune.roles(tx, commune.minh), days=DAYS, by=by, on=on)

    found = commune.database.read_now(work)
    return [(row.label, row.reports, row.households, row.people, row.elderly) for row in found]


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("day", [(date(2026, 11, 2), 2, 15, 24, 1), (date(2026, 11, 30), 1, 10, 9, 9)]),
        ("unit", [("Thôn 3", 2, 22, 29, 9), ("Thôn 4", 1, 3, 4, 1)]),
        ("team", [("Tổ Bản Mẫu, Xã Bản Mẫu", 3, 25, 33, 10)]),
        ("commune", [("Xã Bản Mẫu", 3, 25, 33, 10)]),
        ("province", [("Tỉnh mẫu", 3, 25, 33, 10)]),
    ],
)
def test_the_same_reports_add_up_the_same_whatever_they_are_put_together_by(
    by: By, rows: list[tuple[object, ...]], commune: Commune
) -> None:
    assert sums(commune, by) == rows


def test_places_add_up_by_the_old_map_and_by_the_new_one(commune: Commune) -> None:
    merged = Change(
        what="merge", old=["Thôn 3", "Thôn 4"], new=["Thôn Mới"], day=date(2026, 11, 10), commune="Xã Bản Mẫu"
    )

    def change(tx: Transaction) -> date | None:
        areas.change(tx, merged, now=commune.now)
        return areas.last_change(tx, [commune.team], LAST)

    assert commune.database.write_now(change) == date(2026, 11, 10)
    assert sums(commune, "unit") == [("Thôn Mới", 3, 25, 33, 10)]
    assert sums(commune, "unit", on=date(2026, 11, 9)) == [("Thôn 3", 2, 22, 29, 9), ("Thôn 4", 1, 3, 4, 1)]


def test_nothing_changed_before_its_day(commune: Commune) -> None:
    assert commune.database.read_now(lambda tx: areas.last_change(tx, [commune.team], LAST)) is None


def test_each_team_of_a_sum_must_be_coordinated(commune: Commune) -> None:
    team = Team(province="Tỉnh mẫu", commune="Xã Bản Mẫu", name="Tổ 2", code="T2", created_at=commune.now)
    unit = Unit(province="Tỉnh mẫu", commune="Xã Bản Mẫu", kind="Bản", name="Mới")
    other = commune.database.write_now(lambda tx: storage.add_team(tx, team, [unit]).id or 0)

    def ask(tx: Transaction, *more: Membership) -> list[Total]:
        roles = (*commune.roles(tx, commune.minh), *more)
        return totals.of_teams(tx, [commune.team, other], roles, days=DAYS, by="commune", on=LAST)

    with pytest.raises(NotAllowed):
        commune.database.read_now(ask)
    volunteer = Membership(team=other, role="volunteer", team_name="Tổ 2", team_code="T2", commune="Xã Bản Mẫu")
    with pytest.raises(NotAllowed):
        commune.database.read_now(lambda tx: ask(tx, volunteer))
    role = Membership(team=other, role="coordinator", team_name="Tổ 2", team_code="T2", commune="Xã Bản Mẫu")
    assert commune.database.read_now(lambda tx: ask(tx, role))[0].reports == 3
    assert totals.coordinated([volunteer, role]) == (other,)
    part = commune.database.read_now(lambda tx: totals.coverage(tx, [commune.team]))
    assert part == [Coverage(commune="Xã Bản Mẫu", province="Tỉnh mẫu", mine=1, teams=2)]


def test_a_sum_of_sums_leaves_what_nobody_said_unsaid() -> None:
    rows = [
        Total(label="a", reports=1, households=2, people=3, elderly=None),
        Total(label="b", reports=4, households=5, people=6, elderly=None),
    ]
    assert totals.add_up(rows, "c") == Total(label="c", reports=5, households=7, people=9, elderly=None)
    assert totals.add_up([], "c").reports == 0
