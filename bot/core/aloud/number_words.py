"""Numbers as Vietnamese words, as they are read aloud: 55.25 is "năm mươi lăm phẩy hai mươi lăm"."""

from typing import Final

DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES: Final = ("", "nghìn", "triệu", "tỷ")
_GROUP: Final = 1000
_TEN, _HUNDRED = 10, 100
_ONE, _FIVE = 1, 5
LARGEST: Final = 10**12 - 1


def whole(number: int) -> str:
    """A whole number from 0 to 999,999,999,999 in words: 2027 is "hai nghìn không trăm hai mươi bảy".

    ValueError for every other.
    """
    if not 0 <= number <= LARGEST:
        msg = f"no words for {number}"
        raise ValueError(msg)
    groups: list[int] = []
    rest = number
    while rest or not groups:
        rest, group = divmod(rest, _GROUP)
        groups.append(group)
    said = [
        " ".join(part for part in (_three(group, full=place < len(groups) - 1), _SCALES[place]) if part)
        for place, group in reversed(list(enumerate(groups)))
        if group or len(groups) == 1
    ]
    return " ".join(said)


def digits(text: str) -> str:
    """Digits one by one, as telephone numbers are read: "156" is "một năm sáu"."""
    return " ".join(DIGITS[int(digit)] for digit in text)


def decimal(before: str, after: str) -> str:
    """A number with decimals: the part after the comma as a number, digit by digit when it begins with zero."""
    long = len(after) > 2 or after.startswith("0")  # noqa: PLR2004  longer decimals are read digit by digit
    return f"{whole(int(before))} phẩy {digits(after) if long else whole(int(after))}"


def _three(number: int, *, full: bool) -> str:
    """Up to three digits; `full`: after a higher group, where "không trăm" and "linh" are said."""
    hundreds, rest = divmod(number, _HUNDRED)
    tens, ones = divmod(rest, _TEN)
    said = [f"{DIGITS[hundreds]} trăm"] if hundreds or full else []
    if tens == 0 and ones and said:
        return " ".join([*said, "linh", DIGITS[ones]])
    if tens == 0 and (ones or not said):
        return " ".join([*said, DIGITS[ones]])
    if tens:
        said.append("mười" if tens == 1 else f"{DIGITS[tens]} mươi")
    if ones:
        said.append("lăm" if ones == _FIVE else "mốt" if ones == _ONE and tens > 1 else DIGITS[ones])
    return " ".join(said)
