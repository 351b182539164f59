"""A moment to come as people say it: "18h30", "mai 8h", "20/11 9h", "3 giờ chiều thứ sáu"."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.days import UnclearDay, parse_day
from bot.core.text import clean, fold

_NOW: Final = frozenset({"ngay", "bay gio", "ngay bay gio", "gui ngay", "luon", "now"})
_TIME = re.compile(
    r"(?:\b(?:luc|vao|hoi|at) )?\b(?P<hour>\d{1,2}) ?(?:(?:h|g|gio)\b|(?:h|g|gio|:)(?= ?\d))"
    r"(?: ?(?P<minute>[0-5]\d)\b(?!/)| ?(?P<half>ruoi)\b)?"
)
_PART = re.compile(r"\b(?P<part>sang|trua|chieu|toi|dem)\b")
_COMING = re.compile(r"\b(?:tới|này|nay)\b")  # "thứ sáu tới", "thứ sáu này"
_WEEKDAY = re.compile(r"\b(?:thu ?(?:[2-7]|hai|ba|tu|nam|sau|bay)|chu ?nhat|cn)\b")
_FIRST_HOUR: Final = {"sang": 0, "trua": 11, "chieu": 12, "toi": 17, "dem": 18}
_NOON: Final = 12


class UnclearMoment(ValueError):
    """The text is not one clear moment."""


class PastMoment(ValueError):
    """The text is a clear moment that is over; `moment` says which, aware."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(moment.isoformat())
        self.moment = moment


def parse_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment a person typed, aware, seen from `now` on the clocks of `zone`; never before `now`.

    Without a day it is today, a weekday is the coming one. Raises UnclearMoment, or PastMoment for what is over:
    nobody knows whether "7h" said at nine means tomorrow.
    """
    typed = " ".join(clean(text).lower().split()).strip(".!, ")
    if fold(typed) in _NOW:
        return now
    today = now.astimezone(zone).date()
    rest, clock = _clock(typed)
    moment = datetime.combine(_day(rest, today), clock, tzinfo=zone)
    if moment < now:
        raise PastMoment(moment)
    return moment


def _clock(typed: str) -> tuple[str, time]:
    """What is left of the text, and the time of day it named."""
    typed = _COMING.sub("", typed) if _WEEKDAY.search(fold(typed)) else typed
    folded = " ".join(fold(typed).split())
    found = list(_TIME.finditer(folded))
    if len(found) != 1:
        raise UnclearMoment(typed)
    rest = f"{folded[: found[0].start()]} {folded[found[0].end() :]}"
    parts = {part["part"] for part in _PART.finditer(rest)}
    if len(parts) > 1 or ("toi" in parts and _unmarked(typed) and _WEEKDAY.search(rest)):
        raise UnclearMoment(typed)  # "thu sau toi 9h": Friday evening, or next Friday
    hour, minute = int(found[0]["hour"]), 30 if found[0]["half"] else int(found[0]["minute"] or 0)
    for part in parts:
        if part != "sang" and hour < _NOON and hour + _NOON >= _FIRST_HOUR[part] and hour < _FIRST_HOUR[part]:
            hour += _NOON
    try:
        return " ".join(_PART.sub("", rest).split()).strip(", "), time(hour, minute)
    except ValueError:
        raise UnclearMoment(typed) from None


def _unmarked(typed: str) -> bool:
    return fold(typed) == typed


def _day(said: str, today: date) -> date:
    """The day of the rest of the text: today when it names none."""
    if said in ("", "nay", "hom nay"):
        return today
    try:
        day = parse_day(said, today)
    except UnclearDay:
        raise UnclearMoment(said) from None
    return day + timedelta(days=7) if _WEEKDAY.fullmatch(said) and day < today else day
