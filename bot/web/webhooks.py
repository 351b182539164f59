"""How platforms call us: before the pages' routes and layers, because every message comes this way (decision 0045)."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, OutboundMessage

BODY_LIMIT = 256 * 1024  # of a webhook; Telegram's updates are far smaller

Take = Callable[[InboundMessage], Awaitable[Sequence[OutboundMessage]]]


class Gone(Exception):
    """The caller hung up, or sends more than any update holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """How one platform calls us: its secret, and how its body becomes a message and an answer."""

    path: str
    header: str
    secret: str
    read: Callable[[Any], InboundMessage | None]  # ValueError for a body nobody can read
    answer: Callable[[InboundMessage], dict[str, Any] | None]
    tried_empty: bool = False  # the platform tries the address with an empty body, perhaps without the secret


class Webhooks:
    """Answers what is posted to a webhook's path; everything else goes on to the pages."""

    def __init__(self, app: ASGIApp, webhooks: Sequence[Webhook], receive: Take) -> None:
        self._app, self._receive = app, receive
        self._webhooks = {webhook.path: webhook for webhook in webhooks}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        webhook = self._webhooks.get(scope["path"]) if scope["type"] == "http" else None
        if webhook is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        status, body = await self._taken(webhook, scope, receive)
        kind = b"application/json" if body.startswith(b"{") else b"text/plain; charset=utf-8"
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _taken(self, webhook: Webhook, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        """Status and body of the answer: 200 only after the commit."""
        if not hmac.compare_digest(_header(scope, webhook.header.encode()), webhook.secret.encode()):
            if webhook.tried_empty and await _is_empty(receive):
                return HTTPStatus.OK, b"ok"
            return HTTPStatus.FORBIDDEN, b"wrong secret"
        try:
            message = webhook.read(orjson.loads(await _body(receive)))
        except (ValueError, Gone):
            return HTTPStatus.OK, b"ok"  # nobody will ever read it: the platform must not repeat it
        if message is None:
            return HTTPStatus.OK, b"ok"
        try:
            await self._receive(message)
        except DatabaseAway:
            return HTTPStatus.SERVICE_UNAVAILABLE, b"try again later"
        answer = webhook.answer(message)
        return HTTPStatus.OK, orjson.dumps(answer) if answer else b"ok"


def _header(scope: Scope, name: bytes) -> bytes:
    for found, value in scope["headers"]:
        if found == name:
            given: bytes = value
            return given
    return b""


async def _is_empty(receive: Receive) -> bool:
    """Whether nothing was posted. No more than the beginning is read: it is a stranger's."""
    while True:
        part = await receive()
        if part["type"] != "http.request" or part.get("body"):
            return False
        if not part.get("more_body"):
            return True


async def _body(receive: Receive) -> bytes:
    """All of it. Gone when it never ends."""
    parts, size = [], 0
    while True:
        part = await receive()
        if part["type"] != "http.request":
            raise Gone
        parts.append(part.get("body", b""))
        size += len(parts[-1])
        if size > BODY_LIMIT:
            raise Gone
        if not part.get("more_body"):
            return b"".join(parts)
