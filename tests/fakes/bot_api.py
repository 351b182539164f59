"""A small stand-in of Telegram's Bot API, over HTTP, in the test's own event loop: be a user, see what the bot says.

async with FakeBotApi() as api:
    ...                                    # start the bot with api.url and api.token
    hoa = api.user("Hoa")
    hoa.say("/start")                      # an update: fetched by polling, or `await api.deliver(post)`
    heard = await hoa.hears()              # the next message or edit after what she did last
    hoa.tap("Hôm nay")
    api.fault("drop_after", "sendMessage") # see FAULTS
    assert not api.violations
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.bot_api_rules import Json, Refused, check, read_rows, read_text
from tests.fakes.stand_in import Fault, StandIn, cut, spoil

TOKEN = "123456:stand-in-token"
FAULTS = (
    "error",  # `code` and `description`, nothing is done
    "flood",  # 429 with `retry_after`
    "blocked",  # 403
    "html502",  # a gateway's page
    "hang",  # no answer, nothing is done
    "drop",  # the connection is cut before the call is carried out
    "drop_after",  # … and after it
    "truncated",  # carried out, but the answer is half
)


@dataclass
class Message:
    """What stands in the chat, as the person sees it."""

    id: int
    text: str
    source: str = ""  # the text as the bot sent it, with its markup
    rows: list[list[tuple[str, str]]] = field(default_factory=list)  # (label, callback_data)
    file: bytes = b""
    by_bot: bool = True

    @property
    def buttons(self) -> list[str]:
        return [label for row in self.rows for label, _ in row]


@dataclass
class ChatState:
    id: int
    known: bool = False  # the bot may write here
    blocked: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    heard: list[Message] = field(default_factory=list)  # messages and edits by the bot, in order
    at: int = 0  # how much of `heard` there was when the person did something last

    def wire(self) -> Json:
        return {"id": self.id, "type": "private"} if self.id > 0 else {"id": self.id, "type": "group", "title": "Tổ"}


class User:
    """One person in a private chat with the bot, or in the group `chat`."""

    def __init__(self, api: "FakeBotApi", number: int, name: str, language: str, chat: int) -> None:
        self._api, self.id, self.name, self.language = api, number, name, language
        self.chat = api.chats.setdefault(chat, ChatState(chat))

    # what the person does; each returns the update's id

    def say(self, text: str) -> int:
        return self.send(text=text)

    def photo(self, caption: str = "") -> int:
        sizes = [{"file_id": "a", "file_unique_id": "b", "width": 90, "height": 90}]
        return self.send(photo=sizes, **({"caption": caption} if caption else {}))

    def send(self, **content: Any) -> int:
        """A message with any content; a blocked bot is unblocked first, as in the app."""
        if self.chat.blocked:
            self.unblock()
        self.chat.known = True
        message = self._api.keep(self.chat, Message(0, content.get("text", ""), by_bot=False))
        return self._did("message", self._wire(message) | content)

    def edit(self, text: str, message_id: int = 0) -> int:
        """Change one's message, the last one if none is named."""
        own = [m for m in self.chat.messages.values() if not m.by_bot and message_id in (0, m.id)]
        own[-1].text = text
        return self._did("edited_message", self._wire(own[-1]) | {"text": text, "edit_date": self._api.now})

    def tap(self, label: str) -> int:
        """Tap the button of that label, on the newest message that has it."""
        seen = [(m, choice) for m in reversed(self.chat.messages.values()) for row in m.rows for choice in row]
        for message, (shown, data) in seen:
            if shown == label:
                return self.tap_data(data, message.id)
        msg = f"no button {label!r}; there are {[shown for _, (shown, _) in seen]}"
        raise LookupError(msg)

    def tap_data(self, data: str, message_id: int = 0) -> int:
        """Tap a button by its payload, also one that no message shows any more."""
        callback = str(5_000_000 + len(self._api.callbacks))
        self._api.callbacks[callback] = None
        there = self.chat.messages.get(message_id)
        stub = {"message_id": message_id, "chat": self.chat.wire(), "date": 0}  # an inaccessible message
        message = {**stub, "date": self._api.now, "text": there.text, "from": self._api.me} if there else stub
        query = {"id": callback, "from": self.wire(), "chat_instance": "1", "message": message, "data": data}
        return self._did("callback_query", query)

    def block(self) -> int:
        return self._standing(blocked=True)

    def unblock(self) -> int:
        return self._standing(blocked=False)

    # what the person sees

    async def hears(self, seconds: float = 5) -> Message:
        """The next message or edit by the bot after what this person did last."""
        async with asyncio.timeout(seconds):
            while len(self.chat.heard) <= self.chat.at:
                await self._api.changed.wait()
        self.chat.at += 1
        return self.chat.heard[self.chat.at - 1]

    @property
    def last(self) -> Message:
        """The newest message by the bot."""
        return [m for m in self.chat.messages.values() if m.by_bot][-1]

    @property
    def text(self) -> str:
        return self.last.text

    @property
    def buttons(self) -> list[str]:
        return self.last.buttons

    # inside

    def wire(self) -> Json:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language}

    def _wire(self, message: Message) -> Json:
        return {"message_id": message.id, "date": self._api.now, "chat": self.chat.wire(), "from": self.wire()}

    def _did(self, kind: str, body: Json) -> int:
        self.chat.at = len(self.chat.heard)
        return self._api.push(kind, body)

    def _standing(self, *, blocked: bool) -> int:
        def member(out: bool) -> Json:  # noqa: FBT001
            status = {"status": "kicked", "until_date": 0} if out else {"status": "member"}
            return {"user": self._api.me, **status}

        was, self.chat.blocked = self.chat.blocked, blocked
        change = {"old_chat_member": member(was), "new_chat_member": member(blocked)}
        head = {"chat": self.chat.wire(), "from": self.wire(), "date": self._api.now}
        return self._did("my_chat_member", head | change)


class FakeBotApi(StandIn):
    """The server."""

    faults = FAULTS
    trouble = "Internal Server Error"

    def __init__(self, *, token: str = TOKEN, username: str = "tung_ngo_bot") -> None:
        super().__init__()
        self.token, self.now = token, 1_795_312_800
        number = int(token.partition(":")[0])
        self.me: Json = {"id": number, "is_bot": True, "first_name": "Từng Ngõ", "username": username}
        self.chats: dict[int, ChatState] = {}
        self.pending: dict[int, Json] = {}  # updates not yet confirmed
        self.callbacks: dict[str, Json | None] = {}  # query id: its answer
        self.commands: dict[str, list[Json]] = {}  # by language, "" for everybody
        self.webhook: Json = {}
        self._updates, self._messages, self._users = 700, 0, 1000
        self._poll = 0

    # ---- for tests

    def user(self, name: str = "Hoa", *, number: int = 0, language: str = "vi", chat: int = 0) -> User:
        """A person; `chat` (negative) puts her in a group."""
        self._users += 1
        number = number or self._users
        return User(self, number, name, language, chat or number)

    def push(self, kind: str, body: Json) -> int:
        """Any update, as it came from Telegram; its id."""
        self._updates += 1
        self.pending[self._updates] = {"update_id": self._updates, kind: body}
        self.wake()
        return self._updates

    async def deliver(self, post: Callable[[Json], Awaitable[Json | None]]) -> None:
        """Post every pending update to a webhook, in order; what `post` returns may carry a call. It raises: kept."""
        while self.pending:
            number = min(self.pending)
            answer = await post(self.pending[number])
            self.pending.pop(number, None)
            if answer and "method" in answer:
                with suppress(Refused):
                    self._execute(str(answer["method"]), {k: v for k, v in answer.items() if k != "method"})

    # ---- the server

    def keep(self, chat: ChatState, message: Message) -> Message:
        self._messages += 1
        message.id = self._messages
        chat.messages[message.id] = message
        return message

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = await _params(request)
        if request.match_info["token"] != self.token:
            return _answer(Refused("Unauthorized", 401))
        fault = self._next_fault(method)
        if fault and (early := await self._fail_early(fault, request)):
            return early
        try:
            result = await self._get_updates(params, request) if method == "getUpdates" else None
            response = _answer(self._execute(method, params) if result is None else result)
        except Refused as refused:
            response = _answer(refused)
        return spoil(fault, request, response)

    async def _fail_early(self, fault: Fault, request: web.Request) -> web.Response | None:
        match fault.kind:
            case "error":
                return _answer(Refused(fault.description, fault.code))
            case "flood":
                return _answer(Refused("Too Many Requests", 429, retry_after=fault.retry_after))
            case "blocked":
                return _answer(Refused("Forbidden: bot was blocked by the user", 403))
            case "html502":
                return web.Response(status=502, text="<html>502 Bad Gateway</html>", content_type="text/html")
            case "hang":
                await self._hang()
            case "drop":
                cut(request)
            case _:
                return None
        return web.Response(status=500)

    async def _get_updates(self, params: Json, request: web.Request) -> list[Json]:
        check("getUpdates", params)
        if self.webhook:
            msg = "Conflict: can't use getUpdates method while webhook is active"
            raise Refused(msg, 409, violation=True)
        self.pending = {number: u for number, u in self.pending.items() if number >= params.get("offset", 0)}
        self.polls.append(params)
        self._poll += 1
        mine, self.allowed = self._poll, params.get("allowed_updates")
        self.wake()  # an older poll loses
        with suppress(TimeoutError):
            async with asyncio.timeout(params.get("timeout", 0)):
                while not self.pending and mine == self._poll and not self._closed:
                    await self.changed.wait()
        if mine != self._poll and request.transport and not request.transport.is_closing():
            msg = "Conflict: terminated by other getUpdates request"
            raise Refused(msg, 409, violation=True)
        return [update for _, update in sorted(self.pending.items())][:100]

    def _execute(self, method: str, params: Json) -> Any:
        try:
            check(method, params)
            self.calls.append((method, params))
            result = self._carry_out(method, params)
        except Refused as refused:
            if refused.violation:
                self.violations.append(f"{method}: {refused.description}")
            raise
        self.wake()
        return result

    def _carry_out(self, method: str, params: Json) -> Any:
        match method:
            case "getMe":
                return self.me
            case "setWebhook":
                self.webhook = params
            case "deleteWebhook":
                self.webhook = {}
            case "getWebhookInfo":
                told = {"url": self.webhook.get("url", ""), "pending_update_count": len(self.pending)}
                return {**told, "has_custom_certificate": False}
            case "setMyCommands":
                self.commands[params.get("language_code", "")] = params["commands"]
            case "answerCallbackQuery":
                if self.callbacks.get(params["callback_query_id"], params) is not None:
                    msg = "Bad Request: query is too old and response timeout expired or query ID is invalid"
                    raise Refused(msg)
                self.callbacks[params["callback_query_id"]] = params
            case "sendMessage" | "sendPhoto" | "sendDocument":
                return self._send(params)
            case _:
                return self._edit(params)
        return True

    def _send(self, params: Json) -> Json:
        chat = self._chat(params)
        file = params.get("photo") or params.get("document") or b""
        source, limit = (params.get("caption", ""), 1024) if file else (params["text"], 4096)
        message = Message(0, read_text(source, params, limit, empty=bool(file)), source, read_rows(params), file)
        chat.heard.append(self.keep(chat, message))
        return self._wire(chat, message)

    def _edit(self, params: Json) -> Json:
        chat = self._chat(params)
        message = chat.messages.get(int(params["message_id"]))
        if message is None or not message.by_bot:
            msg = "Bad Request: message to edit not found"
            raise Refused(msg)
        source = params.get("text", message.source)
        text = read_text(source, params, 4096) if "text" in params else message.text
        if (text, read_rows(params)) == (message.text, message.rows):
            msg = "Bad Request: message is not modified"
            raise Refused(msg)
        message.text, message.source, message.rows = text, source, read_rows(params)
        if "text" in params:
            chat.heard.append(message)
        return self._wire(chat, message)

    def _chat(self, params: Json) -> ChatState:
        chat = self.chats.get(int(params["chat_id"]))
        if chat is None:
            msg = "Bad Request: chat not found"
            raise Refused(msg)
        if chat.blocked or not chat.known:
            msg = (
                "Forbidden: bot was blocked by the user" if chat.known else "Forbidden: bot can't initiate conversation"
            )
            raise Refused(msg, 403)
        return chat

    def _wire(self, chat: ChatState, message: Message) -> Json:
        head = {"message_id": message.id, "date": self.now, "chat": chat.wire(), "from": self.me}
        return {**head, "caption" if message.file else "text": message.text}


async def _params(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return dict(json.loads(await request.read() or b"{}"))
    form = await request.post()
    return {name: part.file.read() if isinstance(part, web.FileField) else part for name, part in form.items()}


def _answer(result: Any) -> web.Response:
    if not isinstance(result, Refused):
        return web.json_response({"ok": True, "result": result})
    body: Json = {"ok": False, "error_code": result.code, "description": result.description}
    return web.json_response(
        body | ({"parameters": result.parameters} if result.parameters else {}), status=result.code
    )
