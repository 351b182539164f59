"""The decision: answer, choose or refuse."""

import pytest

from bot.search.answer import judge
from bot.search.entry import Hit
from tests.search.samples import INDEX, fact

OLD = fact("old", "cũ", replaced_by="new")
NEW = fact("new", "mới")
OTHER = fact("other", "khác")


def test_nothing_found_is_refused() -> None:
    assert judge([]).outcome == "refuse"
    assert judge([]).hits == ()


@pytest.mark.parametrize(("confidence", "outcome"), [(0.33, "refuse"), (0.36, "choose"), (0.5, "answer")])
def test_confidence_decides(confidence: float, outcome: str) -> None:
    assert judge([Hit(NEW, 10, confidence), Hit(OTHER, 5, 0.2)]).outcome == outcome


@pytest.mark.parametrize(("second", "outcome"), [(8.0, "choose"), (7.5, "answer")])
def test_a_close_second_is_offered_too(second: float, outcome: str) -> None:
    assert judge([Hit(NEW, 10, 0.9), Hit(OTHER, second, 0.9)]).outcome == outcome


def test_at_most_three_are_offered() -> None:
    hits = [Hit(fact(str(number), "x"), 10, 0.9) for number in range(5)]
    assert [hit.entry.id for hit in judge(hits).hits] == ["0", "1", "2"]


def test_an_older_state_of_the_same_thing_is_no_rival() -> None:
    assert judge([Hit(NEW, 10, 0.9), Hit(OLD, 10, 0.9)]).outcome == "answer"
    assert judge([Hit(OLD, 10, 0.9), Hit(NEW, 10, 0.9)]).outcome == "answer"
    assert judge([Hit(NEW, 10, 0.9), Hit(OLD, 10, 0.9), Hit(OTHER, 10, 0.9)]).outcome == "choose"


def test_a_passage_is_no_rival_of_a_fact() -> None:
    assert judge(INDEX.search("Kinh tế số năm 2024 ước bằng bao nhiêu GDP")).outcome == "answer"
