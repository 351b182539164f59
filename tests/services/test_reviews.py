from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.core.conversation import LessonState
from bot.library import Library
from bot.services import learning, reviews
from bot.services.reviews import Question
from bot.storage.database import Database
from tests.fakes.clock import ZONE, SettableClock
from tests.services.commune import Commune

RESIDENT = frozenset({"resident"})


class Learner:
    """Lan, who learns and is asked again."""

    def __init__(self, commune: Commune) -> None:
        self.commune, self.library, self.person = commune, commune.library, commune.persons["Lan"]
        self._write = commune.database.write_now

    def finish(self, *names: str, right: int = 3) -> None:
        now = self.commune.clock()
        for name in names:
            state = LessonState(lesson=name, step=99, right=right)
            self._write(partial(learning.keep, person=self.person, state=state, finished=True, now=now))
        self._write(lambda tx: reviews.remember(tx, self.library, self.person))

    def due(self, audience: frozenset[str] = RESIDENT, library: Library | None = None) -> list[Question]:
        content, now = library or self.library, self.commune.clock()
        return self._write(lambda tx: reviews.due(tx, content, self.person, audience=audience, now=now, zone=ZONE))

    def answer(self, question: Question, *, right: bool = True) -> None:
        now = self.commune.clock()
        self._write(lambda tx: reviews.answer(tx, self.person, question, right=right, now=now))


@pytest.fixture
def lan(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Learner]:
    with closing(Database(sqlite_url)) as database:
        yield Learner(Commune(database, library, clock).build())


def test_one_question_a_skill_is_asked_again_after_days(lan: Learner) -> None:
    lan.finish("L1", "L2", "L6")
    assert lan.due() == []
    lan.commune.clock.move(timedelta(days=2))
    due = lan.due()
    assert [(each.skill, each.lesson, each.index) for each in due] == [("payment", "L6", 0), ("vneid", "L1", 0)]
    for each in due:
        lan.answer(each)
    assert lan.due() == []
    lan.commune.clock.move(timedelta(days=11))
    assert [(each.lesson, each.index) for each in lan.due()] == [("L6", 1), ("L1", 1)]


def test_a_lesson_with_a_mistake_is_asked_sooner_and_a_wrong_answer_brings_the_same_question(lan: Learner) -> None:
    lan.finish("L6", right=2)
    lan.commune.clock.move(timedelta(days=1))
    (asked,) = lan.due()
    lan.answer(asked, right=False)
    assert lan.due() == []
    lan.commune.clock.move(timedelta(days=1))
    assert lan.due() == [asked]


def test_a_long_break_is_caught_up_with_five_a_day(lan: Learner) -> None:
    names = ["L1", "L4", "L5", "L6", "L7", "L10", "L12", "R01", "R02"]
    lan.finish(*names)
    lan.commune.clock.move(timedelta(days=200))
    asked: list[Question] = []
    for expected in (5, 4, 0):
        due = lan.due()
        assert len(due) == expected
        for number, each in enumerate(due):
            lan.answer(each)
            lan.commune.clock.move(timedelta(minutes=1))
            assert len(lan.due()) == expected - number - 1  # the day's five are used up, however many wait
        asked += due
        lan.commune.clock.move(timedelta(days=1))
    assert len({each.skill for each in asked}) == len(names)


def test_what_is_gone_replaced_or_for_others_is_dropped_without_a_word(lan: Learner) -> None:
    lan.finish("R02", "C01", "L6")
    lan.commune.clock.move(timedelta(days=3))
    assert [each.lesson for each in lan.due()] == ["R02", "L6"]
    assert [each.lesson for each in lan.due(frozenset({"resident", "coordinator"}))] == ["C01", "R02", "L6"]
    gone = {name: lesson for name, lesson in lan.library.lessons.items() if name != "L6"}
    assert [each.lesson for each in lan.due(library=replace(lan.library, lessons=gone))] == ["R02"]
    item = lan.library.lessons["R02"].quiz[0]
    leaning = lan.library.lessons["R02"].model_copy(
        update={
            "facts": (),
            "quiz": (item.model_copy(update={"facts": ("F1",)}), item.model_copy(update={"facts": ()})),
        }
    )
    known = next(iter(lan.library.facts.values()))
    content = replace(lan.library, lessons={**lan.library.lessons, "R02": leaning})
    for replaced_by, index in (("", 0), ("F2", 1)):
        fact = known.model_copy(update={"id": "F1", "replaced_by": replaced_by})
        (asked,) = lan.due(library=replace(content, lessons={"R02": leaning}, facts={"F1": fact}))
        assert asked.index == index


def test_who_learned_before_there_were_reviews_is_asked_too(lan: Learner) -> None:
    state = LessonState(lesson="L6", step=9, right=3)
    earlier = lan.commune.clock() - timedelta(days=30)
    lan.commune.database.write_now(lambda tx: learning.keep(tx, lan.person, state, finished=True, now=earlier))
    lan.commune.database.write_now(lambda tx: reviews.remember(tx, lan.library, lan.person))
    assert [each.skill for each in lan.due()] == ["payment"]


def test_an_answer_of_a_skill_nobody_learned_changes_nothing(lan: Learner) -> None:
    lan.answer(Question(skill="payment", lesson="L6", index=0))
    assert lan.commune.rows("review_card") == []


def test_the_best_round_of_a_lesson_counts(lan: Learner) -> None:
    for right in (2, 3, 1):
        lan.finish("L6", right=right)
    assert [row["best"] for row in lan.commune.rows("lesson_progress")] == [3]
    state = LessonState(lesson="L6", step=1)
    now = lan.commune.clock()
    lan.commune.database.write_now(lambda tx: learning.keep(tx, lan.person, state, finished=False, now=now))
    (row,) = lan.commune.rows("lesson_progress")
    assert (row["best"], row["step"], row["finished_at"]) == (3, 1, now)
