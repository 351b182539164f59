"""Who a browser is: a random cookie, of which only the hash is known here."""

import hashlib
import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "tungngo"
DAYS = 90


def new_token() -> str:
    """A fresh secret for a browser."""
    return secrets.token_urlsafe(32)


def token_of(request: Request) -> str:
    """The browser's secret; empty when it has none."""
    token: str = request.cookies.get(COOKIE, "")
    return token if 20 <= len(token) <= 100 else ""  # noqa: PLR2004  what new_token gives, with room


def chat_of(token: str) -> str:
    """The chat a secret opens. Cannot be turned back."""
    return hashlib.sha256(b"chat:" + token.encode()).hexdigest()[:32]


def csrf_of(token: str) -> str:
    """What a page of this browser must send with every post."""
    return hashlib.sha256(b"csrf:" + token.encode()).hexdigest()


def is_ours(request: Request, token: str) -> bool:
    """Whether a post comes from a page we gave this browser."""
    return bool(token) and hmac.compare_digest(request.headers.get("x-csrf-token", ""), csrf_of(token))


def keep(response: Response, token: str, *, secure: bool) -> None:
    """Give the browser its secret."""
    response.set_cookie(COOKIE, token, max_age=DAYS * 86_400, httponly=True, secure=secure, samesite="lax", path="/")
