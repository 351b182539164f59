"""What breaks around the program while it works: the disk, the database's server, the names, the clock."""

import asyncio
import gc
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text

from bot.channels.telegram import TelegramChannel
from bot.channels.zalo import ZaloChannel
from bot.core.errors import DatabaseAway
from bot.library import Library
from bot.search.finder import Finder
from bot.web.application import build
from bot.web.webhooks import Webhook
from tests.databases import PostgresTemplate
from tests.fakes.bot_api import TOKEN, FakeBotApi
from tests.fakes.clock import SettableClock
from tests.fakes.zalo_api import TOKEN as ZALO_TOKEN
from tests.fakes.zalo_api import FakeZaloApi
from tests.one_place import Place, message
from tests.web.sites import site


@pytest.fixture
def place(database_url: str, library: Library, index: Finder, clock: SettableClock) -> Iterator[Place]:
    made = Place(database_url, library, index, clock)
    yield made
    made.database.close()


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


JUMPS = {  # after the third message, after the fifth
    "an hour back": (timedelta(hours=-1), timedelta(0)),
    "four weeks back": (timedelta(days=-28), timedelta(0)),
    "a day ahead": (timedelta(days=1), timedelta(0)),
    "ahead and back again": (timedelta(days=28), timedelta(days=-28)),
}


@pytest.mark.fault(
    "the clock jumps in a conversation", "an hour to four weeks, back, ahead, and ahead and back, between its messages"
)
@pytest.mark.parametrize("jump", JUMPS)
def test_when_the_clock_jumps_every_message_has_its_answer_once(place: Place, clock: SettableClock, jump: str) -> None:
    async def work(receive: Any) -> None:
        for number in range(6):
            await receive(message(number))
            if number in (2, 4):
                clock.move(JUMPS[jump][number // 2 - 1])
            await receive(message(number))

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
