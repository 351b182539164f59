"""The coordinator's page: one-time links, the sessions they open, and what is shown, asked for anew at every load."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.people import Membership
from bot.core.periods import Period, before
from bot.library import Library
from bot.services import periods, summary, teams
from bot.services.files import exports, media
from bot.services.permissions import Action, allowed, require
from bot.services.summary import Since, Summary
from bot.storage import dashboards, people, reports
from bot.storage.database import Transaction

LINK_LASTS: Final = timedelta(minutes=10)
SESSION_LASTS: Final = timedelta(hours=8)
SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks, by a session that is still good."""

    person: int
    locale: str
    roles: tuple[Membership, ...]  # those that may see the page; empty when they were taken away meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodView:
    """One period of one team."""

    found: Summary
    since: Since | None
    silent: tuple[str, ...]  # names of the volunteers without a report, as the team knows them


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamView:
    """One team's part of the page."""

    role: Membership
    periods: tuple[PeriodView, ...]  # this one, and the one before


def make_link(tx: Transaction, *, roles: Sequence[Membership], person: int, now: datetime) -> str:
    """The secret of a link for ten minutes and one use. NotAllowed unless the person coordinates a team."""
    require(roles, Action.SEE_DASHBOARD)
    dashboards.forget_ended(tx, now)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    dashboards.add_link(tx, person=person, link_hash=_hash(secret), made_at=now, ends_at=now + LINK_LASTS)
    return secret


def works(tx: Transaction, link: str, now: datetime) -> bool:
    """Whether the link could be used now. Looking at it uses nothing up."""
    return dashboards.unused(tx, _hash(link), now) is not None


def use(tx: Transaction, link: str, now: datetime) -> str:
    """The secret of the session that the link opens, once; empty when it was used, is too old or was made up."""
    found = dashboards.unused(tx, _hash(link), now)
    if found is None:
        return ""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    found.session_hash, found.ends_at = _hash(secret), now + SESSION_LASTS
    tx.session.add(found)
    tx.session.flush()
    return secret


def visitor(tx: Transaction, session: str, now: datetime) -> Visitor | None:
    """Who shows this session's secret, with the roles of this moment; None when there is no such session."""
    person = dashboards.person_of(tx, _hash(session), now)
    if person is None:
        return None
    roles = tuple(role for role in teams.roles(tx, person) if allowed([role], Action.SEE_DASHBOARD))
    return Visitor(person=person, locale=people.persons(tx, [person])[person].locale, roles=roles)


def leave(tx: Transaction, session: str, now: datetime) -> None:
    """End every session and link of the person, on every machine."""
    person = dashboards.person_of(tx, _hash(session), now)
    if person is not None:
        dashboards.forget(tx, person)


def view(tx: Transaction, who: Visitor, *, now: datetime, zone: ZoneInfo) -> list[TeamView]:
    """What the page shows. A period that has closed is frozen, as everywhere."""
    shown = []
    for role in who.roles:
        require(who.roles, Action.SEE_DASHBOARD, role.team)
        present = periods.current(tx, role.team, now.astimezone(zone).date())
        both = tuple(_period(tx, role.team, each, now=now, zone=zone) for each in (present, before(present)))
        shown.append(TeamView(role=role, periods=both))
    return shown


def one(tx: Transaction, who: Visitor, team: int, period: Period, *, now: datetime, zone: ZoneInfo) -> Summary:
    """One team's period. NotAllowed unless the visitor may see that team."""
    require(who.roles, Action.SEE_DASHBOARD, team)
    return summary.of_period(tx, team, period=period, now=now, zone=zone)[0]


def workbook(
    tx: Transaction, library: Library, who: Visitor, *, team: int, period: Period, now: datetime, zone: ZoneInfo
) -> str:
    """The name of the period's XLSX, see services/media. NotAllowed, or KnownError for none."""
    role = require(who.roles, Action.EXPORT, team)
    locale = who.locale if who.locale in library.words else "vi"
    wanted, _ = exports.order(
        tx,
        "xlsx",
        role,
        days=(period.first, period.last),
        roles=who.roles,
        zone=zone,
        locale=locale,
        now=now,
    )
    return media.promise_export(tx, wanted)


def _period(tx: Transaction, team: int, period: Period, *, now: datetime, zone: ZoneInfo) -> PeriodView:
    found, since = summary.of_period(tx, team, period=period, now=now, zone=zone)
    seen = {report.person_id for report in reports.of_team(tx, team, period.first, period.last)}
    silent = tuple(
        person.name or f"#{member.id}"
        for member, person in people.members_of(tx, team)
        if member.role == "volunteer" and person.id not in seen
    )
    return PeriodView(found=found, since=since, silent=silent)


def _hash(secret: str) -> str:
    return hashlib.sha256(b"dashboard:" + secret.encode()).hexdigest()
