"""The day of an article: a publication stamp, a day in its first paragraphs, or a day whose year stands nearby."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.articles.article_rules import is_name

_FIRST, _LAST = 1990, 2100  # years a web page can speak of as its own
_FULL = re.compile(
    r"(?<![\d/])(?P<d>\d{1,2})\s?(?P<sep>[/.-])\s?(?P<m>\d{1,2})\s?(?P=sep)\s?(?P<y>\d{4})(?!\d)"
    r"|(?<!\d)(?P<d2>\d{1,2})\s+tháng\s+(?P<m2>\d{1,2})\s*(?:,|năm|/)\s*(?P<y2>\d{4})(?!\d)"
    r"|(?<!\d)(?P<y3>\d{4})-(?P<m3>\d{2})-(?P<d3>\d{2})(?!\d)",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"(?:\b(?:sáng|trưa|chiều|tối)(?:\s+(?:ngày|mùng|mồng))?|^(?:vào |trong )?ngày)\s+"
    r"(?P<d>\d{1,2})\s?(?:[/-]|tháng)\s?(?P<m>\d{1,2})(?:\s?(?:[/-]|,?\s*năm)\s?(?P<y>\d{4}))?"
    r"(?![\d/%])(?!\s+h[ằà]ng năm)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:\bnăm\s+|/)(?P<y>(?:19|20)\d\d)(?!\d)", re.IGNORECASE)
_AHEAD = re.compile(r"(?:đến|tới|tầm nhìn|định hướng|trước|hết|từ|kể từ)\s*$", re.IGNORECASE)
_REVIEW = re.compile(r"\b(?:tổng kết|sơ kết|phương hướng|nhiệm vụ|kế hoạch|triển khai công tác)\b", re.IGNORECASE)
_ACT = re.compile(
    r"(?:nghị quyết|nghị định|quyết định|thông báo|thông tư|chỉ thị|công văn|công điện|kế hoạch|luật)[^.;,]{0,40}$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"ngày (?:đăng|cập nhật|xuất bản|tạo|ban hành)|thời gian(?: đăng)?"
    r"|(?:đăng|xuất bản|cập nhật)(?: lần cuối)?(?: (?:ngày|lúc|vào))*",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b(?:hôm nay|bây giờ)\b", re.IGNORECASE)
_GMT = re.compile(r"[\[(]?\s*gmt\s*[+-]?\s*\d{0,2}(?::\d\d)?\s*[\])]?", re.IGNORECASE)
_TRIM = re.compile(
    r"(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ\s+nhật|\bcn\b|t[2-7]\b)|\d{1,2}\s*(?::|h|giờ)\s*\d{1,2}(?::\d{1,2})?(?:\s*phút)?"
    r"|\b[ap]m\b|\bngày\b|\blúc\b|[\d.,]+\s+lượt\s+(?:xem|đọc)|lượt\s+(?:xem|đọc)\s*:?\s*[\d.,]*|[\s,;|()\[\]:–—/•·-]+",
    re.IGNORECASE,
)
_PLACE = re.compile(r"[^\d:.]{2,30},\s*ngày\s+\d{1,2}\s+tháng\s+\d{1,2}\s+năm\s+\d{4}\.?", re.IGNORECASE)
_WEEKDAY = re.compile(r"thứ\s|chủ\s", re.IGNORECASE)
_STAMP_CHARS = 120
_OPENING_CHARS = 3000
_BEFORE = 24  # characters before a year that say it lies ahead
_OPENING = 3  # paragraphs that may tell the article's own day
_EARLY, _HALF = 3, 6  # months: a review of last year is held by March; a plan for this year by June


@dataclass(frozen=True, slots=True)
class Stamp:
    """A line that only says when. `labelled`: says that it is the publication; `clock`: says that it is now."""

    day: date
    labelled: bool
    clock: bool


def stamp_of(text: str) -> Stamp | None:
    """The day of a line made of a date and nothing else but weekday, hour, label, reader count or author."""
    if len(text) > _STAMP_CHARS or not (found := _FULL.search(text)) or not (day := _day(found)):
        return None
    if _PLACE.fullmatch(text) and not _WEEKDAY.match(text) and not _CLOCK.search(text):
        return Stamp(day, labelled=True, clock=False)
    rest = text[: found.start()] + " " + text[found.end() :]
    now, label = _CLOCK.search(rest), _LABEL.search(rest)
    for pattern in (_GMT, _CLOCK, _LABEL):
        rest = pattern.sub(" ", rest)
    rest = _TRIM.sub(" ", rest).strip()
    if rest and not is_name(rest):
        return None
    return Stamp(day, labelled=bool(label), clock=bool(now))


def opening_day(title: str, paragraphs: Sequence[str]) -> tuple[date | None, str]:
    """The day the first paragraphs tell, and in Vietnamese how it was found; (None, why) when they tell none."""
    opening = [text[:_OPENING_CHARS] for text in paragraphs[:_OPENING]]
    for number, text in enumerate(opening, 1):
        for found in _EVENT.finditer(text):
            others = [title, *(other for other in opening if other != text)]
            if told := _event_day(found, text, others, number):
                return told
        for found in _FULL.finditer(text):
            if day := _day(found):
                act = _ACT.search(text[: found.start()])
                quoted = text[act.start() : found.end()] if act else found.group()
                return day, f"ngày nêu ở đoạn {number}: “{quoted}”"
    return None, "không thấy ngày đăng hay ngày sự việc trong bài"


def _event_day(found: re.Match[str], text: str, others: Sequence[str], number: int) -> tuple[date, str] | None:
    day, month = int(found["d"]), int(found["m"])
    if found["y"]:
        whole = _valid(int(found["y"]), month, day)
        return (whole, f"ngày sự việc nêu ở đoạn {number}: “{found.group()}”") if whole else None
    for place in (text, *others):
        at = found.start() if place is text else 0
        year, told = _year_near(place, at, month)
        if year and (whole := _valid(year, month, day)):
            return whole, f"đoạn {number} chỉ ghi “{found.group()}”; năm {year} suy ra từ “{told}”"
    return None


def _year_near(text: str, at: int, month: int) -> tuple[int, str]:
    """The year a day without one belongs to, and the words that say so; (0, "") when the text names none."""
    named = list(_years(text))
    if not named:
        return 0, ""
    years = sorted({year for year, _ in named})
    review = _REVIEW.search(text)
    if review and len(years) > 1 and years[-1] - years[-2] == 1:
        # a meeting that closes one year and plans the next is held around the turn of the year
        return years[-1] if month <= _HALF else years[-2], f"năm {years[-2]}, năm {years[-1]}"
    reviewed = rf"\btổng kết\b[^.;]{{0,80}}năm {years[0]}"
    if len(years) == 1 and month <= _EARLY and re.search(reviewed, text, re.IGNORECASE):
        return years[0] + 1, f"tổng kết năm {years[0]}"
    year, _ = min(named, key=lambda pair: abs(pair[1] - at))
    return year, f"năm {year}" if re.search(rf"năm {year}", text, re.IGNORECASE) else str(year)


def _years(text: str) -> Iterator[tuple[int, int]]:
    """Years a text names as present or past, with their places; "đến năm 2030" is ahead and is left out."""
    for found in _YEAR.finditer(text):
        before = text[max(0, found.start() - _BEFORE) : found.start()]
        if _FIRST <= (year := int(found["y"])) <= _LAST and not _AHEAD.search(before):
            yield year, found.start("y")


def _day(found: re.Match[str]) -> date | None:
    for year, month, day in (("y", "m", "d"), ("y2", "m2", "d2"), ("y3", "m3", "d3")):
        if found[year]:
            return _valid(int(found[year]), int(found[month]), int(found[day]))
    return None


def _valid(year: int, month: int, day: int) -> date | None:
    if not _FIRST <= year <= _LAST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
