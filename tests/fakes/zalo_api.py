"""A small stand-in of the Zalo Bot Platform, over HTTP, in the test's own event loop: be a user, see what the bot says.

async with FakeZaloApi() as api:
    ...                                    # start the bot with api.url and api.token
    hoa = api.user("Hoa")
    hoa.say("bắt đầu")                     # an event: fetched by polling once, or posted to the webhook that is set
    heard = await hoa.hears()              # the next message after what she did last
    hoa.choose("Báo cáo")                  # types the number of that line of the last menu
    api.fault("drop_after", "sendMessage") # see FAULTS
    api.string_codes = True                # see QUIRKS: what nobody has settled is a switch
    assert not api.violations

With a webhook set, `await api.deliver()` posts every pending event, in order, with the secret in its header.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from tests.fakes.stand_in import Fault, StandIn, cut, spoil
from tests.fakes.zalo_api_rules import HOOK_SET, PICTURE_LIMIT, PICTURES, SENDS, WORDS, Json, Refused, check

Reach = Callable[[str, str, Mapping[str, str], bytes], Awaitable[tuple[int, bytes]]]

TOKEN = "1900000000000000001:KHOA-THU"
SECRET_HEADER = "X-Bot-Api-Secret-Token"
FAULTS = (
    "error",  # `code` and `description`, nothing is done
    "html",  # a page with the status `code`
    "hang",  # no answer, nothing is done
    "drop",  # the connection is cut before the call is carried out
    "drop_after",  # … and after it
    "truncated",  # carried out, but the answer is half
)


@dataclass
class Message:
    """What the bot sent, as the person sees it."""

    id: str
    text: str
    method: str = "sendMessage"
    picture: str = ""
    file: bytes = b""  # what Zalo fetched

    @property
    def choices(self) -> list[str]:
        """The labels of the numbered lines at its end, in order."""
        found: list[str] = []
        for line in self.text.splitlines():
            if (numbered := re.fullmatch(r"(\d+)\. (.+)", line)) and int(numbered[1]) in (1, len(found) + 1):
                found = [*(found if int(numbered[1]) > 1 else []), numbered[2]]
        return found


@dataclass
class ChatState:
    id: str
    group: bool = False
    known: bool = False  # the bot may write here
    heard: list[Message] = field(default_factory=list)
    at: int = 0  # how much of `heard` there was when the person did something last

    def wire(self) -> Json:
        return {"chat_type": "GROUP" if self.group else "PRIVATE", "id": self.id}


class User:
    """One person in a private chat with the bot, or in the group `chat`."""

    def __init__(self, api: "FakeZaloApi", number: str, name: str, chat: str) -> None:
        self._api, self.id, self.name = api, number, name
        self.chat = api.chats.setdefault(chat, ChatState(chat, group=chat != number))

    # what the person does; each returns the message's id

    def say(self, text: str) -> str:
        """A text; in a group the bot hears it because it is mentioned."""
        return self.send("text", text=f"@{self._api.name} {text}" if self.chat.group else text)

    def choose(self, label: str) -> str:
        """Type the number of that line of the newest message."""
        return self.say(str(self.choices.index(label) + 1))

    def photo(self, caption: str = "") -> str:
        told = {"caption": caption} if caption else {}
        url = "https://photo-stal-1.zdn.vn/jpg/0003.jpg"
        return self.send("image", **{self._api.photo_key: url}, **told, message_type="CHAT_PHOTO")

    def sticker(self) -> str:
        return self.send("sticker", sticker="0e078a2fb66a5f340001", url="https://zalo-api.zadn.vn/sticker?eid=1")

    def voice(self) -> str:
        return self.send("voice", voice_url="https://f2-voice-aac-dl.zdn.vn/0005.aac", message_type="CHAT_VOICE")

    def unsupported(self) -> str:
        return self.send("unsupported")

    def send(self, kind: str, **content: Any) -> str:
        """A message of any kind, with any content."""
        self.chat.known = True
        self.chat.at = len(self.chat.heard)
        sender = {"id": self.id, "is_bot": False, "display_name": self.name}
        head = {"date": self._api.now, "chat": self.chat.wire(), "message_id": self._api.new_id(), "from": sender}
        return self._api.push(f"message.{kind}.received", {**head, **content})

    # what the person sees

    async def hears(self, seconds: float = 5) -> Message:
        """The next message by the bot after what this person did last."""
        async with asyncio.timeout(seconds):
            while len(self.chat.heard) <= self.chat.at:
                await self._api.changed.wait()
        self.chat.at += 1
        return self.chat.heard[self.chat.at - 1]

    @property
    def last(self) -> Message:
        """The newest message by the bot."""
        return self.chat.heard[-1]

    @property
    def text(self) -> str:
        return self.last.text

    @property
    def choices(self) -> list[str]:
        return self.last.choices


class FakeZaloApi(StandIn):
    """The server."""

    http_method = "POST"
    faults = FAULTS

    def __init__(self, *, token: str = TOKEN, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` measures how fast the bot polls; give it the bot's own clock."""
        super().__init__()
        self.token, self.now = token, 1_795_312_800_123
        self.name = "Bot Thử Nghiệm"
        self.me: Json = {"id": token.partition(":")[0], "account_name": "bot.ThuNghiem", "account_type": "BASIC"}
        self.me["can_join_groups"] = False
        self.chats: dict[str, ChatState] = {}
        self.pending: dict[str, Json] = {}  # events no poll and no webhook has taken, by message id
        self.webhook: Json = {}
        self.reach: Reach = self._reach  # (method, address, headers, body) -> (status, body): our way to the bot
        # QUIRKS
        self.envelope = False  # webhook bodies as {"ok": true, "result": …}
        self.photo_key = "photo_url"  # or "photo"
        self.idle = "408"  # or "200", "empty", "blank"
        self.idle_polls = 0  # so many polls find nothing, at once
        self.replays = 0  # so many polls get the last update again, at once
        self.string_codes = False
        self.mirror_status = True  # False: refusals come with HTTP 200
        self.plain_401 = False
        self.quota = 3000  # messages left this month
        self.hook_calls = 10  # setWebhook and testWebhook left today
        self.no_test = False  # there is no testWebhook
        self.verification = True  # setWebhook tells what came of its first call
        self._monotonic = monotonic
        self._last: Json | None = None
        self._replayed_at = float("-inf")
        self._polling: list[web.Request] = []
        self._ids = 0

    # ---- for tests

    def user(self, name: str = "Hoa", *, number: str = "", chat: str = "") -> User:
        """A person; `chat` puts her in a group."""
        number = number or self.new_id()
        return User(self, number, name, chat or number)

    def push(self, event_name: str, message: Json) -> str:
        """Any event, as it came from Zalo; its message's id."""
        self.pending[message["message_id"]] = {"event_name": event_name, "message": message}
        self.wake()
        return str(message["message_id"])

    async def deliver(self) -> list[tuple[int, bytes]]:
        """Post every pending event to the webhook, in order, once each; what it answered."""
        answers = []
        while self.pending:
            event = self.pending.pop(next(iter(self.pending)))
            answers.append(await self.post({"ok": True, "result": event} if self.envelope else event))
            if answers[-1][0] != web.HTTPOk.status_code:
                self.violations.append(f"webhook: answered {answers[-1][0]}")
        return answers

    async def post(self, body: Json | None, secret: str | None = None) -> tuple[int, bytes]:
        """Post any body to the webhook, None: nothing; `secret`: a wrong one. What it answered."""
        headers = {SECRET_HEADER: secret or self.webhook["secret_token"], "User-Agent": "Java/1.8.0_192"}
        headers["Content-Type"] = "application/json"
        return await self.reach("POST", self.webhook["url"], headers, orjson.dumps(body) if body else b"")

    # ---- the server

    def new_id(self) -> str:
        self._ids += 1
        return f"a1c0ffee0011223{self._ids:05x}"

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return self._refuse(Refused(401))
        params = orjson.loads(await request.read())
        fault = self._next_fault(method)
        if fault and (early := await self._fail_early(fault, request)):
            return early
        try:
            response = _json(await self._execute(method, params, request))
        except Refused as refused:
            if refused.violation:
                self.violations.append(f"{method}: {refused.violation}")
            response = self._refuse(refused)
        self.wake()
        return spoil(fault, request, response)

    async def _fail_early(self, fault: Fault, request: web.Request) -> web.Response | None:
        match fault.kind:
            case "error":
                return self._refuse(Refused(fault.code, description=fault.description))
            case "html":
                page = f"<html><title>{fault.code}</title></html>"
                return web.Response(status=fault.code, text=page, content_type="text/html")
            case "hang":
                await self._hang()
            case "drop":
                cut(request)
            case _:
                return None
        return web.Response(status=500)

    def _refuse(self, refused: Refused) -> web.Response:
        code = refused.code
        if code == web.HTTPUnauthorized.status_code and self.plain_401:
            return web.Response(status=code, text="<html>401</html>", content_type="text/html")
        key = "errorCode" if code == web.HTTPUpgradeRequired.status_code else "error_code"
        body = {"ok": False, "description": refused.description, key: str(code) if self.string_codes else code}
        in_trouble = code >= web.HTTPInternalServerError.status_code
        return _json(body, code if self.mirror_status or in_trouble else 200)

    async def _execute(self, method: str, params: Json, request: web.Request) -> Json | None:
        check(method, params)
        if method == "getUpdates":
            return await self._get_updates(params, request)
        self.calls.append((method, params))
        if method in SENDS or method == "sendChatAction":
            return await self._send(method, params)
        return await self._administer(method, params)

    async def _get_updates(self, params: Json, request: web.Request) -> Json | None:
        self.polls.append(params)
        if self.webhook:
            raise Refused(400, "a webhook is set", HOOK_SET)
        self._polling = [other for other in self._polling if not _is_gone(other)]
        if self._polling:
            self.violations.append("getUpdates: two polls at once")
        if self._monotonic() - self._replayed_at < 0.5:
            self.violations.append("getUpdates: less than 0.5 s after an update that was known")
        if self.replays and self._last:
            self.replays -= 1
            self._replayed_at = self._monotonic()
            return {"ok": True, "result": self._last}
        if not await self._something_new(params.get("timeout", 30), request):
            return self._nothing_new()
        self._last = self.pending.pop(next(iter(self.pending)))
        return {"ok": True, "result": self._last}

    async def _something_new(self, seconds: float, request: web.Request) -> bool:
        if self.idle_polls:
            self.idle_polls -= 1
            return False
        self._polling.append(request)
        self.wake()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while not (self.pending or self.webhook or self._closed):
                        await self.changed.wait()
        finally:
            self._polling = [other for other in self._polling if other is not request]
        return bool(self.pending) and not _is_gone(request)  # who hung up takes nothing

    def _nothing_new(self) -> Json | None:
        match self.idle:
            case "408":
                raise Refused(408)
            case "200":
                return {"ok": False, "description": WORDS[408], "error_code": 408}
            case "empty":
                return {"ok": True, "result": {}}
            case _:
                return None

    async def _administer(self, method: str, params: Json) -> Json:
        match method:
            case "getMe":
                return {"ok": True, "result": self.me}
            case "deleteWebhook":
                self.webhook = {}
                return {"ok": True, "result": {"url": "", "updated_at": self.now}}
            case "getWebhookInfo":
                if not self.webhook:
                    raise Refused(404)
                told = {"url": self.webhook["url"], "updated_at": self.now}
                return {"ok": True, "result": told, "error_code": 0}
        if method == "testWebhook" and (self.no_test or not self.webhook):
            raise Refused(404)
        if not self.hook_calls:
            raise Refused(426)
        self.hook_calls -= 1
        if method == "testWebhook":
            return {"ok": True, "result": await self._verify()}
        self.webhook = params
        verification = {"verification": await self._verify()} if self.verification else {}
        return {"ok": True, "result": {"url": params["url"], "updated_at": self.now, **verification}}

    async def _verify(self) -> Json:
        status, _ = await self.post(None)
        head = {"ok": status == web.HTTPOk.status_code, "url": self.webhook["url"]}
        if head["ok"]:
            return {**head, "outcome": "webhook.ok", "hint": "Your endpoint responded successfully."}
        hint = f"Your server or CDN rejected the request with {status}."
        return {**head, "status_code": status, "outcome": f"webhook.http.{status}", "hint": hint}

    async def _send(self, method: str, params: Json) -> Json:
        chat = self.chats.get(params["chat_id"])
        if chat is None or not chat.known:
            raise Refused(400, f"unknown chat {params['chat_id']!r}")
        if method == "sendChatAction":
            return {"ok": True}
        if not self.quota:
            raise Refused(429)
        self.quota -= 1
        message = Message(self.new_id(), str(params.get("text", params.get("caption", ""))), method)
        if method == "sendPhoto":
            message.picture, message.file = params["photo"], await self._fetch(params["photo"])
        chat.heard.append(message)
        return {"ok": True, "result": {"message_id": message.id, "date": self.now}}

    async def _fetch(self, address: str) -> bytes:
        """As Zalo and its apps do: read twice; what cannot be read is a black picture."""
        for _ in range(2):
            status, body = await self.reach("GET", address, {}, b"")
            if status != web.HTTPOk.status_code or not body.startswith(PICTURES) or len(body) > PICTURE_LIMIT:
                self.violations.append(f"sendPhoto: {address} is no PNG or JPEG under 1 MB (HTTP {status})")
                return b""
        return body

    async def _reach(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        with suppress(aiohttp.ClientError):
            async with (
                aiohttp.ClientSession() as session,
                session.request(method, address, headers=headers, data=body) as answer,
            ):
                return answer.status, await answer.read()
        return 0, b""


def _json(body: Json | None, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body) if body else b"", content_type="application/json")


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()
