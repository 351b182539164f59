"""Ten thousand reminders due at once, handed over by the scheduler and sent, while the event loop is watched.

The channel takes everything at once and the pace is lifted: what is measured is the program, not the platform. A stall
is how much longer than asked for a sleep of two milliseconds took; beside it the same sleep with nothing else to do.
Of the longest stall is told what processor time went meanwhile to the loop's own thread, and to the database's: what is
left of it the process waited for the machine.

    python -m benchmarks.reminders
    python -m benchmarks.reminders --people 500
"""

import argparse
import asyncio
import gc
import json
import logging
import sys
import tempfile
import time
from collections.abc import Coroutine
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
import uvloop

from benchmarks.clock import Clock
from benchmarks.results import Section, Target, figures, save
from bot.app import Program, build
from bot.commands.programs import SWITCH
from bot.core.calendar import is_reminded, leads_on
from bot.core.channel import Capabilities, Sent
from bot.core.messages import InboundMessage, OutboundMessage
from bot.pace import Pace
from bot.sender import Sender
from bot.services.reminders import DATE
from bot.settings import Settings
from bot.storage import people, reminders
from bot.storage.database import Transaction
from scheduler.jobs import Office, hand_over

TICK, CALM = 0.002, 3  # seconds
SATURDAY = 5
BATCH = 500

Stall = tuple[float, float, float]  # milliseconds; of processor time of the loop's thread, of the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Seconds; stalls in milliseconds."""

    people: int
    missed: int
    twice: int
    seconds: float
    stall_p99: float
    stall_most: float
    its_loop: float  # processor time of the loop's own thread in the longest stall
    its_threads: float  # of all other threads
    calm_p99: float  # with nothing to do
    calm_most: float


class Channel:
    """Takes everything at once."""

    name = "console"
    capabilities = Capabilities(buttons=True, edit=True, text_limit=4000)

    def __init__(self) -> None:
        self.chats: list[str] = []

    async def send(self, message: OutboundMessage) -> Sent:
        """Take it."""
        self.chats.append(message.chat)
        return Sent(str(message.id))


class Morning(Clock):
    """A working morning some days on."""

    days = 0

    def __call__(self) -> datetime:
        """Now."""
        return super().__call__() + timedelta(days=self.days)


def settle(program: Program, clock: Morning, number: int) -> None:
    """So many people who agreed to reminders, each with one that is due on the first morning that has any."""
    rules = [each for each in program.library.dates.values() if is_reminded(each) and each.lead_days]
    while True:
        now = clock()
        today = now.astimezone(program.settings.zone).date()
        falling = [(rule, *each) for rule in rules for each in leads_on(rule, today, rule.lead_days)]
        if falling and today.weekday() < SATURDAY:
            break
        clock.days += 1
    rule, occurrence, lead = falling[0]

    def work(tx: Transaction, begin: int) -> None:
        rows = []
        for each in range(begin, min(begin + BATCH, number)):
            hello = InboundMessage(channel="console", chat=str(each), external_id="")
            person = people.add_speaker(tx, hello, locale="vi", now=now).person
            people.add_consent(tx, person=person, purpose="remind", version="1", channel="console", now=now)
            rows.append(
                {
                    "rule": f"{DATE}:{rule.id}",
                    "occurrence": occurrence,
                    "lead": lead,
                    "person_id": person,
                    "due_at": now,
                    "status": "waiting",
                    "reason": "",
                    "settled_at": None,
                }
            )
        reminders.add(tx, rows)

    for begin in range(0, number, BATCH):
        program.database.write_now(partial(work, begin=begin))


def clocks() -> tuple[float, float, float]:
    """Seconds by the wall, of processor time of this thread, of the process."""
    return time.perf_counter(), time.thread_time(), time.process_time()


async def tick(stalls: list[Stall], stop: asyncio.Event) -> None:
    """How late the loop is, over and over."""
    while not stop.is_set():
        before = clocks()
        await asyncio.sleep(TICK)
        whole, own, process = (now - then for now, then in zip(clocks(), before, strict=True))
        stalls.append((1000 * (whole - TICK), 1000 * own, 1000 * (process - own)))


async def run(program: Program, number: int) -> Measured:
    """Hand over and send until nothing is left."""
    gc.collect()
    gc.freeze()  # as `tungngo run` does
    sys.setswitchinterval(SWITCH)
    calm = await watched(asyncio.sleep(CALM))
    channel = Channel()
    sender = Sender(
        database=program.database,
        channels={("console", ""): channel},
        clock=program.clock,
        owner=program.owner,
        pace=lambda: Pace(10**6),
    )
    office = Office(
        database=program.database,
        library=program.library,
        zone=program.settings.zone,
        clock=program.clock,
        wake=sender.wake,
    )

    async def work() -> None:
        stop = asyncio.Event()
        sending = asyncio.create_task(sender.run(stop))
        given_up = time.perf_counter() + number / 50 + 10
        while len(channel.chats) < number and time.perf_counter() < given_up:
            await hand_over(office, program.clock())
            await asyncio.sleep(0.01)
        stop.set()
        await sending

    begun = time.perf_counter()
    stalls = await watched(work())
    return Measured(
        people=number,
        missed=number - len(set(channel.chats)),
        twice=len(channel.chats) - len(set(channel.chats)),
        seconds=time.perf_counter() - begun,
        stall_p99=stalls[int(0.99 * len(stalls))][0],
        stall_most=stalls[-1][0],
        its_loop=stalls[-1][1],
        its_threads=stalls[-1][2],
        calm_p99=calm[int(0.99 * len(calm))][0],
        calm_most=calm[-1][0],
    )


async def watched(work: Coroutine[Any, Any, object]) -> list[Stall]:
    """The stalls of the event loop meanwhile, shortest first."""
    stalls: list[Stall] = []
    stop = asyncio.Event()
    ticking = asyncio.create_task(tick(stalls, stop))
    await work
    stop.set()
    await ticking
    return sorted(stalls)


def section(found: Measured) -> Section:
    """For docs/benchmarks.md."""
    targets = (
        Target(what="reminders missed", target="0", found=str(found.missed), hit=found.missed == 0),
        Target(
            what="the event loop's longest stall meanwhile",
            target="≤ 10 ms",
            found=f"{found.stall_most:.1f} ms",
            hit=found.stall_most <= 10,
        ),
    )
    return Section(
        name="reminders",
        order=51,
        title="Reminders due at once",
        text=(__doc__ or "").split("\n\n")[1],
        targets=targets,
        tables=(figures(asdict(found)),),
    )


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--save", action="store_true", help="keep it for docs/benchmarks.md")
    chosen = parser.parse_args()
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="tungngo-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'reminders.db'}"
        clock = Morning()
        program = build(Settings(_env_file=None, database_url=url, telegram_bot_token=""), clock=clock, create=True)
        try:
            settle(program, clock, chosen.people)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as `tungngo run` has
                found = runner.run(run(program, chosen.people))
        finally:
            program.close()
    print(json.dumps(asdict(found)))
    if chosen.save:
        save(section(found))


if __name__ == "__main__":
    main()
