"""Queries about one-time links to the coordinator's page and the sessions they open."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import col

from bot.models import DashboardPass
from bot.storage.database import Transaction


def add_link(tx: Transaction, *, person: int, link_hash: str, made_at: datetime, ends_at: datetime) -> None:
    """A new link."""
    tx.session.add(DashboardPass(person_id=person, link_hash=link_hash, made_at=made_at, ends_at=ends_at))
    tx.session.flush()


def unused(tx: Transaction, link_hash: str, now: datetime) -> DashboardPass | None:
    """The pass of a link that was not used and still can be, locked."""
    query = select(DashboardPass).where(
        col(DashboardPass.link_hash) == link_hash,
        col(DashboardPass.session_hash).is_(None),
        col(DashboardPass.ends_at) > now,
    )
    return tx.session.scalars(query.with_for_update()).one_or_none()


def person_of(tx: Transaction, session_hash: str, now: datetime) -> int | None:
    """Whose session it is; None when there is none now."""
    query = select(col(DashboardPass.person_id)).where(
        col(DashboardPass.session_hash) == session_hash, col(DashboardPass.ends_at) > now
    )
    return tx.connection.execute(query).scalar_one_or_none()


def forget(tx: Transaction, person: int) -> None:
    """Delete every link and session of a person."""
    tx.connection.execute(delete(DashboardPass).where(col(DashboardPass.person_id) == person))


def forget_ended(tx: Transaction, now: datetime) -> None:
    """Delete what opens nothing any more."""
    tx.connection.execute(delete(DashboardPass).where(col(DashboardPass.ends_at) <= now))
