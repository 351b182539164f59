"""Queries about codes that were tried, requests to join, and the addresses people find us at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import ChannelAddress, CodeAttempt, Invite, JoinRequest, Person
from bot.storage.database import Transaction

_ADDRESS = ChannelAddress.metadata.tables["channel_address"]


def attempts_of(tx: Transaction, person: int, since: datetime) -> list[datetime]:
    """When the person tried codes that did not work, the oldest first."""
    query = select(col(CodeAttempt.at)).where(col(CodeAttempt.person_id) == person, col(CodeAttempt.at) > since)
    return list(tx.connection.scalars(query.order_by(col(CodeAttempt.at))))


def attempts(tx: Transaction, since: datetime) -> int:
    """How often anybody tried a code that did not work."""
    query = select(func.count()).select_from(CodeAttempt).where(col(CodeAttempt.at) > since)
    return int(tx.connection.execute(query).scalar_one())


def add_attempt(tx: Transaction, person: int, now: datetime, *, forget: datetime) -> None:
    """Note one more; what the person tried before `forget` is not needed any more."""
    old = delete(CodeAttempt).where(col(CodeAttempt.person_id) == person, col(CodeAttempt.at) < forget)
    tx.connection.execute(old)
    tx.connection.execute(insert(CodeAttempt).values(person_id=person, at=now))


def any_invite(tx: Transaction, hashes: Sequence[str]) -> Invite | None:
    """The invite of a code that is kept as one of these, whether it can still be used or not."""
    return tx.session.scalars(select(Invite).where(col(Invite.code_hash).in_(hashes))).one_or_none()


def waiting_request(tx: Transaction, team: int, person: int) -> JoinRequest | None:
    """The request of a person to join a team that nobody has answered yet."""
    query = select(JoinRequest).where(
        col(JoinRequest.team_id) == team, col(JoinRequest.person_id) == person, col(JoinRequest.status) == "waiting"
    )
    return tx.session.scalars(query).one_or_none()


def get_request(tx: Transaction, request: int) -> JoinRequest | None:
    """The request of that id, locked."""
    return tx.session.scalars(select(JoinRequest).where(col(JoinRequest.id) == request).with_for_update()).one_or_none()


def keep_request(tx: Transaction, request: JoinRequest) -> JoinRequest:
    """Keep a new or changed request; a new one gets its id."""
    tx.session.add(request)
    tx.session.flush()
    return request


def requests_of_team(tx: Transaction, team: int) -> list[tuple[JoinRequest, Person]]:
    """Everybody who waits to join a team, the oldest first."""
    query = (
        select(JoinRequest, Person)
        .join(Person, col(Person.id) == col(JoinRequest.person_id))
        .where(col(JoinRequest.team_id) == team, col(JoinRequest.status) == "waiting")
        .order_by(col(JoinRequest.id))
    )
    return [(request, person) for request, person in tx.session.execute(query)]


def requests_of_person(tx: Transaction, person: int) -> list[JoinRequest]:
    """What a person waits for."""
    query = select(JoinRequest).where(col(JoinRequest.person_id) == person, col(JoinRequest.status) == "waiting")
    return list(tx.session.scalars(query.order_by(col(JoinRequest.id))))


def set_address(tx: Transaction, channel: str, name: str) -> None:
    """Keep the name we have on a platform."""
    dialect = postgresql if tx.is_postgres else sqlite
    row = dialect.insert(_ADDRESS).values(channel=channel, name=name)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["channel"], set_={"name": name}))


def addresses(tx: Transaction) -> dict[str, str]:
    """By channel, the name we have there."""
    rows: Any = tx.connection.execute(select(_ADDRESS.c.channel, _ADDRESS.c.name))
    return dict(rows.all())
