"""The period a team reports by, and what falls due when it ends: the summary, and before it a word to the silent."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.core.people import Membership
from bot.core.periods import RULES, Period, Rule, before, period_of, rule_named
from bot.core.quiet import next_decent
from bot.services.permissions import Action, require
from bot.storage import audit, reminders, summaries
from bot.storage.database import Transaction

DEFAULT: Rule = "week"
SUMMARY, NUDGE = "summary", "nudge"


def rule_of(tx: Transaction, team: int) -> Rule:
    """The rule the team reports by."""
    return rule_named(summaries.rule_of(tx, team) or "") or DEFAULT


def choose(
    tx: Transaction, rule: Rule, *, roles: Sequence[Membership], team: int, person: int, now: datetime
) -> Membership:
    """Report by another rule from now on; what is frozen stays as it is. NotAllowed unless they coordinate the team."""
    role = require(roles, Action.SET_PERIOD, team)
    old = rule_of(tx, team)
    if old != rule:
        summaries.set_rule(tx, team, rule, now)
        audit.note(tx, at=now, person=person, action="set", subject=("period", team), before=old, after=rule)
    return role


def current(tx: Transaction, team: int, day: date) -> Period:
    """The period of the team that holds the day."""
    return period_of(rule_of(tx, team), day)


def plan(tx: Transaction, *, today: date, zone: ZoneInfo) -> None:
    """Make the due rows of the summary of each team's last period, and of this period's word to its volunteers."""
    chosen = summaries.rules(tx)
    rows = []
    for team, person in summaries.leaders(tx):
        over = before(period_of(rule_named(chosen.get(team, "")) or DEFAULT, today))
        rows.append(_row(f"{SUMMARY}:{team}", over.first, person, over.closes_at(zone)))
    for rule in RULES:
        now = period_of(rule, today)
        if today == now.last:  # nobody is nudged about a period that is over, nor long before it ends
            due_at = next_decent(now.nudge_at(zone), zone)
            rows += [
                _row(f"{NUDGE}:{team}", now.first, person, due_at)
                for team, person in summaries.all_silent(tx, now.first, now.last)
                if (rule_named(chosen.get(team, "")) or DEFAULT) == rule
            ]
    reminders.add(tx, rows)


def still_silent(tx: Transaction, team: int, person: int, first: date) -> Period | None:
    """The period that began on `first`, while the person has filed nothing about it; None once they have."""
    period = period_of(rule_of(tx, team), first)
    if period.first != first or person not in summaries.silent(tx, team, period.first, period.last):
        return None
    return period


def _row(rule: str, first: date, person: int, due_at: datetime) -> dict[str, object]:
    return {
        "rule": rule,
        "occurrence": first,
        "person_id": person,
        "due_at": due_at,
    }
