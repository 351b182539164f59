"""Broadcasts on their way to the outbox: a batch a transaction, in any number of processes, each person once."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.messages import Reply, SendClass
from bot.core.quiet import next_decent
from bot.models import Broadcast
from bot.services import broadcasts as rules
from bot.services import subscriptions
from bot.services.permissions import Action, allowed
from bot.storage import areas, broadcasts, messages, people
from bot.storage.database import Transaction

BATCH = 100  # persons a transaction; answers of other people come in between
LOOKED_AT = 1000  # persons who are asked for their quiet hours at a time
AHEAD = 600  # messages that may wait in the outbox: what leaves at 30 a second until the next tick
GRACE = timedelta(hours=36)  # after which it no longer goes out

Render = Callable[[str, str, str], Reply]  # text, team's name, locale


def hand_over(
    tx: Transaction, *, now: datetime, zone: ZoneInfo, render: Render, but: Sequence[int] = ()
) -> tuple[int, bool] | None:
    """One batch of one due broadcast: (its id, whether more can follow at once); None when nothing is due.

    Whether its sender still coordinates the team, and whether a person still wants it, is asked at this moment.
    """
    if next_decent(now, zone) > now:
        return None
    row = broadcasts.take_due(tx, now, but)
    if row is None:
        return None
    number = row.id or 0
    if reason := _void(tx, row, now):
        rules.end(tx, row, status="stopped", reason=reason, person=None, now=now)
        return number, False
    room = min(BATCH, AHEAD - broadcasts.underway(tx, number))
    waiting = broadcasts.waiting(tx, number, LOOKED_AT if room > 0 else 0)
    persons = _not_quiet(tx, waiting, now, zone)[:room]
    if persons:
        _begin(tx, row, now)
        _queue(tx, row, persons, render=render, now=now)
    elif room > 0 and not waiting:
        rules.end(tx, row, status="done", reason="", person=None, now=now)
    return number, bool(persons)


def _not_quiet(tx: Transaction, persons: Sequence[int], now: datetime, zone: ZoneInfo) -> list[int]:
    """Those whose own quiet hours this is not; the others wait."""
    hours = subscriptions.hours_of(tx, persons, now.astimezone(zone).date())
    return [
        person
        for person in persons
        if next_decent(now, zone, quiet_from=hours[person].quiet_from, quiet_to=hours[person].quiet_to) <= now
    ]


def _void(tx: Transaction, row: Broadcast, now: datetime) -> str:
    """Why it must not go out any more; empty when it may."""
    if now - row.due_at > GRACE:
        return "late"
    return "" if allowed(people.memberships(tx, row.person_id), Action.BROADCAST, row.team_id) else "role"


def _begin(tx: Transaction, row: Broadcast, now: datetime) -> None:
    if row.started_at is None:
        row.started_at = now
        tx.session.add(row)
        tx.session.flush()


def _queue(tx: Transaction, row: Broadcast, persons: list[int], *, render: Render, now: datetime) -> None:
    number = row.id or 0
    team = areas.get_team(tx, row.team_id)
    members = {member.person_id: person for member, person in people.members_of(tx, row.team_id)}
    contacts = people.preferred_contacts(tx, persons)
    fates: dict[str, list[int]] = {"left": [], "quiet": [], "unreachable": [], "": []}
    for person in persons:
        fates[_fate(person, quiet=members[person].quiet if person in members else None, contacts=contacts)] += [person]
    for person in fates[""]:
        outgoing = messages.Outgoing(
            contact=contacts[person],
            reply=render(row.text, team.name if team else "", members[person].locale),
            kind="broadcast",
            key=broadcasts.key(number, person),
            send_class=SendClass.ONCE,
            unasked=True,
        )
        messages.put_out(tx, outgoing, now)
    for reason, found in fates.items():
        broadcasts.settle(tx, number, found, status="skipped" if reason else "queued", reason=reason)


def _fate(person: int, *, quiet: bool | None, contacts: dict[int, int]) -> str:
    """Why a person gets nothing; empty when they do. `quiet` is None for who left the team."""
    if quiet is None:
        return "left"
    if quiet:
        return "quiet"
    return "" if person in contacts else "unreachable"
