import re
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import privacy
from bot.core.privacy import MASKS, _luhn, bare, mask

GAPS = st.sampled_from(["", " ", ".", "-", "–", "\u00a0", "\u200b"])
WORDS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("CCCD 079123456789 ạ", "CCCD [số căn cước] ạ"),
        ("cccd079123456789", "cccd[số căn cước]"),
        *((text, "[số căn cước]") for text in ("079 123 456 789", "079.123.456.789", "079-123-456-789")),
        *((text, "[số căn cước]") for text in ("0 7 9 1 2 3 4 5 6 7 8 9", "079 1 85 001234", "123 456 789")),
        ("CMND 123456789", "CMND [số căn cước]"),
        *((text, "[số điện thoại]") for text in ("0912345678", "0912.345.678", "0912-345-678", "091 234 56 78")),
        *((text, "[số điện thoại]") for text in ("+84 912 345 678", "+84912345678", "+84.912.345.678", "84912345678")),
        *((text, "[số điện thoại]") for text in ("(+84) 912345678", "(024) 3936 1234", "０９１２３４５６７８")),
        ("(0912345678)", "([số điện thoại])"),
        ("0912345678 079123456789", "[số điện thoại] [số căn cước]"),
        ("0912345678/0987654321", "[số điện thoại]/[số điện thoại]"),
        ("5 hộ, gọi 12 0912345678", "5 hộ, gọi 12 [số điện thoại]"),
        *((text, "[số thẻ]") for text in ("4111111111111111", "4111 1111 1111 1111", "3782 822463 10005")),
        *((text, "[số thẻ]") for text in ("9704-0000-0000-0018", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")),
        ("OTP 123456", "OTP [mã]"),
        ("mã OTP là 123 456", "mã OTP là [mã]"),
        ("ma xac thuc: 12-34", "ma xac thuc: [mã]"),
        ("Mật khẩu của tôi là 12345678.", "Mật khẩu của tôi là [mã]."),
        ("123456 là mã xác thực", "[mã] là mã xác thực"),
        ("mã OTP một hai ba bốn năm sáu", "mã OTP [mã]"),
        ("không chín một hai ba bốn năm sáu bảy tám", "[số điện thoại]"),
        ("0, 9, 1, 2, 3, 4, 5, 6, 7, 8", "[số điện thoại]"),
        ("0,7,9,1,2,3,4,5,6,7,8,9", "[số căn cước]"),
        ("so cua toi la khong chin mot, hai ba bon, nam sau bay tam", "so cua toi la [số điện thoại]"),
        ("không bảy chín một hai ba bốn năm sáu bảy tám chín", "[số căn cước]"),
    ],
)
def test_personal_numbers_are_masked(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        *("31.836 tỷ đồng", "55.250.000", "123.456.789", "1.234.567.890", "3.000.000.000.000 đồng", "100000000 đồng"),
        *("56/TB-VPCP", "505/QĐ-TTg", "Luật 91/2025/QH15", "11/2024/TT-BTTTT", "TM-2026-0042", "mã phiếu TM-2026-0042"),
        *("18/11/2026", "18.11.2026", "02-09-2025 12", "2026-11-18 09:14:33", "16–22/11/2026", "mã 18.11.2026"),
        *("bc t3 5ho 8ng 60+ 3 vneid 2 dvc 3 sang nay", "5 8 3 2 12 40", "12 5 30 4 8 15 2 7", "năm 2024 2025 2026"),
        *("nhưng mà 2025 người", "nhung ma 5000 nguoi", "quét mã QR 2025", "tổng đài 1900 6848", "hai ba bốn năm"),
        *("1, 2, 3, 4, 5, 6, 7, 8, 9", "0, 1, 2, 0, 5, 0, 0"),
        *("hai mươi lăm", "0,5 %", "113", "không có ai", "mã độc", ""),
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert (mask(text).text, mask(text).kinds) == (text, ())


def test_what_stands_for_a_number_is_not_looked_for() -> None:
    masked = mask("căn cước 079123456789, OTP 739152: làm hộ chiếu ở đâu").text
    assert bare(masked).split() == ["căn", "cước", ",", "OTP", ":", "làm", "hộ", "chiếu", "ở", "đâu"]


def test_kinds_come_once_in_the_order_found() -> None:
    found = mask("OTP 123456 gửi 0912345678 hoặc 0912345679, căn cước 079123456789")
    assert found.kinds == ("code", "phone", "id")


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"0[0-9]{11}", fullmatch=True), GAPS, st.sampled_from([3, 4, 6]))
def test_an_identity_number_however_grouped(digits: str, gap: str, size: int) -> None:
    typed = gap.join(digits[at : at + size] for at in range(0, 12, size))
    assert mask(f"số {typed} ạ").text == f"số {MASKS['id']} ạ"


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[35789][0-9]{8}", fullmatch=True), GAPS, st.sampled_from(["0", "+84"]))
def test_a_telephone_number_however_grouped(digits: str, gap: str, prefix: str) -> None:
    first = prefix + (gap if prefix == "+84" else "")
    typed = first + gap.join((digits[:2], digits[2:5], digits[5:]))
    assert mask(f"gọi {typed} nhé").text == f"gọi {MASKS['phone']} nhé"


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789", min_size=9, max_size=12))
def test_nine_spoken_digits_never_stay(digits: str) -> None:
    found = mask(" ".join(WORDS[int(digit)] for digit in digits))
    assert found.text in MASKS.values()


PLAIN = ["khong", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin"]


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"0[3-9][0-9]{8}|0[0-9]{11}", fullmatch=True), st.data())
def test_a_number_said_in_words_and_figures_mixed(digits: str, data: st.DataObject) -> None:
    ways = [data.draw(st.sampled_from([digit, WORDS[int(digit)], PLAIN[int(digit)]])) for digit in digits]
    gap = data.draw(st.sampled_from([" ", ", ", " - ", ". "]))
    found = mask(f"số của tôi là {gap.join(ways)} nhé")
    assert found.kinds
    assert not re.search(r"\d", found.text)


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"(4[0-9]{3}|5[1-5][0-9]{2}|9704)[0-9]{11}", fullmatch=True), GAPS, st.booleans())
def test_a_card_number_however_grouped(first: str, gap: str, inside: bool) -> None:  # noqa: FBT001
    digits = next(f"{first}{last}" for last in range(10) if _luhn(f"{first}{last}"))
    typed = gap.join(digits[at : at + 4] for at in range(0, 16, 4))
    found = mask(f"thẻ{typed}ạ" if inside else f"thẻ {typed} ạ")
    assert found.kinds == ("card",)
    assert not re.search(r"\d", found.text)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["OTP", "mã OTP", "ma xac thuc", "Mã xác nhận của tôi", "mật khẩu", "pin la", "mã"]),
    st.from_regex(r"[0-9]{4,8}", fullmatch=True),
    st.sampled_from([" ", ": ", " là ", " vừa nhận là "]),
    st.sampled_from(["", " ", "-", "."]),
)
def test_a_secret_code_beside_its_word(word: str, digits: str, link: str, gap: str) -> None:
    found = mask(f"{word}{link}{digits[:3]}{gap}{digits[3:]}")
    assert not re.search(r"\d", found.text), found


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.text("0123456789 .-/mãOTP:+()", max_size=60))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once.text).text == once.text
    assert bool(once.kinds) == (once.text != normalize("NFC", text))


HOSTILE = (
    "1 ",
    "12 ",
    "123 ",
    "4441 ",
    "012 ",
    "08 1 ",
    "1 22 333 ",
    "4444 4444 4441 ",
    "0 84 ",
    "0 ",
    f"{'1 ' * 19}22 ",
)


@pytest.mark.parametrize("part", HOSTILE)
def test_no_text_makes_masking_slow(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0
    closer_look = privacy._kind

    def counted(*given: Any) -> Any:
        nonlocal looked_at
        looked_at += 1
        return closer_look(*given)

    monkeypatch.setattr(privacy, "_kind", counted)
    text = (part * 4000)[:4000]
    mask(text)
    assert looked_at <= len(text) // 2  # closer looks at rows of digits; looking at every row took 22,000 and 130 ms
