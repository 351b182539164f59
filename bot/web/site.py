"""One ASGI application: the chat page, webhooks, health."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.web import WebChannel
from bot.core.clock import Clock
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, OutboundMessage
from bot.library import Library
from bot.storage.database import Database
from bot.web.calendar import calendar_route
from bot.web.certificates import certificate_routes
from bot.web.dashboard import dashboard_routes
from bot.web.media import media_route
from bot.web.pages import Pages
from bot.web.personas import Persona
from bot.web.private import Watch, local_routes
from bot.web.rendering import STATIC, Frozen, Renderer
from bot.web.shell import shell_routes

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
BODY_LIMIT = 256 * 1024  # of a webhook; Telegram's updates are far smaller

Take = Callable[[InboundMessage], Awaitable[Sequence[OutboundMessage]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """How one platform calls us: its secret, and how its body becomes a message and an answer."""

    path: str
    header: str
    secret: str
    read: Callable[[Any], InboundMessage | None]  # ValueError for a body nobody can read
    answer: Callable[[InboundMessage], dict[str, Any] | None]
    tried_empty: bool = False  # the platform tries the address with an empty body, perhaps without the secret


@dataclass(slots=True, kw_only=True)
class Site:
    """What the pages need of the rest of the program; the content may be replaced between two requests."""

    database: Database
    library: Library
    web: WebChannel
    receive: Take
    commune: str
    locale: str
    secure: bool
    clock: Clock
    secret: bytes  # what new secrets of browsers are derived with
    webhooks: Sequence[Webhook] = ()
    personas: Sequence[Persona] = ()
    zone: ZoneInfo = VIETNAM  # of the days in calendars
    watch: Watch | None = None  # readiness and metrics, to this machine; None: not on this port


def build(site: Site) -> Starlette:
    """The application."""
    renderer = Renderer(site.library.words[site.locale], site.commune)
    pages = Pages(site, renderer)
    routes: list[BaseRoute] = [
        *pages.routes(),
        *shell_routes(renderer),
        Route("/health", _health),
        *(local_routes(site.watch) if site.watch else ()),
        media_route(site),
        calendar_route(site),
        *certificate_routes(site, renderer),
        *dashboard_routes(site, renderer),
        Mount(renderer.static, Frozen(directory=STATIC)),
        Mount("/static", StaticFiles(directory=STATIC)),
        *(Route(webhook.path, _webhook(site, webhook), methods=["POST"]) for webhook in site.webhooks),
    ]
    return Starlette(routes=routes, middleware=[Middleware(SafeHeaders)])


class SafeHeaders:
    """Adds the headers that keep a page to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add headers to its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok")


def _webhook(site: Site, webhook: Webhook) -> Callable[[Request], Awaitable[Response]]:
    async def take(request: Request) -> Response:
        given = request.headers.get(webhook.header, "")
        if not hmac.compare_digest(given.encode(), webhook.secret.encode()):
            if webhook.tried_empty and await _is_empty(request):
                return PlainTextResponse("ok")
            return PlainTextResponse("wrong secret", 403)
        try:
            message = webhook.read(orjson.loads(await _body(request)))
        except (ValueError, ClientDisconnect):
            return PlainTextResponse("ok")  # nobody will ever read it: the platform must not repeat it
        if message is None:
            return PlainTextResponse("ok")
        try:
            await site.receive(message)
        except DatabaseAway:
            return PlainTextResponse("try again later", 503)
        answer = webhook.answer(message)
        return Response(orjson.dumps(answer), media_type="application/json") if answer else PlainTextResponse("ok")

    return take


async def _is_empty(request: Request) -> bool:
    """Whether nothing was posted. No more than the beginning is read: it is a stranger's."""
    try:
        async for part in request.stream():
            if part:
                return False
    except ClientDisconnect:
        return False
    return True


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_LIMIT:
            msg = "too large"
            raise ValueError(msg)
        parts.append(part)
    return b"".join(parts)
