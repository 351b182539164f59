"""Ranking: what is asked is found, however it is typed; facts before passages; what holds before what was."""

import random
import unicodedata
from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.text import fold
from bot.search.answer import judge
from bot.search.index import Entry, Index
from bot.search.order import newest
from bot.search.reading import Lexicon
from tests.search.samples import ASKED, ENTRIES, INDEX, LEXICON, NOT_THERE, fact, telex

VARIANTS: dict[str, Callable[[str], str]] = {
    "as typed": str,
    "no marks": fold,
    "upper": str.upper,
    "nfd": lambda text: unicodedata.normalize("NFD", text),
    "telex": telex,
    "emoji": lambda text: f"🙏 {text} ạ 😀",
}


def ids(question: str, index: Index = INDEX, k: int = 10) -> list[str]:
    return [hit.entry.id for hit in index.search(question, k)]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("question", "expected"), ASKED)
def test_finds_what_is_asked(question: str, expected: str, variant: str) -> None:
    assert ids(VARIANTS[variant](question))[0] == expected


def test_finds_it_with_a_slip_or_a_lost_space() -> None:
    tried = found = 0
    for question, expected in ASKED:
        spaces = [place for place, char in enumerate(question) if char == " "]
        letters = [place for place, char in enumerate(question) if char.isalpha()]
        for typed in (
            *(question[:place] + question[place + 1 :] for place in spaces),
            *(question[:place] + question[place + 1 :] for place in letters[::3]),
            *(question[:place] + question[place] + question[place:] for place in letters[1::3]),
        ):
            tried += 1
            found += ids(typed)[:1] == [expected]
    assert found / tried > 0.96


@pytest.mark.parametrize("question", NOT_THERE)
def test_what_the_entries_do_not_tell_is_refused(question: str) -> None:
    assert judge(INDEX.search(question)).outcome == "refuse"


def test_a_fact_goes_before_the_passage_that_says_the_same() -> None:
    assert ids("kinh tế số năm 2024 bằng bao nhiêu GDP theo báo cáo")[0] == "kts"


def test_a_passage_wins_when_no_fact_is_confident() -> None:
    assert ids("Hòa Bình bán mật ong và vải dệt tay")[0] == "p-lua"


def test_what_was_replaced_stands_behind_unless_its_period_is_asked() -> None:
    assert ids("xếp hạng chính phủ điện tử")[:2] == ["egov-2024", "egov-2022"]
    assert ids("xếp hạng chính phủ điện tử 2022")[:2] == ["egov-2022", "egov-2024"]
    assert ids("xếp hạng chính phủ điện tử 2024")[:2] == ["egov-2024", "egov-2022"]


def test_what_replaced_is_brought_in_though_no_word_of_it_was_said() -> None:
    old = fact("old", "Giá vé tàu là năm đồng", replaced_by="middle")
    middle = fact("middle", "Tiền đi xe", replaced_by="new")
    assert ids("giá vé tàu", Index([old, middle, fact("new", "Nay miễn phí")], LEXICON))[0] == "new"


def test_the_more_exact_period_wins() -> None:
    old = fact("old", "Đích tăng trưởng 8 đến 10", periods=("6/2/2025", "6/2"), replaced_by="new")
    new = fact("new", "Đích tăng trưởng trên 8", periods=("2025",))
    index = Index([old, new], LEXICON)
    assert ids("đích tăng trưởng 6/2/2025", index) == ["old", "new"]
    assert ids("đích tăng trưởng 2025", index) == ["new", "old"]


def test_entries_that_replace_each_other_do_not_hang() -> None:
    one, two = fact("one", "vòng tròn", replaced_by="two"), fact("two", "vòng tròn", replaced_by="one")
    assert newest(one, {"one": one, "two": two}) is two
    assert set(ids("vòng tròn", Index([one, two], LEXICON))) == {"one", "two"}


def test_a_replacement_nobody_knows_is_no_replacement() -> None:
    assert ids("vòng", Index([fact("one", "vòng tròn", replaced_by="gone")], LEXICON)) == ["one"]


def test_a_period_is_preferred_between_equals() -> None:
    first = fact("2021", "Tỷ lệ hài lòng là cao", periods=("2021",))
    second = fact("2023", "Tỷ lệ hài lòng là cao", periods=("năm 2023", "quý I/2023"))
    index = Index([first, second], LEXICON)
    assert ids("tỷ lệ hài lòng năm 2023", index)[0] == "2023"
    assert ids("tỷ lệ hài lòng quý 1 năm 2023", index)[0] == "2023"
    assert ids("tỷ lệ hài lòng 2021", index)[0] == "2021"


def test_another_year_lessens_confidence() -> None:
    assert INDEX.search("chỉ số bưu chính năm 2019")[0].confidence < INDEX.search("chỉ số bưu chính")[0].confidence


def test_how_it_stands_is_no_answer_to_what_the_goal_is() -> None:
    stands = fact("stands", "90 % người dân đã có sổ sức khỏe điện tử")
    goal = fact("goal", "Mục tiêu: 95 % người dân có sổ sức khỏe điện tử")
    index = Index([stands, *ENTRIES], LEXICON)
    asked = "mục tiêu bao nhiêu người dân có sổ sức khỏe"
    assert judge(index.search("bao nhiêu người dân có sổ sức khỏe")).outcome == "answer"
    assert judge(index.search(asked)).outcome != "answer"
    assert ids(asked, Index([stands, goal, *ENTRIES], LEXICON))[0] == "goal"


def test_keywords_find_but_words_of_the_text_weigh_more() -> None:
    entries = [fact("keyword", "Một điều", extra="sầu riêng"), fact("text", "Giá sầu riêng")]
    assert ids("sầu riêng", Index(entries, LEXICON)) == ["text", "keyword"]


def test_nothing_known_gives_nothing() -> None:
    assert ids("") == ids("zzzz qqqq") == ids("?!…") == []
    assert Index([], Lexicon({}, {})).search("chuyển đổi số") == []
    assert Index([fact("empty", "")], Lexicon({}, {})).search("chuyển đổi số") == []


def test_k_is_obeyed() -> None:
    assert len(ids("chính phủ điện tử năm 2024", k=2)) == 2
    assert ids("chính phủ", k=0) == []


_WRITTEN = st.text(max_size=120) | st.text(alphabet="ăâđêôơư ạếọ57%/-\u0301\u200b", max_size=60)


@settings(deadline=None, max_examples=150)
@given(_WRITTEN)
def test_any_text_is_answered_the_same_way_in_either_unicode_form(text: str) -> None:
    composed = INDEX.search(unicodedata.normalize("NFC", text))
    assert composed == INDEX.search(unicodedata.normalize("NFD", text))
    assert all(0 <= hit.confidence <= 1 and hit.score > 0 for hit in composed)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from([word for entry in ENTRIES for word in entry.text.split()]), max_size=12))
def test_searching_twice_gives_the_same(words: list[str]) -> None:
    question = " ".join(words)
    assert INDEX.search(question) == INDEX.search(question)


def test_four_thousand_passages_are_searched_quickly() -> None:
    rng = random.Random(2026)  # noqa: S311 - passages, not secrets
    words = [word for entry in ENTRIES for word in entry.text.split()] + [f"tiếng{number}" for number in range(3000)]
    passages = [
        Entry(id=str(number), kind="passage", text=" ".join(rng.choices(words, k=60))) for number in range(4000)
    ]
    index = Index([*ENTRIES, *passages], LEXICON)
    spent = []
    for question, expected in ASKED[:20]:
        start = process_time()
        assert ids(question, index)[0] == expected
        spent.append(process_time() - start)
    assert sorted(spent)[len(spent) // 2] < 0.025
