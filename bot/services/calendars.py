"""Dates as calendars a telephone can follow (RFC 5545): the public one, a person's, a team's."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from bot.core.calendar import SEND_AT, is_reminded, next_occurrence, recurrence_of
from bot.core.content import DateRule, Source
from bot.core.people import Membership
from bot.core.text import on_lines
from bot.models import CalendarFeed
from bot.services import subscriptions, team_dates
from bot.services.permissions import Action, require
from bot.storage import areas, people
from bot.storage import team_dates as storage
from bot.storage.database import Transaction

PUBLIC: Final = "quoc-gia"  # the name of the calendar everybody may follow
NAME_BYTES: Final = 24
HOST: Final = "tung-ngo.invalid"  # what makes an event's id unlike any other program's


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One date of a calendar."""

    key: str  # "date:<id>", "team:<id>": never changes
    rule: DateRule
    changed_at: datetime
    source: str = ""
    team: str = ""


def name_of(tx: Transaction, person: int, now: datetime) -> str:
    """The name of the person's own calendar, made when it is first asked for."""
    return storage.feed_of(tx, person=person) or _make(tx, now, person_id=person)


def team_name_of(tx: Transaction, team: int, *, roles: Sequence[Membership], now: datetime) -> str:
    """The name of a team's calendar, made when it is first asked for. NotAllowed unless they coordinate the team."""
    require(roles, Action.SET_DATES, team)
    return storage.feed_of(tx, team=team) or _make(tx, now, team_id=team)


def renew(tx: Transaction, person: int, now: datetime) -> str:
    """A new name for the person's calendar; the old one is nobody's any more."""
    storage.drop_feed(tx, person=person)
    return _make(tx, now, person_id=person)


def renew_team(tx: Transaction, team: int, *, roles: Sequence[Membership], now: datetime) -> str:
    """The same for a team's. NotAllowed unless they coordinate the team."""
    require(roles, Action.SET_DATES, team)
    storage.drop_feed(tx, team=team)
    return _make(tx, now, team_id=team)


def find(
    tx: Transaction,
    name: str,
    dates: Mapping[str, DateRule],
    sources: Mapping[str, Source],
    *,
    locale: str,
    now: datetime,
    today: date,
) -> bytes | None:
    """The calendar of that name as a file; None when there is none."""
    national = [
        Entry(key=f"date:{rule.id}", rule=rule, changed_at=_midnight(now), source=sources[rule.source].short)
        for rule in dates.values()
        if is_reminded(rule) and next_occurrence(rule, today)
    ]
    if name == PUBLIC:
        return write([each for each in national if not each.rule.province], title="Từng Ngõ", locale=locale)
    feed = storage.find_feed(tx, name)
    if feed is None:
        return None
    if feed.team_id is not None:
        return _of_team(tx, feed.team_id, national, locale)
    return _of_person(tx, feed.person_id or 0, national, locale)


def write(entries: Iterable[Entry], *, title: str, locale: str) -> bytes:
    """The entries as a calendar file: days without times, alarms at the hour of reminders."""
    from icalendar import Calendar  # noqa: PLC0415  only who is asked for a calendar pays for it

    calendar = Calendar()
    calendar.add("prodid", f"-//Từng Ngõ//{HOST}//{locale.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", title)
    calendar.add("x-published-ttl", "PT12H")
    for entry in entries:
        calendar.add_component(_event(entry, locale))
    return bytes(calendar.to_ical())


def _event(entry: Entry, locale: str) -> Any:
    from icalendar import Event, vRecur  # noqa: PLC0415  see above

    rule, event = entry.rule, Event()
    event.add("uid", f"{entry.key.replace(':', '-')}@{HOST}")
    event.add("dtstamp", entry.changed_at.replace(microsecond=0))
    event.add("dtstart", rule.day)
    event.add("dtend", rule.day + timedelta(days=1))
    event.add("summary", rule.title.in_locale(locale))
    told = (rule.todo.in_locale(locale), entry.source or entry.team)
    event.add("description", on_lines(*told))
    event.add("transp", "TRANSPARENT")
    if recurrence := recurrence_of(rule):
        event.add("rrule", vRecur(recurrence))
        for day in rule.skip:
            event.add("exdate", day)
    for lead in rule.lead_days:
        event.add_component(_alarm(lead, rule.title.in_locale(locale)))
    return event


def _alarm(lead: int, title: str) -> Any:
    """At eight in the morning, so many days before, wherever the telephone is."""
    from icalendar import Alarm  # noqa: PLC0415  see above

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", timedelta(hours=SEND_AT.hour, minutes=SEND_AT.minute) - timedelta(days=lead))
    return alarm


def _of_team(tx: Transaction, team: int, national: Sequence[Entry], locale: str) -> bytes | None:
    found = areas.get_team(tx, team)
    if found is None:
        return None
    mine = [each for each in national if _is_for(each.rule, {"volunteer"}, {found.province})]
    return write([*mine, *_of_teams(tx, {team: found.name})], title=found.name, locale=locale)


def _of_person(tx: Transaction, person: int, national: Sequence[Entry], locale: str) -> bytes | None:
    who = people.persons(tx, [person]).get(person)
    if who is None:
        return None
    roles = people.memberships(tx, person)
    wishes = subscriptions.wishes(tx, person)
    teams = [areas.get_team(tx, role.team) for role in roles]
    provinces = {team.province for team in teams if team}
    audience = {"resident", *(role.role for role in roles)}
    found = [
        *(each for each in national if _is_for(each.rule, audience, provinces)),
        *_of_teams(tx, {role.team: role.team_name for role in roles}),
    ]
    wanted = [each for each in found if each.key not in wishes.muted and wishes.follows(each.rule.topic)]
    return write(wanted, title="Từng Ngõ", locale=who.locale or locale)


def _of_teams(tx: Transaction, names: Mapping[int, str]) -> list[Entry]:
    return [
        Entry(key=f"team:{rule.id}", rule=rule, changed_at=changed_at, team=names[team])
        for team, rule, changed_at in team_dates.all_rules(tx, names)
    ]


def _is_for(rule: DateRule, audience: set[str], provinces: set[str]) -> bool:
    return bool(audience & set(rule.audience)) and (not rule.province or rule.province in provinces)


def _make(tx: Transaction, now: datetime, *, person_id: int | None = None, team_id: int | None = None) -> str:
    name = secrets.token_urlsafe(NAME_BYTES)
    storage.add_feed(tx, CalendarFeed(name=name, person_id=person_id, team_id=team_id, created_at=now))
    return name


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
