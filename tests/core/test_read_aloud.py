"""What stands in papers, as it is read over a loudspeaker."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import numerals
from bot.core.aloud import number_words
from bot.core.aloud.loudspeaker import LONGEST, SHORTEST, Pieces, compose
from bot.core.aloud.read_aloud import aloud, day_aloud, syllables
from bot.library import Library

UNREADABLE = re.compile(r"[\d/%&+=@\"“”()\[\]{}<>*_#|~\\–—…-]|\b[A-ZĐ]{2,}\b|\w\.\w|  ")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("18,3 %", "mười tám phẩy ba phần trăm"),
        ("55,25 triệu", "năm mươi lăm phẩy hai mươi lăm triệu"),
        ("1,05", "một phẩy không năm"),
        ("31.836", "ba mươi mốt nghìn tám trăm ba mươi sáu"),
        ("ngày 10/10/2027", "ngày mười tháng mười năm hai nghìn không trăm hai mươi bảy"),
        ("từ 1/4/2025", "từ ngày một tháng tư năm hai nghìn không trăm hai mươi lăm"),
        ("sáng 10/10", "sáng ngày mười tháng mười"),
        ("hạng 71/193", "hạng bảy mươi mốt trên một trăm chín mươi ba"),
        ("hạng 5/10", "hạng năm trên mười"),
        ("đầu tháng 2/2025", "đầu tháng hai năm hai nghìn không trăm hai mươi lăm"),
        ("quý I/2022, quý II", "quý một năm hai nghìn không trăm hai mươi hai, quý hai"),
        ("tăng 8-10 %", "tăng tám đến mười phần trăm"),
        ("2022 - 2025", "hai nghìn không trăm hai mươi hai đến hai nghìn không trăm hai mươi lăm"),
        ("gọi 156, nhắn tin tới 5656", "gọi một năm sáu, nhắn tin tới năm sáu năm sáu"),
        ("số 0368", "số không ba sáu tám"),
        ("Đề án 06, 04 việc", "đề án không sáu, bốn việc"),
        ("Thông báo 56/TB-VPCP", "thông báo số năm mươi sáu của văn phòng chính phủ"),
        ("Nghị quyết 57-NQ/TW", "nghị quyết số năm mươi bảy của trung ương"),
        ("mã OTP, VNeID", "mã ô tê pê, vi en i đi"),
        ("nhóm ABC", "nhóm a bê xê"),
        ("xã/phường", "xã hoặc phường"),
        ("lúc 7h30", "lúc bảy giờ ba mươi"),
        ("dichvucong.gov.vn", "dịch vụ công chấm góp chấm vi en"),
    ],
)
def test_numbers_days_and_short_words_are_spelled_out(library: Library, written: str, said: str) -> None:
    assert aloud(written, library.spoken).lower() == said


def test_a_day_in_full() -> None:
    assert day_aloud(date(2026, 4, 21)) == "ngày hai mươi mốt tháng tư năm hai nghìn không trăm hai mươi sáu"


@given(st.integers(0, 999_999_999))
def test_a_number_in_words_is_that_number_when_it_is_read_again(number: int) -> None:
    tokens = [numerals.numeral(word) for word in number_words.whole(number).split()]
    read = numerals.value(tokens)
    assert read in {number, None}  # None: said for two numbers, and so refused where people type
    assert read == number or number > 9999


def test_there_are_words_only_for_whole_numbers_of_a_size() -> None:
    with pytest.raises(ValueError, match="no words"):
        number_words.whole(-1)
    with pytest.raises(ValueError, match="no words"):
        number_words.whole(10**12)


@given(st.text(st.sampled_from('0123456789/-–.,% ABCVNeIDqđĐấ()"“:;!?…\n+@'), max_size=60))
def test_no_sign_is_left_to_stumble_over(text: str) -> None:
    said = aloud(text, {"VNeID": "vi en i đi"})
    assert not UNREADABLE.search(said.lower()), said


def pieces(steps: int, words: int, more: int = 0) -> Pieces:
    step = " ".join(["tiếng"] * words) + "."
    return Pieces(
        opening="Kính thưa bà con.",
        body=(step,) * steps,
        key="Điều cần nhớ.",
        more=(step,) * more,
        source="Nguồn.",
        closing="Xin cảm ơn.",
    )


@pytest.mark.parametrize(
    ("steps", "words", "more"), [(1, 20, 0), (2, 60, 1), (7, 40, 2), (12, 60, 0), (1, 5, 0), (3, 90, 3)]
)
def test_a_text_lasts_as_long_as_it_should(steps: int, words: int, more: int) -> None:
    made = compose(pieces(steps, words, more))
    assert SHORTEST <= made.seconds <= LONGEST
    assert made.syllables == syllables(made.text)


def test_what_is_long_loses_its_last_steps_and_says_so() -> None:
    assert "Các bước còn lại" in compose(pieces(12, 60)).text
    assert "Các bước còn lại" not in compose(pieces(2, 60)).text


def test_what_is_short_is_said_again() -> None:
    text = compose(pieces(2, 40)).text
    assert "Xin nhắc lại." in text
