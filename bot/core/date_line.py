"""A date to remember said in one line: "nộp báo cáo quý 25/12, nhắc trước 3 ngày", "họp tổ thứ sáu hằng tuần"."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from bot.core.days import UnclearDay, parse_day
from bot.core.goal_line import coming_day
from bot.core.text import clean, fold

Recurrence = Literal["once", "weekly", "monthly", "quarterly", "yearly"]
LEADS: Final[dict[Recurrence, tuple[int, ...]]] = {
    "once": (7, 1, 0),
    "weekly": (1,),
    "monthly": (3, 1),
    "quarterly": (7, 1),
    "yearly": (30, 7, 1),
}  # when nothing is said of it
FURTHEST: Final = {"weekly": 6, "monthly": 27, "quarterly": 80, "yearly": 180, "once": 180}  # days before
MOST_LEADS: Final = 5

_EVERY = r"(?:hang|moi|every)"
_AGAIN: Final[tuple[tuple[Recurrence, str], ...]] = (
    ("weekly", rf"\b(?:{_EVERY} tuan|{_EVERY} week)\b"),
    ("monthly", rf"\b(?:{_EVERY} thang|{_EVERY} month)\b"),
    ("quarterly", rf"\b(?:{_EVERY} quy|{_EVERY} quarter)\b"),
    ("yearly", rf"\b(?:{_EVERY} nam|thuong nien|{_EVERY} year)\b"),
)
_WEEKDAY = r"(?:thu ?(?:[2-7]\b|hai|ba|tu|nam|sau|bay)|chu ?nhat|cn)"
_EVERY_WEEKDAY = re.compile(rf"\b(?:moi|every) (?P<day>{_WEEKDAY})\b")
_LEAD = re.compile(
    r"[,;.]? ?\b(?:va )?(?:nhac|bao)?(?: toi| lai| ca to)? ?truoc(?: do)? (?P<days>.+)|[,;.]? ?\bremind (?P<en>.+)"
)
_SAME_DAY = r"(?:trong|dung|ngay) ngay(?: do| hom do)?|hom do|on the day"
_NUMBERS = re.compile(
    r"(?P<weeks>\d{1,2}) ?(?:tuan|weeks?)|(?P<months>\d) ?(?:thang|months?)|(?P<days>\d{1,3})"
    rf"|(?P<same>{_SAME_DAY})"
)
_DATE = r"(?:ngay |mung |mong )?\d{1,2}(?: ?[/.-] ?| thang )\d{1,2}(?:(?: ?[/.-] ?| nam )\d{2,4})?(?![\d/])"
_DAYS = re.compile(
    rf"\b(?:vao |truoc |den |toi |han |chieu |sang |on |by )*"
    rf"(?P<day>{_WEEKDAY}(?: (?:tuan nay|tuan sau|tuan toi|toi|nay))?[ ,]+{_DATE}|\d{{4}}-\d\d-\d\d|{_DATE}"
    rf"|(?:ngay |mung )(?P<of_month>\d{{1,2}})(?![\d/])|cuoi thang|het thang|cuoi quy|het quy|cuoi nam|het nam"
    rf"|{_WEEKDAY}(?: (?:tuan nay|tuan sau|tuan toi|toi|nay))?|ngay mai|mai|ngay kia)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateLine:
    """What a line says of a date; what it does not say is None. `title` is the rest of it, as typed."""

    title: str = ""
    day: date | None = None  # the first occurrence from today on
    recurrence: Recurrence | None = None
    leads: tuple[int, ...] | None = None


@dataclass(slots=True)
class _Rest:
    """The line as typed and folded alike, with what was understood taken out of both."""

    typed: str
    folded: str

    def take(self, match: re.Match[str]) -> None:
        for name in ("typed", "folded"):
            text: str = getattr(self, name)
            setattr(self, name, f"{text[: match.start()]} {text[match.end() :]}")


def parse_date_line(text: str, today: date) -> DateLine:
    """What the line says, seen from `today`."""
    typed = " ".join(clean(text).split())
    folded = fold(typed)
    if len(folded) != len(typed):  # letters whose marks stand apart; nothing lost but the marks
        typed = folded
    rest = _Rest(typed, folded)
    found = _take_recurrence(rest, _take_leads(rest, DateLine()))
    found = _take_day(rest, found, today)
    title = re.sub(r"\s+([,;.])", r"\1", " ".join(rest.typed.split())).strip(" ,;.:-–")
    return replace(found, title=title[:1].upper() + title[1:])


def parse_leads(text: str) -> tuple[int, ...] | None:
    """Days before, the most first: "7 ngày, 1 ngày, trong ngày", "trước 1 tuần". None when none is said."""
    folded = fold(clean(text))
    found: list[int] = []
    for match in _NUMBERS.finditer(folded):
        if match["same"]:
            found.append(0)
        elif match["weeks"]:
            found.append(7 * int(match["weeks"]))
        elif match["months"]:
            found.append(30 * int(match["months"]))
        else:
            found.append(int(match["days"]))
    return tuple(sorted(set(found), reverse=True)) or None


def _take_leads(rest: _Rest, found: DateLine) -> DateLine:
    match = _LEAD.search(rest.folded)
    if not match:
        return found
    said = match["days"] or match["en"]
    leads = parse_leads(said)
    if leads is None or (match["days"] and re.match(_DATE, said)):
        return found
    rest.take(match)
    return replace(found, leads=leads)


def _take_recurrence(rest: _Rest, found: DateLine) -> DateLine:
    for name, pattern in _AGAIN:
        if match := re.search(pattern, rest.folded):
            rest.take(match)
            return replace(found, recurrence=name)
    if match := _EVERY_WEEKDAY.search(rest.folded):
        start, end = match.span("day")
        rest.typed = rest.typed[: match.start()] + rest.typed[start:end] + rest.typed[match.end() :]
        rest.folded = rest.folded[: match.start()] + match["day"] + rest.folded[match.end() :]
        return replace(found, recurrence="weekly")
    return found


def _take_day(rest: _Rest, found: DateLine, today: date) -> DateLine:
    matches = list(_DAYS.finditer(rest.folded))
    for match in sorted(matches, key=lambda each: not re.search(r"\d", each["day"])):  # "họp thứ sáu 25/12": the date
        day = _day(match["day"], match["of_month"], found.recurrence, today)
        if day:
            rest.take(match)
            return replace(found, day=day)
    return found


def _day(said: str, of_month: str | None, recurrence: Recurrence | None, today: date) -> date | None:
    if of_month:
        return _in_month(int(of_month), today)
    if re.fullmatch(_WEEKDAY, said):
        try:
            day = parse_day(said, today)
        except UnclearDay:
            return None
        return day if day >= today else day + timedelta(days=7)
    if re.fullmatch(rf"{_WEEKDAY} (?:toi|nay)", said):
        return _day(said.rpartition(" ")[0], None, recurrence, today)
    day_found = coming_day(re.sub(rf"^{_WEEKDAY}(?: [a-z]+)*[ ,]+(?=\d)", "", said), today)
    return day_found or _past(said, recurrence, today)


def _past(said: str, recurrence: Recurrence | None, today: date) -> date | None:
    """A day with its year that is over still says the day of a recurring date."""
    try:
        day = parse_day(said, today)
    except UnclearDay:
        return None
    return day if recurrence in ("yearly", "quarterly", "monthly") or day >= today else None


def _in_month(number: int, today: date) -> date | None:
    """The next day of that number; a month that is too short is passed over."""
    for ahead in range(3):
        month = today.month - 1 + ahead
        try:
            day = date(today.year + month // 12, month % 12 + 1, number)
        except ValueError:
            continue
        if day >= today:
            return day
    return None
