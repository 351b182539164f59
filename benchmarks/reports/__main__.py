"""Reports through the whole journey: receiver, handlers, database, sender and a channel that takes everything.

A report is filed step by step, as a volunteer does it, twelve messages and twelve answers. What is measured stands
beside a floor of the same run: one bare insert and commit a message. Whoever sends a message takes turns among eight
volunteers, so that an answer is on disk as sent before the same person goes on: people are slower than a commit.

    python -m benchmarks.reports                      # every case; --reports 200: fewer
    python -m benchmarks.reports --case sqlite-8      # one case in this process, JSON; for a profiler
"""

import argparse
import asyncio
import json
import logging
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict
from itertools import chain, count
from pathlib import Path

import psycopg
import structlog

from benchmarks import postgres
from benchmarks.clock import Clock
from benchmarks.reports.section import Measured, section
from benchmarks.results import save
from bot import demo
from bot.app import Program, build
from bot.core.channel import Capabilities, Sent
from bot.core.messages import InboundMessage, Kind, OutboundMessage
from bot.receiver import Receiver
from bot.settings import Settings
from bot.storage import people
from bot.storage.database import Transaction

FASTER = 100  # than the real clock: who says more than a message a second is slowed (decision 0043)
PEOPLE = 8  # volunteers of each of those who send at once
WARM = 2  # reports of each before the clock starts
FLOOR = 500  # bare commits, before and after
CASES = ("sqlite-1", "sqlite-8", "postgresql-1", "postgresql-8")


class Shelf:
    """A channel that takes every message at once and tells whoever waits for it."""

    name = "console"
    capabilities = Capabilities(buttons=False, edit=False, text_limit=4000)

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Future[OutboundMessage]] = {}

    async def send(self, message: OutboundMessage) -> Sent:
        """Take it."""
        self.waiting[message.chat].set_result(message)
        return Sent(f"ref-{message.id}")


class Volunteer:
    """Somebody who files reports, one after the other."""

    def __init__(self, chat: str, receiver: Receiver, shelf: Shelf, ids: Iterator[int]) -> None:
        self.chat, self._receiver, self._shelf, self._ids = chat, receiver, shelf, ids
        self.reports: list[list[float]] = []  # seconds of every message

    async def say(self, kind: Kind, text: str) -> str:
        """One message: the text of its answer."""
        message = InboundMessage(
            channel="console",
            chat=self.chat,
            external_id=str(next(self._ids)),
            kind=kind,
            text=text if kind is Kind.TEXT else "",
            payload=text if kind is Kind.TAP else "",
        )
        answered: asyncio.Future[OutboundMessage] = asyncio.get_running_loop().create_future()
        self._shelf.waiting[self.chat] = answered
        started = time.perf_counter()
        await self._receiver.receive(message)
        answer = await answered
        self.reports[-1].append(time.perf_counter() - started)
        return answer.reply.text


async def file(group: Sequence[Volunteer], number: int) -> None:
    """One report of everybody in the group, message by message in turns."""
    households, more = 1 + number % 90, number // 90  # never like one of the last days
    for each in group:
        each.reports.append([])
    for kind, text in script(households, households + more):
        answers = [await each.say(kind, text) for each in group]
    assert all("✅" in answer for answer in answers), answers


def script(households: int, number: int) -> list[tuple[Kind, str]]:
    """What a volunteer types and taps for one report."""
    return [
        (Kind.TEXT, "bao cao"),
        (Kind.TAP, "f:day=hôm nay"),
        (Kind.TEXT, "thon 3"),
        (Kind.TAP, "f:kind=home"),
        (Kind.TEXT, str(households)),
        (Kind.TEXT, str(number)),
        (Kind.TEXT, "1"),
        (Kind.TAP, "f:skills=vneid"),
        (Kind.TAP, "f:skills=dvc"),
        (Kind.TAP, "f:skills=="),
        (Kind.TAP, "f:result=done"),
        (Kind.TAP, "do:send"),
    ]


async def run(program: Program, shelf: Shelf, reports: int, at_once: int) -> tuple[list[list[float]], float, float]:
    """By report, the seconds of its messages; wall-clock and CPU seconds of the measured part."""
    sender = program.sender()
    stop = asyncio.Event()
    sending = asyncio.create_task(sender.run(stop))
    receiver, ids = program.receiver(sender), count()
    groups = [
        [Volunteer(f"chat-{row}-{number}", receiver, shelf, ids) for number in range(PEOPLE)] for row in range(at_once)
    ]
    rounds = reports // (PEOPLE * at_once)

    async def work(group: Sequence[Volunteer], numbers: range) -> None:
        for number in numbers:
            await file(group, number)

    await asyncio.gather(*(work(group, range(WARM)) for group in groups))
    for each in chain(*groups):
        each.reports.clear()
    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work(group, range(WARM, WARM + rounds)) for group in groups))
    await sender.finish()
    spent = time.perf_counter() - started, time.process_time() - cpu
    stop.set()
    await sending
    return [report for each in chain(*groups) for report in each.reports], *spent


def measure(case: str, reports: int, folder: Path) -> Measured:
    """One case in this process."""
    kind, _, at_once = case.partition("-")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'reports.db'}" if kind == "sqlite" else postgres.start(folder / "pg", stack).url()
        program = build(
            Settings(_env_file=None, database_url=url, telegram_bot_token=""), clock=Clock(FASTER), create=True
        )
        stack.callback(program.close)
        shelf = Shelf()
        program.extra = (shelf,)
        program.database.write_now(lambda tx: settle(program, tx, int(at_once)))
        floors = [sqlite_floor(folder)], [postgres_floor(url)] if kind == "postgresql" else []
        filed, wall, cpu = asyncio.run(run(program, shelf, reports, int(at_once)))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        floors[0].append(sqlite_floor(folder))
        if kind == "postgresql":
            floors[1].append(postgres_floor(url))
    floor, own = statistics.mean(floors[0]), statistics.mean(floors[1] or floors[0])
    steps, whole = sorted(chain(*filed)), sorted(map(sum, filed))
    return Measured(
        case=case,
        reports=len(whole),
        steps=len(steps) // len(whole),
        step_p50=1000 * statistics.median(steps),
        step_p95=1000 * steps[int(0.95 * len(steps))],
        report_p50=1000 * statistics.median(whole),
        report_p95=1000 * whole[int(0.95 * len(whole))],
        per_second=len(whole) / wall,
        cpu=1000 * cpu / len(whole),
        memory=memory,
        floor=1000 * floor,
        own_floor=1000 * own,
    )


def settle(program: Program, tx: Transaction, at_once: int) -> None:
    """A team with volunteers who agreed to everything."""
    now = program.clock()
    team = demo.add_commune(tx, now)
    for name in (f"{row}-{number}" for row in range(at_once) for number in range(PEOPLE)):
        speaker = demo.add_person(tx, f"web-{name}", f"Người {name}", now)
        people.add_contact(tx, person=speaker.person, channel="console", chat=f"chat-{name}", now=now)
        people.add_member(tx, team=team.id or 0, person=speaker.person, role="volunteer", now=now)


def sqlite_floor(folder: Path) -> float:
    """Seconds of one insert and commit with nothing around it, WAL and synchronous=FULL, the median."""
    with closing(sqlite3.connect(folder / "floor.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS step (id INTEGER PRIMARY KEY, body TEXT)")
        return _median(lambda: _commit(connection))


def _commit(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO step (body) VALUES (?)", ("x" * 200,))
    connection.execute("COMMIT")


def postgres_floor(url: str) -> float:
    """The same on PostgreSQL."""
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS floor_step (id serial PRIMARY KEY, body text)")
        return _median(lambda: connection.execute("INSERT INTO floor_step (body) VALUES (%s)", ("x" * 200,)))


def _median(step: Callable[[], object]) -> float:
    times = []
    for _ in range(FLOOR):
        started = time.perf_counter()
        step()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main() -> None:
    """Every case in a process of its own, so that memory is its own; docs/benchmarks/reports.json at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--case", choices=CASES)
    chosen = parser.parse_args()
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    if chosen.case:
        with tempfile.TemporaryDirectory(prefix="tungngo-bench-") as folder:
            print(json.dumps(asdict(measure(chosen.case, chosen.reports, Path(folder)))))
        return
    rows = []
    for case in CASES:
        command = [sys.executable, "-m", "benchmarks.reports", "--case", case, "--reports", str(chosen.reports)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rows.append(Measured(**json.loads(said.splitlines()[-1])))
    save(section(rows))


if __name__ == "__main__":
    main()
