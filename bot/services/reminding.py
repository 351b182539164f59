"""Due messages on their way to the outbox: what is due together for one person becomes one message, once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.messages import Reply, SendClass
from bot.services import usage
from bot.services.reminders import AGAIN, DATE, JOINED, NUDGE, REMINDERS, SUMMARY, Waiting
from bot.services.subscriptions import TOPIC
from bot.storage import messages, people, reminders, subscriptions
from bot.storage.database import Transaction

AHEAD = 600  # messages that may wait in the outbox: what leaves at 30 a second until the next tick
STALE = timedelta(minutes=30)  # what could not leave for so long is said anew
ROLES = {NUDGE: "volunteer", SUMMARY: "coordinator"}  # in the team that is the subject; of others the words decide
Join = Callable[[Sequence[tuple[Waiting, Reply]]], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """One due message in words; None when there is nothing to say any more."""

    waiting: Waiting
    reply: Reply | None
    topic: str = ""  # of reminders: what people follow, or do not


@dataclass(slots=True)
class Quotas:
    """How many unasked messages each bot still has room for, counted down while a batch is handed over."""

    tx: Transaction
    now: datetime
    left: dict[tuple[str, str], int] = field(default_factory=dict)

    def held_until(self, channel: str, bot: str) -> datetime | None:
        """When to look again where the month is nearly used up; None: it may go, and counts."""
        if channel not in usage.LIMITS:
            return None
        key = (channel, bot)
        if key not in self.left:
            under_way = reminders.unasked_under_way(self.tx, channel, bot)
            self.left[key] = (usage.left(self.tx, channel, bot, self.now) or 0) - under_way
        if self.left[key] > 0:
            self.left[key] -= 1
            return None
        return usage.held_until(self.tx, channel, bot, self.now) or self.now + usage.LOOK_AGAIN


def room(tx: Transaction) -> int:
    """How many messages may be handed over now, so that the outbox does not fill up."""
    return max(0, AHEAD - reminders.under_way(tx))


def take_back(tx: Transaction, now: datetime) -> int:
    """Take back what could not leave: by the time it can, it may be night, or not true any more."""
    return reminders.take_back(tx, now - STALE, now)


def queue(tx: Transaction, group: Sequence[Ready], *, join: Join, quotas: Quotas, now: datetime) -> int:
    """Put what is due for one person into the outbox, once, or note why not. How many messages that are."""
    person = group[0].waiting.person
    said: list[Ready] = []
    refused = _refused(tx, group, person)
    for each, reason in zip(group, refused, strict=True):
        if reason:
            reminders.settle(tx, each.waiting.due, status="skipped", reason=reason, now=now)
        else:
            said.append(each)
    if not said:
        return 0
    contact = people.preferred_contacts(tx, [person])[person]
    channel, bot = reminders.outlets(tx, [contact])[contact]
    bundles = [[each for each in said if each.waiting.kind in JOINED]]
    bundles += [[each] for each in said if each.waiting.kind not in JOINED]
    count = 0
    for bundle in filter(None, bundles):
        if until := quotas.held_until(channel, bot):
            for each in bundle:
                reminders.postpone(tx, each.waiting.due, due_at=until, reason="quota")
        else:
            _put_out(tx, bundle, contact, join=join, now=now)
            count += 1
    return count


def _put_out(tx: Transaction, bundle: Sequence[Ready], contact: int, *, join: Join, now: datetime) -> None:
    pairs = [(each.waiting, each.reply) for each in bundle if each.reply]
    first = bundle[0].waiting
    reply = pairs[0][1] if len(pairs) == 1 else join(pairs)
    outgoing = messages.Outgoing(
        contact=contact,
        reply=reply,
        kind=first.kind,
        key=f"{reminders.KEY}{first.due}",
        send_class=SendClass.ONCE,
        unasked=True,
    )
    messages.put_out(tx, outgoing, now)
    for each in bundle:
        joined = None if each.waiting.due == first.due else first.due
        reason = "joined" if joined else each.waiting.why
        reminders.settle(tx, each.waiting.due, status="queued", reason=reason, now=now, joined_to=joined)


def _refused(tx: Transaction, group: Sequence[Ready], number: int) -> list[str]:
    """Why each of them is not said; empty for what is."""
    person = people.persons(tx, [number]).get(number)
    if person is None or person.quiet:
        return ["stopped"] * len(group)
    if number not in people.preferred_contacts(tx, [number]):
        return ["unreachable"] * len(group)
    muted = subscriptions.mutes(tx, [number]).get(number, frozenset())
    agrees = any(consent.purpose == "remind" for consent in people.consents(tx, number))
    roles = {str(role.team): role.role for role in people.memberships(tx, number)}
    return [_why_not(each, muted, roles, agrees=agrees) for each in group]


def _why_not(each: Ready, muted: frozenset[str], roles: Mapping[str, str], *, agrees: bool) -> str:
    """Whether the person agrees to it, or has the role it is for, at this moment too."""
    waiting = each.waiting
    rule = waiting.subject if waiting.kind == AGAIN else f"{waiting.kind}:{waiting.subject}"
    if rule.startswith(f"{DATE}:") and not agrees:
        return "stopped"
    if waiting.kind in REMINDERS and (rule in muted or TOPIC + each.topic in muted):
        return "muted"
    if waiting.kind in ROLES and roles.get(waiting.subject) != ROLES[waiting.kind]:
        return "stopped"
    return "" if each.reply else "no longer true"
