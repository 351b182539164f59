"""What a person holds in the hand: the same acts on Telegram, on the web page, and where there are no buttons.

Each gives the acts to the real channel (Telegram over HTTP and polling, the web page's own requests) and tells what
the person then sees. `again` delivers the last act once more, as platforms do when they are not sure.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import httpx

from bot.app import Program, with_platforms
from bot.channels.console import ConsoleChannel
from bot.channels.telegram import TelegramChannel
from bot.channels.web import as_json
from bot.core.channel import Sent
from bot.core.messages import InboundMessage, Kind, OutboundMessage, Reply, numbered
from bot.core.text import fold
from bot.services import transcript
from bot.web import sessions
from bot.web.application import build
from bot.web.site import Site
from tests.fakes.bot_api import FakeBotApi, Message, User
from tests.fakes.platform import Hand, Heard, Platform

PATIENCE = 10.0  # seconds until an act that is not answered fails the test
MEDIA: dict[str, dict[str, Any]] = {
    "photo": {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 90, "height": 90}]},
    "sticker": {
        "sticker": {
            "file_id": "a",
            "file_unique_id": "b",
            "type": "regular",
            "width": 9,
            "height": 9,
            "is_animated": False,
            "is_video": False,
        }
    },
    "voice": {"voice": {"file_id": "a", "file_unique_id": "b", "duration": 3}},
}


class Telegram(Platform):
    """Telegram over HTTP: updates are polled, answers and edits are seen in the chat."""

    name, bot = "telegram", "123456"
    can = frozenset({"say", "tap", "tap_old", "edit", "send", "forge", "late"})

    async def open(self) -> None:
        self.api = await self._stack.enter_async_context(FakeBotApi())
        self.settings = {"telegram_bot_token": self.api.token, "telegram_api_base_url": self.api.url}
        self.users: dict[str, User] = {}

    def add_channel(self, program: Program) -> None:
        with_platforms(program)

    async def connect(self, program: Program) -> None:
        await super().connect(program)
        channel = program.channels()[self.name, self.bot]
        assert isinstance(channel, TelegramChannel)
        self._channel, self._stop = channel, asyncio.Event()
        await self._channel.start()
        self._polling = asyncio.create_task(self._channel.poll(self._take, stop=self._stop))

    async def disconnect(self) -> None:
        self._stop.set()
        await self._polling
        await super().disconnect()
        await self._channel.stop()

    async def _take(self, message: InboundMessage) -> None:
        self._last = message
        await self.receive(message)

    async def join(self, name: str, language: str) -> Hand:
        user = self.api.user(name, language=language)
        self.users[str(user.id)] = user
        return Hand(str(user.id), language)

    async def do(self, hand: Hand, act: str, value: str) -> list[Heard]:
        user, self.api.now = self.users[hand.chat], int((self.clock() - self.late).timestamp())
        match act:
            case "say":
                update = user.say(value)
            case "tap":
                update = user.tap(value)
            case "tap_old":
                payload, ref = hand.find(value, old=True)
                update = user.tap_data(payload, int(ref))
            case "edit":
                update = user.edit(value)
            case "send":
                update = user.send(**MEDIA[value])
            case _:
                update = user.tap_data(value)
        self._user, self._hand = user, hand
        async with asyncio.timeout(PATIENCE):
            while update in self.api.pending:  # until it is confirmed
                await self._step()
        return await self._heard()

    async def _step(self) -> None:
        change = asyncio.create_task(self.api.changed.wait())
        await asyncio.wait({change, self._polling}, return_when=asyncio.FIRST_COMPLETED)
        change.cancel()
        if self._polling.done():
            self._polling.result()

    async def again(self) -> list[Heard]:
        await self.receive(self._last)
        return await self._heard()

    async def told(self, hand: Hand) -> list[Heard]:
        self._user, self._hand = self.users[hand.chat], hand
        return await self._heard()

    async def _heard(self) -> list[Heard]:
        await self.sender.finish()
        while self._channel._aside:
            await asyncio.wait(self._channel._aside)
        new = self._user.chat.heard[self._user.chat.at :]
        self._user.chat.at = len(self._user.chat.heard)
        return [self._see(message) for message in new]

    def _see(self, message: Message) -> Heard:
        return Heard(message.text, self._hand.see(str(message.id), [choice for row in message.rows for choice in row]))

    def faults(self) -> list[str]:
        return self.api.violations


class Page(Platform):
    """The web chat: the page's own requests, against the real application."""

    name = "web"
    can = frozenset({"say", "tap", "tap_old", "forge"})

    async def open(self) -> None:
        self._ids = count(1)
        self._secrets: dict[str, dict[str, str]] = {}  # by chat: the cookie and what the page must send with a post

    async def connect(self, program: Program) -> None:
        await super().connect(program)
        self._database = program.database
        site = Site(
            database=program.database,
            library=program.library,
            web=program.web,
            receive=self.receive,
            commune="Xã Bản Mẫu",
            locale="vi",
            secure=False,
            clock=program.clock,
            secret=program.secret,
        )
        transport = httpx.ASGITransport(app=build(site))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://test")

    async def disconnect(self) -> None:
        await super().disconnect()
        await self._http.aclose()

    async def join(self, name: str, language: str) -> Hand:  # noqa: ARG002  a browser does not tell
        page = await self._http.get("/")
        token = page.cookies[sessions.COOKIE]
        csrf = re.findall(r'name="csrf" content="(\w+)"', page.text)[0]
        self._http.cookies.clear()
        chat = sessions.chat_of(token)
        self._secrets[chat] = {"cookie": f"{sessions.COOKIE}={token}", "x-csrf-token": csrf}
        return Hand(chat)

    async def do(self, hand: Hand, act: str, value: str) -> list[Heard]:
        body = {"id": f"message-{next(self._ids)}"}
        match act:
            case "say":
                body["text"] = value
            case "tap" | "tap_old":
                body["payload"], body["ref"] = hand.find(value, old=act == "tap_old")
            case _:
                body["payload"] = value
        headers = dict(self._secrets[hand.chat])  # a second delivery shows the same cookie
        self._post: Callable[[], Awaitable[httpx.Response]] = lambda: self._http.post(
            "/chat/messages", json=body, headers=headers
        )
        self._hand = hand
        return await self.again()

    async def again(self) -> list[Heard]:
        response = await self._post()
        assert response.status_code == httpx.codes.OK, response.text
        if token := response.cookies.get(sessions.COOKIE):  # the browser takes another secret, and shows it from now on
            self._secrets[self._hand.chat]["cookie"] = f"{sessions.COOKIE}={token}"
        self._http.cookies.clear()
        await self.sender.finish()
        return [self._see(message) for message in response.json()["messages"]]

    async def told(self, hand: Hand) -> list[Heard]:
        self._hand, after = hand, max([hand.at, int(hand.newest or 0)])
        rows = await self._database.read(lambda tx: transcript.unseen(tx, channel="web", chat=hand.chat, after=after))
        hand.at = max([after, *(row.id for row in rows)])
        return [self._see(as_json(row)) for row in rows]

    def _see(self, message: dict[str, Any]) -> Heard:
        ref = str(message["edit_of"] or message["id"])
        if message["edit_of"]:
            assert any(seen == ref for _, _, seen in self._hand.seen), "an edit of what was never shown"
        choices = [(choice["label"], choice["payload"]) for choice in message["choices"]]
        return Heard(message["text"].replace("**", ""), self._hand.see(ref, choices))


class Plain(Platform):
    """A chat without buttons, as on Zalo and in the terminal: numbered lines; a choice is its number or its words."""

    name = "console"
    can = frozenset({"say", "tap", "send", "late"})

    async def open(self) -> None:
        self._ids = count(1)
        self._shown: list[tuple[str, str, Reply]] = []
        self._offered: dict[str, Reply] = {}

    def add_channel(self, program: Program) -> None:
        program.extra = (_Screen(self._shown),)

    async def join(self, name: str, language: str) -> Hand:  # noqa: ARG002  a terminal does not tell
        return Hand(f"chat-{next(self._ids)}")

    async def do(self, hand: Hand, act: str, value: str) -> list[Heard]:
        text = self._typed(hand, value) if act == "tap" else value
        self._hand = hand
        self._last = InboundMessage(
            channel=self.name,
            chat=hand.chat,
            external_id=str(next(self._ids)),
            kind=Kind.MEDIA if act == "send" else Kind.TEXT,
            text="" if act == "send" else text,
            sent_at=self.clock() - self.late,
        )
        return await self.again()

    async def again(self) -> list[Heard]:
        await self.receive(self._last)
        await self.sender.finish()
        return self._new(self._hand)

    async def told(self, hand: Hand) -> list[Heard]:
        return self._new(hand)

    def _new(self, hand: Hand) -> list[Heard]:
        self._hand = hand
        heard = [self._see(text, reply) for chat, text, reply in self._shown if chat == hand.chat]
        self._shown[:] = [each for each in self._shown if each[0] != hand.chat]
        return heard

    def _see(self, text: str, reply: Reply) -> Heard:
        self._offered[self._hand.chat] = reply
        lines = text.splitlines()
        for number, choice in enumerate(numbered(reply.choices), 1):
            assert f"{number}. {choice.label}" in lines, text
        return Heard(text, tuple(choice.label for choice in reply.choices))

    def _typed(self, hand: Hand, label: str) -> str:
        choices = self._offered[hand.chat].choices
        chosen = next((choice for choice in choices if choice.label == label), None)
        if chosen is None:
            msg = f"nothing like {label!r}; there are {[choice.label for choice in choices]}"
            raise LookupError(msg)
        words = fold(label)
        clear = [fold(choice.label) for choice in choices].count(words) == 1
        if not chosen.numbered or (self.by_words and clear):
            return words
        return str(numbered(choices).index(chosen) + 1)


class _Screen(ConsoleChannel):
    """Keeps what was printed together with the reply it came from."""

    def __init__(self, shown: list[tuple[str, str, Reply]]) -> None:
        self._printed: list[str] = []
        super().__init__(self._printed.append)
        self._shown = shown

    async def send(self, message: OutboundMessage) -> Sent:
        sent = await super().send(message)
        self._shown.append((message.chat, self._printed.pop(), message.reply))
        return sent


PLATFORMS: dict[str, type[Platform]] = {each.name: each for each in (Telegram, Page, Plain)}
