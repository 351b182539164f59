"""A goal said in one line: "Thôn 3 120 hộ đến 31/12", "cả tổ 80 % hộ vneid đến hết quý"."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from bot.core.days import UnclearDay, parse_day
from bot.core.forms import FormChoice, Place
from bot.core.periods import period_of
from bot.core.text import clean, fold, phrase

_DAY = r"(?:ngay |mung |mong )?\d{1,2}(?: ?[/.-] ?| thang )\d{1,2}(?:(?: ?[/.-] ?| nam )\d{2,4})?"
_ENDS: Final[Mapping[str, Literal["month", "quarter", "year"]]] = {"thang": "month", "quy": "quarter", "nam": "year"}
_END = r"(?:het|cuoi) (?P<end>thang|quy|nam)(?: nay)?"
_LAST = re.compile(rf"(?:\b(?:den|toi|truoc|han|until|to|by)\b:? )?(?:(?P<day>{_DAY})|\b{_END})(?!\d)")
_FIRST = re.compile(rf"\b(?:tu|tinh tu|from) (?P<day>{_DAY})")
_TARGET = re.compile(
    r"(?<!\d)(?P<number>\d{1,3}(?:\.\d{3})+|\d+) ?(?:(?P<percent>%|phan tram) ?(?:so )?)?"
    r"(?P<unit>ho dan|ho|households?|luot nguoi|luot|nguoi dan|nguoi|ng|people)\b"
)
_WHOLE = re.compile(r"\b(?:ca to|toan to|ca xa|tat ca (?:cac )?(?:thon|noi|don vi)|moi noi|the whole team)\b")
_FILLER = re.compile(
    r"\b(?:muc tieu|thoi gian|huong dan|dat|o|tai|cho|voi|la|va|duoc|biet|dung|phai|viec|tren|trong|the|in|for|goal)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalLine:
    """What a line says; what it does not say is None. `unread` are its words nobody understood."""

    unit: int | None = None
    whole: bool = False  # the whole team is named
    skill: str | None = None
    measure: Literal["households", "people"] | None = None
    target: int | None = None
    percent: int | None = None  # of the households that live there
    first: date | None = None
    last: date | None = None
    unread: str = ""


@dataclass(slots=True)
class _Rest:
    """The folded line, with what was understood taken out."""

    text: str
    found: dict[str, Any] = field(default_factory=dict)

    def take(self, match: re.Match[str]) -> None:
        self.text = f"{self.text[: match.start()]} {self.text[match.end() :]}"


def parse_goal(text: str, places: Iterable[Place], skills: Iterable[FormChoice], today: date) -> GoalLine:
    """What the line says of a goal, seen from `today`."""
    rest = _Rest(" ".join(fold(clean(text)).split()))
    _take_days(rest, today)
    _take_target(rest)
    _take_place(rest, places)
    _take_skill(rest, skills)
    return GoalLine(unread=phrase(_FILLER.sub(" ", rest.text)), **rest.found)


def coming_day(text: str, today: date) -> date | None:
    """A day to come as people type it, "31/12" being the next one; None when it is not one clear day."""
    said = " ".join(fold(clean(text)).split())
    if ending := re.fullmatch(rf"(?:den )?{_END}", said):
        return _end(ending["end"], today)
    found = re.search(_DAY, said)
    bare = re.sub(r"^(?:ngay |mung |mong )", "", found[0]) if found else ""
    short = re.fullmatch(r"(\d{1,2})(?: ?[/.-] ?| thang )(\d{1,2})", bare)
    if short:
        return _next(int(short[1]), int(short[2]), today)
    try:
        return parse_day(found[0] if found else text, today)
    except UnclearDay:
        return None


def _next(day: int, month: int, today: date) -> date | None:
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:  # 31/4; 29/2 of a common year
            continue
        if found >= today:
            return found
    return None


def _end(name: str, today: date) -> date:
    if _ENDS[name] == "year":
        return date(today.year, 12, 31)
    return period_of("month" if _ENDS[name] == "month" else "quarter", today).last


def _take_days(rest: _Rest, today: date) -> None:
    if match := _FIRST.search(rest.text):
        try:
            rest.found["first"] = parse_day(match["day"], today)
            rest.take(match)
        except UnclearDay:
            pass  # it stays among what was not understood
    match = _LAST.search(rest.text)
    if match:
        last = _end(match["end"], today) if match["end"] else coming_day(match["day"], today)
        if last:
            rest.found["last"] = last
            rest.take(match)


def _take_target(rest: _Rest) -> None:
    match = _TARGET.search(rest.text)
    if not match:
        return
    number = int(match["number"].replace(".", ""))
    rest.found["percent" if match["percent"] else "target"] = number
    rest.found["measure"] = "households" if match["unit"].startswith("ho") else "people"
    rest.take(match)


def _take_place(rest: _Rest, places: Iterable[Place]) -> None:
    if match := _WHOLE.search(rest.text):
        rest.found["whole"] = True
        rest.take(match)
        return
    named = [(phrase(word), place) for place in places for word in (place.label, *place.words)]
    for word, place in sorted(named, key=lambda pair: -len(pair[0])):
        if word and not word.isdigit() and (match := re.search(rf"\b{re.escape(word)}\b", rest.text)):
            rest.found["unit"] = place.id
            rest.take(match)
            return


def _take_skill(rest: _Rest, skills: Iterable[FormChoice]) -> None:
    named = [
        (phrase(word), choice)
        for choice in skills
        for word in (choice.name, choice.label.vi, choice.label.en, *choice.words)
    ]
    for word, choice in sorted(named, key=lambda pair: -len(pair[0])):
        if word and (match := re.search(rf"\b{re.escape(word)}\b", rest.text)):
            rest.found["skill"] = choice.name
            rest.take(match)
            return
