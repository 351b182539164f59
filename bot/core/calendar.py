"""When a date falls, and when it is to be reminded."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil import rrule

from bot.core.content import DateRule

SEND_AT = time(8, 0)  # local; decent hours move it when needed
_FREQUENCY = {
    "weekly": ("WEEKLY", 1),
    "monthly": ("MONTHLY", 1),
    "quarterly": ("MONTHLY", 3),
    "yearly": ("YEARLY", 1),
}
_EVERY_MONTH_HAS = 28
_LONGEST = timedelta(days=366)  # between two occurrences


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One day on which a rule falls."""

    rule: DateRule
    day: date


def recurrence_of(rule: DateRule) -> dict[str, Any]:
    """The rule's recurrence as RFC 5545 has it; empty for a date that comes once.

    The 31st of a month that is shorter is its last day, and so is 29 February.
    """
    if rule.recurrence == "once":
        return {}
    frequency, interval = _FREQUENCY[rule.recurrence]
    parts: dict[str, Any] = {"FREQ": frequency}
    if interval > 1:
        parts["INTERVAL"] = interval
    if rule.until:
        parts["UNTIL"] = rule.until
    if rule.recurrence != "weekly" and rule.day.day > _EVERY_MONTH_HAS:
        parts |= {"BYMONTHDAY": list(range(_EVERY_MONTH_HAS, rule.day.day + 1)), "BYSETPOS": -1}
        if rule.recurrence == "yearly":
            parts["BYMONTH"] = rule.day.month
    return parts


def _rrule(rule: DateRule) -> rrule.rrule:
    parts = {name.lower(): value for name, value in recurrence_of(rule).items()}
    frequency = getattr(rrule, parts.pop("freq"))
    if rule.until:
        parts["until"] = datetime.combine(rule.until, time())
    return rrule.rrule(frequency, dtstart=datetime.combine(rule.day, time()), **parts)


def occurrences(rule: DateRule, first: date, last: date) -> list[date]:
    """The days first..last on which the rule falls; those that are skipped are none."""
    if rule.recurrence == "once":
        found = [rule.day]
    elif first > last:
        return []
    else:
        start, end = (datetime.combine(day, time()) for day in (max(first, rule.day), last))
        found = [each.date() for each in _rrule(rule).between(start, end, inc=True)]
    return [day for day in found if first <= day <= last and day not in rule.skip]


def next_occurrence(rule: DateRule, today: date) -> Occurrence | None:
    """The first occurrence that is not over; None for a date that has passed for good."""
    since = max(today, rule.day)
    for years in range(1, 2 + len(rule.skip)):
        found = occurrences(rule, since, min(since, date.max - _LONGEST * years) + _LONGEST * years)
        if found:
            return Occurrence(rule, found[0])
    return None


def is_reminded(rule: DateRule) -> bool:
    """Whether it is ever reminded: known to the day, and in force."""
    return rule.precision == "day" and rule.status == "in-force"


def leads(rule: DateRule) -> tuple[int, ...]:
    """Days before, at which something is said: the reminders' and the campaign's, -1 being the day after."""
    return tuple(dict.fromkeys((*rule.lead_days, *(step.lead for step in rule.campaign))))


def leads_on(rule: DateRule, today: date, wanted: tuple[int, ...] | None = None) -> list[tuple[date, int]]:
    """(occurrence, days before) of every reminder of the rule that belongs to this day; `wanted`: other leads."""
    if not is_reminded(rule):
        return []
    days = [(today + timedelta(days=lead), lead) for lead in (leads(rule) if wanted is None else wanted)]
    return [(day, lead) for day, lead in days if _may_fall(rule, day) and occurrences(rule, day, day)]


def _may_fall(rule: DateRule, day: date) -> bool:
    """A glance that spares most questions to the recurrence rule."""
    if rule.recurrence == "weekly":
        return day.weekday() == rule.day.weekday()
    if rule.recurrence == "yearly" and day.month != rule.day.month:
        return False
    return rule.recurrence == "once" or day.day >= min(rule.day.day, _EVERY_MONTH_HAS)


def next_reminders(rule: DateRule, now: datetime, zone: ZoneInfo, number: int = 3) -> list[tuple[datetime, date]]:
    """(when, of which day) of the next reminders, before decent hours move them."""
    found: list[tuple[datetime, date]] = []
    today = now.astimezone(zone).date()
    if not is_reminded(rule) or not rule.lead_days:
        return []
    since = today
    while len(found) < number + len(rule.lead_days):  # a later day may be reminded of before an earlier one
        each = next_occurrence(rule, since)
        if each is None:
            break
        for lead in rule.lead_days:
            at = send_time(each.day - timedelta(days=lead), zone)
            if at > now:
                found.append((at, each.day))
        since = each.day + timedelta(days=1)
    return sorted(found)[:number]


def send_time(day: date, zone: ZoneInfo) -> datetime:
    """The moment of that day at which reminders go out."""
    return datetime.combine(day, SEND_AT, tzinfo=zone)
