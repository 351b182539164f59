"""Vietnamese number words, "hai mươi lăm", as values."""

import re

from bot.core.text import fold

DIGITS = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip
_LAST = {"lam": 5, "nham": 5, "tu": 4, "mốt": 1}  # heard only as the last word of a number
_TENS = {"ham": 20, "bam": 30}
_SCALES = {"ty": 10**9, "ti": 10**9, "trieu": 10**6, "nghin": 10**3, "ngan": 10**3}
_JOINS = ("linh", "le")
_OTHERS = ("muoi", "chuc", "tram")
_FOLDED = {*DIGITS, *_LAST, *_TENS, *_SCALES, *_JOINS, *_OTHERS}
_MARKED = {
    "không", "một", "bốn", "tư", "năm", "lăm", "nhăm", "sáu", "bảy", "bẩy", "tám", "chín", "hăm", "băm",
    "tỷ", "tỉ", "triệu", "nghìn", "ngàn", "lẻ", "chục", "trăm",
}  # fmt: skip
_THOUSAND = 10**3
_TEN = 10
_ANY = _TEN**12


def numeral(word: str) -> str:
    """The folded number word or short digit string `word` is, else ""; only "mốt" keeps its mark, to differ from "một".

    A word with marks must carry the right ones ("bà" is not three, "làm" is not five); "mười", "mươi" and their
    misspellings are one word.
    """
    lowered = word.lower()
    folded = fold(lowered)
    if re.fullmatch(r"[0-9]{1,3}", lowered) or folded == "muoi":
        return folded
    if lowered == "mốt":
        return lowered
    known = lowered in _MARKED if folded != lowered else folded in _FOLDED
    return folded if known else ""


def value(tokens: list[str]) -> int | None:
    """What a row of `numeral` words says, or None when it is no single, clear number.

    As in speech, the last digit after a scale stands for the next place: "một nghìn hai" is 1,200 and
    "một trăm hai" 120. "một triệu hai trăm" is said for two different numbers and so is none.
    """
    return _with_scales(tokens, _ANY) if tokens else None


def _with_scales(tokens: list[str], below: int) -> int | None:
    place = next((at for at, token in enumerate(tokens) if token in _SCALES), None)
    if place is None:
        return _hundreds(tokens)
    scale, inner = _SCALES[tokens[place]], below != _ANY
    head = _hundreds(tokens[:place], inner=inner) if place else 1
    tail = _tail(tokens[place + 1 :], scale)
    if scale >= below or head is None or tail is None or (not head and not inner):
        return None
    return head * scale + tail


def _tail(tokens: list[str], scale: int) -> int | None:
    """What follows a scale word: nothing, the next place in one digit, or a smaller number said in full."""
    if not tokens:
        return 0
    if len(tokens) == 1 and (digit := _digit(tokens[0], last=True)):
        return digit * scale // _TEN
    if scale == _THOUSAND:
        return _joined(tokens) or _hundreds(tokens, inner=True)
    return _with_scales(tokens, scale) if any(token in _SCALES for token in tokens) else None


def _hundreds(tokens: list[str], *, inner: bool = False) -> int | None:
    if "tram" not in tokens:
        return _tens(tokens)
    place = tokens.index("tram")
    head = 1 if not place else _digit(tokens[0]) if place == 1 else None
    if head is None or (head == 0 and not inner):
        return None
    rest = tokens[place + 1 :]
    if not rest:
        return head * 100
    if len(rest) == 1 and (digit := _digit(rest[0], last=True)):
        return head * 100 + digit * _TEN
    low = _joined(rest) or _tens(rest)
    return None if low is None or (low < _TEN and rest[0] not in _JOINS) else head * 100 + low


def _joined(tokens: list[str]) -> int | None:
    """The 5 of "linh năm"."""
    if len(tokens) == 2 and tokens[0] in _JOINS:  # noqa: PLR2004  a join and a digit
        return _digit(tokens[1], last=True)
    return None


def _tens(tokens: list[str]) -> int | None:
    match tokens:
        case [one]:
            return int(one) if one.isdigit() else _TEN if one in {"muoi", "chuc"} else DIGITS.get(one)
        case [("muoi" | "ham" | "bam") as tens, last]:
            digit = _digit(last, last=True)
            return _TENS.get(tens, _TEN) + digit if digit else None
        case [first, ("muoi" | "chuc") as unit]:
            return _times_ten(first, unit)
        case [first, "muoi", last]:
            tens_value, digit = _times_ten(first, "muoi"), _digit(last, last=True)
            return tens_value + digit if tens_value and digit else None
        case [first, last] if last in _LAST:  # "hai lăm" is 25
            tens_value = _times_ten(first, "muoi")
            return tens_value + _LAST[last] if tens_value else None
    return None


def _times_ten(token: str, unit: str) -> int | None:
    digit = _digit(token)
    if not digit or (digit == 1 and unit == "muoi"):
        return None
    return digit * _TEN


def _digit(token: str, *, last: bool = False) -> int | None:
    if len(token) == 1 and token.isdigit():
        return int(token)
    return DIGITS.get(token, _LAST.get(token) if last else None)
