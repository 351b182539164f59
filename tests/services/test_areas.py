from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.areas import AreaMap, take_apart, team_code
from bot.core.errors import SetupFault
from bot.models import Team, Unit
from bot.services import areas, teams
from bot.services.areas import Change
from bot.storage import areas as storage
from bot.storage.database import Database, Transaction

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
DAY = date(2026, 1, 1)
NUMBERS = count()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Any) -> Any:
    opened = Database(sqlite_template.fresh(tmp_path_factory.mktemp("places")))
    yield opened
    opened.close()


def commune(tx: Transaction, units: int = 4) -> tuple[str, int]:
    """A new commune with a team that covers all of it: (its name, the team)."""
    number = next(NUMBERS)
    name = f"Xã {number}"
    rows = [Unit(province="Tỉnh Mẫu", commune=name, kind="Thôn", name=str(each + 1)) for each in range(units)]
    team = Team(province="Tỉnh Mẫu", commune=name, name="Tổ", code=f"T{number}", created_at=NOW)
    return name, storage.add_team(tx, team, rows).id or 0


def change(  # noqa: PLR0917  read as a sentence
    tx: Transaction, commune: str, what: str, old: list[str], new: list[str], day: date, **more: str
) -> None:
    areas.change(tx, Change(what=what, old=old, new=new, day=day, commune=commune, **more), now=NOW)


def labels(tx: Transaction, team: int, day: date) -> list[str]:
    return [place.label for place in teams.places(tx, team, day)]


# (kind of change, which of the units there are, how many, days later)
STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "split", "rename"]), st.integers(0, 9), st.integers(2, 3), st.integers(0, 40)),
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, look=st.integers(-10, 300), counts=st.lists(st.integers(0, 50), min_size=30, max_size=30))
def test_whatever_changes_no_unit_and_no_count_is_lost(
    places: Database, steps: list[tuple[str, int, int, int]], look: int, counts: list[int]
) -> None:
    def work(tx: Transaction) -> None:
        name, team = commune(tx)
        first = [unit.id or 0 for unit in storage.units_in(tx, "Tỉnh Mẫu", name)]
        day = _apply(tx, name, steps)
        around = storage.commune_map(tx, "Tỉnh Mẫu", name)
        for when in (DAY, DAY + timedelta(look), day, day + timedelta(1)):
            _check_map(tx, around, when, counts)
            assert {place.id for place in teams.places(tx, team, when)} == {area.id for area in around.on(when)}
        assert all(around.heirs(unit, day) for unit in first)
        assert set().union(*(around.heirs(unit, day) for unit in first)) == {area.id for area in around.on(day)}

    places.write_now(work)


def _apply(tx: Transaction, name: str, steps: list[tuple[str, int, int, int]]) -> date:
    day = DAY
    for number, (what, at, many, later) in enumerate(steps):
        day += timedelta(later)
        there = storage.commune_map(tx, "Tỉnh Mẫu", name).on(day)
        taken = (there[at % len(there) :] + there)[: min(many, len(there)) if what == "merge" else 1]
        if what == "merge" and len(taken) == 1:
            continue
        new = [f"Thôn {number}.{part}" for part in range(many if what == "split" else 1)]
        change(tx, name, what, [area.label_on(day) for area in taken], new, day)
    return day


def _check_map(tx: Transaction, around: AreaMap, when: date, counts: list[int]) -> None:
    given_counts = dict(zip(sorted(around.areas), counts, strict=False))
    homes = areas.homes(tx, given_counts, on=when)
    assert set(homes) == set(given_counts)
    there = {home for home in homes.values() if not home[1].endswith(")")}
    assert len({label for _, label in there}) == len(there)
    for unit in around.areas:
        home = around.home(unit, when)
        assert around.home(home, when) == home
        assert around.areas[home].is_there(when) or not around.areas[unit].is_there(when)


def totals(tx: Transaction, counts: dict[int, int], on: date) -> dict[str, int]:
    found: dict[str, int] = {}
    for unit, (_, label) in areas.homes(tx, counts, on=on).items():
        found[label] = found.get(label, 0) + counts[unit]
    return found


def test_totals_by_the_old_map_and_the_new_one(database: Database) -> None:
    def work(tx: Transaction) -> None:
        name, _ = commune(tx)
        change(tx, name, "merge", ["Thôn 1", "Thôn 2"], ["Thôn Đoàn Kết"], date(2026, 7, 1))
        change(tx, name, "split", ["Thôn 3"], ["Thôn 3A", "Thôn 3B"], date(2026, 7, 1))
        change(tx, name, "rename", ["Thôn 4"], ["Ấp Hòa Bình"], date(2026, 8, 1))
        ids = {each.label: each.id for each in storage.commune_map(tx, "Tỉnh Mẫu", name).areas.values()}
        counts = {ids["Thôn 1"]: 5, ids["Thôn 2"]: 6, ids["Thôn Đoàn Kết"]: 1, ids["Thôn 3"]: 7, ids["Thôn 3A"]: 2}
        counts[ids["Ấp Hòa Bình"]] = 9
        found = totals(tx, counts, date(2026, 9, 1))
        assert found == {"Thôn Đoàn Kết": 12, "Thôn 3 (cũ)": 7, "Thôn 3A": 2, "Ấp Hòa Bình": 9}
        found = totals(tx, counts, date(2026, 6, 1))
        assert found == {"Thôn 1": 5, "Thôn 2": 6, "Thôn Đoàn Kết (mới)": 1, "Thôn 3": 9, "Thôn 4": 9}

    database.write_now(work)


def test_what_a_team_covers_follows_the_map(database: Database) -> None:
    def work(tx: Transaction) -> None:
        name, team = commune(tx, 3)
        day = date(2026, 7, 1)
        change(tx, name, "merge", ["thon 1", "Thôn 2"], ["Thôn 2"], day)  # the name of one lives on
        assert labels(tx, team, day - timedelta(1)) == ["Thôn 1", "Thôn 2", "Thôn 3"]
        assert labels(tx, team, day) == ["Thôn 3", "Thôn 2"]
        assert labels(tx, team, DAY) == labels(tx, team, day - timedelta(1))
        new = teams.places(tx, team, day)[1]
        assert "Thôn 1" in new.words
        assert "t1" in new.words
        assert "1" not in new.words
        assert set(teams.place_labels(tx, team, day).values()) == {"Thôn 1", "Thôn 2", "Thôn 3"}

    database.write_now(work)


def test_households_of_a_merger_are_added_up(database: Database) -> None:
    def work(tx: Transaction) -> None:
        name, _ = commune(tx, 3)
        for unit, households in zip(storage.units_in(tx, "Tỉnh Mẫu", name), (10, 20, None), strict=True):
            unit.households = households
        change(tx, name, "merge", ["Thôn 1", "Thôn 2"], ["Thôn A"], DAY)
        change(tx, name, "merge", ["Thôn A", "Thôn 3"], ["Thôn B"], DAY)
        assert [unit.households for unit in storage.units_in(tx, "Tỉnh Mẫu", name)] == [10, 20, None, 30, None]

    database.write_now(work)


@pytest.mark.parametrize(
    ("what", "old", "new", "more", "said"),
    [
        ("merge", ["Thôn 1"], ["Thôn A"], {}, "takes several units"),
        ("merge", ["Thôn 1", "thon 1"], ["Thôn A"], {}, "takes several units"),
        ("split", ["Thôn 1"], ["Thôn A"], {}, "takes several units"),
        ("rename", ["Thôn 1"], ["Thôn A", "Thôn B"], {}, "takes several units"),
        ("rename", ["Thôn 9"], ["Thôn A"], {}, "no unit 'Thôn 9'"),
        ("rename", ["Thôn 1"], ["Thôn 2"], {}, "already"),
        ("split", ["Thôn 1"], ["Thôn A", "thôn a"], {}, "already"),
        ("rename", ["Thôn 1"], ["Thôn A"], {"province": "Tỉnh Lạ"}, "not one clear commune"),
        ("rename", ["Thôn 3"], ["Thôn A"], {}, "is called 'Thôn Mới'"),
    ],
)
def test_what_cannot_be_is_told(
    database: Database, *, what: str, old: list[str], new: list[str], more: dict[str, str], said: str
) -> None:
    def work(tx: Transaction) -> None:
        name, _ = commune(tx, 3)
        change(tx, name, "rename", ["Thôn 3"], ["Thôn Mới"], DAY)
        with pytest.raises(SetupFault, match=said):
            change(tx, name, what, old, new, DAY + timedelta(3), **more)

    database.write_now(work)


def test_changes_come_in_the_order_of_their_days(database: Database) -> None:
    def work(tx: Transaction) -> None:
        name, _ = commune(tx, 3)
        change(tx, name, "rename", ["Thôn 3"], ["Thôn Mới"], date(2026, 7, 1))
        for what, new in (("rename", ["Thôn A"]), ("split", ["Thôn A", "Thôn B"])):
            with pytest.raises(SetupFault, match="changes again after"):
                change(tx, name, what, ["Thôn 3"], new, date(2026, 6, 1))

    database.write_now(work)


def test_a_name_that_may_mean_several_is_asked_about(database: Database) -> None:
    def work(tx: Transaction) -> None:
        name, _ = commune(tx, 2)
        change(tx, name, "rename", ["Thôn 1"], ["Thôn Hòa"], DAY)
        change(tx, name, "rename", ["Thôn 2"], ["Thôn Hoa"], DAY)
        around = storage.commune_map(tx, "Tỉnh Mẫu", name)
        assert len(around.find("thôn hòa", DAY)) == len(around.find("Thôn Hoa", DAY)) == 1
        change(tx, name, "rename", ["Thôn Hoa"], ["Thôn Hóa"], DAY)
        assert len(storage.commune_map(tx, "Tỉnh Mẫu", name).find("thon hoá", DAY)) == 2
        with pytest.raises(SetupFault, match="may be several"):
            change(tx, name, "rename", ["thon Hoa"], ["Thôn X"], DAY)

    database.write_now(work)


def test_a_name_is_taken_apart_by_its_type_word() -> None:
    assert take_apart("Tổ dân phố 5", ()) == ("Tổ dân phố", "5")
    assert take_apart("ấp  Chợ Mới", ()) == ("ấp", "Chợ Mới")
    assert take_apart("Plei Ốp", ("Plei",)) == ("Plei", "Ốp")
    assert take_apart("Đoàn Kết", (), "Thôn") == ("Thôn", "Đoàn Kết")


def test_a_code_is_made_of_initials_and_nobody_else_has_it() -> None:
    assert team_code("Tổ Bản Mẫu", "Xã Đông", ()) == "BM"
    assert team_code("Tổ công nghệ số cộng đồng thôn 12", "Xã Đông", ()) == "T12"
    assert team_code("Tổ", "Xã Đông", ()) == "T"
    taken: list[str] = []
    for _ in range(800):
        code = team_code("Tổ thôn 1", "Phường Tân Bình Hưng Hòa", taken)
        assert code not in taken
        assert 1 <= len(code) <= 12
        taken.append(code)
    assert taken[:3] == ["T1", "PTBHHT1", "PTBHHT1A"]
