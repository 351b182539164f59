"""A browser's session: which secret opens which chat, and when a secret is replaced. See docs/decisions/0027.

The first secret needs no row: the chat's id is its hash. It gets one when it is replaced; from then on only the rows
of a chat open it. A new secret is derived from the old one, so that an answer that got lost is simply given again.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.storage import dashboards, linking, messages, people, web
from bot.storage.database import Transaction
from bot.storage.web import ChatOwner, Secret

RENEWED: Final = timedelta(days=30)
OVERLAP: Final = timedelta(minutes=10)  # what is under way with the old secret, in other tabs, still arrives
UNUSED: Final = timedelta(days=90)  # as long as the cookie lives


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a secret opens."""

    chat: str
    mine: Secret | None = None  # its row; None for a first secret that was never replaced

    @property
    def confirm(self) -> bool:
        """Whether the secret is new and was shown for the first time: `confirm` is to be called."""
        return bool(self.mine and self.mine.replaces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """A secret that is to be replaced."""

    token: str
    chat: str
    standing: str
    kept: bool  # by an earlier request: the browser has not shown it yet


def first_chat(token: str) -> str:
    """The chat that a browser's first secret opens. Cannot be turned back."""
    return hashlib.sha256(b"chat:" + token.encode()).hexdigest()[:32]


def enter(tx: Transaction, token: str, now: datetime) -> Opened | None:
    """What the secret opens; None when it was replaced, or not used for too long."""
    key, chat = _hash(token), first_chat(token)
    rows = web.secrets(tx, token_hash=key, chat=chat)
    mine = next((row for row in rows if row.token_hash == key), None)
    if mine is None:
        return None if rows else Opened(chat=chat)
    if (mine.ends_at and mine.ends_at <= now) or mine.made_at + RENEWED + UNUSED <= now:
        return None
    return Opened(chat=mine.chat, mine=mine)


def confirm(tx: Transaction, token: str, now: datetime) -> None:
    """The browser has the new secret: the old one works a few minutes more."""
    web.confirm_session(tx, _hash(token), end_old_at=now + OVERLAP)


def renewal(tx: Transaction, token: str, *, key: bytes, now: datetime) -> Renewal | None:
    """The secret that replaces this one; None when none is due.

    Due once in thirty days, and when the person's standing has changed: another role, another chat joined to it. A
    chat nobody has spoken in has no owner, and leaves nothing behind.
    """
    opened = enter(tx, token, now)
    owner = web.owner_of(tx, opened.chat) if opened else None
    if opened is None or owner is None:
        return None
    mine, standing = opened.mine, _standing(tx, owner)
    since = mine.made_at if mine else owner.since
    if (mine and mine.ends_at) or (now - since < RENEWED and standing == (mine.standing if mine else "")):
        return None
    new = _successor(token, key)
    return Renewal(token=new, chat=opened.chat, standing=standing, kept=web.is_kept(tx, _hash(new)))


def replace(tx: Transaction, token: str, *, key: bytes, now: datetime) -> str:
    """The secret that replaces this one, kept; empty when none is due. Doing it twice is doing it once."""
    new = renewal(tx, token, key=key, now=now)
    if new is None or new.kept:
        return new.token if new else ""
    old = _hash(token)
    web.forget_ended(tx, new.chat, now)
    web.add_session(tx, token_hash=old, chat=new.chat, standing="", now=now - RENEWED)  # still due if this is lost
    web.add_session(tx, token_hash=_hash(new.token), chat=new.chat, standing=new.standing, replaces=old, now=now)
    return new.token


def issue(tx: Transaction, token: str, chat: str, now: datetime) -> None:
    """One more secret for a chat: the demo gives its people to whoever wants to be them."""
    owner = web.owner_of(tx, chat)
    standing = _standing(tx, owner) if owner else ""
    web.add_session(tx, token_hash=_hash(token), chat=chat, standing=standing, now=now)


@dataclass(frozen=True, slots=True)
class Browsers:
    """The web chats of a person."""

    contacts: tuple[int, ...]
    only: bool  # there is no other channel

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.contacts)


def browsers(tx: Transaction, person: int) -> Browsers:
    """The person's web chats that a browser may still open."""
    chats = linking.contacts_of(tx, person)
    mine = tuple(each.id or 0 for each in chats if each.channel == "web" and not web.is_ended(tx, each.chat))
    return Browsers(mine, only=all(each.channel == "web" for each in chats))


def end_all(tx: Transaction, person: int, now: datetime) -> None:
    """No browser opens a chat of this person any more, nor the page with figures. What waited goes to another chat."""
    dashboards.forget(tx, person)
    mine = [each for each in linking.contacts_of(tx, person) if each.channel == "web"]
    for each in mine:
        web.end_chat(tx, each.chat, now)
        people.set_reachable(tx, each.id or 0, now)
    for each in mine:
        if not linking.hand_on(tx, each.id or 0, linking.next_of(tx, each.id or 0)):
            messages.drop_waiting(tx, each.id or 0, "unreachable")


def _standing(tx: Transaction, owner: ChatOwner) -> str:
    """Who it is and what they may do; empty for somebody who has neither role nor another chat."""
    roles = sorted(f"{role.team}={role.role}" for role in people.memberships(tx, owner.person))
    return f"{owner.person}:{owner.contacts}:{','.join(roles)}" if roles or owner.contacts > 1 else ""


def _successor(token: str, key: bytes) -> str:
    digest = hmac.digest(key, b"web-session\0" + token.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _hash(token: str) -> str:
    return hashlib.sha256(b"session:" + token.encode()).hexdigest()
