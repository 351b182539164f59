from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.core.errors import KnownError, NotAllowed
from bot.core.forms import FormState
from bot.services import reports
from bot.services.reports import Change, Changed, Filed
from bot.storage import reports as stored
from bot.storage.database import Transaction
from tests.services.commune import Commune


def change(commune: Commune, name: str, state: FormState) -> Changed:
    form, more = commune.library.forms["outreach"], commune.act(name)
    return commune.database.write_now(lambda tx: reports.change(tx, form, state, today=commune.today, **more))


def withdraw(commune: Commune, name: str, report: int, *, withdrawn: bool = True) -> str:
    more = commune.act(name)
    return commune.database.write_now(lambda tx: reports.set_withdrawn(tx, report, withdrawn=withdrawn, **more))


def mine(commune: Commune, name: str) -> list[Filed]:
    return commune.database.read_now(lambda tx: reports.mine(tx, commune.persons[name]))


def counted(commune: Commune) -> list[int]:
    """The households of what the team's sums add up."""
    day = commune.today
    return commune.database.read_now(lambda tx: [row.households for row in stored.of_team(tx, 1, day, day)])


def test_a_report_is_kept_with_its_first_version_and_who_filed_it(commune: Commune) -> None:
    receipt = commune.file(note="đường trơn")
    assert (receipt.number, receipt.week_reports, receipt.week_households, receipt.late) == (
        "TM-2026-0001",
        1,
        5,
        False,
    )
    (row,) = commune.rows("report")
    assert (row["households"], row["people"], row["elderly"], row["day"]) == (5, 8, 3, date(2026, 11, 18))
    assert (row["year"], row["number"], row["version"], row["status"]) == (2026, 1, 1, "filed")
    (version,) = commune.rows("report_version")
    assert version["answers"] == row["answers"] == commune.state(note="đường trơn").answers
    (audit,) = commune.rows("audit")
    assert (audit["action"], audit["person_id"], audit["before"]) == ("file", commune.persons["Hoa"], None)
    assert audit["after"] == row["answers"]


@pytest.mark.parametrize("name", ["day", "place", "kind", "households", "people", "skills", "result"])
def test_what_is_required_must_be_there(light: Commune, name: str) -> None:
    blank: dict[str, Any] = {name: None}
    for state in (light.state(without=name), light.state(**blank)):
        with pytest.raises(KnownError, match="Still missing"):
            light.file(state=state)
    assert light.rows("report") == []


@pytest.mark.parametrize("name", ["elderly", "difficulties", "note", "members", "minutes"])
def test_what_is_not_required_may_be_missing_and_is_not_zero(light: Commune, name: str) -> None:
    light.file(state=light.state(without=name))
    assert light.rows("report")[0]["answers"].get(name) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "2026-11-19"},  # not before tomorrow
        {"elderly": 9},
        {"people": 2, "elderly": 3},
        {"households": -1},
        {"households": 2001},
        {"households": "fünf"},
        {"people": 20_001},
        {"members": 101},
        {"minutes": 1441},
        {"kind": "by the moon"},
        {"skills": {"flying": 3}},
        {"skills": {}},
        {"difficulties": {"rain": None}},
        {"result": ""},
        {"place": 4711},
    ],
    ids=str,
)
def test_every_value_is_checked_again(light: Commune, wrong: dict[str, Any]) -> None:
    with pytest.raises(KnownError):
        light.file(**wrong)
    report = light.file().report
    with pytest.raises(KnownError):
        change(light, "Hoa", light.state(report=report, **wrong))
    assert [row["version"] for row in light.rows("report")] == [1]


@pytest.mark.parametrize("right", [{"elderly": 8}, {"households": 2000}, {"households": 0}, {"day": "2026-11-01"}])
def test_values_at_the_limit_are_taken(light: Commune, right: dict[str, Any]) -> None:
    light.file(**right)
    assert light.rows("report")[0]["answers"] == light.state(**right).answers


def test_an_answer_to_a_question_that_was_not_to_be_asked_breaks_nothing(light: Commune) -> None:
    """Nobody was there, so nobody of 60 years: such an answer is refused or left out, never an error of ours."""
    try:
        light.file(people=0, elderly=3)
    except KnownError:
        assert light.rows("report") == []
    else:
        assert light.rows("report")[0]["elderly"] is None
    light.file(people=0, elderly=None)


def test_a_place_of_another_team_is_refused(commune: Commune) -> None:
    with pytest.raises(KnownError, match="not covered by your team"):
        commune.file(place=commune.place(team=2))
    report = commune.file().report
    with pytest.raises(KnownError, match="not covered by your team"):
        change(commune, "Hoa", commune.state(report=report, place=commune.place(team=2)))


@pytest.mark.parametrize(("name", "team"), [("Lan", 1), ("Xa", 1), ("Hoa", 2), ("Hoa", 0), ("Hoa", 99)])
def test_only_members_file_for_their_own_team(light: Commune, name: str, team: int) -> None:
    with pytest.raises(NotAllowed):
        light.file(name, light.state(team=team, place=light.place(2 if team == 2 else 1)))
    assert light.rows("report") == []


@pytest.mark.parametrize(
    ("name", "may"), [("Hoa", True), ("Minh", True), ("Páo", False), ("Xa", False), ("Lan", False)]
)
def test_who_may_see_and_change_a_report(commune: Commune, name: str, *, may: bool) -> None:
    report = commune.file().report
    changed = commune.state(report=report, households=6)
    more = commune.act(name)
    del more["now"]

    def see(tx: Transaction) -> Filed:
        return reports.open_for_change(tx, report, **more)

    if may:
        assert commune.database.write_now(see).number == "TM-2026-0001"
        assert change(commune, name, changed).count == 1
        assert withdraw(commune, name, report) == "TM-2026-0001"
        return
    with pytest.raises(KnownError):
        commune.database.write_now(see)
    with pytest.raises(KnownError):
        change(commune, name, changed)
    with pytest.raises(KnownError):
        withdraw(commune, name, report)
    assert commune.rows("report")[0]["households"] == 5
    assert commune.rows("report")[0]["status"] == "filed"


def test_a_report_that_is_not_there_is_refused_like_another_s(light: Commune) -> None:
    with pytest.raises(KnownError, match="Only who filed"):
        withdraw(light, "Minh", 4711)


def test_a_change_makes_a_version_an_audit_and_a_difference(commune: Commune) -> None:
    report = commune.file().report
    commune.clock.move(timedelta(hours=1))
    before = commune.state().answers
    changed = commune.state(report=report, households=6, note="thêm một hộ", without="elderly")
    done = change(commune, "Minh", changed)
    assert (done.number, done.count) == ("TM-2026-0001", 1)
    assert done.changes == (
        Change(name="households", before=5, after=6),
        Change(name="note", before=None, after="thêm một hộ"),
        Change(name="elderly", before=3, after=None),
    )
    (row,) = commune.rows("report")
    assert (row["version"], row["households"], row["elderly"]) == (2, 6, None)
    assert [(each["version"], each["answers"]) for each in commune.rows("report_version")] == [
        (1, before),
        (2, changed.answers),
    ]
    audit = commune.rows("audit")[-1]
    assert (audit["action"], audit["person_id"], audit["before"], audit["after"]) == (
        "change",
        commune.persons["Minh"],
        before,
        changed.answers,
    )


def test_a_change_that_changes_nothing_leaves_no_trace(light: Commune) -> None:
    report = light.file().report
    assert change(light, "Hoa", light.state(report=report)) == Changed(number="TM-2026-0001", count=0, changes=())
    assert len(light.rows("report_version")) == len(light.rows("audit")) == 1


def test_a_withdrawn_report_counts_nowhere_and_comes_back(commune: Commune) -> None:
    report = commune.file().report
    withdraw(commune, "Hoa", report)
    assert [each.status for each in mine(commune, "Hoa")] == ["withdrawn"]
    assert counted(commune) == []
    assert commune.file(households=7).week_reports == 1
    withdraw(commune, "Minh", report, withdrawn=False)
    assert counted(commune) == [5, 7]
    assert [row["action"] for row in commune.rows("audit")] == ["file", "withdraw", "file", "restore"]
    assert [(row["before"], row["after"]) for row in commune.rows("audit")][1] == ("filed", "withdrawn")
    assert len(commune.rows("report_version")) == 2


def test_a_withdrawn_report_is_not_changed(light: Commune) -> None:
    """The form may have been open when it was withdrawn."""
    report = light.file().report
    withdraw(light, "Hoa", report)
    with pytest.raises(KnownError, match="withdrawn"):
        change(light, "Hoa", light.state(report=report, households=6))


def test_a_line_leads_to_its_report_only_for_who_may_change_it(light: Commune) -> None:
    light.file(state=replace(light.state(), line="telegram:1:2:3"))

    def find(name: str, line: str) -> Filed | None:
        more = light.act(name)
        del more["now"]
        return light.database.write_now(lambda tx: reports.of_line(tx, line, **more))

    assert find("Hoa", "telegram:1:2:3") is not None
    assert find("Hoa", "telegram:1:2:4") is None
    with pytest.raises(KnownError):
        find("Páo", "telegram:1:2:3")


def test_a_second_report_that_says_the_same_is_seen(commune: Commune) -> None:
    def twin(name: str, **changed: Any) -> str | None:
        role, state = commune.roles(name)[0], commune.state(**changed)
        person, now = commune.persons[name], commune.clock()
        return commune.database.read_now(lambda tx: reports.twin(tx, state, role=role, person=person, now=now))

    assert twin("Hoa") is None
    report = commune.file().report
    assert twin("Hoa") == "TM-2026-0001"
    assert twin("Hoa", result="again", minutes=30) == "TM-2026-0001"  # the counts are what matters
    for other in ({"households": 6}, {"people": 9}, {"day": "2026-11-17"}, {"place": commune.place(number=1)}):
        assert twin("Hoa", **other) is None
    assert twin("Páo") is None
    assert len(commune.rows("report")) == 1  # looking leaves nothing
    withdraw(commune, "Hoa", report)
    assert twin("Hoa") is None
    withdraw(commune, "Hoa", report, withdrawn=False)
    commune.clock.move(timedelta(days=3))
    assert twin("Hoa") is None


def test_a_message_that_waited_for_a_signal_is_late(light: Commune) -> None:
    said = light.clock() - timedelta(hours=2)
    assert not light.file(state=replace(light.state(), said_at=said.isoformat())).late
    said -= timedelta(seconds=1)
    assert light.file(state=replace(light.state(), said_at=said.isoformat())).late
    assert light.rows("report")[1]["said_at"] == said


def test_numbers_begin_anew_each_year_and_in_each_team(light: Commune) -> None:
    light.file()
    assert light.file().number == "TM-2026-0002"
    assert light.file("Xa", light.state(team=2, place=light.place(2))).number == "TK-2026-0001"
    light.clock.set("2027-01-01 00:10")
    assert light.file().number == "TM-2027-0001"


def test_a_report_that_is_refused_uses_no_number(light: Commune) -> None:
    light.file()
    with pytest.raises(KnownError):
        light.file(elderly=9)
    assert light.file().number == "TM-2026-0002"


def test_fifty_at_once_get_fifty_numbers_without_gap_or_double(commune: Commune) -> None:
    with ThreadPoolExecutor(25) as pool:
        receipts = list(pool.map(lambda number: commune.file(households=number), range(50)))
    assert sorted(receipt.number for receipt in receipts) == [f"TM-2026-{number:04d}" for number in range(1, 51)]
    assert sorted(row["number"] for row in commune.rows("report")) == list(range(1, 51))
    assert len({receipt.report for receipt in receipts}) == 50
