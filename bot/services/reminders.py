"""What falls due for whom: rows made once, whatever runs twice, and handed to the outbox once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.calendar import leads_on, send_time
from bot.core.content import DateRule
from bot.core.messages import Reply, SendClass
from bot.core.quiet import next_decent
from bot.models import Due
from bot.services import news
from bot.storage import messages, people, reminders
from bot.storage.database import Transaction

LOOK_BACK = 3  # days for which a missed reminder is still made
GRACE = timedelta(hours=36)  # after which a reminder is recorded as skipped
LATE = timedelta(hours=3)  # after which it says that it is late
DATE, SUMMARY, NUDGE = "date", "summary", "nudge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One due message, to be put into words."""

    due: int
    kind: str  # DATE or SUMMARY
    subject: str  # the rule's id, or the team's
    occurrence: date
    lead: int  # days before, as planned
    left: int  # days before, as it is now
    person: int
    locale: str
    late: bool


def plan_dates(tx: Transaction, rules: Iterable[DateRule], *, today: date, zone: ZoneInfo) -> None:
    """Make the due rows of today's reminders, and of those the last days missed, for everybody who asked for them."""
    found = [
        (rule, occurrence, lead, send_time(today - timedelta(back), zone))
        for rule in rules
        for back in range(LOOK_BACK)
        for occurrence, lead in leads_on(rule, today - timedelta(back))
        if occurrence >= today
    ]
    if not found:
        return
    audience = reminders.audience(tx)
    reminders.add(
        tx,
        (
            _row(f"{DATE}:{rule.id}", occurrence, lead, person.id or 0, due_at)
            for rule, occurrence, lead, due_at in found
            for person, role, since in audience
            if role in rule.audience and since <= due_at + LATE
        ),
    )


def take_due(tx: Transaction, *, now: datetime, zone: ZoneInfo, limit: int = 200) -> list[Waiting]:
    """What is to be sent now. What is too late is recorded as skipped; what falls into the night is moved."""
    ready = []
    for due in reminders.waiting(tx, now, limit):
        decent = next_decent(now, zone)
        if now - due.due_at > GRACE or _is_over(due, decent.astimezone(zone).date()):
            reminders.settle(tx, due.id or 0, status="skipped", reason="too late", now=now)
        elif decent > now:
            reminders.postpone(tx, due.id or 0, due_at=decent, reason="night")
        else:
            ready.append(due)
    found = people.persons(tx, [due.person_id for due in ready])
    today = now.astimezone(zone).date()
    return [_waiting(due, found[due.person_id].locale, now, today) for due in ready if due.person_id in found]


def queue(tx: Transaction, waiting: Waiting, reply: Reply | None, *, now: datetime) -> None:
    """Put one due message into the outbox, once, or note why not: nothing to say, silence wished, nobody reachable."""
    person = people.persons(tx, [waiting.person]).get(waiting.person)
    contact = people.preferred_contacts(tx, [waiting.person]).get(waiting.person)
    if person is None or person.quiet or not _still_wanted(tx, waiting):
        reason = "stopped"
    elif contact is None:
        reason = "unreachable"
    elif reply is None:
        reason = "no longer true"
    else:
        outgoing = messages.Outgoing(
            contact=contact,
            reply=reply,
            kind=waiting.kind,
            key=f"due:{waiting.due}",
            send_class=SendClass.ONCE,
            unasked=True,
        )
        messages.put_out(tx, outgoing, now)
        reminders.settle(tx, waiting.due, status="queued", reason="", now=now)
        return
    reminders.settle(tx, waiting.due, status="skipped", reason=reason, now=now)


def _is_over(due: Due, today: date) -> bool:
    """Whether what is said to come is here already, or "today" is not today any more."""
    return due.rule.startswith(f"{DATE}:") and (due.occurrence - today).days < min(due.lead, 1)


def _still_wanted(tx: Transaction, waiting: Waiting) -> bool:
    """Whether the person agrees to reminders, or coordinates the team, at this moment too."""
    if waiting.kind in news.KINDS:
        return True  # the words are asked whether it is still so
    if waiting.kind == DATE:
        return any(consent.purpose == "remind" for consent in people.consents(tx, waiting.person))
    wanted = "volunteer" if waiting.kind == NUDGE else "coordinator"
    return any(
        role.role == wanted and str(role.team) == waiting.subject for role in people.memberships(tx, waiting.person)
    )


def _waiting(due: Due, locale: str, now: datetime, today: date) -> Waiting:
    kind, _, subject = due.rule.partition(":")
    return Waiting(
        due=due.id or 0,
        kind=kind,
        subject=subject,
        occurrence=due.occurrence,
        lead=due.lead,
        left=(due.occurrence - today).days,
        person=due.person_id,
        locale=locale,
        late=now - due.due_at > LATE or due.reason == "night",  # nothing is planned for the night
    )


def _row(rule: str, occurrence: date, lead: int, person: int, due_at: datetime) -> Mapping[str, object]:
    return {
        "rule": rule,
        "occurrence": occurrence,
        "lead": lead,
        "person_id": person,
        "due_at": due_at,
        "status": "waiting",
        "reason": "",
        "settled_at": None,
    }
