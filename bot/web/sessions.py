"""Who a browser is: a random secret in a cookie, of which only the hash is known here."""

import hashlib
import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response

from bot.services import web_sessions
from bot.web.site import Site

COOKIE = "tungngo"
chat_of = web_sessions.first_chat


def new_token() -> str:
    """A fresh secret for a browser."""
    return secrets.token_urlsafe(32)


def token_of(request: Request, cookie: str = COOKIE) -> str:
    """The browser's secret; empty when it has none."""
    token: str = request.cookies.get(cookie, "")
    return token if 20 <= len(token) <= 100 else ""  # noqa: PLR2004  what new_token gives, with room


async def chat_opened(site: Site, token: str) -> str:
    """The chat that the secret opens; empty when it opens none. Raises DatabaseAway."""
    if not token:
        return ""
    opened = await site.database.read(lambda tx: web_sessions.enter(tx, token, site.clock()))
    if opened and opened.confirm:
        await site.database.write(lambda tx: web_sessions.confirm(tx, token, site.clock()))
    return opened.chat if opened else ""


async def renewed(site: Site, token: str) -> str:
    """The secret the browser is to keep: the same, or another one when that is due. Raises DatabaseAway."""
    new = await site.database.read(lambda tx: web_sessions.renewal(tx, token, key=site.secret, now=site.clock()))
    if new and not new.kept:
        await site.database.write(lambda tx: web_sessions.replace(tx, token, key=site.secret, now=site.clock()))
    return new.token if new else token


def csrf_of(chat: str) -> str:
    """What a page of this chat must send with every post; it outlives the secret in the cookie."""
    return hashlib.sha256(b"csrf:" + chat.encode()).hexdigest()


def is_ours(request: Request, chat: str) -> bool:
    """Whether a post comes from a page we gave to this chat's browser."""
    given = request.headers.get("x-csrf-token", "")
    return bool(chat) and hmac.compare_digest(given.encode(), csrf_of(chat).encode())


def keep(response: Response, token: str, *, secure: bool) -> None:
    """Give the browser its secret."""
    age = int(web_sessions.UNUSED.total_seconds())
    response.set_cookie(COOKIE, token, max_age=age, httponly=True, secure=secure, samesite="lax", path="/")
