from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from bot.core.errors import KnownError, NotAllowed
from bot.library import Library
from bot.search.answer import Verdict
from bot.search.finder import Finder
from bot.services import answers, asking, followups, local_answers
from bot.services.followups import Wish
from bot.services.local_answers import Draft, LocalAnswer, Shelf
from bot.services.news import News
from bot.storage.database import Database
from tests.fakes.clock import SettableClock
from tests.services.commune import Commune

ASKED = "làm hộ chiếu hết bao nhiêu tiền"
TEXT = "Lệ phí cấp hộ chiếu là 200.000 đồng."


@pytest.fixture
def commune(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Commune]:
    database = Database(sqlite_url)
    yield Commune(database, library, clock).build()
    database.close()


def ask(commune: Commune, name: str, question: str = ASKED) -> int:
    person, now = commune.persons[name], commune.clock()
    return commune.database.write_now(lambda tx: answers.keep_question(tx, person=person, question=question, now=now))


def draft(commune: Commune, **changed: Any) -> Draft:
    today = commune.today
    usual = {"question": ASKED, "text": TEXT, "source": "Thông báo 12, 3/11/2026", "as_of": today}
    return Draft(**{**usual, "expires_on": today + timedelta(days=180), **changed})


def answer(commune: Commune, name: str = "Minh", team: int = 1, **changed: Any) -> LocalAnswer:
    more, wanted = commune.act(name), draft(commune, **changed)
    today = commune.today

    def groups(tx: Any) -> tuple[int, ...]:
        found = asking.groups(tx, answers.build_index(commune.library), roles=more["roles"], now=more["now"])
        return tuple(number for group in found for number in group.questions)

    return commune.database.write_now(
        lambda tx: local_answers.answer(tx, wanted, groups(tx), team=team, today=today, **more)
    )


def verdict(commune: Commune, index: Finder, shelf: Shelf, name: str, question: str = ASKED) -> Verdict:
    person, today = commune.persons[name], commune.today
    more: dict[str, Any] = {"index": index, "shelf": shelf, "library": commune.library}
    return commune.database.read_now(lambda tx: asking.verdict(tx, question, person=person, today=today, **more))


def keys(found: Verdict) -> list[str]:
    return [hit.entry.id for hit in found.hits]


def groups(commune: Commune, index: Finder, name: str) -> list[asking.Group]:
    more: dict[str, Any] = {"roles": commune.roles(name), "now": commune.clock()}
    return commune.database.read_now(lambda tx: asking.groups(tx, index, **more))


def test_questions_that_ask_the_same_are_one_group_without_names(commune: Commune, index: Finder) -> None:
    for name, question in (
        ("Lan", ASKED),
        ("Hoa", "lam ho chieu het bao nhieu tien vay"),
        ("Páo", "Làm hộ chiêu hết bao nhiêu tiền ạ?"),
        ("Lan", "đổi bằng lái xe ở đâu"),
        ("Lan", ASKED),
    ):
        ask(commune, name, question)
    first, second = groups(commune, index, "Minh")
    assert (first.text, first.people, len(first.questions)) == (ASKED, 3, 3)
    assert (second.text, second.people) == ("đổi bằng lái xe ở đâu", 1)
    assert "Lan" not in str((first, second))


def test_a_question_goes_to_the_commune_of_who_asked_and_to_all_where_nobody_knows_it(
    commune: Commune, index: Finder
) -> None:
    ask(commune, "Lan", "câu của người chưa rõ ở đâu")
    ask(commune, "Hoa", "trạm bơm xã Bản Mẫu mở giờ nào")
    assert [len(groups(commune, index, name)) for name in ("Minh", "Xa")] == [2, 1]
    wish = Wish(unit=commune.place(), skill="vneid")
    skills, act = ["vneid"], commune.act("Lan")
    commune.database.write_now(
        lambda tx: followups.ask(tx, wish, skills=skills, person=act["person"], now=act["now"], today=commune.today)
    )
    assert [len(groups(commune, index, name)) for name in ("Minh", "Xa")] == [2, 0]


@pytest.mark.parametrize("name", ["Hoa", "Lan"])
def test_only_a_coordinator_sees_and_answers_questions(commune: Commune, index: Finder, name: str) -> None:
    with pytest.raises(NotAllowed):
        groups(commune, index, name)
    more, wanted = commune.act(name), draft(commune)
    with pytest.raises(NotAllowed):
        commune.database.write_now(lambda tx: local_answers.answer(tx, wanted, (), team=1, today=commune.today, **more))


def test_nobody_answers_for_another_team(commune: Commune) -> None:
    with pytest.raises(NotAllowed):
        answer(commune, "Minh", team=2)


def test_who_asked_and_did_not_choose_silence_is_told_once(commune: Commune) -> None:
    numbers = [ask(commune, name) for name in ("Lan", "Hoa", "Páo", "Minh")]
    person, now = commune.persons["Páo"], commune.clock()
    assert commune.database.write_now(lambda tx: asking.hush(tx, numbers[2], person=person, now=now))
    assert not commune.database.write_now(lambda tx: asking.hush(tx, numbers[0], person=person, now=now))
    answer(commune)
    told = [row["person_id"] for row in commune.rows("due") if row["rule"].startswith(News.ANSWERED.value)]
    assert sorted(told) == sorted([commune.persons["Lan"], commune.persons["Hoa"]])
    assert all(row["settled_at"] for row in commune.rows("open_question"))


def test_an_answer_is_found_by_people_of_its_commune_from_then_on_in_every_process(
    commune: Commune, index: Finder
) -> None:
    here, elsewhere = Shelf(), Shelf()  # two processes
    question = "lệ phí làm hộ chiếu"
    assert verdict(commune, index, here, "Hoa", question).outcome == "refuse"
    assert verdict(commune, index, elsewhere, "Hoa", question).outcome == "refuse"
    found = answer(commune)
    for shelf in (here, elsewhere):
        got = verdict(commune, index, shelf, "Hoa", question)
        assert (got.outcome, keys(got)[:1]) == ("answer", [found.key])
        assert verdict(commune, index, shelf, "Xa", question).outcome == "refuse"  # another commune
        assert verdict(commune, index, shelf, "Lan", question).outcome == "refuse"  # nobody knows which
        assert keys(verdict(commune, index, shelf, "Hoa", "chủ đề chuyển đổi số 2025"))[:1] == ["F003-27"]


def test_who_asked_may_read_the_answer_wherever_they_live(commune: Commune) -> None:
    ask(commune, "Lan")
    found = answer(commune)
    today = commune.today

    def told(name: str) -> LocalAnswer | None:
        person = commune.persons[name]
        return commune.database.read_now(lambda tx: local_answers.told_now(tx, found.key, person=person, today=today))

    assert [bool(told(name)) for name in ("Lan", "Hoa", "Xa")] == [True, True, False]


def test_it_is_not_told_after_its_last_day_nor_when_withdrawn(commune: Commune, index: Finder) -> None:
    shelf, end = Shelf(), commune.today + timedelta(days=20)
    found = answer(commune, expires_on=end)
    commune.clock.move(timedelta(days=20))
    assert keys(verdict(commune, index, shelf, "Hoa"))[:1] == [found.key]
    commune.clock.move(timedelta(days=1))
    assert verdict(commune, index, shelf, "Hoa").outcome == "refuse"
    act = commune.act("Minh")
    commune.database.write_now(
        lambda tx: local_answers.change(
            tx, found.id, today=commune.today, expires_on=commune.today + timedelta(days=30), **act
        )
    )
    assert keys(verdict(commune, index, shelf, "Hoa"))[:1] == [found.key]
    commune.clock.move(timedelta(minutes=1))
    act = commune.act("Minh")
    commune.database.write_now(lambda tx: local_answers.withdraw(tx, found.id, **act))
    assert verdict(commune, index, shelf, "Hoa").outcome == "refuse"


def test_the_owner_is_reminded_once_before_the_end_and_again_of_a_later_end(commune: Commune) -> None:
    found = answer(commune, expires_on=commune.today + timedelta(days=20))

    def reminders() -> list[date]:
        now, today = commune.clock(), commune.today
        for _ in range(2):
            commune.database.write_now(lambda tx: local_answers.tell_of_ends(tx, now=now, today=today))
        rows = [row for row in commune.rows("due") if row["rule"] == f"{News.ANSWER_ENDS.value}:{found.id}"]
        assert {row["person_id"] for row in rows} <= {commune.persons["Minh"]}
        return [row["occurrence"] for row in rows]

    assert reminders() == []
    commune.clock.move(timedelta(days=13))
    assert len(reminders()) == 1
    commune.clock.move(timedelta(days=1))
    assert len(reminders()) == 1
    act, later = commune.act("Minh"), commune.today + timedelta(days=7)
    commune.database.write_now(
        lambda tx: local_answers.change(tx, found.id, today=commune.today, expires_on=later, **act)
    )
    assert len(reminders()) == 2


@pytest.mark.parametrize(
    ("changed", "say"),
    [
        ({"text": "ngắn"}, local_answers.TOO_SHORT),
        ({"text": "dài " * 200}, local_answers.TOO_LONG),
        ({"source": "web"}, local_answers.NO_SOURCE),
        ({"source": " "}, local_answers.NO_SOURCE),
        ({"as_of": date(2027, 1, 1)}, local_answers.FUTURE),
        ({"expires_on": date(2026, 1, 1)}, local_answers.ENDS_WRONG),
        ({"expires_on": date(2036, 1, 1)}, local_answers.ENDS_WRONG),
    ],
)
def test_what_cannot_be_an_answer_is_refused(commune: Commune, changed: dict[str, Any], say: str) -> None:
    with pytest.raises(KnownError) as wrong:
        answer(commune, **changed)
    assert wrong.value.say == say
    assert commune.rows("local_fact") == []


def change(commune: Commune, name: str, number: int, text: str) -> LocalAnswer:
    act, today = commune.act(name), commune.today
    return commune.database.write_now(lambda tx: local_answers.change(tx, number, today=today, text=text, **act))


@pytest.mark.parametrize("name", ["Xa", "Hoa", "Lan"])
def test_nobody_but_its_owner_changes_it(commune: Commune, name: str) -> None:
    found = answer(commune)
    with pytest.raises(KnownError) as wrong:
        change(commune, name, found.id, TEXT)
    assert wrong.value.say == local_answers.NOT_YOURS


def test_its_owner_changes_it_and_it_is_true_as_of_today(commune: Commune) -> None:
    found = answer(commune, as_of=commune.today - timedelta(days=9))
    changed = change(commune, "Minh", found.id, "Gọi 0912345678 để hỏi lệ phí.")
    assert (changed.text, changed.as_of) == ("Gọi [số điện thoại] để hỏi lệ phí.", commune.today)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 18), 6, date(2027, 5, 18)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_later(day: date, months: int, later: date) -> None:
    assert local_answers.months_after(day, months) == later


def test_marks_are_counted_the_newest_of_each_person(commune: Commune) -> None:
    def mark(name: str, subject: str, *, right: bool) -> None:
        person, now = commune.persons[name], commune.clock()
        commune.database.write_now(
            lambda tx: asking.mark(tx, person=person, subject=subject, question=ASKED, right=right, now=now)
        )

    for name, subject, right in (
        ("Lan", "F000-14", False),
        ("Lan", "F000-14", True),
        ("Hoa", "F000-14", False),
        ("Hoa", "F000-05", False),
        ("Páo", "F000-05", False),
    ):
        mark(name, subject, right=right)
    roles, now = commune.roles("Minh"), commune.clock()
    found = commune.database.read_now(lambda tx: asking.marks(tx, roles=roles, now=now))
    assert found == asking.Marks(right=1, wrong=3, by_answer={"F000-05": 2, "F000-14": 1})
    with pytest.raises(NotAllowed):
        commune.database.read_now(lambda tx: asking.marks(tx, roles=commune.roles("Hoa"), now=now))
