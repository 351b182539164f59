"""A broadcast through receiver, database, sender and pace, against an API as strict as Telegram, while people ask.

The API takes 50 ms, and refuses what comes as more than the thirtieth message of any second. Meanwhile volunteers ask
for the menu, two a second; the same is done before without a broadcast. The ideal is all messages at 30 a second.
The p99 of some two hundred answers are the slowest two: it tells of a bad moment, also of the machine's.

    python -m benchmarks.broadcast                    # 900 people, 30 seconds
    python -m benchmarks.broadcast --people 3000      # as promised
"""

import argparse
import asyncio
import json
import logging
import random
import tempfile
import time
from collections import deque
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import structlog
import uvloop

from benchmarks.clock import Clock
from benchmarks.results import Section, Target, figures, save
from bot.app import Program, build
from bot.core.channel import Capabilities, SendFailure, Sent
from bot.core.messages import InboundMessage, OutboundMessage, Reply, SendClass
from bot.receiver import Receiver
from bot.settings import Settings
from bot.storage import messages, people
from bot.storage.database import Transaction

LIMIT, LATENCY, ASKED = 30, 0.05, 2.0  # messages a second, seconds, questions a second
AHEAD, BATCH = 600, 100  # as in bot/services/broadcast_delivery.py
ALONE = 10  # seconds of questions before
CHATS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Seconds and counts; the answers' p99 in milliseconds from handing a question in to the API's having taken it."""

    people: int
    answers: int
    seconds: float
    ideal: float
    refused: int
    lost: int
    p99_alone: float
    p99_meanwhile: float


class Api:
    """A bot account that refuses what is too much in any second."""

    name = "telegram"
    capabilities = Capabilities(buttons=True, edit=True, text_limit=4000)

    def __init__(self) -> None:
        self.took: list[float] = []
        self.refused = 0
        self.heard = 0  # of the broadcast
        self.waiting: dict[str, asyncio.Future[None]] = {}
        self._window: deque[float] = deque()

    async def send(self, message: OutboundMessage) -> Sent | SendFailure:
        """Take it, unless it is too much."""
        now = time.monotonic()
        while self._window and self._window[0] <= now - 1:
            self._window.popleft()
        if len(self._window) >= LIMIT:
            self.refused += 1
            return SendFailure(reason="flood", retryable=True, retry_after=timedelta(seconds=1))
        self._window.append(now)
        await asyncio.sleep(LATENCY)
        self.took.append(time.monotonic())
        self.heard += message.unasked
        waiting = self.waiting.pop(message.chat, None)
        if waiting and not message.unasked:
            waiting.set_result(None)
        return Sent(str(message.id))


async def ask(receiver: Receiver, api: Api, until: asyncio.Event) -> list[float]:
    """Questions at random moments until told to stop: how long each answer took."""
    ids, chance, took = count(), random.Random(8), []  # noqa: S311  no secret
    asking: set[asyncio.Task[None]] = set()

    async def one(chat: str) -> None:
        api.waiting[chat] = asyncio.get_running_loop().create_future()
        begun = time.monotonic()
        said = InboundMessage(channel="telegram", bot="1", chat=chat, external_id=str(time.time_ns()), text="menu")
        await receiver.receive(said)
        await api.waiting[chat]
        took.append(time.monotonic() - begun)

    while not until.is_set():
        chat = f"asks{next(ids) % CHATS}"
        if chat not in api.waiting:
            task = asyncio.create_task(one(chat))
            asking.add(task)
            task.add_done_callback(asking.discard)
        await asyncio.sleep(chance.expovariate(ASKED))
    if asking:
        await asyncio.wait(asking)
    return took


def hear(program: Program, number: int) -> int:
    """So many people who hear the broadcast: the first contact's id."""

    def work(tx: Transaction) -> list[int]:
        return [
            people.add_speaker(
                tx,
                InboundMessage(channel="telegram", bot="1", chat=f"hears{each}", external_id=""),
                locale="vi",
                now=program.clock(),
            ).contact
            for each in range(number)
        ]

    return program.database.write_now(work)[0]


async def hand_over(program: Program, first: int, number: int, api: Api) -> None:
    """Everybody's message into the outbox, never too many ahead of what was taken."""
    for begin in range(0, number, BATCH):
        while begin + BATCH - api.heard > AHEAD:  # noqa: ASYNC110  a count tells nobody
            await asyncio.sleep(0.2)

        def work(tx: Transaction, begin: int = begin) -> None:
            for contact in range(first + begin, first + min(begin + BATCH, number)):
                reply = Reply(text="📅 Tổ họp lúc 19:00 tối nay ở nhà văn hoá thôn.")
                outgoing = messages.Outgoing(
                    contact=contact, reply=reply, kind="broadcast", send_class=SendClass.ONCE, unasked=True
                )
                messages.put_out(tx, outgoing, program.clock())

        await program.database.write(work)


async def run(program: Program, api: Api, number: int) -> Measured:
    """Questions alone, then questions and the broadcast."""
    line = program.line()
    sender, stop = program.sender(line), asyncio.Event()
    receiver = program.receiver(sender, line)
    running = asyncio.create_task(sender.run(stop))
    first = await asyncio.to_thread(hear, program, number)
    halt = asyncio.Event()
    asyncio.get_running_loop().call_later(ALONE, halt.set)
    alone = await ask(receiver, api, halt)
    before, halt = len(api.took), asyncio.Event()
    asking = asyncio.create_task(ask(receiver, api, halt))
    begun = time.monotonic()
    await hand_over(program, first, number, api)
    late = begun + 2 * number / LIMIT + 10
    while api.heard < number and time.monotonic() < late:  # noqa: ASYNC110  as above
        await asyncio.sleep(0.01)
    sent = api.took[before:]
    halt.set()
    meanwhile = await asking
    stop.set()
    await running
    answers = len(sent) - number
    return Measured(
        people=number,
        answers=answers,
        seconds=sent[-1] - begun - LATENCY,
        ideal=len(sent) / LIMIT,
        refused=api.refused,
        lost=number + len(alone) + len(meanwhile) - len(api.took),
        p99_alone=1000 * p99(alone),
        p99_meanwhile=1000 * p99(meanwhile),
    )


def p99(times: list[float]) -> float:
    """The time within which 99 of 100 were done."""
    return sorted(times)[int(0.99 * len(times))]


def section(found: Measured) -> Section:
    """For docs/benchmarks.md."""
    ratio, waits = found.seconds / found.ideal, found.p99_meanwhile / found.p99_alone
    targets = (
        Target(what="a broadcast ÷ the ideal at 30 a second", target="≤ 1.02", found=f"{ratio:.3f}", hit=ratio <= 1.02),
        Target(what="refused by the platform", target="0", found=str(found.refused), hit=found.refused == 0),
        Target(what="lost", target="0", found=str(found.lost), hit=found.lost == 0),
        Target(what="answers' p99 meanwhile ÷ without", target="≤ 1.5", found=f"{waits:.2f}", hit=waits <= 1.5),
    )
    return Section(
        name="broadcast",
        order=50,
        title="A broadcast",
        text=(__doc__ or "").split("\n\n")[1],
        targets=targets,
        tables=(figures(asdict(found)),),
    )


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=900)
    parser.add_argument("--save", action="store_true", help="keep it for docs/benchmarks.md")
    chosen = parser.parse_args()
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="tungngo-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'broadcast.db'}"
        settings = Settings(_env_file=None, database_url=url, telegram_bot_token="")
        program = build(settings, clock=Clock(), create=True)
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as `tungngo run` has
                found = runner.run(measure(program, chosen.people))
        finally:
            program.close()
    print(json.dumps(asdict(found)))
    if chosen.save:
        save(section(found))


async def measure(program: Program, number: int) -> Measured:
    """On an event loop of its own."""
    api = Api()
    vars(program)["channels"] = lambda: {("telegram", "1"): api}  # no account of anybody's
    return await run(program, api, number)


if __name__ == "__main__":
    main()
