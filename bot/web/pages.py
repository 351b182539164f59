"""The chat page and what it talks to; the persona picker of the demo."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from bot.channels.web import as_json
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, Kind, OutboundMessage
from bot.services import teams, transcript
from bot.web import sessions
from bot.web.personas import Persona

if TYPE_CHECKING:
    from bot.web.site import Site

HEARTBEAT = 15.0  # seconds; also how often a page of another process looks by itself
LOOK_AGAIN = 3.0
BODY_LIMIT = 16 * 1024
NO_STORE = {"cache-control": "no-store"}


class Posted(BaseModel):
    """What the page sends: a text, or a tapped choice."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=8, max_length=64)
    text: str = Field("", max_length=8192)
    payload: str = Field("", max_length=256)
    ref: str = Field("", max_length=20)


class Pages:
    """The pages of one site."""

    def __init__(self, site: "Site") -> None:
        self._site = site
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            extensions=["jinja2.ext.i18n"],
            undefined=jinja2.StrictUndefined,
        )
        words = site.library.words[site.locale]
        self._templates.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]

    def routes(self) -> list[Route]:
        """The routes of these pages."""
        routes = [
            Route("/", self.chat),
            Route("/chat/messages", self.take, methods=["POST"]),
            Route("/chat/events", self.events),
        ]
        if self._site.personas:
            routes += [Route("/personas", self.personas), Route("/demo/as/{name}", self.become, methods=["POST"])]
        return routes

    async def chat(self, request: Request) -> Response:
        """The page. A browser without a secret gets one; in the demo it first chooses who it is."""
        token = sessions.token_of(request)
        persona = self._persona(token)
        if self._site.personas and not persona:
            return RedirectResponse("/personas", 303)
        token = token or sessions.new_token()
        response = self._page(
            "chat.html",
            commune=self._site.commune,
            persona=persona.title if persona else "",
            chat=sessions.chat_of(token)[:12],
            csrf=sessions.csrf_of(token),
            after=0,
            start=f"start:{_invited(request)}",
        )
        sessions.keep(response, token, secure=self._site.secure)
        return response

    async def take(self, request: Request) -> Response:
        """A message from the page: its answers come back at once, and on the event stream too."""
        token = sessions.token_of(request)
        if not sessions.is_ours(request, token):
            return PlainTextResponse("ended", 403)
        body = await request.body()
        try:
            posted = Posted.model_validate_json(body[: BODY_LIMIT + 1])
        except ValidationError:
            return PlainTextResponse("unreadable", 400)
        message = InboundMessage(
            channel="web",
            chat=sessions.chat_of(token),
            external_id=posted.id,
            kind=Kind.TAP if posted.payload else Kind.TEXT,
            text=posted.text,
            payload=posted.payload,
            message_ref=posted.ref,
        )
        try:
            answers = await self._site.receive(message)
        except DatabaseAway:
            return PlainTextResponse("try again later", 503)
        return JSONResponse({"messages": [as_json(answer) for answer in answers]}, headers=NO_STORE)

    async def events(self, request: Request) -> Response:
        """What the page has not shown yet, and then everything new, as Server-Sent Events."""
        token = sessions.token_of(request)
        if not token:
            return PlainTextResponse("ended", 401)
        after = request.headers.get("last-event-id") or request.query_params.get("after", "0")
        stream = self._stream(sessions.chat_of(token), int(after) if after.isdigit() else 0)
        return StreamingResponse(
            stream, media_type="text/event-stream", headers={**NO_STORE, "x-accel-buffering": "no"}
        )

    async def _stream(self, chat: str, after: int) -> AsyncIterator[bytes]:
        yield b"retry: 2000\n\n"
        quiet = 0.0
        with self._site.web.listen(chat) as new:
            while not self._site.web.closed:
                new.clear()
                try:
                    found = await self._unseen(chat, after)
                except DatabaseAway:
                    return
                for message in found:
                    after = message.id
                    yield b"id: %d\nevent: message\ndata: %s\n\n" % (message.id, orjson.dumps(as_json(message)))
                try:
                    await asyncio.wait_for(new.wait(), LOOK_AGAIN)
                    quiet = 0.0
                except TimeoutError:
                    quiet += LOOK_AGAIN
                    if quiet >= HEARTBEAT:
                        quiet = 0.0
                        yield b": here\n\n"

    async def _unseen(self, chat: str, after: int) -> Sequence[OutboundMessage]:
        return await self._site.database.read(lambda tx: transcript.unseen(tx, channel="web", chat=chat, after=after))

    async def personas(self, request: Request) -> Response:
        """The demo's people."""
        token = sessions.token_of(request) or sessions.new_token()
        response = self._page(
            "personas.html", commune=self._site.commune, people=self._site.personas, csrf=sessions.csrf_of(token)
        )
        sessions.keep(response, token, secure=self._site.secure)
        return response

    async def become(self, request: Request) -> Response:
        """Take the cookie of one of the demo's people."""
        chosen = next((each for each in self._site.personas if each.name == request.path_params["name"]), None)
        form = await request.form()
        if chosen is None or form.get("csrf") != sessions.csrf_of(sessions.token_of(request)):
            return PlainTextResponse("ended", 403)
        response = RedirectResponse("/", 303)
        sessions.keep(response, chosen.token, secure=self._site.secure)
        return response

    def _persona(self, token: str) -> Persona | None:
        return next((each for each in self._site.personas if each.token == token), None)

    def _page(self, name: str, **values: object) -> HTMLResponse:
        text = self._templates.get_template(name).render(locale=self._site.locale, **values)
        return HTMLResponse(text, headers=NO_STORE)


def _invited(request: Request) -> str:
    """The code of an invitation's link; empty when there is none."""
    code = request.query_params.get("start", "")
    return code if teams.looks_like_code(code) else ""
