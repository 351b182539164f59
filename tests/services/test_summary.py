from datetime import date, timedelta

import pytest

from bot.core.errors import NotAllowed
from bot.core.periods import Period, before, period_of
from bot.core.splitting import length
from bot.library import Library
from bot.models import Unit
from bot.services import periods, summary
from bot.services.goals import Wish, remove, set_goal
from bot.services.summary import Since, Summary
from bot.storage import people
from bot.storage.database import Database, Transaction
from handlers.figures import summary_words
from tests.commune import Commune
from tests.fakes.clock import ZONE, SettableClock

WEEK = period_of("week", date(2026, 11, 18))


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock) -> Commune:
    return Commune(database, library, clock())


def read(commune: Commune, clock: SettableClock, period: Period = WEEK) -> tuple[Summary, Since | None]:
    return commune.database.write_now(
        lambda tx: summary.of_period(tx, commune.team, period=period, now=clock(), zone=ZONE)
    )


def said(commune: Commune, clock: SettableClock, period: Period = WEEK) -> str:
    found, since = read(commune, clock, period)
    return summary_words.render(found, since, commune.library.words["vi"], commune.form, ZONE)


def test_what_is_added_up_is_what_was_filed(commune: Commune, clock: SettableClock) -> None:
    commune.file("2026-11-12", unit=2)
    commune.file("2026-11-16", unit=3, households=5, people=8, elderly=3)
    commune.file("2026-11-22", unit=3, households=4, people=6, elderly=None, skills={"vneid": None, "dvc": 3})
    commune.file("2026-11-23", unit=4)
    found, since = read(commune, clock)
    assert since is None
    assert found.totals == summary.Totals(reports=2, households=9, people=14, elderly=3)
    assert found.before.reports == 1
    assert [(unit.label, unit.households) for unit in found.units if unit.reports] == [("Thôn 3", 9)]
    assert dict(found.skills) == {"vneid": 3, "dvc": 3}
    assert found.silent_units == ("Thôn 1", "Thôn 2", "Thôn 4", "Thôn 5", "Thôn 6", "Thôn 7", "Thôn 8")
    assert found.line[-2:] == (("9/11", 5), ("16/11", 9))
    assert len(found.line) == summary.POINTS


def test_a_closed_period_reads_the_same_and_tells_what_was_corrected_since(
    commune: Commune, clock: SettableClock
) -> None:
    report = commune.file("2026-11-18", unit=3, households=5)
    clock.set("2026-11-23 07:29")
    assert "5 hộ" in said(commune, clock)
    clock.set("2026-11-23 07:30")
    frozen, since = read(commune, clock)
    assert since is None
    clock.set("2026-11-24 09:00")
    commune.change(report, clock(), households=6)
    commune.file("2026-11-20", unit=5, households=2, people=2, elderly=0, at=clock())
    clock.set("2026-11-25 09:00")
    again, since = read(commune, clock)
    assert again == frozen
    assert since == Since(filed=1, corrected=1, totals=summary.Totals(reports=2, households=8, people=10, elderly=3))
    text = said(commune, clock)
    assert "Đã làm: 1 phiếu (tuần trước 0), 5 hộ" in text
    assert "Chốt lúc 07:30 23/11/2026. Sau đó có thêm 1 phiếu, 1 lần sửa; số mới nhất: 2 phiếu, 8 hộ." in text
    following, _ = read(commune, clock, period_of("week", date(2026, 11, 25)))
    assert following.before.households == 5  # as it was told


def test_the_job_freezes_every_team_once(commune: Commune, clock: SettableClock) -> None:
    report = commune.file("2026-11-18", households=5)
    clock.set("2026-11-23 08:00")
    commune.database.write_now(lambda tx: summary.close(tx, now=clock(), zone=ZONE))
    commune.change(report, clock() + timedelta(hours=1), households=6)
    clock.set("2026-11-23 10:00")
    commune.database.write_now(lambda tx: summary.close(tx, now=clock(), zone=ZONE))
    assert read(commune, clock)[0].totals.households == 5


def test_a_withdrawn_report_is_a_correction_of_a_closed_period(commune: Commune, clock: SettableClock) -> None:
    from bot.services import reports  # noqa: PLC0415

    report = commune.file("2026-11-18")
    clock.set("2026-11-23 08:00")
    read(commune, clock)
    clock.set("2026-11-23 09:00")
    commune.database.write_now(
        lambda tx: reports.set_withdrawn(
            tx, report, withdrawn=True, roles=commune.roles(tx, commune.hoa), person=commune.hoa, now=clock()
        )
    )
    found, since = read(commune, clock)
    assert found.totals.reports == 1
    assert since
    assert (since.filed, since.corrected, since.totals.reports) == (0, 1, 0)


def test_each_team_may_count_by_another_rule(commune: Commune, clock: SettableClock) -> None:
    def choose(tx: Transaction, person: int) -> None:
        roles = commune.roles(tx, person)
        periods.choose(tx, "mid_month", roles=roles, team=commune.team, person=person, now=clock())

    with pytest.raises(NotAllowed):
        commune.database.write_now(lambda tx: choose(tx, commune.hoa))
    commune.database.write_now(lambda tx: choose(tx, commune.minh))
    found = commune.database.read_now(lambda tx: periods.current(tx, commune.team, date(2027, 1, 3)))
    assert (found.first, found.last) == (date(2026, 12, 15), date(2027, 1, 14))
    commune.file("2026-12-31", households=4, people=4, elderly=0)
    clock.set("2027-01-15 08:00")
    text = said(commune, clock, found)
    assert text.startswith("📋 Kỳ 15/12/2026–14/01/2027 · Tổ Bản Mẫu\nĐã làm: 1 phiếu (kỳ trước 0), 4 hộ")


def test_goals_are_counted_by_place_skill_and_day(commune: Commune, clock: SettableClock) -> None:
    commune.file("2026-11-18", unit=3, households=31, people=40, skills={"vneid": 12, "dvc": None})
    commune.file("2026-11-18", unit=4, households=9, people=10, skills={"payment": None})
    commune.file("2026-09-30", unit=3, households=100, people=100)
    places = commune.database.read_now(lambda tx: {label: key for key, label in _labels(tx, commune)})

    def wish(tx: Transaction, **values: object) -> str:
        wanted = Wish(last=date(2026, 12, 31), **values)  # type: ignore[arg-type]
        roles = commune.roles(tx, commune.minh)
        made = set_goal(
            tx, wanted, roles=roles, team=commune.team, person=commune.minh, today=date(2026, 11, 18), now=clock()
        )
        return summary_words.goal_line(made, commune.library.words["vi"], commune.form)

    def make(**values: object) -> str:
        return commune.database.write_now(lambda tx: wish(tx, **values))

    assert make(unit=places["Thôn 3"], target=120) == "31/120 hộ ở Thôn 3 (25,8 %)"
    assert make(target=80) == "40/80 hộ ở tất cả các nơi (50 %)"
    assert make(target=24, measure="people", skill="vneid") == "12/24 lượt người ở tất cả các nơi, VNeID (50 %)"
    assert make(target=20, measure="people", skill="payment").startswith("10/20")  # the only skill: everybody
    assert make(target=20, measure="people", skill="dvc").startswith("0/20")  # blank beside others adds nothing
    assert make(unit=places["Thôn 3"], target=60) == "31/60 hộ ở Thôn 3 (51,7 %)"  # takes the place of the first
    found, _ = read(commune, clock)
    assert len(found.goals) == 5
    goal = found.goals[0].id
    commune.database.write_now(
        lambda tx: remove(
            tx, goal, roles=commune.roles(tx, commune.minh), person=commune.minh, today=date(2026, 11, 18), now=clock()
        )
    )
    assert len(read(commune, clock)[0].goals) == 4


def _labels(tx: Transaction, commune: Commune) -> list[tuple[int, str]]:
    from bot.services import teams  # noqa: PLC0415

    return [(place.id, place.label) for place in teams.places(tx, commune.team)]


def test_the_text_fits_one_message_of_zalo_however_much_there_is(commune: Commune, clock: SettableClock) -> None:
    from bot.models import TeamUnit  # noqa: PLC0415

    def grow(tx: Transaction) -> None:
        for number in range(60):
            unit = Unit(province="Tỉnh mẫu", commune="Xã Bản Mẫu", kind="Tổ dân phố", name=f"số {number} Đường Đê Dài")
            tx.session.add(unit)
            tx.session.flush()
            tx.session.add(TeamUnit(team_id=commune.team, unit_id=unit.id or 0))

    commune.database.write_now(grow)
    for unit in range(1, 40):
        commune.file("2026-11-18", unit=unit, households=unit)
    text = said(commune, clock)
    assert length(text) <= summary_words.ROOM
    assert "nơi khác" in text
    assert "Đã làm: 39 phiếu" in text


def test_only_the_coordinator_of_the_team_sees_it(commune: Commune, clock: SettableClock) -> None:
    def look(tx: Transaction, person: int) -> Summary:
        role = people.memberships(tx, person)[0]
        return summary.of_role(tx, role, period=before(WEEK), now=clock(), zone=ZONE, roles=(role,))[0]

    assert commune.database.write_now(lambda tx: look(tx, commune.minh)).team == "Tổ Bản Mẫu"
    with pytest.raises(NotAllowed):
        commune.database.write_now(lambda tx: look(tx, commune.hoa))
