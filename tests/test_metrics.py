"""What is counted, what the queues say, and who may ask."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import insert
from starlette.types import ASGIApp
from typer.testing import CliRunner

from bot import metrics
from bot.__main__ import cli
from bot.app import Program
from bot.core.channel import Capabilities, SendFailure, Sent
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, OutboundMessage, Reply
from bot.library import Library
from bot.meter import Meter, outcome_of
from bot.models import ChannelUsage, Contact, Due, Inbox, Outbox, Person
from bot.search.finder import Finder
from bot.services import figures, usage
from bot.settings import Settings
from bot.storage.database import Database, Transaction
from bot.web.application import build
from bot.web.private import private_app
from tests.fakes.clock import SettableClock
from tests.web.sites import site

MESSAGE = OutboundMessage(id=1, contact=1, channel="telegram", bot="1", chat="1", reply=Reply(text="chào"))


def said(text: bytes) -> dict[str, float]:
    """By name and labels."""
    lines = [line for line in text.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_the_queues_are_counted_and_aged(database: Database, clock: SettableClock) -> None:
    now = clock()

    def fill(tx: Transaction) -> None:
        tx.session.add_all([Person(id=1, created_at=now), Person(id=2, created_at=now)])
        tx.session.flush()
        tx.session.add(Contact(id=1, person_id=1, channel="zalo", bot="7", chat="1", created_at=now))
        tx.session.flush()
        for number, (status, unasked, reason, minutes) in enumerate(
            [
                ("pending", False, "", 2),
                ("sending", False, "", 5),
                ("pending", True, "", 9),
                ("pending", True, "quota", 90),
                ("unknown", True, "crash", 90),
                ("sent", False, "", 500),
            ]
        ):
            at = now - timedelta(minutes=minutes)
            row = {"key": str(number), "contact_id": 1, "due_at": at, "created_at": at}
            tx.connection.execute(insert(Outbox).values(status=status, unasked=unasked, reason=reason, **row))
        for number, (status, hours) in enumerate([("done", 1), ("retry", 2), ("dead", 3), ("failed", 30)]):
            at = now - timedelta(hours=hours)
            row = {"channel": "zalo", "bot": "7", "chat": "1", "external_id": str(number), "received_at": at}
            tx.connection.execute(insert(Inbox).values(status=status, **row))
        for status, person, hours in (("waiting", 1, -5), ("waiting", 2, 2), ("skipped", 1, 3), ("skipped", 2, 50)):
            at = now - timedelta(hours=hours)
            settled = at if status == "skipped" else None
            row = {"rule": f"{status}", "occurrence": now.date(), "person_id": person, "due_at": at}
            tx.connection.execute(insert(Due).values(status=status, settled_at=settled, **row))
        month = usage.month_of(now)
        tx.connection.execute(insert(ChannelUsage).values(channel="zalo", bot="7", month=month, sent=2990))

    database.write_now(fill)
    found = database.read_now(lambda tx: figures.look(tx, now))
    shown = said(metrics.text(Meter(), found))
    assert shown['tungngo_outbox_messages{class="answer"}'] == 2
    assert shown['tungngo_outbox_age_seconds{class="answer"}'] == 300
    assert shown['tungngo_outbox_messages{class="unasked"}'] == 1
    assert shown['tungngo_outbox_age_seconds{class="held"}'] == 5400
    assert shown["tungngo_outbox_unknown"] == 1
    assert shown["tungngo_inbox_last_received_age_seconds"] == 3600
    assert shown['tungngo_inbox_messages{status="retry"}'] == 1
    assert shown['tungngo_inbox_age_seconds{status="dead"}'] == 10800
    assert shown['tungngo_inbox_messages{status="failed"}'] == 0
    assert shown["tungngo_due_waiting"] == 2
    assert shown["tungngo_due_overdue"] == 1
    assert shown["tungngo_due_overdue_age_seconds"] == 7200
    assert shown["tungngo_due_skipped_last_day"] == 1
    assert shown['tungngo_quota_left{bot="7",channel="zalo"}'] == 10
    assert shown["tungngo_database_up"] == 1


def test_an_empty_database_has_every_queue_at_nought(database: Database, clock: SettableClock) -> None:
    shown = said(metrics.text(Meter(), database.read_now(lambda tx: figures.look(tx, clock()))))
    assert shown.pop("tungngo_database_up") == 1
    assert set(shown.values()) == {0}
    assert len(shown) == 18


class Platform:
    """Answers as it is told."""

    name = "telegram"
    capabilities = Capabilities(buttons=True, edit=True, text_limit=4096)

    def __init__(self, answer: Sent | SendFailure | Exception | None) -> None:
        self.answer = answer

    async def send(self, _: OutboundMessage) -> Sent | SendFailure:
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is None:
            await asyncio.Event().wait()
        assert isinstance(self.answer, Sent | SendFailure)
        return self.answer


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Sent("1"), "sent"),
        (SendFailure(reason="429", retryable=True), "later"),
        (SendFailure(reason="400"), "refused"),
        (SendFailure(reason="blocked", unreachable=True), "unreachable"),
        (SendFailure(reason="timeout", retryable=True, maybe_sent=True), "unsure"),
        (ValueError("secret"), "error"),
        (None, "timeout"),
    ],
)
def test_what_came_of_a_message_is_counted(answer: Any, outcome: str) -> None:
    meter = Meter()

    async def send() -> None:
        with suppress(TimeoutError, ValueError):
            await asyncio.wait_for(meter.sending(Platform(answer)).send(MESSAGE), 0.01)

    asyncio.run(send())
    shown = said(metrics.text(meter, None))
    assert shown[f'tungngo_sends_total{{channel="telegram",outcome="{outcome}"}}'] == 1
    assert shown['tungngo_send_seconds_count{channel="telegram"}'] == 1
    assert shown['tungngo_send_seconds_bucket{channel="telegram",le="+Inf"}'] == 1
    assert outcome == "timeout" or shown['tungngo_send_seconds_bucket{channel="telegram",le="1.0"}'] == 1
    assert outcome_of(SendFailure(reason="")) == "refused"


@pytest.mark.parametrize(
    ("error", "part"), [(DatabaseAway(), "database"), (KeyError("0912345678"), "receiver"), (None, "")]
)
def test_what_breaks_is_counted_and_what_was_received_is_timed(error: Exception | None, part: str) -> None:
    meter = Meter()

    async def receive(_: InboundMessage) -> tuple[OutboundMessage, ...]:
        if error:
            raise error
        return ()

    async def run() -> None:
        with suppress(DatabaseAway, KeyError):
            await meter.received(receive)(InboundMessage(channel="web", chat="1", external_id="1"))

    asyncio.run(run())
    shown = said(metrics.text(meter, None))
    assert shown['tungngo_message_seconds_count{channel="web"}'] == 1
    assert shown.get(f'tungngo_errors_total{{part="{part}"}}', 0) == bool(part)
    assert "0912345678" not in metrics.text(meter, None).decode()


def test_a_handler_is_timed_and_the_program_shows_it(
    database: Database, library: Library, index: Finder, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(
        settings=Settings(_env_file=None), clock=clock, database=database, library=library, index=index,
        started=clock(), secret=b"k" * 32,
    )  # fmt: skip

    async def run() -> bytes:
        await program.receiver().receive(InboundMessage(channel="web", chat="1", external_id="1", text="menu"))
        return await program.metrics()

    shown = said(asyncio.run(run()))
    assert shown['tungngo_handler_seconds_count{channel="web"}'] == 1
    assert shown['tungngo_outbox_messages{class="answer"}'] == 1
    monkeypatch.setattr(database, "read", _away)
    assert said(asyncio.run(program.metrics()))["tungngo_database_up"] == 0


async def _away(_: object) -> None:
    raise DatabaseAway


def _ask(app: ASGIApp, path: str, client: str = "127.0.0.1", **headers: str) -> int:
    async def ask() -> int:
        transport = httpx.ASGITransport(app, client=(client, 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            return (await http.get(path, headers=headers)).status_code

    return asyncio.run(ask())


@dataclass(frozen=True)
class Watched:
    """Says what it is told to say."""

    is_ready: bool = True

    async def ready(self) -> bool:
        return self.is_ready

    async def metrics(self) -> bytes:
        return metrics.text(Meter(), None)


@pytest.mark.parametrize("path", ["/ready", "/metrics"])
def test_only_this_machine_is_answered_and_never_through_a_proxy(path: str, sqlite_url: str, library: Library) -> None:
    database = Database(sqlite_url)
    place = site(database, library)
    place.watch = Watched()
    app = build(place)
    assert _ask(app, path) == 200
    assert _ask(app, path, client="::1") == 200
    assert _ask(app, path, client="203.0.113.9") == 404
    assert _ask(app, path, client="testclient") == 404
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Proto"):
        assert _ask(app, path, **{name: "127.0.0.1"}) == 404
    place.watch = None
    assert _ask(build(place), path) == 404
    assert _ask(build(place), "/health", client="203.0.113.9") == 200
    database.close()


def test_the_private_port_answers_and_nothing_else_is_there() -> None:
    app = private_app(Watched())
    assert [_ask(app, path) for path in ("/ready", "/metrics", "/", "/health", "/dashboard")] == [
        200,
        200,
        404,
        404,
        404,
    ]
    assert _ask(private_app(Watched(is_ready=False)), "/ready") == 503


def test_the_command_prints_what_the_database_says_where_no_program_answers(sqlite_url: str) -> None:
    with socket.socket() as nobody:  # bound, so that nobody else is there; it does not listen
        nobody.bind(("127.0.0.1", 0))
        own = {"DATABASE_URL": sqlite_url, "METRICS_PORT": str(nobody.getsockname()[1])}
        result = CliRunner().invoke(cli, ["metrics"], env=own)
    assert result.exit_code == 0, result.exception
    assert said(result.stdout.encode())["tungngo_database_up"] == 1
