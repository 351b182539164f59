"""One ASGI application: the chat page and the other pages, webhooks, health."""

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.core.errors import DatabaseAway
from bot.web.calendar import calendar_route
from bot.web.certificates import certificate_routes
from bot.web.dashboard import dashboard_routes
from bot.web.hosts import OnlyOurHosts
from bot.web.limits import Limits
from bot.web.media import media_route
from bot.web.pages import Pages
from bot.web.private import local_routes
from bot.web.rendering import STATIC, Frozen, Renderer
from bot.web.server import run_app
from bot.web.shell import shell_routes
from bot.web.site import Site
from bot.web.webhooks import Webhooks

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
NOT_KEPT = (b"cache-control", b"no-store")


async def run_site(site: Site, *, host: str, port: int, stop: asyncio.Event, listening: Callable[[str], None]) -> None:
    """Serve the site until told to stop; see `run_app`."""
    await run_app(build(site), host=host, port=port, stop=stop, listening=listening, closing=site.web.close)


def build(site: Site) -> ASGIApp:
    """The application."""
    renderer = Renderer(site.library.words[site.locale], site.commune)
    limits = Limits(site.clock)
    pages = Pages(site, renderer, limits)
    routes: list[BaseRoute] = [
        *pages.routes(),
        *shell_routes(renderer),
        Route("/health", _health),
        *(local_routes(site.watch) if site.watch else ()),
        media_route(site),
        calendar_route(site),
        *certificate_routes(site, renderer, limits),
        *dashboard_routes(site, renderer, limits),
        Mount(renderer.static, Frozen(directory=STATIC)),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    layers = [Middleware(SafeHeaders)]
    if site.hosts is not None:
        layers.append(Middleware(OnlyOurHosts, hosts=site.hosts))
    app = Starlette(routes=routes, middleware=layers, exception_handlers={DatabaseAway: _away})
    return Webhooks(app, site.webhooks, site.receive)


class SafeHeaders:
    """Adds the headers that keep a page to itself; what does not say how long it may be kept is not kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add headers to its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                kept = () if b"cache-control" in given else (NOT_KEPT,)
                message["headers"] = [*message["headers"], *self._headers, *kept]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


async def _away(_: Request, _away: Exception) -> Response:
    """What a page does not say in its own words."""
    return PlainTextResponse("try again later", 503)


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok")
