"""The chat page and what it talks to; the persona picker of the demo."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.channels.web import as_json
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, Kind, OutboundMessage
from bot.services import codes, learning, transcript, web_sessions
from bot.storage.database import Transaction
from bot.web import sessions
from bot.web.limits import Limits
from bot.web.personas import Persona
from bot.web.rendering import NO_STORE, Renderer
from bot.web.site import Site

HEARTBEAT: Final = 15.0  # seconds; also how often a page of another process looks by itself
LOOK_AGAIN: Final = 3.0
BODY_LIMIT: Final = 16 * 1024
ROW_DIGITS: Final = 19
LONGEST_WAIT: Final = timedelta(days=31)  # what says that it waited longer comes from a phone whose clock was wrong


class Posted(BaseModel):
    """What the page sends: a text, or a tapped choice."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")
    text: str = Field("", max_length=8192)
    payload: str = Field("", max_length=256)
    ref: str = Field("", max_length=20, pattern=r"^[0-9]*$")
    waited: float = Field(0, ge=0, allow_inf_nan=False)  # seconds since it was typed, by the phone's own clock


class Pages:
    """The pages of one site."""

    def __init__(self, site: Site, renderer: Renderer, limits: Limits) -> None:
        self._site = site
        self._renderer = renderer
        self._limits = limits

    def routes(self) -> list[Route]:
        """The routes of these pages."""
        routes = [
            Route("/", self.chat),
            Route("/chat/messages", self.take, methods=["POST"]),
            Route("/chat/events", self.events),
            Route("/chat/session", self.session),
        ]
        if self._site.personas:
            routes += [Route("/personas", self.personas), Route("/demo/as/{name}", self.become, methods=["POST"])]
        return routes

    async def chat(self, request: Request) -> Response:
        """The page. A browser without a secret gets one; in the demo it first chooses who it is."""
        token = sessions.token_of(request)
        try:
            chat = await sessions.chat_opened(self._site, token)
            persona = self._persona(chat)
            if self._site.personas and not persona:
                code = _invited(request)
                return RedirectResponse(f"/personas?start={code}" if code else "/personas", 303)
            if not chat:
                token = sessions.new_token()
                chat = sessions.chat_of(token)
            response = self._renderer.page(
                "chat.html",
                persona=persona.title if persona else "",
                chat=_short(chat),
                csrf=sessions.csrf_of(chat),
                start=f"start:{_invited(request)}",
            )
            sessions.keep(response, await sessions.renewed(self._site, token), secure=self._site.secure)
        except DatabaseAway:
            return self._renderer.page("away.html", status=503)
        return response

    async def session(self, request: Request) -> Response:
        """What a page that was kept by the phone needs to go on; 401 when this browser has no chat any more."""
        token = sessions.token_of(request)
        chat = await sessions.chat_opened(self._site, token)
        if not chat:
            return PlainTextResponse("ended", 401, headers=NO_STORE)
        return await self._json({"chat": _short(chat), "csrf": sessions.csrf_of(chat)}, token)

    async def take(self, request: Request) -> Response:
        """A message from the page: its answers come back at once, and on the event stream too."""
        token = sessions.token_of(request)
        if slower := self._limits.refuse(request, token):
            return slower  # the page keeps it and sends it again
        chat = await sessions.chat_opened(self._site, token)
        if not sessions.is_ours(request, chat):
            return PlainTextResponse("ended", 403)
        posted = await _posted(request)
        if posted is None:
            return PlainTextResponse("unreadable", 400)
        answers = await self._site.receive(_message(posted, chat, self._site.clock()))
        return await self._json({"messages": [as_json(answer) for answer in answers]}, token)

    async def _json(self, content: dict[str, Any], token: str) -> Response:
        """The answer to a page; with the browser's new secret when one is due."""
        response = JSONResponse(content, headers=NO_STORE)
        new = await sessions.renewed(self._site, token)
        if new != token:
            sessions.keep(response, new, secure=self._site.secure)
        return response

    async def events(self, request: Request) -> Response:
        """What the page has not shown yet, and then everything new, as Server-Sent Events."""
        token = sessions.token_of(request)
        chat = await sessions.chat_opened(self._site, token)
        if not chat:
            return PlainTextResponse("ended", 401)
        after = request.headers.get("last-event-id") or request.query_params.get("after", "0")
        stream = self._stream(token, chat, int(after) if after.isdecimal() and len(after) < ROW_DIGITS else 0)
        return StreamingResponse(
            stream, media_type="text/event-stream", headers={**NO_STORE, "x-accel-buffering": "no"}
        )

    async def _stream(self, token: str, chat: str, after: int) -> AsyncIterator[bytes]:
        yield b"retry: 2000\n\n"
        quiet = 0.0
        with self._site.web.listen(chat) as new:
            while not self._site.web.closed:
                new.clear()
                try:
                    found = await self._unseen(token, chat, after)
                except DatabaseAway:
                    return
                if found is None:
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

    async def _unseen(self, token: str, chat: str, after: int) -> Sequence[OutboundMessage] | None:
        """None when the browser's secret has ended meanwhile."""
        now = self._site.clock()

        def look(tx: Transaction) -> Sequence[OutboundMessage] | None:
            if web_sessions.enter(tx, token, now) is None:
                return None
            return transcript.unseen(tx, channel="web", chat=chat, after=after)

        return await self._site.database.read(look)

    async def personas(self, request: Request) -> Response:
        """The demo's people."""
        token = sessions.token_of(request) or sessions.new_token()
        response = self._renderer.page(
            "personas.html", people=self._site.personas, csrf=sessions.csrf_of(token), start=_invited(request)
        )
        sessions.keep(response, token, secure=self._site.secure)
        return response

    async def become(self, request: Request) -> Response:
        """Take a cookie of one of the demo's people."""
        chosen = next((each for each in self._site.personas if each.name == request.path_params["name"]), None)
        form = await request.form(max_files=0, max_fields=5)
        mine = sessions.token_of(request)
        if chosen is None or not mine or form.get("csrf") != sessions.csrf_of(mine):
            return PlainTextResponse("ended", 403)
        code = str(form.get("start", ""))
        response = RedirectResponse(f"/?start={code}" if _is_start(code) else "/", 303)
        token, chat, now = sessions.new_token(), chosen.chat, self._site.clock()
        await self._site.database.write(lambda tx: web_sessions.issue(tx, token, chat, now))
        sessions.keep(response, token, secure=self._site.secure)
        return response

    def _persona(self, chat: str) -> Persona | None:
        return next((each for each in self._site.personas if each.chat == chat), None)


async def _posted(request: Request) -> Posted | None:
    """What was posted; None when nobody can read it."""
    size, parts = 0, []
    async for part in request.stream():
        size += len(part)
        if size > BODY_LIMIT:
            return None
        parts.append(part)
    try:
        return Posted.model_validate_json(b"".join(parts))
    except ValidationError:
        return None


def _message(posted: Posted, chat: str, now: datetime) -> InboundMessage:
    """What was posted, as every channel tells it. How long it waited is the phone's word, and is believed in bounds."""
    waited = timedelta(seconds=min(posted.waited, 2 * LONGEST_WAIT.total_seconds()))
    return InboundMessage(
        channel="web",
        chat=chat,
        external_id=posted.id,
        kind=Kind.TAP if posted.payload else Kind.TEXT,
        text=posted.text,
        payload=posted.payload,
        message_ref=posted.ref,
        sent_at=now - waited if waited <= LONGEST_WAIT else None,
    )


def _short(chat: str) -> str:
    """Enough of a chat's id for its page to know it again, not enough for anybody else."""
    return chat[:12]


def _invited(request: Request) -> str:
    """The code of an invitation's link; empty when there is none."""
    code = request.query_params.get("start", "")
    return code if _is_start(code) else ""


def _is_start(code: str) -> bool:
    """Whether it is what a link of ours may carry: an invitation, or a lesson of a printed sheet."""
    return codes.looks_like_code(code) or bool(learning.linked(code))
