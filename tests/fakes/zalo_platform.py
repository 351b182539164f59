"""Zalo as a person holds it in the hand: events over HTTP by long polling, numbered lines, no buttons, no edits."""

import asyncio

from bot.app import Program
from bot.channels.zalo import ZaloChannel
from bot.core.channel import SendFailure, Sent
from bot.core.messages import InboundMessage, OutboundMessage, Reply
from bot.platforms import Platforms
from tests.fakes.platform import Hand, Heard
from tests.fakes.platforms import PATIENCE, Plain
from tests.fakes.zalo_api import TOKEN, FakeZaloApi, User


class Zalo(Plain):
    """The real channel against a stand-in; the pauses between its polls take no time."""

    name, bot = "zalo", TOKEN.partition(":")[0]

    async def open(self) -> None:
        await super().open()
        self._slept = 0.0
        self.api = await self._stack.enter_async_context(FakeZaloApi(monotonic=self._monotonic))
        self.settings = {"zalo_bot_tokens": self.api.token, "zalo_api_base_url": self.api.url}
        self._users: dict[str, User] = {}

    def add_channel(self, program: Program) -> None:
        self._channel = _Noting(self.api, sleep=self._sleep, monotonic=self._monotonic)
        program.platforms = Platforms(
            settings=program.settings, database=program.database, library=program.library, zalo=(self._channel,)
        )

    async def connect(self, program: Program) -> None:
        await super().connect(program)
        await self._channel.start()
        self._stop, self._received = asyncio.Event(), asyncio.Event()
        self._polling = asyncio.create_task(self._channel.poll(self._take, stop=self._stop))

    async def disconnect(self) -> None:
        self._stop.set()
        await self._polling
        await super().disconnect()
        await self._channel.stop()

    async def join(self, name: str, language: str) -> Hand:  # noqa: ARG002  Zalo does not tell
        user = self.api.user(name)
        user.chat.known = True  # whom a dialogue makes a member has written before
        self._users[user.id] = user
        return Hand(user.id)

    async def do(self, hand: Hand, act: str, value: str) -> list[Heard]:
        self._user, self._hand = self._users[hand.chat], hand
        self.api.now = int((self.clock() - self.late).timestamp() * 1000)
        if act == "send":
            sent = {"photo": self._user.photo, "sticker": self._user.sticker, "voice": self._user.voice}[value]()
        else:
            sent = self._user.say(self._typed(hand, value) if act == "tap" else value)
        self._event = self.api.pending[sent]
        return await self._heard()

    async def again(self) -> list[Heard]:
        self.api.push(self._event["event_name"], self._event["message"])
        return await self._heard()

    async def told(self, hand: Hand) -> list[Heard]:
        self._user = self._users[hand.chat]
        return self._new(hand)

    async def _heard(self) -> list[Heard]:
        taken = asyncio.create_task(self._received.wait())
        await asyncio.wait({taken, self._polling}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        taken.cancel()
        if self._polling.done():
            self._polling.result()
        assert self._received.is_set(), "the event was not received"
        self._received.clear()
        await self.sender.finish()
        return self._new(self._hand)

    def _new(self, hand: Hand) -> list[Heard]:
        self._hand, chat = hand, self._user.chat
        new, chat.at = chat.heard[chat.at :], len(chat.heard)
        heard = []
        while new:  # a long reply comes in several messages
            parts, reply = self._channel.said[new[0].id]
            heard.append(self._see("\n".join(part.text for part in new[:parts]), reply))
            new = new[parts:]
        return heard

    async def _take(self, message: InboundMessage) -> None:
        await self.receive(message)
        self._received.set()

    async def _sleep(self, seconds: float) -> None:
        self._slept += seconds
        await asyncio.sleep(0)

    def _monotonic(self) -> float:
        return self._slept

    def faults(self) -> list[str]:
        return self.api.violations


class _Noting(ZaloChannel):
    """Keeps which reply a message came from, by the id of its first part: (how many parts, the reply)."""

    def __init__(self, api: FakeZaloApi, **options: object) -> None:
        super().__init__(api.token, api_base_url=api.url, **options)  # type: ignore[arg-type]
        self._api, self.said = api, dict[str, tuple[int, Reply]]()

    async def send(self, message: OutboundMessage) -> Sent | SendFailure:
        heard = self._api.chats[message.chat].heard
        before = len(heard)
        outcome = await super().send(message)
        if len(heard) > before:
            self.said[heard[before].id] = (len(heard) - before, message.reply)
        return outcome
