"""The database takes nothing for a while, or is gone for minutes: who writes comes again, and is answered once."""

import asyncio
import gc
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from time import monotonic
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text

from bot.channels.telegram import TelegramChannel
from bot.channels.zalo import ZaloChannel
from bot.core.channel import Channel
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage
from bot.library import Library
from bot.search.finder import Finder
from bot.sender import Sender
from bot.services.files import media
from bot.storage.database import PATIENCE, Database
from bot.web import dashboard, sessions
from bot.web.application import build
from bot.web.webhooks import Webhook
from tests.databases import PostgresTemplate
from tests.fakes.bot_api import TOKEN, FakeBotApi
from tests.fakes.clock import SettableClock
from tests.fakes.zalo_api import TOKEN as ZALO_TOKEN
from tests.fakes.zalo_api import FakeZaloApi
from tests.one_place import Place, message
from tests.test_faults import LEFT
from tests.web.sites import site

MINUTES = timedelta(minutes=5)
NO_ROOM = """\
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION no_room()
"""
NAME = "x" * 32
CLOSE = """\
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
PAGES = ("/", "/chat/session", "/chat/events", f"/media/{NAME}", f"/calendar/{NAME}.ics", dashboard.PATH)


@pytest.fixture
def place(database_url: str, library: Library, index: Finder, clock: SettableClock) -> Iterator[Place]:
    made = Place(database_url, library, index, clock)
    yield made
    made.database.close()


@contextmanager
def _told(database: Database, refuse: str, again: str) -> Iterator[None]:
    """The server is told to refuse, and to take again; connections of before are closed so that all are told."""
    admin = Database(database.url)
    for statements in (refuse, again):
        with admin.engine.connect() as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql(statements)
            connection.commit()
            connection.exec_driver_sql(CLOSE)
        if statements == refuse:
            yield
    admin.close()


@contextmanager
def _full(database: Database) -> Iterator[None]:
    """No room: SQLite's file may not grow; the server says 53100, as it does when its disk is full."""
    if database.is_sqlite:
        pages = database.read_now(lambda tx: tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        with _pragma(database, f"max_page_count={pages}", "max_page_count=1000000"):
            yield
        return
    with _told(database, NO_ROOM, "DROP FUNCTION no_room CASCADE"):
        yield


@contextmanager
def _read_only(database: Database) -> Iterator[None]:
    """Nothing may be written, as on a standby or a file system that was mounted anew after an error."""
    if database.is_sqlite:
        with _pragma(database, "query_only=ON", "query_only=OFF"):
            yield
        return
    name = database.engine.url.database
    order = f"ALTER DATABASE {name} SET default_transaction_read_only ="
    with _told(database, f"{order} on", f"{order} off"):
        yield


@contextmanager
def _pragma(database: Database, refuse: str, again: str) -> Iterator[None]:
    now = [refuse]
    event.listen(database.engine, "connect", lambda raw, _: raw.execute(f"PRAGMA {now[0]}"))
    database.engine.dispose()
    database.write_now(lambda tx: tx.connection.exec_driver_sql(f"PRAGMA {refuse}"))
    yield
    now[0] = again
    database.engine.dispose()


FAULTS = {"full": _full, "read only": _read_only}


@LEFT
@pytest.mark.fault(
    "the database takes no writes: the disk is full, or it may only be read",
    "max_page_count, query_only; SQLSTATE 53100, default_transaction_read_only",
)
@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_written_is_not_acknowledged_and_comes_again(place: Place, fault: str) -> None:
    async def work(receive: Any) -> None:
        await receive(message(0))
        refused = []
        with FAULTS[fault](place.database):
            for number in range(1, 400):
                try:
                    await receive(message(number, said="x" * 3000))
                except DatabaseAway:
                    refused.append(number)
                if len(refused) == 6:  # more often than a poison message is tried
                    break
            assert len(refused) == 6
            with pytest.raises(DatabaseAway):
                await receive(message(refused[0]))
        for number in refused:
            await receive(message(number))

    place.run(work)
    assert len(place.channel.sent) >= 7


@LEFT
@pytest.mark.fault("a picture is made while the database takes no writes", "query_only; default_transaction_read_only")
def test_a_picture_that_cannot_be_kept_is_shown(place: Place, library: Library) -> None:
    drawing = next(iter(library.pictures))
    name = place.database.write_now(lambda tx: media.promise_drawing(tx, library, drawing, now=place.clock()))
    kept = "SELECT count(*) FROM media WHERE content IS NOT NULL"
    with _read_only(place.database):
        shown = media.load_now(place.database, library, name)
        assert shown
        assert shown.content.startswith(b"\x89PNG")
        assert place.database.read_now(lambda tx: tx.connection.execute(text(kept)).scalar()) == 0
    for _ in range(2):  # a connection of before learns of it by failing once
        with suppress(DatabaseAway):
            place.database.write_now(lambda tx: tx.connection.execute(text("DELETE FROM audit")))
    assert media.load_now(place.database, library, name) == shown
    assert place.database.read_now(lambda tx: tx.connection.execute(text(kept)).scalar()) == 1


class Times:
    """Time that passes by waiting. After five minutes of it the database is back."""

    def __init__(self) -> None:
        self.at, self.back = 0.0, asyncio.Event()

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds
        if self.at >= MINUTES.total_seconds():
            await self.back.wait()
        await asyncio.sleep(0)


@contextmanager
def _gone(database: Database, template: PostgresTemplate | None) -> Iterator[None]:
    """The server is killed; SQLite's file is locked by somebody who does not let go."""
    if template:
        with template.gone():
            yield
        return
    other = Database(database.url)
    with other.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
        yield
        connection.exec_driver_sql("ROLLBACK")
    other.close()


class World:
    """The program, polled by two platforms and posted to by a third; people write while its database is gone."""

    def __init__(self, place: Place, telegram: FakeBotApi, zalo: FakeZaloApi) -> None:
        self.place, self.stop, self.times = place, asyncio.Event(), (Times(), Times())
        own: list[dict[str, Any]] = [{"sleep": each.sleep, "monotonic": each.monotonic} for each in self.times]
        self.polled: list[Any] = [
            TelegramChannel(TOKEN, api_base_url=telegram.url, **own[0]),
            ZaloChannel(ZALO_TOKEN, api_base_url=zalo.url, **own[1]),
        ]
        self.lan, self.hoa = telegram.user("Lan"), zalo.user("Hoa")
        self.tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> Callable[[InboundMessage], Awaitable[Any]]:
        for each in self.polled:
            await each.start()
        channels: dict[tuple[str, str], Channel] = {(each.name, each.bot_id): each for each in self.polled}
        channels["console", ""] = self.place.channel
        sender = Sender(database=self.place.database, channels=channels, clock=self.place.clock, owner="one:1:1.000")
        receive = self.place.program.receiver(sender).receive

        async def take(inbound: InboundMessage) -> None:
            await receive(inbound)

        works = [sender.run(self.stop), *(each.poll(take, stop=self.stop) for each in self.polled)]
        self.tasks = [asyncio.create_task(work) for work in works]
        return receive

    async def until(self, what: Callable[[], bool]) -> None:
        while not what():  # noqa: ASYNC110  several platforms and a database, none of which tells
            await asyncio.sleep(0.01)

    async def end(self) -> None:
        self.stop.set()
        await asyncio.gather(*self.tasks)
        for each in self.polled:
            await each.stop()


@LEFT
@pytest.mark.fault(
    "the database is gone for five minutes",
    "pg_ctl stop -m immediate, or the file is locked, while two platforms are polled by a clock of the test's own "
    "and a third posts",
)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_for_five_minutes_everybody_waits_and_then_everybody_is_answered_once(
    kind: str, request: pytest.FixtureRequest, library: Library, index: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.database.BUSY_SECONDS", 0)
    server: PostgresTemplate | None = request.getfixturevalue("postgres_template") if kind == "postgresql" else None
    name = server.fresh() if server else ""
    place = Place(
        server.url(name) if server else request.getfixturevalue("sqlite_url"), library, index, SettableClock()
    )

    async def run() -> None:
        async with FakeBotApi() as telegram, FakeZaloApi() as zalo, asyncio.timeout(60):
            world = World(place, telegram, zalo)
            receive = await world.begin()
            with _gone(place.database, server):
                for text_ in ("menu", "trợ giúp"):
                    world.lan.say(text_)
                    world.hoa.say(text_)
                assert await _posted(place, library, receive, pages=kind == "postgresql") == {503}
                await world.until(lambda: all(each.at >= MINUTES.total_seconds() for each in world.times))
                assert (world.lan.chat.heard, world.hoa.chat.heard) == ([], [])
            place.clock.move(MINUTES)
            for each in world.times:
                each.back.set()
            assert await _posted(place, library, receive) == {200}
            heard = (world.lan.chat.heard, world.hoa.chat.heard, place.channel.sent)
            await world.until(lambda: [len(each) for each in heard] >= [2, 2, 1])
            await world.end()
            assert [len(each) for each in heard] == [2, 2, 1]

    asyncio.run(run())
    query = text("SELECT status, count(*) FROM inbox GROUP BY status")
    assert place.database.read_now(lambda tx: list(tx.connection.execute(query))) == [("done", 5)]
    place.database.close()
    if server:
        server.drop(name)
    gc.collect()


async def _posted(place: Place, library: Library, receive: Any, *, pages: bool = False) -> set[int]:
    """What who posts is told, twice; and who looks at a page."""
    shown = site(place.database, library)
    shown.receive = receive
    shown.webhooks = [Webhook(path="/hook", header="x", secret="s", read=lambda _: message(1), answer=lambda _: None)]
    transport = httpx.ASGITransport(build(shown), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers={"x": "s"}) as http:
        codes = [(await http.post("/hook", json={})).status_code for _ in range(2)]
        http.cookies = httpx.Cookies({sessions.COOKIE: NAME, dashboard.COOKIE: NAME})
        return {*codes, *[(await http.get(page)).status_code for page in PAGES if pages]}


@pytest.mark.fault("PostgreSQL's machine takes a connection and says nothing", "a socket that never answers")
def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PATIENCE["connect_timeout"] <= 5, "a webhook must answer before its platform gives up"
    monkeypatch.setitem(PATIENCE, "connect_timeout", 2)
    with socket.create_server(("127.0.0.1", 0)) as nobody, closing(Database(_address(nobody))) as database:
        begun = monotonic()
        with pytest.raises(DatabaseAway):
            database.read_now(lambda tx: tx.connection.exec_driver_sql("SELECT 1"))
        assert monotonic() - begun < 20


def _address(server: socket.socket) -> str:
    return f"postgresql+psycopg://u@127.0.0.1:{server.getsockname()[1]}/x"
