"""Days and weeks as people say them in Vietnamese, and as they are shown."""

import re
from datetime import date, timedelta
from typing import Final, Literal

from bot.core.text import clean, fold

Reason = Literal["unreadable", "ambiguous"]

_OLDEST: Final = 1900
_SOON: Final = 31  # days ahead within which a date without a year is the coming one
_RECENT: Final = 15  # days back within which "ngày 30", said in the next month, is last month's
_PART = r"(?:sang|trua|chieu|toi|dem|khuya)"
_PART_FIRST = re.compile(rf"(?:(?:luc|tu|vao|hoi) )?(?:buoi )?{_PART} (?!nay$|qua$|mai$)(?=\S)")
_PART_LAST = re.compile(rf"(?<=\S),? (?:buoi )?{_PART}$")
_NEAR = {
    0: rf"(?:(?:hom|bua|{_PART}|h|h\.) ?)?nay",
    -1: rf"(?:hom|bua|{_PART}|h|h\.) ?qua",
    -2: "(?:hom|bua) kia",
    1: rf"(?:(?:ngay|bua|hom|{_PART}) )?mai",
    2: "ngay kia",
}
_MARKED_NEAR = {"hôm kìa": -3, "hôm kỉa": -3, "bữa kìa": -3, "ngày mốt": 2, "bữa mốt": 2}
_WEEKDAY = re.compile(
    r"(?:thu ?(?P<number>[2-7]|hai|ba|tu|nam|sau|bay)|(?P<sunday>chu ?nhat|cn))"
    r"(?: (?P<which>tuan nay|tuan truoc|tuan roi|tuan vua roi|tuan qua|tuan sau|tuan toi|vua roi|vua qua|roi|nay))?"
)
_WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5}
_WEEKS = {
    "tuan nay": 0, "tuan truoc": -1, "tuan roi": -1, "tuan vua roi": -1, "tuan qua": -1, "tuan sau": 1, "tuan toi": 1,
}  # fmt: skip
_SAID = r"(?:(?:hom|ngay|hom ngay|mung|mong) ?)"
_DATE = re.compile(
    rf"{_SAID}?(?P<day>\d\d?)(?: ?(?P<sign>[/.-]) ?(?P<month>\d\d?)(?: ?(?P=sign) ?(?P<year>\d{{4}}|\d\d))?"
    r"| thang (?P<month_said>\d\d?)(?:(?: nam |[/-])(?P<year_said>\d{4}))?)"
)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
_DAY_ONLY = re.compile(rf"(?:{_SAID}(?P<day>\d\d?)|(?P<bare>\d\d?))(?P<which> thang nay| thang truoc)?")
_WEEKDAY_AND_DATE = re.compile(
    r"(?P<weekday>thu ?(?:[2-7]|[a-z]+)|chu ?nhat|cn)[ ,]+"
    r"(?P<date>(?:(?:hom|ngay) ?)?\d\d? ?(?:[/.-]|thang ).+|ngay \d\d?)"
)
_VAGUE = re.compile(r"(?:tuan|thang) (?:nay|truoc|roi|qua|sau|toi)|(?:hom|bua) (?:truoc|no)|(?:dau|giua|cuoi) tuan")
_NAMES = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


class UnclearDay(ValueError):
    """The text is not one clear day. `reason`: "unreadable" (no such day) or "ambiguous" (several); `text` as typed."""

    def __init__(self, text: str, reason: Reason = "unreadable") -> None:
        super().__init__(text)
        self.text = text
        self.reason = reason


def parse_day(text: str, today: date) -> date:
    """The day a person typed: "hôm qua", "thứ ba", "18/11", "ngày 18", "18/11/2026", seen from `today`.

    A weekday is its latest day not after today. A day and month without a year is the latest one within a year, or
    the coming one when it is at most 31 days ahead, so that whoever asks can refuse the future. Raises UnclearDay.
    """
    typed = " ".join(clean(text).lower().split()).rstrip(".!, ")
    if typed in _MARKED_NEAR:
        return _shift(text, today, _MARKED_NEAR[typed])
    folded = fold(typed)
    bare = _PART_LAST.sub("", _PART_FIRST.sub("", folded, count=1))
    for days, pattern in _NEAR.items():
        if re.fullmatch(pattern, folded) or re.fullmatch(pattern, bare):
            return _shift(text, today, days)
    if bare != folded and bare.isdigit():  # "chiều 5": five of what?
        raise UnclearDay(text)
    return _named(text, bare, today)


def format_day(day: date) -> str:
    """The day as dd/mm/yyyy, in every locale: months come second here whoever reads."""
    return f"{day:%d/%m/}{day.year:04}"


def format_day_long(day: date, locale: str = "vi") -> str:
    """The day with its weekday: "Chủ nhật 10/10/2027", "Sunday 10/10/2027"."""
    return f"{_NAMES['en' if locale == 'en' else 'vi'][day.weekday()]} {format_day(day)}"


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of the day's week."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def format_week(monday: date, sunday: date) -> str:
    """Two days as a span: "16–22/11/2026", "30/11–06/12/2026", "28/12/2026–03/01/2027"."""
    if monday.year != sunday.year:
        return f"{format_day(monday)}–{format_day(sunday)}"
    start = f"{monday:%d}" if monday.month == sunday.month else f"{monday:%d/%m}"
    return f"{start}–{format_day(sunday)}"


def _named(text: str, said: str, today: date) -> date:
    """`said` is folded and has lost its part of the day."""
    if found := _WEEKDAY_AND_DATE.fullmatch(said):
        return _agreeing(text, found, today)
    if found := _WEEKDAY.fullmatch(said):
        return _weekday(text, found, today)
    if found := _ISO.fullmatch(said):
        return _date(text, int(found["day"]), int(found["month"]), int(found["year"]))
    if found := _DATE.fullmatch(said):
        return _day_and_month(text, found, today)
    if found := _DAY_ONLY.fullmatch(said):
        return _day_only(text, found, today)
    raise UnclearDay(text, "ambiguous" if _VAGUE.fullmatch(said) else "unreadable")


def _agreeing(text: str, found: re.Match[str], today: date) -> date:
    """Both halves of "thứ ba 17/11" must mean the same day."""
    day = _named(text, found["date"], today)
    weekday = _WEEKDAY.fullmatch(found["weekday"])
    if not weekday or day.weekday() != _weekday_number(weekday):
        raise UnclearDay(text, "ambiguous" if weekday else "unreadable")
    return day


def _weekday(text: str, found: re.Match[str], today: date) -> date:
    wanted, which = _weekday_number(found), found["which"]
    if which == "nay":  # "thứ ba này": the last one, or the coming one
        raise UnclearDay(text, "ambiguous")
    if which in _WEEKS:
        return _shift(text, today, _WEEKS[which] * 7 + wanted - today.weekday())
    back = (today.weekday() - wanted) % 7
    return _shift(text, today, -(back or 7) if which else -back)


def _weekday_number(found: re.Match[str]) -> int:
    if found["sunday"]:
        return 6
    number = found["number"]
    return int(number) - 2 if number.isdigit() else _WEEKDAYS[number]


def _day_and_month(text: str, found: re.Match[str], today: date) -> date:
    day, month = int(found["day"]), int(found["month"] or found["month_said"])
    if year := found["year"] or found["year_said"]:
        return _date(text, day, month, int(year) + (2000 if len(year) == 2 else 0))  # noqa: PLR2004  two digits
    near = []
    for year_near in (today.year - 1, today.year, today.year + 1):
        try:
            near.append(date(year_near, month, day))
        except ValueError:  # 29/2 of a common year, 31/4, month 13
            continue
    fitting = [other for other in near if -366 <= (other - today).days <= _SOON]  # noqa: PLR2004  a year
    if not fitting:
        raise UnclearDay(text)
    return max(fitting)


def _day_only(text: str, found: re.Match[str], today: date) -> date:
    """A day without its month, "ngày 18". A bare "18" could be anything."""
    which = found["which"]
    if found["bare"] and not which:
        raise UnclearDay(text, "ambiguous")
    number = int(found["day"] or found["bare"])
    last_month = today.replace(day=1) - timedelta(days=1)
    if which:
        base = today if which == " thang nay" else last_month
        return _date(text, number, base.month, base.year)
    if 1 <= number <= today.day:
        return today.replace(day=number)
    before = _date(text, number, last_month.month, last_month.year)
    if (today - before).days > _RECENT:
        raise UnclearDay(text, "ambiguous")
    return before


def _date(text: str, day: int, month: int, year: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise UnclearDay(text) from None
    if found.year < _OLDEST:
        raise UnclearDay(text)
    return found


def _shift(text: str, day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise UnclearDay(text) from None
