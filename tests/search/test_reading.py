"""One reading for everything a person may write for the same thing."""

import unicodedata

import pytest

from bot.search.reading import Lexicon, Syllable, syllable
from tests.search.samples import LEXICON


def folded(text: str, lexicon: Lexicon = LEXICON) -> str:
    return " ".join(one.folded for one in lexicon.read(text))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Đường Hòa Bình", "duong hoa binh"),
        ("ĐỊNH DANH", "dinh danh"),
        ("tỷ lệ, kỹ năng", "ti le ki nang"),
        ("quý II/2022", "qui 2 2022"),
        ("phiên họp lần thứ nhất", "phien hop lan 1"),
        ("Đề án 06", "de an 6"),
        ("ngày 06/02", "ngay 6 2"),
        ("80%", "80 phan tram"),
        ("CĐS", "chuyen doi so"),
        ("cds", "chuyen doi so"),
        ("nq57", "nghi quyet 57"),
        ("NQ 57-NQ/TW", "nghi quyet 57 nghi quyet tw"),
        ("chuyển\u200b đổi\u00a0số", "chuyen doi so"),
        ("snake_case", "snake case"),
        ("🙏👨‍👩‍👧", ""),
        ("", ""),
    ],
)
def test_is_read_as(written: str, read: str) -> None:
    assert folded(written) == read


@pytest.mark.parametrize(
    ("one", "other"),
    [("hoà", "hòa"), ("thuý", "thúy"), ("khoẻ", "khỏe"), ("kỹ", "kĩ"), ("nữa", "nửa"), ("HOÀ", "hòa")],
)
def test_spelled_alike(one: str, other: str) -> None:
    assert syllable(one.lower()) == syllable(other)


@pytest.mark.parametrize(("one", "other"), [("đầu", "đau"), ("bao", "báo"), ("cô", "cơ"), ("đo", "do")])
def test_marks_tell_apart(one: str, other: str) -> None:
    assert syllable(one).exact != syllable(other).exact


def test_composed_and_decomposed_read_alike() -> None:
    text = "Tổ công nghệ số cộng đồng ở Đắk Lắk, thứ nhất"
    assert LEXICON.read(unicodedata.normalize("NFD", text)) == LEXICON.read(text)


def test_an_abbreviation_is_replaced_with_its_marks() -> None:
    assert LEXICON.read("CĐS") == LEXICON.read("chuyển đổi số")


def test_a_syllable_with_a_vowel_mark_is_no_abbreviation() -> None:
    assert folded("tò", Lexicon({"to": "tổ"}, {})) == "to"
    assert syllable("tò") in Lexicon({"to": "tổ"}, {}).read("tò")


def test_empty_lexicon_and_empty_values_are_fine() -> None:
    lexicon = Lexicon({"x": ""}, {"": "gì", "heo": ""})
    assert lexicon.read("x heo") == (Syllable("x", "x"), Syllable("heo", "heo"))


def test_other_words_need_the_editors_marks_when_marks_are_typed() -> None:
    said = LEXICON.read("bán heo")
    assert [words[0].folded for _, _, words in LEXICON.also_said(said, marks=True)] == ["lon"]
    assert not list(LEXICON.also_said(LEXICON.read("héo"), marks=True))
