"""What breaks around the program while it works: the disk, the database's server, the names, the clock."""

import asyncio
import gc
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text

from bot.app import Program
from bot.channels.telegram import TelegramChannel
from bot.channels.zalo import ZaloChannel
from bot.core.channel import Capabilities, Sent
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, OutboundMessage
from bot.library import Library
from bot.search.finder import Finder
from bot.sender import Sender
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import Database, Transaction
from bot.web.site import Webhook, build
from tests.databases import PostgresTemplate
from tests.fakes.bot_api import TOKEN, FakeBotApi
from tests.fakes.clock import SettableClock
from tests.fakes.zalo_api import TOKEN as ZALO_TOKEN
from tests.fakes.zalo_api import FakeZaloApi
from tests.killed_runs import killer
from tests.web.sites import site


class Noting:
    """A platform that takes every message and notes it."""

    name = "console"
    capabilities = Capabilities(buttons=False, edit=False, text_limit=4000)

    def __init__(self) -> None:
        self.sent: list[tuple[str, int]] = []

    async def send(self, message: OutboundMessage) -> Sent:
        self.sent.append((message.chat, message.id))
        return Sent(str(message.id))


class Place:
    """The program on a database, with one platform."""

    def __init__(self, url: str, library: Library, index: Finder, clock: SettableClock) -> None:
        self.channel, self.clock = Noting(), clock
        self.database = Database(url)
        self.program = Program(
            settings=Settings(_env_file=None),
            clock=clock,
            database=self.database,
            library=library,
            index=index,
            started=clock(),
            secret=b"k" * 32,
            extra=(self.channel,),
        )

    def sender(self, machine: str = "one") -> Sender:
        """Sends from a machine of that name: a sender of this process and host would be taken for the same one."""
        channels = {("console", ""): self.channel}
        return Sender(database=self.database, channels=channels, clock=self.clock, owner=f"{machine}:1:1.000")

    def run(self, work: Callable[..., Awaitable[None]]) -> None:
        """Do the work with a receiver and a sender that runs."""

        async def inside() -> None:
            sender, stop = self.sender(), asyncio.Event()
            running = asyncio.create_task(sender.run(stop))
            await work(self.program.receiver(sender).receive)
            stop.set()
            await running
            while claimed := await sender._claim():
                sender.deliver(claimed)
                await sender.finish()

        asyncio.run(inside())
        self.is_whole()

    def is_whole(self) -> None:
        """Every message that was taken has its answer, and every answer left once."""
        query = "SELECT status, count(*) FROM {} GROUP BY status"
        inbox, outbox = (
            dict(self.database.read_now(lambda tx, name=name: tx.connection.execute(text(query.format(name))).all()))  # type: ignore[misc]
            for name in ("inbox", "outbox")
        )
        assert set(inbox) == {"done"}
        assert outbox == {"sent": inbox["done"]}
        rows = self.database.read_now(lambda tx: list(tx.connection.scalars(text("SELECT id FROM outbox ORDER BY id"))))
        assert sorted(row for _, row in self.channel.sent) == rows
        chats = {chat for chat, _ in self.channel.sent}
        in_order = {chat: [row for each, row in self.channel.sent if each == chat] for chat in chats}
        assert all(rows == sorted(rows) for rows in in_order.values())


@pytest.fixture
def place(database_url: str, library: Library, index: Finder, clock: SettableClock) -> Iterator[Place]:
    made = Place(database_url, library, index, clock)
    yield made
    made.database.close()


def message(number: int, chat: str = "1", said: str = "menu") -> InboundMessage:
    return InboundMessage(channel="console", chat=chat, external_id=str(number), text=said)


@pytest.mark.fault("the disk is full", "PRAGMA max_page_count at what the file has now; the room comes back")
def test_a_full_disk_acknowledges_nothing_and_loses_nothing(
    sqlite_url: str, library: Library, index: Finder, clock: SettableClock
) -> None:
    place = Place(sqlite_url, library, index, clock)
    limit = [0]
    event.listen(
        place.database.engine, "connect", lambda raw, _: limit[0] and raw.execute(f"PRAGMA max_page_count={limit[0]}")
    )

    async def work(receive: Any) -> None:
        await receive(message(1))
        limit[0] = place.database.read_now(lambda tx: tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        place.database.engine.dispose()
        place.database.write_now(lambda tx: tx.connection.exec_driver_sql(f"PRAGMA max_page_count={limit[0]}"))
        taken = 1
        with suppress(DatabaseAway):
            for number in range(2, 500):
                await receive(message(number, said="x" * 3000))
                taken = number
        assert 1 <= taken < 499
        limit[0] = 1_000_000
        place.database.engine.dispose()
        for _ in range(3):  # a connection of before learns of it by failing once
            with suppress(DatabaseAway):
                for number in range(taken + 1, taken + 3):
                    await receive(message(number))

    place.run(work)
    assert len(place.channel.sent) > 3
    place.database.close()


# the driver tells of connections whose server is gone
LEFT = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


@LEFT
@pytest.mark.fault(
    "PostgreSQL is killed and started again under load", "pg_ctl stop -m immediate while four chats write"
)
def test_a_server_that_restarts_under_load_loses_and_doubles_nothing(
    postgres_template: PostgresTemplate, library: Library, index: Finder, clock: SettableClock
) -> None:
    name = postgres_template.fresh()
    with postgres_template._connect() as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = on".encode())
    place = Place(postgres_template.url(name), library, index, clock)
    refused: list[int] = []

    async def work(receive: Any) -> None:
        enough, back = asyncio.Event(), asyncio.Event()

        async def write(chat: str) -> None:
            for number in range(12):
                while True:
                    try:
                        await receive(message(number, chat))
                        break
                    except DatabaseAway:  # the platform delivers again
                        refused.append(number)
                        await back.wait()
                if number == 4:
                    enough.set()

        def restart() -> None:
            with postgres_template.gone():
                clock.move(timedelta(minutes=5))

        async def kill() -> None:
            await enough.wait()
            await asyncio.to_thread(restart)
            back.set()

        await asyncio.gather(kill(), *(write(chat) for chat in "abcd"))

    place.run(work)
    assert refused
    assert len(place.channel.sent) == 48
    place.database.close()
    postgres_template.drop(name)
    gc.collect()


@LEFT
@pytest.mark.fault("PostgreSQL is gone", "pg_ctl stop -m immediate, then a webhook, /ready and /metrics are called")
def test_without_its_server_a_webhook_is_told_to_come_again(
    postgres_template: PostgresTemplate, library: Library, index: Finder, clock: SettableClock
) -> None:
    name = postgres_template.fresh()
    place = Place(postgres_template.url(name), library, index, clock)
    _is_told_to_come_again(place, library, postgres_template.gone)
    place.database.close()
    postgres_template.drop(name)
    gc.collect()


def _is_told_to_come_again(place: Place, library: Library, gone: Callable[[], Any]) -> None:
    shown = site(place.database, library)
    shown.watch = place.program
    shown.receive = place.program.receiver().receive
    shown.webhooks = [
        Webhook(path="/hook", header="x", secret="s", read=lambda body: message(body["id"]), answer=lambda _: None)
    ]

    async def run() -> None:
        transport = httpx.ASGITransport(build(shown), client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers={"x": "s"}) as http:

            async def codes() -> list[int]:
                answers = [
                    await http.post("/hook", json={"id": 1}),
                    await http.get("/ready"),
                    await http.get("/metrics"),
                ]
                assert ("tungngo_database_up 1.0" in answers[2].text) == (answers[1].status_code == 200)
                return [answer.status_code for answer in answers]

            with gone():
                assert await codes() == [503, 503, 200]
                assert (await http.get("/health")).status_code == 200
            assert await codes() == [200, 200, 200]

    asyncio.run(run())
    assert place.database.read_now(lambda tx: tx.connection.execute(text("SELECT count(*) FROM inbox")).scalar()) == 1


@pytest.mark.fault(
    "two programs on one database, one stops in the middle", "48 messages shared by two receivers and senders"
)
def test_two_workers_share_the_work_and_send_everything_once(
    database_url: str, library: Library, index: Finder, clock: SettableClock
) -> None:
    one, two = (Place(database_url, library, index, clock) for _ in range(2))
    two.channel.sent = one.channel.sent

    async def work(receive: Any) -> None:
        stop, sender = asyncio.Event(), two.sender("two")
        running = asyncio.create_task(sender.run(stop))
        other = two.program.receiver(sender).receive

        async def write(chat: str) -> None:
            for number in range(12):
                await (receive if (number + ord(chat)) % 2 else other)(message(number, chat))
                await other(message(number, chat))  # delivered again, to the other
                if number == 8:
                    stop.set()

        await asyncio.gather(*(write(chat) for chat in "abcd"))
        await running

    one.run(work)
    assert len(one.channel.sent) == 48
    for place in (one, two):
        place.database.close()


@pytest.mark.fault(
    "the clock jumps",
    "an hour back and a day forward between the messages of a conversation",
    short="An answer that had to wait for its turn when the clock went back waits until the clock is there again.",
)
@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=1)], ids=["back", "forward"])
def test_when_the_clock_jumps_every_message_has_its_answer_once(
    place: Place, clock: SettableClock, jump: timedelta
) -> None:
    async def work(receive: Any) -> None:
        for number in range(6):
            await receive(message(number))
            if number == 2:
                clock.move(jump)
            await receive(message(number))
        clock.move(max(-jump, timedelta(0)))  # what waited when the clock went back waits until it is there again

    place.run(work)
    assert len(place.channel.sent) == 6


class Nameserver:
    """Knows no platform for a while, then says that it is here."""

    def __init__(self, port: int) -> None:
        self.port, self.failures, self.real = port, 2, socket.getaddrinfo
        self.lock = threading.Lock()

    def __call__(self, host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host not in {"api.example", b"api.example"}:
            return self.real(host, port, *more, **named)
        with self.lock:
            self.failures -= 1
            if self.failures >= 0:
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return self.real("127.0.0.1", port, *more, **named)


@pytest.mark.fault("no name is found at the start", "getaddrinfo fails; then it answers")
@pytest.mark.parametrize("platform", ["telegram", "zalo"])
def test_without_dns_a_channel_waits_and_then_starts(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def run() -> None:
        async with FakeBotApi() if platform == "telegram" else FakeZaloApi() as api:
            port = int(api.url.rsplit(":", 1)[1].split("/")[0])
            names = Nameserver(port)
            monkeypatch.setattr(socket, "getaddrinfo", names)
            url = f"http://api.example:{port}"
            channel = (
                TelegramChannel(TOKEN, api_base_url=url, sleep=sleep)
                if platform == "telegram"
                else ZaloChannel(ZALO_TOKEN, api_base_url=url, sleep=sleep)
            )
            async with asyncio.timeout(20):
                await channel.start()
            await channel.stop()
            assert names.failures < 0

    asyncio.run(run())
    assert pauses


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where there are no tables yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    template: PostgresTemplate = request.getfixturevalue("postgres_template")
    name = template.fresh()
    with closing(Database(template.url(name))) as database:
        empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
        database.write_now(lambda tx: tx.connection.exec_driver_sql(empty))
    yield template.url(name)
    template.drop(name)


def _add_lan(tx: Transaction) -> None:
    query = text("INSERT INTO person (name, locale, address, quiet, created_at) VALUES ('Lan', 'vi', '', :no, :at)")
    tx.connection.execute(query, {"no": False, "at": "2026-10-01"})


def _names(tx: Transaction) -> list[str]:
    return list(tx.connection.scalars(text("SELECT name FROM person")))


@pytest.mark.fault("kill -9 while the schema is brought up to date", "SIGKILL at the 10th, 20th, 40th, 80th statement")
def test_killed_at_any_statement_an_upgrade_leaves_the_old_schema_or_the_new(bare_url: str) -> None:
    schema.upgrade(bare_url, to="0001")
    with closing(Database(bare_url)) as database:
        database.write_now(_add_lan)
    with killer() as run:
        for step in (10, 20, 40, 80):
            assert run("upgrade", "", bare_url, step) == -signal.SIGKILL
            assert schema.version(bare_url) == "0001"
    schema.upgrade(bare_url)
    schema.check(bare_url)
    with closing(Database(bare_url)) as database:
        assert database.read_now(_names) == ["Lan"]
