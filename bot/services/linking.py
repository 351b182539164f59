"""A person's chats: joined by a typed code, one of them chosen for unasked messages, let go again.

Whoever holds a code gets everything its chat has, so it lives shortly, works once, and only its hash is kept.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.conversation import State
from bot.core.errors import N_, KnownError
from bot.core.messages import Reply
from bot.core.people import Speaker
from bot.core.text import words
from bot.models import LinkCode
from bot.services import codes, merging
from bot.services.merging import United
from bot.storage import audit, linking, messages, people
from bot.storage.database import Transaction

LIFE = timedelta(minutes=15)
MINUTES = int(LIFE / timedelta(minutes=1))
GONE = N_("That chat is no longer linked here. Type /lienket to see which ones are.")
OLD = N_("This code is too old or was used already. Type /lienket in the other chat for a new one.")
OWN = N_("This is the code of this very chat. Open Từng Ngõ on the other channel and type it there.")
ONE = N_("These two chats are linked already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """One chat of a person."""

    contact: int
    channel: str
    number: int = 0  # 1, 2 … where the person has several on this channel
    here: bool = False
    main: bool = False  # unasked messages go there now
    reachable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Whom a code would join this chat to; no more than lets its owner know it is them."""

    code: int
    name: str  # masked; empty: none is kept
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Two chats have become one person's."""

    united: United
    contact: int  # the other chat
    channel: str


def chats(tx: Transaction, speaker: Speaker) -> list[Chat]:
    """The person's chats, the oldest first."""
    rows = linking.contacts_of(tx, speaker.person)
    main = people.preferred_contacts(tx, [speaker.person]).get(speaker.person)
    found = []
    for row in rows:
        same = [each.id for each in rows if each.channel == row.channel]
        found.append(
            Chat(
                contact=row.id or 0,
                channel=row.channel,
                number=same.index(row.id) + 1 if same[1:] else 0,
                here=row.id == speaker.contact,
                main=row.id == main,
                reachable=row.unreachable_at is None,
            )
        )
    return found


def new_code(tx: Transaction, speaker: Speaker, now: datetime) -> str:
    """A code for this chat, as people see it; the one before it works no more."""
    code = codes.new()
    linking.add_code(tx, contact=speaker.contact, code_hash=codes.hashed(tx, code), expires_at=now + LIFE, now=now)
    return codes.shown(code)


def take(tx: Transaction, speaker: Speaker, code: str, now: datetime) -> Offer:
    """Whom a typed code leads to; from now on only this chat can use it. KnownError when it cannot.

    The caller has asked codes.meant, which counts what is guessed.
    """
    row = linking.find_code(tx, codes.hashes(tx, code))
    if row is None:
        raise KnownError(OLD)
    owner, person = linking.owner_of(tx, row.contact_id)
    if person.id == speaker.person:
        raise KnownError(OWN if row.contact_id == speaker.contact else ONE)
    if row.settled_at or row.expires_at <= now or row.taker_id not in (None, speaker.contact):
        raise KnownError(OLD)
    row.taker_id = speaker.contact
    linking.keep_code(tx, row)
    return Offer(code=row.id or 0, name=masked(person.name), channel=owner.channel)


def confirm(tx: Transaction, speaker: Speaker, code: int, state: State, *, now: datetime, today: date) -> Linked:
    """Join both chats into one person. KnownError when the code is no longer this chat's to use."""
    row = _taken(tx, speaker, code, now)
    owner, person = linking.owner_of(tx, row.contact_id)
    if person.id == speaker.person:
        raise KnownError(ONE)
    contact, channel = owner.id or 0, owner.channel
    united = merging.unite(tx, speaker.person, person.id or 0, state, now=now, today=today)
    _settle(tx, code, now)
    linking.forget_codes(tx, [each.id or 0 for each in linking.contacts_of(tx, united.person)])
    return Linked(united=united, contact=contact, channel=channel)


def refuse(tx: Transaction, speaker: Speaker, code: int, now: datetime) -> None:
    """The chats stay apart; nobody can use the code any more."""
    _taken(tx, speaker, code, now)
    _settle(tx, code, now)


def prefer(tx: Transaction, speaker: Speaker, contact: int, now: datetime) -> Chat:
    """Let unasked messages go to one of the person's chats. KnownError when it is none of theirs."""
    chosen = mine(tx, speaker, contact)
    linking.prefer(tx, contact, now)
    return chosen


def unlink(tx: Transaction, speaker: Speaker, contact: int, now: datetime) -> tuple[Chat, int]:
    """Let one chat go: (the chat, the new person behind it, who has nothing). KnownError for the last one."""
    freed = mine(tx, speaker, contact)
    if len(linking.contacts_of(tx, speaker.person)) == 1:
        raise KnownError(N_("This is the only chat you have here, so there is nothing to unlink."))
    linking.hand_on(tx, contact, linking.next_of(tx, contact))
    person = linking.set_free(tx, contact, locale=speaker.locale, now=now)
    linking.forget_codes(tx, [contact])
    audit.note(
        tx,
        at=now,
        person=speaker.person,
        action="unlink",
        subject=("person", speaker.person),
        before={"person": speaker.person},
        after={"person": person},
    )
    return freed, person


def mine(tx: Transaction, speaker: Speaker, contact: int) -> Chat:
    """One of the person's chats. KnownError when it is none of theirs."""
    for each in chats(tx, speaker):
        if each.contact == contact:
            return each
    raise KnownError(GONE)


def tell(tx: Transaction, contact: int, text: str, now: datetime) -> None:
    """Say something in one certain chat, at once: it was done a moment ago and may have been somebody else."""
    messages.put_out(tx, messages.Outgoing(contact=contact, reply=Reply(text=text), kind="link"), now)


def masked(name: str) -> str:
    """The last word's first letter: who owns it knows the name, nobody else learns it. Empty stays empty."""
    last = name.split()[-1:] if words(name) else []
    return f"{last[0][0].upper()}••" if last else ""


def _taken(tx: Transaction, speaker: Speaker, code: int, now: datetime) -> LinkCode:
    row = linking.get_code(tx, code)
    if row is None or row.taker_id != speaker.contact or row.settled_at or row.expires_at <= now:
        raise KnownError(OLD)
    return row


def _settle(tx: Transaction, code: int, now: datetime) -> None:
    row = linking.get_code(tx, code)
    assert row
    row.settled_at = now
    linking.keep_code(tx, row)
