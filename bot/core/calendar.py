"""When a date falls, and when it is to be reminded."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.content import DateRule

SEND_AT = time(8, 0)  # local; decent hours move it when needed


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One day on which a rule falls."""

    rule: DateRule
    day: date


def next_occurrence(rule: DateRule, today: date) -> Occurrence | None:
    """The first occurrence that is not over; None for a date that has passed for good."""
    if rule.recurrence == "once":
        return Occurrence(rule, rule.day) if rule.day >= today else None
    day = max(rule.day, _in_year(rule.day, today.year))
    return Occurrence(rule, day if day >= today else _in_year(rule.day, today.year + 1))


def leads_on(rule: DateRule, today: date) -> list[tuple[date, int]]:
    """(occurrence, days before) of every reminder of the rule that belongs to this day."""
    found = next_occurrence(rule, today)
    if found is None or rule.precision != "day" or rule.status != "in-force":
        return []
    return [(found.day, lead) for lead in rule.lead_days if found.day - timedelta(days=lead) == today]


def send_time(day: date, zone: ZoneInfo) -> datetime:
    """The moment of that day at which reminders go out."""
    return datetime.combine(day, SEND_AT, tzinfo=zone)


def _in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes 28 in a common year."""
    last = calendar.monthrange(year, day.month)[1]
    return day.replace(year=year, day=min(day.day, last))
