from typing import Any

import pytest

from bot.core.errors import KnownError, NotAllowed
from bot.services import queries, reports
from bot.services.queries import Query
from tests.services.commune import Commune


def ask(commune: Commune, report: int, name: str = "Minh", text: str = "5 hộ hay 15 hộ?") -> Query:
    more = commune.act(name)
    return commune.database.write_now(lambda tx: queries.ask(tx, report, text, **more))


def answer(commune: Commune, query: int, name: str = "Hoa", text: str = "đúng 5 hộ") -> Query:
    person, now = commune.persons[name], commune.clock()
    return commune.database.write_now(lambda tx: queries.answer(tx, query, text, person=person, now=now))


def told(commune: Commune) -> list[tuple[str, int]]:
    return [(row["rule"], row["person_id"]) for row in commune.rows("due")]


def test_a_question_goes_to_who_filed_and_its_answer_to_who_asked(commune: Commune) -> None:
    receipt = commune.file()
    query = ask(commune, receipt.report)
    assert (query.number, query.asker, query.filer, query.status) == (receipt.number, "Minh", "Hoa", "open")
    waiting = commune.database.read_now(lambda tx: queries.open_for_team(tx, 1))
    mine = commune.database.read_now(lambda tx: queries.waiting_for(tx, commune.persons["Hoa"]))
    assert [each.id for each in waiting] == [each.id for each in mine] == [query.id]
    answered = answer(commune, query.id)
    assert (answered.status, answered.answer) == ("answered", "đúng 5 hộ")
    assert told(commune) == [
        (f"report-query:{query.id}", commune.persons["Hoa"]),
        (f"report-reply:{query.id}", commune.persons["Minh"]),
    ]
    assert commune.database.read_now(lambda tx: queries.open_for_team(tx, 1)) == []
    with pytest.raises(KnownError):
        answer(commune, query.id)


@pytest.mark.parametrize("name", ["Hoa", "Páo", "Xa", "Lan"])
def test_only_the_coordinator_of_the_team_asks(commune: Commune, name: str) -> None:
    report = commune.file().report
    with pytest.raises(NotAllowed):
        ask(commune, report, name)
    with pytest.raises(KnownError):
        ask(commune, 4711, name)
    assert commune.rows("report_query") == []


def test_nobody_asks_themselves(commune: Commune) -> None:
    with pytest.raises(KnownError, match="your own report"):
        ask(commune, commune.file("Minh").report)


@pytest.mark.parametrize("name", ["Páo", "Minh", "Lan"])
def test_only_who_filed_it_answers(commune: Commune, name: str) -> None:
    query = ask(commune, commune.file().report)
    with pytest.raises(KnownError):
        answer(commune, query.id, name)
    assert commune.rows("report_query")[0]["status"] == "open"


def test_correcting_the_report_settles_its_questions(commune: Commune) -> None:
    report = commune.file().report
    query = ask(commune, report)
    form, more, state = (
        commune.library.forms["outreach"],
        commune.act("Hoa"),
        commune.state(report=report, households=6),
    )
    commune.database.write_now(lambda tx: reports.change(tx, form, state, today=commune.today, **more))
    assert commune.rows("report_query")[0]["status"] == "changed"
    assert told(commune)[-1] == (f"report-reply:{query.id}", commune.persons["Minh"])


def test_words_are_masked_and_not_in_the_audit(commune: Commune) -> None:
    query = ask(commune, commune.file().report, text="gọi 0912 345 678 hỏi lại **ngay**" + "x" * 400)
    row = commune.rows("report_query")[0]
    assert "0912" not in row["text"]
    assert "**" not in row["text"]
    assert len(row["text"]) <= queries.LIMIT
    answer(commune, query.id, text="bí mật")
    audit: list[Any] = [row for row in commune.rows("audit") if row["subject"] == "query"]
    assert [row["action"] for row in audit] == ["ask", "answer"]
    assert "bí mật" not in str(audit)
