import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.numbers import (
    LIMIT,
    UnclearNumber,
    format_decimal,
    format_number,
    format_percent,
    parse_count,
)
from bot.core.text import fold

DIGITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


def said(number: int) -> str:
    """The number in words, as schools teach it, every place named."""
    millions, thousands, rest = number // 10**6, number // 1000 % 1000, number % 1000
    parts = [f"{below_thousand(millions)} triệu"] if millions else []
    if thousands or (parts and rest):
        parts.append(f"{below_thousand(thousands, inner=bool(parts))} nghìn" if thousands else "không nghìn")
    if rest:
        parts.append(below_thousand(rest, inner=bool(parts)))
    return " ".join(parts) or "không"


def below_thousand(number: int, *, inner: bool = False) -> str:
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    inner = inner or bool(hundreds)
    parts = [f"{DIGITS[hundreds]} trăm"] if inner else []
    if tens:
        parts.append("mười" if tens == 1 else f"{DIGITS[tens]} mươi")
    elif ones and inner:
        parts.append("linh")
    if ones:
        parts.append("lăm" if ones == 5 and tens else "mốt" if ones == 1 and tens > 1 else DIGITS[ones])
    return " ".join(parts)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("05", 5),
        ("12 hộ", 12),
        ("12h", 12),
        ("12 người", 12),
        ("12 NGUOI.", 12),
        ("dạ 12 hộ ạ", 12),
        ("tổng cộng: 12 lượt người", 12),
        ("ba bác", 3),
        ("mười hai", 12),
        ("muoi hai", 12),
        ("hai mươi lăm", 25),
        ("hai mươi nhăm", 25),
        ("hăm lăm", 25),
        ("hai lăm", 25),
        ("ba mốt", 31),
        ("ba mươi tư hộ", 34),
        ("một trăm linh năm", 105),
        ("trăm lẻ năm", 105),
        ("một trăm hai", 120),
        ("một nghìn hai", 1200),
        ("một nghìn linh hai", 1002),
        ("một nghìn không trăm linh năm", 1005),
        ("1.234", 1234),
        ("1 234", 1234),
        ("1\u00a0234 hộ", 1234),
        ("1.234.567", 1234567),
        ("chục", 10),
        ("2 chục", 20),
        ("năm chục", 50),
        ("2 trăm", 200),
        ("25 nghìn", 25000),
        ("１２", 12),
        ("0", 0),
        ("không", 0),
        ("không có", 0),
        ("khong co ai", 0),
        ("không hộ nào", 0),
    ],
)
def test_counts_as_people_type_them(text: str, number: int) -> None:
    assert parse_count(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "h", "hộ", "chưa", "không biết", "không rõ", "bà", "làm"),
        *("1,5", "-3", "5-6", "12.34", "1.23", "0.123", "1.234 567", "1.234.56", "12²", "10%", "1/2", "1h30", "12+"),
        *("năm chục rưỡi", "khoảng 10", "hơn 10", "vài chục", "12 hộ 3 người", "5 6", "hai ba", "hai năm"),
        *("lăm", "mốt", "linh năm", "mười không", "một mươi", "hai mươi 5", "một triệu hai trăm", "ba mot"),
        *("10000000", "mười triệu", "9" * 5000, "0912345678"),
    ],
)
def test_what_is_unclear_is_asked_again(text: str) -> None:
    with pytest.raises(UnclearNumber) as unclear:
        parse_count(text)
    assert unclear.value.text == text


def test_the_limit_is_the_callers() -> None:
    assert parse_count("60", limit=60) == 60
    with pytest.raises(UnclearNumber):
        parse_count("61", limit=60)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, LIMIT) | st.integers(0, 2000))
@example(1_000_005)
@example(2_005_000)
def test_every_number_is_read_however_it_is_written(number: int) -> None:
    assert parse_count(str(number)) == number
    assert parse_count(format_number(number)) == number
    assert parse_count(f"{number} hộ") == number
    assert parse_count(said(number)) == number
    if "mốt" not in said(number):
        assert parse_count(fold(said(number)).upper()) == number


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=30)
    | st.lists(
        st.sampled_from([*DIGITS, "mươi", "mười", "lăm", "mốt", "trăm", "nghìn", "triệu", "linh", "chục", "2", "hộ"])
    ).map(" ".join)
)
def test_no_text_does_anything_else(text: str) -> None:
    with contextlib.suppress(UnclearNumber):
        assert 0 <= parse_count(text) <= LIMIT


def test_numbers_shown() -> None:
    assert (format_number(55_250_000), format_number(55_250_000, "en")) == ("55.250.000", "55,250,000")
    assert (format_decimal(55.25), format_decimal(55.25, "en")) == ("55,25", "55.25")
    assert (format_decimal(-1234.567), format_decimal(1234.5, "en")) == ("-1.234,57", "1,234.5")
    assert (format_decimal(2.5, places=0), format_decimal(-0.001), format_decimal(7)) == ("3", "0", "7")
    assert (format_percent(0.183), format_percent(0.183, "en"), format_percent(0.4)) == ("18,3 %", "18.3%", "40 %")
