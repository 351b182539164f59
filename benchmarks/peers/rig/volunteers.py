"""Volunteers who file reports over a webhook, each with one message in flight, as Telegram would deliver them."""

import asyncio
import math
import random
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import orjson

from benchmarks.peers.rig.bot_api import ME, BotApi
from benchmarks.peers.rig.scenario import STEPS, Step, typed
from benchmarks.peers.rig.until import until
from benchmarks.peers.rig.webhook import Connection
from bot.core.clock import system_clock

FIRST_CHAT = 500_000_000


@dataclass(slots=True)
class Tally:
    """What was counted since `clear`; times in seconds."""

    updates: int = 0  # answers that arrived
    reports: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)  # from the POST, or when it was due, to the answer's arrival

    def clear(self) -> None:
        """From here on."""
        self.updates = self.reports = 0
        self.times = []


class Volunteer:
    """Somebody who files one report after the other, each in another chat.

    Every message goes to the next of the web processes, whoever's it is, as nginx and others share them by default.
    """

    def __init__(self, crowd: "Crowd", number: int) -> None:
        self._crowd, self.number = crowd, number
        self.round = 0  # reports begun
        self.answers = 0  # ever
        self.done = True  # the last message is answered and confirmed
        self.arrived = True  # the answer is there
        self.confirmed = True  # the webhook said 200
        self._connections = [Connection(port, self._on_response) for port in crowd.ports]
        self._step = len(crowd.steps)
        self._keyboard: dict[str, Any] = {}
        self._sent = 0.0
        self.chat = 0

    async def connect(self) -> None:
        """Open the connections."""
        for connection in self._connections:
            await connection.open()

    async def close(self) -> None:
        """Close them."""
        for connection in self._connections:
            await connection.close()

    def act(self, due: float | None = None) -> None:
        """The next message; its time counts from when it was due."""
        self._step += 1
        if self._step >= len(self._crowd.steps):
            self._begin()
        update = self._update(self._crowd.steps[self._step])
        self.done = self.arrived = self.confirmed = False
        self._sent = due or time.perf_counter()
        self._connections[self._crowd.update % len(self._connections)].post(orjson.dumps(update))

    @property
    def through(self) -> bool:
        """Whether the report is filed and the next not begun."""
        return self.done and self._step >= len(self._crowd.steps) - 1

    def repeat(self) -> None:
        """Do the last thing once more, as people do who get no answer: a new update, the same words."""
        self._step -= 1
        self.act()

    def _begin(self) -> None:
        self._step = 0
        self._crowd.leave(self)
        self.chat = self._crowd.next_chat()
        self._crowd.by_chat[self.chat] = self
        self.round += 1

    def _update(self, step: Step) -> dict[str, Any]:
        crowd, person = self._crowd, {"id": self.chat, "first_name": "Nguyễn Thị Hoa", "language_code": "vi"}
        chat = {"id": self.chat, "type": "private", "first_name": "Nguyễn Thị Hoa"}
        who = {"from": {**person, "is_bot": False}, "chat": chat, "date": crowd.sent_at}
        crowd.update += 1
        if step.say:
            text = typed(step, self.round)
            message: dict[str, Any] = {"message_id": crowd.api.number(), "text": text, **who}
            if text.startswith("/"):
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
            return {"update_id": crowd.update, "message": message}
        buttons = [button for row in self._keyboard["reply_markup"]["inline_keyboard"] for button in row]
        data = next((each["callback_data"] for each in buttons if step.tap in each["text"]), None)
        if data is None:
            crowd.tally.wrong[f"step {self._step}: no button {step.tap!r}"] += 1
            data = "none"
        crowd.taps.add(str(crowd.update))
        tap = {"id": str(crowd.update), "from": who["from"], "chat_instance": str(self.chat), "data": data}
        return {"update_id": crowd.update, "callback_query": {**tap, "message": {**self._keyboard, **who, "from": ME}}}

    def on_message(self, when: float, method: str, parameters: dict[str, Any]) -> None:
        """The bot said something in this chat."""
        if method == "editmessagereplymarkup":
            return
        tally, want = self._crowd.tally, self._crowd.steps[self._step].want
        if self.arrived or want not in parameters["text"].lower():
            seen = "a second answer" if self.arrived else "another answer"
            tally.wrong[f"step {self._step}: {seen}: {parameters['text'][:60]!r}"] += 1
            return
        if parameters["rows"]:
            markup = {"inline_keyboard": parameters["rows"]}
            self._keyboard = {
                "message_id": parameters["message_id"],
                "text": parameters["text"],
                "reply_markup": markup,
            }
        self.arrived = True
        self.answers += 1
        tally.updates += 1
        tally.reports += self._step == len(STEPS) - 1
        tally.times.append(when - self._sent)
        self._crowd.last = when
        if self.confirmed:  # the call that brought the answer is answered first
            asyncio.get_running_loop().call_soon(self._finish)

    def _on_response(self, status: int, body: bytes) -> None:
        if status // 100 != 2:
            self._crowd.tally.wrong[f"webhook answered {status}"] += 1
            return
        if body[:1] == b"{":  # a call in the webhook's own answer
            call = orjson.loads(body)
            if method := call.pop("method", ""):
                self._crowd.hear(time.perf_counter(), method.lower(), call)
        self.confirmed = True
        if self.arrived:
            self._finish()

    def _finish(self) -> None:
        self.done = True
        self._crowd.next(self)


class Crowd:
    """All volunteers: so many of them busy at once, or with updates that come at random times, so many a second."""

    def __init__(self, *, ports: tuple[int, ...] = (), chats: int, steps: tuple[Step, ...] = STEPS) -> None:
        """`ports` are the bot's, known before anybody acts; `chats`, more than people, are used in turns."""
        self.ports, self.chats, self.steps = ports, chats, steps
        self.api = BotApi(self.hear)
        self.tally = Tally()
        self.taps: set[str] = set()  # that nobody answered yet
        self.by_chat: dict[int, Volunteer] = {}
        self.update = 900_000_000
        self.people: list[Volunteer] = []
        self.last = 0.0  # when the last answer arrived
        self.late: deque[float] = deque()  # when updates were due for which nobody was free
        self.sent_at = int(system_clock().timestamp())  # every message's own time; no bot here looks twice at it
        self.rounds: float = math.inf  # reports of each, after which nobody begins another
        self._at_once = self._turn = 0
        self._rate = 0.0
        self._free: deque[Volunteer] = deque()
        self._dice = random.Random(7)  # noqa: S311  arrival times, nothing secret
        self._due = 0.0

    def hear(self, when: float, method: str, parameters: dict[str, Any]) -> None:
        """A call of the bot that people notice."""
        if method == "answercallbackquery":
            self.taps.discard(parameters["callback_query_id"])
        elif somebody := self.by_chat.get(parameters["chat_id"]):
            somebody.on_message(when, method, parameters)
        elif method != "editmessagereplymarkup":  # the last chat's buttons may be taken away a moment later
            self.tally.wrong["a message to nobody"] += 1

    def next_chat(self) -> int:
        """One that nobody is in. A chat that filed a report every second would be slowed down (decision 0043)."""
        self._turn += 1
        chat = FIRST_CHAT + self._turn % self.chats
        return self.next_chat() if chat in self.by_chat else chat

    def leave(self, somebody: Volunteer) -> None:
        """The volunteer's last chat is over."""
        self.by_chat.pop(somebody.chat, None)

    async def gather(self, count: int) -> None:
        """Have so many people, connected."""
        while len(self.people) < count:
            self.people.append(Volunteer(self, len(self.people)))
            await self.people[-1].connect()

    async def ramp(self, at_once: int, seconds: float) -> None:
        """Get so many busy, one after the other so that they are at different steps; all of them after `seconds`."""
        end = time.perf_counter() + seconds
        heard = sum(somebody.answers for somebody in self.people)
        for busy in range(1, at_once + 1):
            self.busy(busy)
            heard += busy * len(self.steps) // at_once
            left = max(0.0, end - time.perf_counter())
            await until(lambda heard=heard: sum(somebody.answers for somebody in self.people) >= heard, seconds=left)  # type: ignore[misc]

    def busy(self, at_once: int) -> None:
        """From now on so many go on as soon as they are answered; the others rest where they are."""
        self._rate, self._at_once = 0.0, at_once
        self.late.clear()
        self._free.clear()
        for somebody in self.people[:at_once]:
            if somebody.done:
                self.next(somebody)

    def arrive(self, rate: float) -> None:
        """From now on updates are due at random times, `rate` a second on average, whether or not the bot keeps up."""
        self._rate, self._at_once, self._due = rate, 0, time.perf_counter()
        self._free.extend(somebody for somebody in self.people if somebody.done)
        self._let_arrive()

    def _let_arrive(self) -> None:
        if not self._rate:
            return
        now = time.perf_counter()
        while self._due <= now:
            if self._free:
                self._free.popleft().act(self._due)
            else:
                self.late.append(self._due)
            self._due += self._dice.expovariate(self._rate)
        asyncio.get_running_loop().call_later(max(0.0005, self._due - time.perf_counter()), self._let_arrive)

    def next(self, somebody: Volunteer) -> None:
        """That volunteer's message is done with."""
        if somebody.through and somebody.round >= self.rounds:
            return
        if somebody.number < self._at_once:
            somebody.act()
        elif self._rate and self.late:
            somebody.act(self.late.popleft())
        elif self._rate:
            self._free.append(somebody)

    async def rest(self, seconds: float = 5.0) -> bool:
        """Let what is under way be answered; False when something is not in that time."""
        self._rate, self._at_once = 0.0, 0
        return await until(lambda: all(somebody.done for somebody in self.people), seconds=seconds)

    async def close(self) -> None:
        """Hang up."""
        for somebody in self.people:
            await somebody.close()
