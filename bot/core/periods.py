"""Reporting periods: which one a day belongs to, and when it closes.

A team chooses its rule. "mid_month" is the month of Decree 09/2019/NĐ-CP on administrative reports: from the 15th of
one month to the 14th of the next.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from bot.core.days import format_day, format_week, week_of

Rule = Literal["week", "month", "mid_month", "quarter"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
CLOSES: Final = time(7, 30)  # on the day after the last one: Sunday's evening visits are filed on Monday morning too
NUDGE: Final = time(17, 0)  # on the last day
_ROMAN: Final = ("I", "II", "III", "IV")
_MIDDLE: Final = 15
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days first..last of one rule."""

    rule: Rule
    first: date
    last: date

    def closes_at(self, zone: ZoneInfo) -> datetime:
        """The moment after which its summary stays as it is, aware UTC."""
        return datetime.combine(self.last + _DAY, CLOSES, zone).astimezone(UTC)

    def nudge_at(self, zone: ZoneInfo) -> datetime:
        """When those who have not reported are reminded, aware UTC."""
        return datetime.combine(self.last, NUDGE, zone).astimezone(UTC)


def rule_named(name: str) -> Rule | None:
    """The rule of that name; None when there is none."""
    return next((rule for rule in RULES if rule == name), None)


def period_of(rule: Rule, day: date) -> Period:
    """The period that holds the day."""
    match rule:
        case "week":
            first, last = week_of(day)
        case "month":
            first = day.replace(day=1)
            last = _next_month(first) - _DAY
        case "mid_month":
            first = day.replace(day=_MIDDLE) if day.day >= _MIDDLE else _month_before(day).replace(day=_MIDDLE)
            last = _next_month(first) - _DAY
        case "quarter":
            first = day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
            last = _next_month(_next_month(_next_month(first))) - _DAY
    return Period(rule=rule, first=first, last=last)


def before(period: Period) -> Period:
    """The period that ends the day before this one begins."""
    return period_of(period.rule, period.first - _DAY)


def after(period: Period) -> Period:
    """The period that begins the day after this one ends."""
    return period_of(period.rule, period.last + _DAY)


def series(period: Period, number: int) -> list[Period]:
    """The last `number` periods up to this one, the oldest first."""
    found = [period]
    while len(found) < number:
        found.insert(0, before(found[0]))
    return found


def span(period: Period) -> str:
    """The period's own name without its kind: "16–22/11/2026", "11/2026", "15/10–14/11/2026", "IV/2026"."""
    if period.rule == "month":
        return f"{period.first:%m}/{period.first.year:04}"
    if period.rule == "quarter":
        return f"{_ROMAN[period.first.month // 3]}/{period.first.year:04}"
    return format_week(period.first, period.last)


def short(period: Period) -> str:
    """As short as the axis of a chart needs: "16/11", "T11", "Q4"."""
    if period.rule == "month":
        return f"T{period.first.month}"
    if period.rule == "quarter":
        return f"Q{period.first.month // 3 + 1}"
    return format_day(period.first)[:5].lstrip("0").replace("/0", "/")


def _next_month(day: date) -> date:
    """The same day of the next month, which is one that every month has."""
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)


def _month_before(day: date) -> date:
    return day.replace(day=1) - _DAY
