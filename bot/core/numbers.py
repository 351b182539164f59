"""Numbers as people type them, and as they are shown in Vietnamese and English."""

import re
from decimal import ROUND_HALF_UP, Decimal

from bot.core.numerals import numeral, value
from bot.core.text import clean, fold

LIMIT = 9_999_999
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width forms of ASCII
_POLITE_BEFORE = re.compile(r"(?:da|vang|co|duoc|la|dung|tat ca|tong(?: cong| so)?)\b[ :,]*")
_POLITE_AFTER = re.compile(r"[ ,]+(?:a|nhe|nha|nhe a|thoi|thoi a)$")
_UNITS = (
    "ho|h|ho dan|ho gia dinh|nha|gia dinh|nguoi|ng|nguoi dan|nguoi gia|luot|luot nguoi|luot ho|ba con|bac|cu|cu gia"
    "|co|chu|anh|chi|em|thanh vien|tv|to vien|dong chi|hoc vien|can bo|phut|p|ph|buoi|lan|cau"
)
_UNIT_AFTER = re.compile(rf" ?\b(?:{_UNITS})$|(?<=[0-9])(?:{_UNITS})$")
_NONE = re.compile(rf"(?:khong|ko)(?: co)?(?: (?:ai|gi|{_UNITS}))?(?: nao| ca| nao ca)?")
_PLAIN = re.compile(r"0?[0-9]|[1-9][0-9]*")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?: [0-9]{3})+)")
_WORD = re.compile(r"[^\W\d_]+|[0-9]+")


class UnclearNumber(ValueError):
    """The text is not one clear whole number from zero to the limit; `text` is what was typed."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def parse_count(text: str, limit: int = LIMIT) -> int:
    """The whole number a person typed: "12", "12 hộ", "1.234", "mười hai", "2 chục", "không có".

    Raises UnclearNumber for everything that is no single whole number from 0 to `limit`: blank, a fraction, a range,
    "khoảng 10", "năm chục rưỡi". A point or a space groups thousands; a comma is the decimal sign and so is refused.
    """
    typed = _tidy(text)
    if _NONE.fullmatch(fold(typed)):
        return 0
    number = _read(_without_unit(typed))
    if number is None or number > limit:
        raise UnclearNumber(text)
    return number


def format_number(number: int, locale: str = "vi") -> str:
    """A whole number in groups of three: "55.250.000", English "55,250,000"."""
    grouped = f"{number:,}"
    return grouped if locale == "en" else grouped.replace(",", ".")


def format_decimal(number: float | Decimal, locale: str = "vi", *, places: int = 2) -> str:
    """A finite number with at most `places` decimals, halves rounded up, no idle zeros: "55,25", English "55.25"."""
    rounded = Decimal(str(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, fraction = f"{rounded:,f}".partition(".")
    fraction = fraction.rstrip("0")
    if not rounded:
        whole = "0"  # never "-0"
    point, comma = (".", ",") if locale == "en" else (",", ".")
    return whole.replace(",", comma) + (point + fraction if fraction else "")


def format_percent(share: float | Decimal, locale: str = "vi", *, places: int = 1) -> str:
    """A finite share of one as a percentage: 0.183 is "18,3 %", English "18.3%"."""
    percent = format_decimal(Decimal(str(share)) * 100, locale, places=places)
    return f"{percent}%" if locale == "en" else f"{percent} %"


def _tidy(text: str) -> str:
    """One line, single spaces, ASCII digits, lower case, without the full stop at the end."""
    return " ".join(clean(text).translate(_WIDE).lower().split()).rstrip(".!,; ")


def _without_unit(typed: str) -> str:
    """The number's own words. Folding keeps the length here: `typed` is in the composed form."""
    folded = fold(typed)
    if len(folded) != len(typed):
        return typed
    start, end = 0, len(folded)
    if before := _POLITE_BEFORE.match(folded):
        start = before.end()
    if after := _POLITE_AFTER.search(folded, start):
        end = after.start()
    if (unit := _UNIT_AFTER.search(folded[:end], start)) and not numeral(typed[unit.start() : end].strip()):
        end = unit.start()
    return typed[start:end].strip()


def _read(typed: str) -> int | None:
    if _PLAIN.fullmatch(typed) or _GROUPED.fullmatch(typed):
        digits = re.sub(r"[. ]", "", typed)
        return int(digits) if len(digits) <= 15 else None  # noqa: PLR2004  far over any limit; int() of a novel is slow
    found = _WORD.findall(typed)
    if not found or " ".join(found) != typed:
        return None
    tokens = [numeral(word) for word in found]
    return value(tokens) if all(tokens) and not tokens[-1].isdigit() else None
