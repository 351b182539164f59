"""The cards of one lesson as the chat page shows them; the page draws them again when the lesson is saved."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels.web import as_json
from bot.core.messages import OutboundMessage
from bot.web.application import SafeHeaders

HERE = Path(__file__).parent
NO_STORE = {"cache-control": "no-store"}


@dataclass(slots=True, kw_only=True)
class Preview:
    """What the page shows: the cards now, and what is wrong with the newest save, if anything."""

    messages: Callable[[], Sequence[OutboundMessage]]
    picture: Callable[[str], Awaitable[bytes | None]]
    faults: str = ""
    closed: bool = False
    _waiting: set[asyncio.Event] = field(default_factory=set)

    def changed(self, faults: str = "") -> None:
        """The lesson was saved: every open page looks again."""
        self.faults = faults
        for event in self._waiting:
            event.set()

    def close(self) -> None:
        """End every open stream."""
        self.closed = True
        self.changed(self.faults)

    async def stream(self) -> AsyncIterator[bytes]:
        """A line for every change."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield b"retry: 1000\n\n"
            while not self.closed:
                await event.wait()
                event.clear()
                yield b"event: changed\ndata: now\n\n"
        finally:
            self._waiting.discard(event)


def build(preview: Preview) -> Starlette:
    """The application."""
    page = (HERE / "templates" / "preview.html").read_text("utf-8")

    async def show(_: Request) -> Response:
        return HTMLResponse(page, headers=NO_STORE)

    async def cards(_: Request) -> Response:
        found = await asyncio.to_thread(preview.messages)
        shown: list[dict[str, Any]] = [as_json(each) for each in found]
        return JSONResponse({"faults": preview.faults, "messages": shown}, headers=NO_STORE)

    async def changes(_: Request) -> Response:
        return StreamingResponse(preview.stream(), media_type="text/event-stream", headers=NO_STORE)

    async def media(request: Request) -> Response:
        content = await preview.picture(request.path_params["name"])
        return Response(content, media_type="image/png") if content else PlainTextResponse("not found", 404)

    routes = [
        Route("/", show),
        Route("/cards", cards),
        Route("/changes", changes),
        Route("/media/{name}", media),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    return Starlette(routes=routes, middleware=[Middleware(SafeHeaders)])
