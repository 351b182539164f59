"""Reminders are moved, joined, muted, put off and held back by quotas; each row says what became of it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time

import pytest

from bot.core.errors import KnownError
from bot.library import Library
from bot.models import METADATA
from bot.services import pauses, subscriptions, teams, usage
from bot.services.pauses import Pause
from bot.services.subscriptions import Told
from bot.storage.database import Database
from tests.fakes.clock import ZONE, SettableClock
from tests.scheduler.place import Commune, rule


@pytest.fixture
def commune(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Commune]:
    clock.set("2027-01-04 12:00")
    with closing(Database(sqlite_url)) as database:
        found = Commune(database, library, clock)
        found.only(rule())
        yield found


def fates(commune: Commune) -> list[tuple[str, int, str, str]]:
    return [(row["rule"], row["lead"], row["status"], row["reason"]) for row in commune.due()]


def test_quiet_hours_and_weekends_are_a_person_s_own(commune: Commune) -> None:
    lan, hoa, now = commune.add("Lan"), commune.add("Hoa"), commune.clock()
    commune.database.write_now(lambda tx: subscriptions.set_quiet_hours(tx, lan, time(19), time(9, 30), now))
    commune.database.write_now(lambda tx: subscriptions.set_weekends(tx, hoa, now, wanted=False))
    commune.only(rule(day=date(2027, 3, 13), lead_days=(7,)))  # reminded on Saturday 6 March
    commune.tick("2027-03-06 08:00")
    assert commune.texts() == []
    commune.tick("2027-03-06 09:30")
    (text,) = commune.texts()
    assert "dời ra ngoài giờ nghỉ" in text
    assert "muộn" not in text
    commune.tick("2027-03-08 07:00")
    assert "Còn 5 ngày" in commune.texts()[1]
    assert "không nhắc cuối tuần" in commune.texts()[1]


def test_in_the_tet_break_only_what_is_urgent_goes_out(commune: Commune) -> None:
    commune.add("Lan")
    commune.only(
        rule("thuong", day=date(2027, 2, 15), lead_days=(7,)),
        rule("gap", day=date(2027, 2, 15), lead_days=(7,), urgent=True),
        rule("trong-tet", day=date(2027, 2, 8), lead_days=(1,)),
    )
    commune.tick("2027-02-07 08:00")
    commune.tick("2027-02-08 08:00")
    assert [row["rule"] for row in commune.due() if row["status"] == "queued"] == ["date:gap"]
    commune.tick("2027-02-11 07:00")
    assert sorted(fates(commune)) == [
        ("date:gap", 7, "queued", ""),
        ("date:thuong", 7, "queued", "tet"),
        ("date:trong-tet", 1, "skipped", "tet"),
    ]
    assert "Còn 4 ngày" in commune.texts()[1]
    assert "sau kỳ nghỉ Tết" in commune.texts()[1]


def test_a_pause_moves_everything_of_the_team_s_people(commune: Commune) -> None:
    minh, now = commune.add("Minh", "coordinator"), commune.clock()
    commune.add("Lan")
    commune.add_date("Nộp báo cáo", date(2027, 3, 8), leads=(5,))
    storm = Pause(id=0, team=commune.team, first=date(2027, 3, 2), last=date(2027, 3, 4), reason="storm")
    commune.database.write_now(
        lambda tx: pauses.begin(tx, storm, roles=teams.roles(tx, minh), person=minh, today=date(2027, 1, 4), now=now)
    )
    commune.tick("2027-03-03 08:00")
    assert [row["person_id"] for row in commune.due() if row["status"] == "queued"] == [commune.persons["Lan"]]
    commune.tick("2027-03-05 07:00")
    text = commune.texts()[1]
    assert "2 việc cần nhớ" in text
    assert text.count("bão, lũ") == 2
    assert {row["reason"] for row in commune.due() if row["person_id"] == minh} == {"pause:storm", "joined"}


def test_a_pause_that_ends_early_lets_go_of_what_it_held(commune: Commune) -> None:
    minh, now = commune.add("Minh", "coordinator"), commune.clock()
    roles = commune.database.read_now(lambda tx: teams.roles(tx, minh))
    rest = Pause(id=0, team=commune.team, first=date(2027, 3, 1), last=date(2027, 3, 20), reason="other")
    kept = commune.database.write_now(
        lambda tx: pauses.begin(tx, rest, roles=roles, person=minh, today=date(2027, 1, 4), now=now)
    )
    commune.only(rule(day=date(2027, 3, 31), lead_days=(28,)))
    commune.tick("2027-03-03 08:00")
    assert commune.texts() == []
    commune.clock.set("2027-03-03 10:00")
    commune.database.write_now(lambda tx: pauses.end(tx, kept.id, roles=roles, person=minh, now=commune.clock()))
    commune.tick("2027-03-03 10:01")
    (text,) = commune.texts()
    assert "Còn 28 ngày" in text
    assert "tạm nghỉ" not in text


def test_what_is_due_together_is_one_message_and_each_row_knows_it(commune: Commune) -> None:
    commune.only(rule(), rule("hoi", day=date(2027, 3, 4), lead_days=(1,)), rule("ca", lead_days=(7,)))
    commune.add("Lan")
    commune.tick("2027-03-03 08:00")
    (text,) = commune.texts()
    assert text.startswith("📅 3 việc cần nhớ:\n\nCòn 7 ngày: Họp tổ")
    assert text.count("📅") == 1
    first, *others = commune.due()
    assert first["joined_to"] is None
    assert [(row["status"], row["reason"], row["joined_to"]) for row in others] == [
        ("queued", "joined", first["id"])
    ] * 2


def test_very_many_at_once_still_fit_one_message(commune: Commune) -> None:
    commune.only(*(rule(f"r{number}", lead_days=(7,)) for number in range(40)))
    commune.add("Lan")
    commune.tick("2027-03-03 08:00")
    (text,) = commune.texts()
    assert len(text.encode("utf-16-le")) // 2 <= 1500
    assert {row["status"] for row in commune.due()} == {"queued"}


def test_a_topic_or_a_date_that_is_muted_is_recorded_and_not_said(commune: Commune) -> None:
    commune.only(rule(), rule("dich", topic="target"))
    lan = commune.add("Lan")
    commune.database.write_now(lambda tx: subscriptions.mute(tx, lan, "date:hop", commune.clock()))
    commune.database.write_now(lambda tx: subscriptions.mute(tx, lan, "topic:target", commune.clock()))
    commune.tick("2027-03-03 08:00")
    assert {(row["status"], row["reason"]) for row in commune.due()} == {("skipped", "muted")}
    commune.database.write_now(lambda tx: subscriptions.unmute(tx, lan, "topic:target"))
    commune.tick("2027-03-09 08:00")
    assert [row["rule"] for row in commune.due() if row["status"] == "queued"] == ["date:dich"]


def test_own_days_before_go_in_the_place_of_the_date_s(commune: Commune) -> None:
    lan = commune.add("Lan")
    commune.add("Hoa")
    commune.database.write_now(lambda tx: subscriptions.set_leads(tx, lan, (3,), commune.clock()))
    for day in range(1, 11):
        commune.tick(f"2027-03-{day:02} 08:00")
    assert [row["lead"] for row in commune.due() if row["person_id"] == lan] == [3]
    assert [row["lead"] for row in commune.due() if row["person_id"] != lan] == [7, 1, 0]


def test_later_says_it_once_more_and_not_after_the_day(commune: Commune) -> None:
    lan = commune.add("Lan")
    commune.tick("2027-03-03 08:00")
    told = Told(due=1, rule="date:hop", occurrence=date(2027, 3, 10))
    at = datetime(2027, 3, 3, 22, tzinfo=ZONE)
    moved = commune.database.write_now(
        lambda tx: subscriptions.again_at(tx, told, at, person=lan, now=commune.clock(), zone=ZONE)
    )
    assert moved.astimezone(ZONE) == datetime(2027, 3, 4, 7, tzinfo=ZONE)
    commune.tick("2027-03-04 07:00")
    assert "Còn 6 ngày" in commune.texts()[1]
    late = datetime(2027, 3, 11, 8, tzinfo=ZONE)
    with pytest.raises(KnownError):
        commune.database.write_now(
            lambda tx: subscriptions.again_at(tx, told, late, person=lan, now=commune.clock(), zone=ZONE)
        )


def test_a_date_that_was_deleted_or_moved_is_not_said(commune: Commune) -> None:
    commune.only(rule("xa", day=date(2030, 1, 1)))
    commune.add("Minh", "coordinator")
    number = commune.add_date("Nộp báo cáo", date(2027, 3, 8), leads=(5,))
    commune.tick("2027-03-03 07:00")
    commune.add("Hoa", "volunteer")
    team_date = METADATA.tables["team_date"]
    commune.database.write_now(
        lambda tx: tx.connection.execute(
            team_date.update().where(team_date.c.id == number).values(day=date(2027, 3, 9))
        )
    )
    commune.tick("2027-03-03 08:00")
    assert fates(commune) == [("team:1", 5, "skipped", "no longer true")]
    assert commune.texts() == []


def test_what_could_not_leave_is_said_anew_and_never_at_night(commune: Commune) -> None:
    commune.add("Lan")
    commune.tick("2027-03-03 08:00", send=False)  # the platform is away
    commune.tick("2027-03-03 20:45", send=False)
    assert commune.texts() == []  # taken back: it will not leave in the night
    commune.tick("2027-03-04 07:00")
    (text,) = commune.texts()
    assert "Còn 6 ngày" in text
    assert "muộn" in text
    assert [row["key"] for row in commune.rows("outbox")] == ["due:1"]


def test_a_used_up_quota_holds_reminders_and_lets_urgent_ones_go_first(
    commune: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "LIMITS", {"zalo": usage.Limit(people=50, messages=10)})  # nine may go unasked
    commune.only(rule("gap", urgent=True, audience=("coordinator",)), rule("thuong", audience=("resident",)))
    for number in range(12):
        commune.add(f"r{number}", channel="zalo", bot="b")
    for number in range(3):
        commune.add(f"c{number}", "coordinator", channel="zalo", bot="b")
    commune.tick("2027-03-03 08:00", send=False)
    rows = commune.due()
    assert [row["status"] for row in rows if row["rule"] == "date:gap"] == ["queued"] * 3
    thuong = [(row["status"], row["reason"]) for row in rows if row["rule"] == "date:thuong"]
    assert sorted(thuong) == [("queued", "")] * 6 + [("waiting", "quota")] * 6
