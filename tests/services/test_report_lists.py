from datetime import timedelta
from typing import Any

import pytest

from bot.core.errors import KnownError, NotAllowed
from bot.core.forms import FormState
from bot.services import report_lists, reports
from bot.services.report_lists import Filter
from tests.services.commune import Commune


def page(commune: Commune, name: str = "Hoa", **wanted: Any) -> tuple[list[str], bool]:
    roles, person = commune.roles(name), commune.persons[name]
    found = commune.database.read_now(
        lambda tx: report_lists.page(tx, Filter(**wanted), roles=roles, person=person, today=commune.today)
    )
    return [report.number[-4:] for report in found.reports], found.more


def change(commune: Commune, name: str, state: FormState) -> None:
    form, more = commune.library.forms["outreach"], commune.act(name)
    commune.database.write_now(lambda tx: reports.change(tx, form, state, today=commune.today, **more))


def withdraw(commune: Commune, report: int, *, withdrawn: bool = True) -> str:
    more = commune.act("Hoa")
    return commune.database.write_now(lambda tx: reports.set_withdrawn(tx, report, withdrawn=withdrawn, **more))


def test_reports_are_found_by_period_place_and_state(commune: Commune) -> None:
    first, second = commune.place(), commune.place(number=1)
    commune.file(day="2026-10-30", place=first)
    commune.file(day="2026-11-02", place=first)
    gone = commune.file(day="2026-11-16", place=second).report
    commune.file("Páo", day="2026-11-17", place=second)
    commune.file(day="2026-11-18", place=second)
    withdraw(commune, gone)
    assert page(commune) == (["0005", "0003", "0002", "0001"], False)
    assert page(commune, span="week") == (["0005", "0003"], False)
    assert page(commune, span="month") == (["0005", "0003", "0002"], False)
    assert page(commune, unit=first) == (["0002", "0001"], False)
    assert page(commune, withdrawn=True) == (["0003"], False)
    assert page(commune, "Minh") == ([], False)
    assert page(commune, "Minh", team=1, span="week") == (["0005", "0004", "0003"], False)
    for name in ("Hoa", "Lan", "Xa"):
        with pytest.raises(NotAllowed):
            page(commune, name, team=1)
    assert page(commune, "Xa", team=2) == ([], False)


def test_five_at_a_time(commune: Commune) -> None:
    for households in range(1, 12):
        commune.file(households=households)
    assert page(commune) == (["0011", "0010", "0009", "0008", "0007"], True)
    assert page(commune, offset=5) == (["0006", "0005", "0004", "0003", "0002"], True)
    assert page(commune, offset=10) == (["0001"], False)


def test_the_history_says_who_did_what_when_and_why(commune: Commune) -> None:
    report = commune.file().report
    commune.clock.move(timedelta(minutes=5))
    change(commune, "Hoa", commune.state(report=report, households=6))
    person, now = commune.persons["Hoa"], commune.clock()
    number = commune.database.write_now(lambda tx: reports.give_reason(tx, "nhầm số", person=person, now=now))
    assert number == "TM-2026-0001"
    change(commune, "Minh", commune.state(report=report, households=6, result="again"))
    withdraw(commune, report)
    withdraw(commune, report)
    withdraw(commune, report, withdrawn=False)

    def history(name: str) -> list[tuple[str, str, list[tuple[str, Any, Any]], str]]:
        roles, who = commune.roles(name), commune.persons[name]
        events = commune.database.read_now(lambda tx: report_lists.history(tx, report, roles=roles, person=who))
        return [
            (event.action, event.name, [(each.name, each.before, each.after) for each in event.changes], event.reason)
            for event in events
        ]

    assert (
        history("Minh")
        == history("Hoa")
        == [
            ("file", "Hoa", [], ""),
            ("change", "Hoa", [("households", 5, 6)], "nhầm số"),
            ("change", "Minh", [("result", "done", "again")], ""),
            ("withdraw", "Hoa", [], ""),
            ("restore", "Hoa", [], ""),
        ]
    )
    for name in ("Páo", "Xa", "Lan"):
        with pytest.raises(KnownError):
            history(name)


def test_a_reason_without_a_change_belongs_nowhere(commune: Commune) -> None:
    commune.file()
    person = commune.persons["Hoa"]
    assert (
        commune.database.write_now(lambda tx: reports.give_reason(tx, "nhầm", person=person, now=commune.clock()))
        is None
    )


@pytest.mark.parametrize(("days", "may"), [(30, True), (31, False)])
def test_a_withdrawn_report_comes_back_within_thirty_days(commune: Commune, days: int, *, may: bool) -> None:
    report = commune.file().report
    withdraw(commune, report)
    commune.clock.move(timedelta(days=days))
    if may:
        withdraw(commune, report, withdrawn=False)
    else:
        with pytest.raises(KnownError, match="cannot be brought back"):
            withdraw(commune, report, withdrawn=False)
    assert commune.rows("report")[0]["status"] == ("filed" if may else "withdrawn")


@pytest.mark.parametrize(
    ("name", "number", "may"),
    [
        ("Minh", "TM-2026-0001", True),
        ("Minh", "tm 2026 1", True),
        ("Hoa", "TM-2026-0001", True),
        ("Páo", "TM-2026-0001", False),
        ("Xa", "TM-2026-0001", False),
        ("Minh", "TM-2026-0002", False),
        ("Minh", "XX-2026-0001", False),
        ("Minh", "0001", False),
    ],
)
def test_a_report_is_opened_by_its_number(commune: Commune, name: str, number: str, *, may: bool) -> None:
    report = commune.file().report
    roles, person = commune.roles(name), commune.persons[name]

    def find() -> int:
        return commune.database.read_now(
            lambda tx: report_lists.open_by_number(tx, number, roles=roles, person=person).id
        )

    if may:
        assert find() == report
    else:
        with pytest.raises(KnownError, match="Only who filed this report"):
            find()


def test_the_pattern_is_the_newest_report_of_two_weeks_that_counts(commune: Commune) -> None:
    def pattern() -> str | None:
        found = commune.database.read_now(
            lambda tx: report_lists.pattern(tx, person=commune.persons["Hoa"], today=commune.today)
        )
        return found.number[-4:] if found else None

    assert pattern() is None
    commune.file(day="2026-11-03")
    assert pattern() is None
    commune.file(day="2026-11-04")
    newest = commune.file().report
    commune.file("Páo")
    assert pattern() == "0003"
    withdraw(commune, newest)
    assert pattern() == "0002"
