from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from bot.core.errors import ConsentNeeded, KnownError, NotAllowed
from bot.services import consents, followups, reports
from bot.services.followups import Wish
from bot.services.visit_views import Visit
from bot.storage import people
from tests.services.commune import Commune


def ask(commune: Commune, name: str = "Lan", *, note: str = "", skill: str = "vneid", unit: int = 0) -> int:
    wish = Wish(unit=unit or commune.place(), skill=skill, wish="morning", note=note)
    skills = [choice.name for choice in commune.library.forms["outreach"]["skills"].choices]
    return commune.database.write_now(
        lambda tx: followups.ask(
            tx, wish, skills=skills, person=commune.persons[name], now=commune.clock(), today=commune.today
        )
    )


def do(commune: Commune, what: Any, name: str, visit: int) -> Any:
    more = commune.act(name)
    return commune.database.write_now(lambda tx: what(tx, visit, **more))


def cancel(commune: Commune, name: str, visit: int) -> None:
    person, now = commune.persons[name], commune.clock()
    commune.database.write_now(lambda tx: followups.cancel(tx, visit, person=person, now=now))


def see(commune: Commune, name: str, visit: int) -> Visit:
    roles = commune.roles(name)
    return commune.database.read_now(lambda tx: followups.one(tx, visit, roles=roles, person=commune.persons[name]))


def told(commune: Commune) -> list[tuple[str, str]]:
    names = {person: name for name, person in commune.persons.items()}
    return [(row["rule"], names[row["person_id"]]) for row in commune.rows("due")]


def status(commune: Commune) -> list[str]:
    return [row["status"] for row in commune.rows("follow_up")]


def test_a_wish_is_kept_masked_and_the_volunteers_there_are_told_once(commune: Commune) -> None:
    visit = ask(commune, note="gọi 0912345678, **gấp**")
    (row,) = commune.rows("follow_up")
    assert (row["person_id"], row["skills"], row["wish"], row["status"]) == (
        commune.persons["Lan"],
        ["vneid"],
        "morning",
        "open",
    )
    assert "0912" not in row["note"]
    assert "**" not in row["note"]
    assert row["due_on"] == date(2026, 11, 25)
    assert told(commune) == [(f"visit-wanted:{visit}", "Hoa"), (f"visit-wanted:{visit}", "Páo")]


def test_the_same_wish_twice_is_one(commune: Commune) -> None:
    ask(commune)
    with pytest.raises(KnownError, match="asked for this already"):
        ask(commune)
    ask(commune, skill="dvc")
    assert len(commune.rows("follow_up")) == 2
    cancel(commune, "Lan", 1)
    ask(commune)
    assert status(commune).count("open") == 2


def test_without_consent_nothing_is_kept(light: Commune) -> None:
    person = light.persons["Lan"]
    light.database.write_now(lambda tx: consents.withdraw(tx, person, None, light.clock()))
    with pytest.raises(ConsentNeeded):
        ask(light)
    assert light.rows("follow_up") == []


@pytest.mark.parametrize("wrong", [{"unit": 4711}, {"skill": "flying"}], ids=str)
def test_what_nobody_offers_is_refused(light: Commune, wrong: dict[str, Any]) -> None:
    with pytest.raises(KnownError, match="no longer in use"):
        ask(light, **wrong)


def test_only_who_took_it_reads_name_and_note(commune: Commune) -> None:
    visit = ask(commune, note="máy cũ")
    before = see(commune, "Hoa", visit)
    assert (before.resident, before.note, before.taker) == ("", "", "")
    taken = do(commune, followups.take, "Hoa", visit)
    assert (taken.resident, taken.note, taken.mine) == ("Lan", "máy cũ", True)
    for other in ("Páo", "Minh"):
        seen = see(commune, other, visit)
        assert (seen.resident, seen.note, seen.taker, seen.mine) == ("", "", "Hoa", False)
    do(commune, followups.hand_back, "Hoa", visit)
    assert see(commune, "Hoa", visit).resident == ""


@pytest.mark.parametrize("name", ["Lan", "Xa"])
def test_nobody_outside_the_teams_there_sees_or_takes_it(commune: Commune, name: str) -> None:
    visit = ask(commune)
    refusal = NotAllowed if name == "Lan" else KnownError
    with pytest.raises(refusal):
        see(commune, name, visit)
    with pytest.raises(refusal):
        do(commune, followups.take, name, visit)
    assert status(commune) == ["open"]


def test_who_left_the_team_may_do_nothing_with_it_any_more(light: Commune) -> None:
    visit = ask(light)
    do(light, followups.take, "Hoa", visit)
    member = light.persons["Hoa"]

    def leave(tx: Any) -> None:
        for row, _ in people.members_of(tx, 1):
            if row.person_id == member:
                row.until = light.clock()
                tx.session.add(row)

    light.database.write_now(leave)
    with pytest.raises(NotAllowed):
        do(light, followups.finish, "Hoa", visit)
    do(light, followups.hand_back, "Minh", visit)  # the coordinator frees it
    assert status(light) == ["open"]


def test_of_many_who_take_it_at_once_one_has_it(commune: Commune) -> None:
    """The database decides; on PostgreSQL the transactions really run side by side."""
    visits = [ask(commune, skill=skill) for skill in ("vneid", "dvc", "payment", "safety", "health", "ai")]

    def attempt(job: tuple[str, int]) -> str:
        name, visit = job
        try:
            do(commune, followups.take, name, visit)
        except KnownError:
            return ""
        return name

    jobs = [(name, visit) for visit in visits for name in ("Hoa", "Páo", "Minh")]
    with ThreadPoolExecutor(8) as threads:
        winners = list(threads.map(attempt, jobs))
    for visit in visits:
        won = [name for (_, which), name in zip(jobs, winners, strict=True) if which == visit and name]
        assert len(won) == 1
    rows = commune.rows("follow_up")
    assert {(row["status"], row["turns"]) for row in rows} == {("taken", 1)}
    assert [rule for rule, _ in told(commune)].count(f"visit-taken:{visits[0]}") == 1


def test_taking_it_twice_changes_nothing(light: Commune) -> None:
    visit = ask(light)
    do(light, followups.take, "Hoa", visit)
    do(light, followups.take, "Hoa", visit)
    assert light.rows("follow_up")[0]["turns"] == 1
    with pytest.raises(KnownError, match="faster"):
        do(light, followups.take, "Páo", visit)


def test_the_resident_hears_of_every_turn_and_of_the_end(commune: Commune) -> None:
    visit = ask(commune)
    do(commune, followups.take, "Hoa", visit)
    do(commune, followups.hand_back, "Hoa", visit)
    do(commune, followups.take, "Páo", visit)
    do(commune, followups.finish, "Páo", visit)
    heard = [rule for rule, name in told(commune) if name == "Lan"]
    kinds = [rule.partition(":")[0] for rule in heard]
    assert kinds == ["visit-taken", "visit-back", "visit-taken", "visit-done"]
    assert [row["action"] for row in commune.rows("audit") if row["subject"] == "visit"] == [
        "open",
        "take",
        "hand back",
        "take",
        "done",
    ]


def test_who_took_it_hears_that_it_is_not_wanted_any_more(light: Commune) -> None:
    visit = ask(light)
    do(light, followups.take, "Hoa", visit)
    with pytest.raises(KnownError):
        cancel(light, "Minh", visit)
    cancel(light, "Lan", visit)
    assert (f"visit-dropped:{visit}", "Hoa") in told(light)
    with pytest.raises(KnownError):
        do(light, followups.finish, "Hoa", visit)
    with pytest.raises(KnownError):
        cancel(light, "Lan", visit)


@pytest.mark.parametrize("what", [followups.hand_back, followups.finish])
def test_only_who_took_it_or_the_coordinator_ends_it(light: Commune, what: Any) -> None:
    visit = ask(light)
    do(light, followups.take, "Hoa", visit)
    for stranger in ("Páo", "Xa", "Lan"):
        with pytest.raises(KnownError):
            do(light, what, stranger, visit)
    do(light, what, "Minh", visit)


def test_a_report_is_named_with_what_it_did(light: Commune) -> None:
    visit = ask(light)
    do(light, followups.take, "Hoa", visit)
    do(light, followups.finish, "Hoa", visit)
    mine, other = light.file("Hoa").report, light.file("Páo").report
    person = light.persons["Hoa"]

    def link(report: int) -> None:
        light.database.write_now(lambda tx: followups.link(tx, visit, report, person=person, now=light.clock()))

    for wrong in (other, 4711):
        with pytest.raises(KnownError):
            link(wrong)
    link(mine)
    assert light.rows("follow_up")[0]["done_report_id"] == mine


# --- reports ---------------------------------------------------------------------------------------------------------


def change(commune: Commune, report: int, **answers: Any) -> None:
    form, more, state = commune.library.forms["outreach"], commune.act("Hoa"), commune.state(report=report, **answers)
    commune.database.write_now(lambda tx: reports.change(tx, form, state, today=commune.today, **more))


def withdraw(commune: Commune, report: int, *, withdrawn: bool) -> None:
    more = commune.act("Hoa")
    commune.database.write_now(lambda tx: reports.set_withdrawn(tx, report, withdrawn=withdrawn, **more))


def test_a_report_that_asks_for_another_visit_opens_one(commune: Commune) -> None:
    assert commune.file().visit == 0
    receipt = commune.file(result="again", skills={"dvc": 2, "vneid": None}, households=6)
    (row,) = commune.rows("follow_up")
    assert (row["id"], row["report_id"], row["person_id"], row["skills"]) == (
        receipt.visit,
        receipt.report,
        None,
        ["dvc", "vneid"],
    )
    assert told(commune) == [(f"visit-wanted:{receipt.visit}", "Páo")]  # who filed it knows


def test_the_visit_follows_its_report(commune: Commune) -> None:
    report = commune.file(result="again").report
    change(commune, report, result="again", households=7)
    assert status(commune) == ["open"]
    change(commune, report, result="done")
    assert status(commune) == ["cancelled"]
    change(commune, report, result="again")
    assert status(commune) == ["open"]
    withdraw(commune, report, withdrawn=True)
    assert status(commune) == ["cancelled"]
    withdraw(commune, report, withdrawn=False)
    assert status(commune) == ["open"]
    assert len(told(commune)) == 1


# --- lists, and what is late -----------------------------------------------------------------------------------------


def test_near_me_is_where_my_teams_work(commune: Commune) -> None:
    here, there = ask(commune), ask(commune, skill="dvc", unit=commune.place(team=2))

    def near(name: str) -> list[int]:
        roles, person = commune.roles(name), commune.persons[name]
        return [
            v.id
            for v in commune.database.read_now(
                lambda tx: followups.near(tx, roles=roles, person=person, offset=0, limit=5)
            )
        ]

    assert (near("Hoa"), near("Xa")) == ([here], [there])
    with pytest.raises(NotAllowed):
        near("Lan")
    do(commune, followups.take, "Hoa", here)
    assert near("Páo") == []
    (mine,) = commune.database.read_now(
        lambda tx: followups.taken(tx, roles=commune.roles("Hoa"), person=commune.persons["Hoa"])
    )
    assert mine.id == here
    team = commune.database.read_now(lambda tx: followups.open_for_team(tx, 1))
    assert [(visit.id, visit.status, visit.resident, visit.note) for visit in team] == [(here, "taken", "", "")]


def test_what_is_late_goes_to_the_coordinator_once(commune: Commune) -> None:
    visit = ask(commune)

    def find() -> int:
        return commune.database.write_now(
            lambda tx: followups.tell_of_late(tx, now=commune.clock(), today=commune.today)
        )

    commune.clock.move(timedelta(days=7))
    assert find() == 0
    commune.clock.move(timedelta(days=1))
    assert (find(), find()) == (1, 0)
    commune.clock.move(timedelta(days=1))
    assert find() == 0
    assert [each for each in told(commune) if each[0].startswith("visits-late")] == [("visits-late:1", "Minh")]
    since = commune.clock() - timedelta(days=2)
    late = commune.database.read_now(lambda tx: followups.found_late(tx, 1, since=since, until=commune.clock()))
    assert [each.id for each in late] == [visit]
