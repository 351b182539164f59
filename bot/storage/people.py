"""Queries about persons, contacts, conversations, consents, members and invites."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import col

from bot.core.messages import InboundMessage
from bot.core.people import Membership, Speaker
from bot.models import Consent, Contact, Conversation, Invite, Member, Person, Team
from bot.storage.database import Transaction
from bot.storage.prepared import Prepared

_SPEAKER = Prepared(
    select(
        col(Contact.id),
        col(Contact.unreachable_at),
        col(Person.id),
        col(Person.name),
        col(Person.locale),
        col(Person.address),
        col(Person.quiet),
        col(Conversation.state),
    )
    .join(Person, col(Person.id) == col(Contact.person_id))
    .join(Conversation, col(Conversation.person_id) == col(Person.id))
    .where(
        col(Contact.channel) == bindparam("channel"),
        col(Contact.bot) == bindparam("bot"),
        col(Contact.chat) == bindparam("chat"),
    )
    .with_for_update(of=Conversation)
)


def find_speaker(tx: Transaction, message: InboundMessage) -> tuple[Speaker, str] | None:
    """The person behind a chat and their conversation's state as JSON, locked; None when nobody is known there."""
    key = {"channel": message.channel, "bot": message.bot, "chat": message.chat}
    row = _SPEAKER.row(tx, key)
    if row is None and tx.is_postgres:  # who was waited for has just become somebody else, or is really new
        row = _SPEAKER.row(tx, key)
    if row is None:
        return None
    contact, unreachable_at, person, name, locale, address, quiet, state = row
    speaker = Speaker(
        person=person,
        contact=contact,
        name=name,
        locale=locale,
        address=address,
        quiet=quiet,
        unreachable=unreachable_at is not None,
        channel=message.channel,
        bot=message.bot,
        chat=message.chat,
    )
    return speaker, state


def add_speaker(tx: Transaction, message: InboundMessage, *, locale: str, now: datetime) -> Speaker:
    """A new person with one contact and an empty conversation. No name is kept before consent."""
    person = Person(locale=locale, created_at=now)
    tx.session.add(person)
    tx.session.flush()
    assert person.id
    contact = Contact(person_id=person.id, channel=message.channel, bot=message.bot, chat=message.chat, created_at=now)
    tx.session.add_all([contact, Conversation(person_id=person.id, updated_at=now)])
    tx.session.flush()
    assert contact.id
    return Speaker(
        person=person.id,
        contact=contact.id,
        name="",
        locale=locale,
        address="",
        quiet=False,
        channel=message.channel,
        bot=message.bot,
        chat=message.chat,
        new=True,
    )


def add_contact(tx: Transaction, *, person: int, channel: str, chat: str, now: datetime, bot: str = "") -> None:
    """One more chat of a known person."""
    tx.session.add(Contact(person_id=person, channel=channel, bot=bot, chat=chat, created_at=now))
    tx.session.flush()


_SAVE_STATE = Prepared(
    update(Conversation)
    .where(col(Conversation.person_id) == bindparam("person"))
    .values(state=bindparam("new_state"), updated_at=bindparam("now"))
)


def save_state(tx: Transaction, person: int, state: str, now: datetime) -> None:
    """Keep where the person is in the dialogue."""
    _SAVE_STATE.change(tx, {"person": person, "new_state": state, "now": now})


_MEMBERSHIPS = Prepared(
    select(
        col(Member.team_id),
        col(Member.role),
        col(Team.name),
        col(Team.code),
        col(Team.commune),
    )
    .join(Team, col(Team.id) == col(Member.team_id))
    .where(col(Member.person_id) == bindparam("person"), col(Member.until).is_(None))
    .order_by(col(Member.id))
)


def memberships(tx: Transaction, person: int) -> tuple[Membership, ...]:
    """The roles the person has now, the oldest first."""
    rows = _MEMBERSHIPS.rows(tx, {"person": person})
    return tuple(
        Membership(team=team, role=role, team_name=name, team_code=code, commune=commune)
        for team, role, name, code, commune in rows
    )


def members_of(tx: Transaction, team: int) -> list[tuple[Member, Person]]:
    """Everybody in a team now, the oldest first."""
    query = (
        select(Member, Person)
        .join(Person, col(Person.id) == col(Member.person_id))
        .where(col(Member.team_id) == team, col(Member.until).is_(None))
        .order_by(col(Member.id))
    )
    return [(member, person) for member, person in tx.session.execute(query)]


def add_member(tx: Transaction, *, team: int, person: int, role: str, now: datetime) -> None:
    """Give the person a role in a team, instead of the one they had there."""
    end_member(tx, team=team, person=person, now=now)
    tx.session.add(Member(team_id=team, person_id=person, role=role, since=now))
    tx.session.flush()


def end_member(tx: Transaction, *, team: int, person: int, now: datetime) -> None:
    """Take the person's role in a team away."""
    current = update(Member).where(
        col(Member.team_id) == team, col(Member.person_id) == person, col(Member.until).is_(None)
    )
    tx.connection.execute(current.values(until=now))


def change_person(tx: Transaction, person: int, **values: object) -> None:
    """Set columns of a person."""
    tx.connection.execute(update(Person).where(col(Person.id) == person).values(**values))


def set_reachable(tx: Transaction, contact: int, unreachable_at: datetime | None) -> None:
    """Note that a chat takes no messages any more, or does again (None)."""
    tx.connection.execute(update(Contact).where(col(Contact.id) == contact).values(unreachable_at=unreachable_at))


_CONSENTS = (
    select(Consent)
    .join(Person, col(Person.id) == col(Consent.person_id))
    .where(
        col(Consent.person_id) == bindparam("person"),
        col(Consent.withdrawn_at).is_(None),
        col(Person.restricted_at).is_(None),
    )
)


def consents(tx: Transaction, person: int) -> list[Consent]:
    """Every consent the person gives now; none while their data may not be used."""
    return list(tx.session.scalars(_CONSENTS, {"person": person}))


_PURPOSES = Prepared(
    select(col(Consent.purpose))
    .join(Person, col(Person.id) == col(Consent.person_id))
    .where(
        col(Consent.person_id) == bindparam("person"),
        col(Consent.version) == bindparam("version"),
        col(Consent.withdrawn_at).is_(None),
        col(Person.restricted_at).is_(None),
    )
)


def purposes(tx: Transaction, person: int, version: str) -> frozenset[str]:
    """What the person agrees to now under that text; nothing while their data may not be used."""
    return frozenset(purpose for (purpose,) in _PURPOSES.rows(tx, {"person": person, "version": version}))


def all_consents(tx: Transaction, person: int) -> list[Consent]:
    """Every consent the person ever gave, those withdrawn too."""
    return list(tx.session.scalars(select(Consent).where(col(Consent.person_id) == person)))


def add_consent(tx: Transaction, *, person: int, purpose: str, version: str, channel: str, now: datetime) -> None:
    """Keep the proof of one act of consent."""
    values = {"person_id": person, "purpose": purpose, "version": version, "channel": channel, "given_at": now}
    tx.connection.execute(insert(Consent).values(**values))


def end_consents(tx: Transaction, person: int, purpose: str | None, now: datetime) -> None:
    """Withdraw one purpose, or all of them (None). The proof stays."""
    query = update(Consent).where(col(Consent.person_id) == person, col(Consent.withdrawn_at).is_(None))
    if purpose:
        query = query.where(col(Consent.purpose) == purpose)
    tx.connection.execute(query.values(withdrawn_at=now))


def find_invite(tx: Transaction, hashes: Sequence[str], now: datetime) -> Invite | None:
    """The invite of a code that is kept as one of these, locked, if it can still be used."""
    query = (
        select(Invite)
        .where(col(Invite.code_hash).in_(hashes), col(Invite.uses_left) > 0, col(Invite.expires_at) > now)
        .with_for_update()
    )
    return tx.session.scalars(query).one_or_none()


def preferred_contacts(tx: Transaction, persons: list[int]) -> dict[int, int]:
    """By person, the contact that unasked messages go to: of those one can reach, the chosen one or the newest."""
    query = (
        select(col(Contact.person_id), col(Contact.id))
        .where(col(Contact.person_id).in_(persons), col(Contact.unreachable_at).is_(None))
        .order_by(col(Contact.preferred_at).asc().nulls_first(), col(Contact.id))
    )
    rows: Any = tx.connection.execute(query)
    return dict(rows.all())


def contact_id(tx: Transaction, *, channel: str, bot: str, chat: str) -> int | None:
    """The contact of a chat; None when nobody is known there."""
    query = select(col(Contact.id)).where(
        col(Contact.channel) == channel, col(Contact.bot) == bot, col(Contact.chat) == chat
    )
    return tx.connection.execute(query).scalar_one_or_none()


def persons(tx: Transaction, ids: list[int]) -> dict[int, Person]:
    """By id, the persons."""
    found = tx.session.scalars(select(Person).where(col(Person.id).in_(ids)))
    return {person.id or 0: person for person in found}
