"""Several processes on one PostgreSQL: who sends, who is woken, and what happens when one dies."""

import asyncio
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot import outcomes
from bot import sender as sending
from bot.app import Program
from bot.core.clock import system_clock
from bot.core.messages import InboundMessage, Reply, SendClass
from bot.library import Library
from bot.search.finder import Finder
from bot.settings import Settings
from bot.storage import line as lines
from bot.storage import messages, people
from bot.storage.database import Database, Transaction
from bot.storage.line import Line, open_line
from tests.test_sender import HERE, THERE, FakeChannel
from tests.worker_runs import ACCOUNT

PATIENCE = 60  # seconds until what should have happened fails the test
ROOT = Path(__file__).parents[1]


@contextmanager
def worker(url: str, book: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-m", "tests.worker_runs", url, str(book)], cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def web(url: str, library: Library, index: Finder, stack: ExitStack) -> Program:
    """What `tungngo web` is made of: it takes messages and sends nothing."""
    database = stack.enter_context(closing(Database(url)))
    return Program(
        settings=Settings(_env_file=None, database_url=url, telegram_bot_token=""),
        clock=system_clock,
        database=database,
        library=library,
        index=index,
        started=system_clock(),
        secret=b"s" * 32,
    )


def sent_lines(book: Path) -> list[tuple[int, str, int]]:
    """(process, chat, row) of everything that was sent, in that order."""
    found = [line.split() for line in book.read_text().splitlines()] if book.exists() else []
    return [(int(process), chat, int(row)) for process, chat, row in found]


def put(database: Database, chat: str, *, unasked: bool = False) -> int:
    """A message for that chat of the account in the outbox; its id."""
    now = system_clock()

    def work(tx: Transaction) -> int:
        hello = InboundMessage(channel=ACCOUNT[0], bot=ACCOUNT[1], chat=chat, external_id="")
        known = people.find_speaker(tx, hello)
        contact = known[0].contact if known else people.add_speaker(tx, hello, locale="vi", now=now).contact
        kind = SendClass.ONCE if unasked else SendClass.AGAIN
        outgoing = messages.Outgoing(contact=contact, reply=Reply(text="x"), unasked=unasked, send_class=kind)
        new = messages.put_out(tx, outgoing, now)
        assert new
        return new[0]

    return database.write_now(work)


def unsent(database: Database) -> int:
    query = text("SELECT count(*) FROM outbox WHERE status NOT IN ('sent', 'unknown')")
    return int(database.read_now(lambda tx: tx.connection.execute(query).scalar_one()))


@pytest.mark.fault("a worker is killed", "kill -9 of the one that sends")
def test_two_webs_two_workers_one_killed(postgres_url: str, tmp_path: Path, library: Library, index: Finder) -> None:
    book, url = tmp_path / "sent", postgres_url
    chats = [f"chat{number}" for number in range(12)]

    async def run(stack: ExitStack, workers: dict[int, "subprocess.Popen[bytes]"]) -> int:
        webs = [web(url, library, index, stack) for _ in range(2)]
        ends = [open_line(url, []) for _ in webs]
        takers = [each.receiver(None, end) for each, end in zip(webs, ends, strict=True)]
        stop = asyncio.Event()
        ringing = [asyncio.create_task(end.run(stop)) for end in ends]

        async def volunteer(chat: str) -> None:
            for number in range(4):
                said = InboundMessage(
                    channel=ACCOUNT[0], bot=ACCOUNT[1], chat=chat, external_id=str(number), text="thực đơn"
                )
                await takers[number % 2].receive(said)

        async def kill_the_sender() -> int:
            while len(sent_lines(book)) < 20:  # noqa: ASYNC110  a file tells nobody
                await asyncio.sleep(0.01)
            killed = sent_lines(book)[0][0]
            workers[killed].kill()
            workers[killed].wait()
            return killed

        for number in range(15):
            put(webs[0].database, f"audience{number}", unasked=True)
        _, killed = await asyncio.gather(asyncio.gather(*map(volunteer, chats)), kill_the_sender())
        while unsent(webs[0].database):  # noqa: ASYNC110  the database tells nobody
            await asyncio.sleep(0.02)
        stop.set()
        await asyncio.gather(*ringing)
        return killed

    with ExitStack() as stack:
        started = [stack.enter_context(worker(url, book)) for _ in range(2)]
        workers = {process.pid: process for process in started}
        killed = asyncio.run(asyncio.wait_for(run(stack, workers), PATIENCE))
        database = stack.enter_context(closing(Database(url)))
        rows = database.read_now(
            lambda tx: {
                row.id: row for row in tx.connection.execute(text("SELECT id, attempts, unasked, status FROM outbox"))
            }
        )
    went = sent_lines(book)
    assert {row for _, _, row in went} >= {row for row, found in rows.items() if found.status == "sent"}
    assert all(found.unasked for found in rows.values() if found.status == "unknown")
    assert len(rows) == 12 * 4 + 15
    twice = {row for _, _, row in went if sum(row == other for _, _, other in went) > 1}
    assert all(rows[row].attempts == 2 and not rows[row].unasked for row in twice)  # what the dead one had in hand
    # one process at a time sends for the account: together with its pace that is the account's budget
    order = [process for process, _, _ in went]
    assert order == sorted(order, key=lambda process: process != killed)
    assert len(set(order)) == 2
    by_chat: defaultdict[str, list[int]] = defaultdict(list)
    for _, chat, row in went:
        if row not in by_chat[chat]:
            by_chat[chat].append(row)
    assert all(found == sorted(found) for found in by_chat.values())
    assert all(len(by_chat[chat]) == 4 for chat in chats)


# --- the bell


class Told(FakeChannel):
    """Sets an event when a message arrives."""

    name = ACCOUNT[0]

    def __init__(self) -> None:
        super().__init__()
        self.arrived = asyncio.Event()

    async def send(self, message: Any) -> Any:
        found = await super().send(message)
        self.arrived.set()
        return found


@asynccontextmanager
async def running(database: Database, channel: FakeChannel, owner: str = HERE) -> AsyncIterator[Line]:
    """A sender of the account, on the line; it has looked once when this begins."""
    line = open_line(database.url, [ACCOUNT])
    sender = sending.Sender(database=database, channels={ACCOUNT: channel}, clock=system_clock, owner=owner, line=line)
    stop = asyncio.Event()
    task = asyncio.create_task(sender.run(stop))
    try:
        yield line
    finally:
        stop.set()
        await task


async def until(what: Callable[[], bool]) -> None:
    while not what():  # noqa: ASYNC110  a line tells nobody
        await asyncio.sleep(0.005)


@pytest.fixture
def _no_idle_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "IDLE_SECONDS", 3600)
    monkeypatch.setattr(outcomes, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(lines, "AGAIN_SECONDS", 0.05)


@pytest.mark.usefixtures("_no_idle_look")
def test_a_process_that_sends_nothing_wakes_the_one_that_does(postgres_url: str) -> None:
    async def run(here: Database, there: Database) -> None:
        channel, bell, stop = Told(), open_line(there.url, []), asyncio.Event()
        ringing = asyncio.create_task(bell.run(stop))
        async with running(here, channel) as line:
            await until(lambda: line.holds(ACCOUNT))
            await asyncio.sleep(0.1)  # its first looks, which find nothing
            put(there, "a")
            assert not channel.tried
            bell.ring()
            await channel.arrived.wait()
        stop.set()
        await ringing

    with closing(Database(postgres_url)) as here, closing(Database(postgres_url)) as there:
        asyncio.run(asyncio.wait_for(run(here, there), PATIENCE))


@pytest.mark.usefixtures("_no_idle_look")
@pytest.mark.fault("the line to the database is cut", "the listening connection ends")
def test_a_line_that_was_cut_is_made_again_and_looks_at_once(postgres_url: str) -> None:
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid IN"
        " (SELECT pid FROM pg_locks WHERE locktype = 'advisory')"
    )

    async def run(database: Database) -> None:
        channel = Told()
        async with running(database, channel) as line:
            await until(lambda: line.holds(ACCOUNT))
            put(database, "a")  # nobody rings
            database.write_now(lambda tx: tx.connection.execute(cut).all())
            await until(lambda: not line.holds(ACCOUNT))
            await channel.arrived.wait()
            assert line.holds(ACCOUNT)

    with closing(Database(postgres_url)) as database:
        asyncio.run(asyncio.wait_for(run(database), PATIENCE))


def test_an_account_is_one_sender_s_until_it_lets_go(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "AGAIN_SECONDS", 0.02)

    async def run(one: Database, two: Database) -> None:
        first, second = Told(), Told()
        async with running(one, first) as mine:
            await until(lambda: mine.holds(ACCOUNT))
            async with running(two, second, THERE) as theirs:
                put(two, "a")
                await first.arrived.wait()
                assert not theirs.holds(ACCOUNT)
                assert not second.tried
        async with running(two, second, THERE):
            put(two, "a")
            await second.arrived.wait()

    with closing(Database(database_url)) as one, closing(Database(database_url)) as two:
        asyncio.run(asyncio.wait_for(run(one, two), PATIENCE))
