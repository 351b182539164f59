import pytest

from bot.search.finder import Finder
from bot.search.grouping import alike, group


@pytest.mark.parametrize(
    ("questions", "groups"),
    [
        ([], []),
        (["làm hộ chiếu hết bao nhiêu tiền", "lam ho chieu het bao nhieu tien vay a"], [[0, 1]]),
        (["làm hộ chiếu hết bao nhiêu tiền", "làm bằng lái hết bao nhiêu tiền"], [[0], [1]]),
        (["CĐS là gì", "chuyển đổi số là gì", "chuyeenr ddooir soos laf gif"], [[0, 1, 2]]),
        (["lệ phí hộ chiếu", "đổi bằng lái xe", "lệ phí hộ chiếu?", "đổi bằng lái xe ạ"], [[0, 2], [1, 3]]),
        (["How many VNeID accounts?", "bao nhiêu tài khoản VNeID"], [[0, 1]]),
        (["?", "!!"], [[0], [1]]),
    ],
)
def test_questions_that_ask_the_same_stand_together(
    index: Finder, questions: list[str], groups: list[list[int]]
) -> None:
    assert index.groups(questions) == groups


def test_a_question_joins_the_leader_it_is_most_like() -> None:
    readings = [{"a": 1.0, "b": 1.0}, {"a": 1.0, "b": 1.0, "c": 3.0}, {"a": 1.0, "b": 1.0, "c": 2.5}]
    assert group(readings) == [[0], [1, 2]]
    assert alike(readings[0], readings[0]) == 1.0
    assert alike({}, {}) == 0.0
