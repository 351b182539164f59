"""Queries about the sessions of browsers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.models import Contact, WebSession
from bot.storage.database import Transaction

ENDED = "ended:"  # before the name of a chat instead of a hash: its person has logged out everywhere
_TABLE = WebSession.metadata.tables["web_session"]
_NEW = {
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing(),
}


@dataclass(frozen=True, slots=True)
class Secret:
    """A row of `web_session`."""

    token_hash: str
    chat: str
    standing: str
    replaces: str
    made_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChatOwner:
    """Whose a web chat is."""

    person: int
    since: datetime
    contacts: int  # chats the person has, this one included


# made once: these run with every message of a page
_COLUMNS = [_TABLE.c[name] for name in ("token_hash", "chat", "standing", "replaces", "made_at", "ends_at")]
_SECRETS = select(*_COLUMNS).where(or_(_TABLE.c.token_hash == bindparam("hash"), _TABLE.c.chat == bindparam("chat")))
_THERE = select(_TABLE.c.token_hash).where(_TABLE.c.token_hash == bindparam("hash"))
_ALL = aliased(Contact)
_OWNER = select(
    col(Contact.person_id),
    col(Contact.created_at),
    select(func.count()).where(_ALL.person_id == col(Contact.person_id)).scalar_subquery(),  # type: ignore[arg-type]
).where(col(Contact.channel) == "web", col(Contact.bot) == "", col(Contact.chat) == bindparam("chat"))


def secrets(tx: Transaction, *, token_hash: str, chat: str) -> list[Secret]:
    """The session of that secret, and every session of that chat."""
    rows: Any = tx.connection.execute(_SECRETS, {"hash": token_hash, "chat": chat})
    return [Secret(*row) for row in rows]


def is_kept(tx: Transaction, token_hash: str) -> bool:
    """Whether there is a session of that secret, whatever it still opens."""
    return tx.connection.execute(_THERE, {"hash": token_hash}).scalar_one_or_none() is not None


def add_session(
    tx: Transaction, *, token_hash: str, chat: str, standing: str, replaces: str = "", now: datetime
) -> None:
    """One more secret that opens the chat; nothing when it is there already."""
    values = {"token_hash": token_hash, "chat": chat, "standing": standing, "replaces": replaces, "made_at": now}
    tx.connection.execute(_NEW[tx.connection.dialect.name], {**values, "ends_at": None})


def confirm_session(tx: Transaction, token_hash: str, *, end_old_at: datetime) -> None:
    """A browser has shown this secret: the one before it ends at that moment."""
    old = select(col(WebSession.replaces)).where(col(WebSession.token_hash) == token_hash).scalar_subquery()
    end = update(WebSession).where(col(WebSession.token_hash) == old, col(WebSession.ends_at).is_(None))
    tx.connection.execute(end.values(ends_at=end_old_at))
    tx.connection.execute(update(WebSession).where(col(WebSession.token_hash) == token_hash).values(replaces=""))


def forget_ended(tx: Transaction, chat: str, now: datetime) -> None:
    """Delete the secrets of a chat that open nothing any more."""
    tx.connection.execute(delete(WebSession).where(col(WebSession.chat) == chat, col(WebSession.ends_at) <= now))


def end_chat(tx: Transaction, chat: str, now: datetime) -> None:
    """No secret opens the chat any more; the row that says so holds none."""
    tx.connection.execute(update(WebSession).where(col(WebSession.chat) == chat).values(ends_at=now))
    values = {"token_hash": ENDED + chat, "chat": chat, "standing": "", "replaces": "", "made_at": now, "ends_at": now}
    tx.connection.execute(_NEW[tx.connection.dialect.name], values)


def is_ended(tx: Transaction, chat: str) -> bool:
    """Whether its person has logged out everywhere."""
    return is_kept(tx, ENDED + chat)


def owner_of(tx: Transaction, chat: str) -> ChatOwner | None:
    """Whose web chat it is; None before the first message."""
    row: Any = tx.connection.execute(_OWNER, {"chat": chat}).one_or_none()
    return ChatOwner(*row) if row else None
