"""Written Vietnamese as it is read aloud: numbers, days and abbreviations in words, no sign left to stumble over."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from bot.core.aloud.number_words import decimal, digits, whole
from bot.core.text import clean

_LETTERS: Final = {
    "A": "a", "B": "bê", "C": "xê", "D": "dê", "Đ": "đê", "E": "e", "F": "ép", "G": "gờ", "H": "hát", "I": "i",
    "J": "gi", "K": "ca", "L": "lờ", "M": "mờ", "N": "nờ", "O": "o", "P": "pê", "Q": "quy", "R": "rờ", "S": "ét",
    "T": "tê", "U": "u", "V": "vê", "W": "vê kép", "X": "ích", "Y": "i dài", "Z": "dét",
}  # fmt: skip
_ROMAN: Final = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "X": 10, "XIII": 13, "XIV": 14, "XV": 15}
_MONTHS, _DAYS = 12, 31
_LAW = re.compile(r"(?:số )?\b(\d{1,4})(?:/(\d{4}))?[/-]([A-ZĐ][\w]*(?:[/-][A-ZĐ]\w*)*)")
_FULL_DATE = re.compile(r"(\b[Nn]gày )?\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_MONTH_YEAR = re.compile(r"(\b[Tt]háng )?\b(\d{1,2})/(\d{4})\b")
_QUARTER = re.compile(r"\b([Qq]uý|[Kk]hóa|[Cc]hương) ([IVX]+)\b(?:/(\d{4}))?")
_PAIR = re.compile(r"(\b[Hh]ạng |\b[Tt]hứ |\bđứng )?(\b[Nn]gày )?\b(\d{1,4})/(\d{1,4})\b")
_CALLED = re.compile(r"\b((?:[Gg]ọi|nhắn(?: tin)? tới|[Tt]ổng đài|[Đđ]ầu số|số máy|[Hh]otline)(?: số)? )(\d{3,11})\b")
_PROJECT = re.compile(r"\b(Đề án )(0\d)\b")
_CLOCK = re.compile(r"\b(\d{1,2})(?:h|:)(\d{2})?\b")
_RANGE = re.compile(r"(?<=\d) ?[-–] ?(?=\d)")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?")
_CAPITALS = re.compile(r"[A-ZĐ]{2,}(?![a-zà-ỹ])")
_SITE = re.compile(r"\b[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\b")
_SIGNS: Final = {
    "%": " phần trăm", "&": " và ", "+": " cộng ", "=": " bằng ", "@": " a còng ", "…": ".", "–": ", ", "—": ", ",
    ";": ",", "(": ", ", ")": ", ", "[": ", ", "]": ", ", '"': "", "“": "", "”": "", "'": "", "’": "", "*": "",
    "_": " ", "#": "", ">": "", "<": "",
    "|": ", ", "~": " khoảng ", "\\": " ", "$": " đô la ", "₫": " đồng", "°": " độ",
}  # fmt: skip
_SYLLABLE = re.compile(r"[^\W\d_]+")


def aloud(text: str, spoken: Mapping[str, str]) -> str:
    """The text as it is read aloud, in one paragraph; `spoken` says how names and abbreviations are read."""
    text = " ".join(clean(text).split())
    text = _LAW.sub(lambda found: _law(found, spoken), text)
    text = _named(text, spoken)
    for pattern, said in _DATED:
        text = pattern.sub(said, text)
    text = _PROJECT.sub(lambda found: f"{found[1]}{digits(found[2])}", text)
    text = _CALLED.sub(lambda found: f"{found[1]}{digits(found[2])}", text)
    text = _CLOCK.sub(lambda found: f"{found[1]} giờ {found[2] or ''}", text)
    text = _SITE.sub(lambda found: _site(found[0]), _RANGE.sub(" đến ", text))
    text = _NUMBER.sub(lambda found: f" {_number(found[0])} ", text)
    text = _CAPITALS.sub(lambda found: f" {' '.join(_LETTERS[letter] for letter in found[0])} ", text)
    return _tidy(text)


def day_aloud(day: date) -> str:
    """A day in full: "ngày mười tháng mười năm hai nghìn không trăm hai mươi bảy"."""
    return f"ngày {whole(day.day)} tháng {_month(day.month)} năm {whole(day.year)}"


def syllables(text: str) -> int:
    """How many syllables are spoken: in Vietnamese each word that stands alone is one."""
    return len(_SYLLABLE.findall(text))


def _law(found: re.Match[str], spoken: Mapping[str, str]) -> str:
    """The number of a legal paper: "57-NQ/TW" is "số năm mươi bảy của Trung ương"."""
    number, year, issuer = found.groups()
    said = next((spoken[issuer[at:]] for at in range(len(issuer)) if issuer[at:] in spoken), "")
    by = f" {said or issuer.replace('/', ' ').replace('-', ' ')}"
    return f"số {whole(int(number))}{f' năm {whole(int(year))}' if year else ''}{by}"


def _named(text: str, spoken: Mapping[str, str]) -> str:
    for written in sorted(spoken, key=len, reverse=True):
        if written in text:
            text = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", spoken[written], text)
    return text


def _full_date(found: re.Match[str]) -> str:
    day, month, year = (int(part) for part in found.groups()[1:])
    if not (1 <= day <= _DAYS and 1 <= month <= _MONTHS):
        return found[0].replace("/", " trên ")
    return f"{found[1] or 'ngày '}{whole(day)} tháng {_month(month)} năm {whole(year)}"


def _month_year(found: re.Match[str]) -> str:
    month, year = int(found[2]), int(found[3])
    if not 1 <= month <= _MONTHS:
        return found[0].replace("/", " trên ")
    return f"{found[1] or 'tháng '}{_month(month)} năm {whole(year)}"


def _quarter(found: re.Match[str]) -> str:
    number = _ROMAN.get(found[2])
    year = f" năm {whole(int(found[3]))}" if found[3] else ""
    return f"{found[1]} {whole(number) if number else ' '.join(found[2])}{year}"


def _pair(found: re.Match[str]) -> str:
    """What two numbers with a slash say: "10/10" is a day, "71/193" and "hạng 5/10" are so many of so many."""
    first, second = int(found[3]), int(found[4])
    is_day = not found[1] and 1 <= first <= _DAYS and 1 <= second <= _MONTHS
    if is_day:
        return f"{found[2] or 'ngày '}{whole(first)} tháng {_month(second)}"
    return f"{found[1] or ''}{found[2] or ''}{whole(first)} trên {whole(second)}"


_DATED: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (_FULL_DATE, _full_date),
    (_QUARTER, _quarter),
    (_MONTH_YEAR, _month_year),
    (_PAIR, _pair),
)


def _month(month: int) -> str:
    return "tư" if month == 4 else whole(month)  # noqa: PLR2004  the fourth month has its own word


def _number(text: str) -> str:
    before, comma, after = text.replace(".", "").partition(",")
    if comma:
        return decimal(before, after)
    long = len(before) > 12 or (before.startswith("0") and len(before) > 2)  # noqa: PLR2004  a code, no number
    return digits(before) if long else whole(int(before))


def _site(name: str) -> str:
    """A web address; a number with dots is none."""
    if not any(char.isalpha() for char in name):
        return name
    parts = name.split(".")
    return " chấm ".join("vi en" if part == "vn" else "góp" if part == "gov" else part for part in parts)


def _tidy(text: str) -> str:
    for sign, said in _SIGNS.items():
        text = text.replace(sign, said)
    text = re.sub(r"\s*/\s*", " hoặc ", text)
    text = re.sub(r"(?<=\s)-+(?=\s)", ",", text).replace("-", " ")
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?:\s*,)+\s*([.!?:])", r"\1", re.sub(r"\s+([,.!?:])", r"\1", text))
    text = re.sub(r"([.!?:])[\s,]*,", r"\1", re.sub(r",(?:\s*,)+", ",", text))
    text = re.sub(r"([.,:!?])(?=[^\s\d.,:!?])", r"\1 ", text)
    text = re.sub(r"([.!?])[\s.]*\.", r"\1", text).strip(" ,")
    return re.sub(r"(^|[.!?] )([^\W\d_])", lambda found: found[1] + found[2].upper(), text)
