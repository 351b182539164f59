"""What a Zalo bot has used of its month and of its people, and what follows from it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.app import Program
from bot.core.channel import Capabilities, SendFailure, Sent
from bot.core.messages import InboundMessage, OutboundMessage, Reply
from bot.library import Library
from bot.models import METADATA
from bot.search.finder import Finder
from bot.sender import Sender
from bot.services import usage
from bot.settings import Settings
from bot.storage import messages, people
from bot.storage.database import Database, Transaction
from bot.storage.messages import Outgoing
from tests.fakes.clock import SettableClock

BOTS = ("1900000000000000001", "1900000000000000002")
PAGE = "https://bot.example.vn"


class Channel:
    """Takes everything, in as many calls as the test says."""

    name = "zalo"
    capabilities = Capabilities(buttons=False, edit=False, text_limit=2000)

    def __init__(self) -> None:
        self.outcome: Sent | SendFailure = Sent("ref")
        self.texts: list[str] = []

    async def send(self, message: OutboundMessage) -> Sent | SendFailure:
        self.texts.append(message.reply.text)
        return self.outcome


class Office:
    """Two bots, their outbox, a clock."""

    def __init__(self, database: Database, clock: SettableClock) -> None:
        self.database, self.clock = database, clock
        self.channels = {("zalo", bot): Channel() for bot in BOTS}
        self._contacts: dict[tuple[str, str], int] = {}

    def write(self, chat: str, text: str, *, bot: str = BOTS[0], **more: Any) -> int:
        def work(tx: Transaction) -> int:
            if (bot, chat) not in self._contacts:
                self._contacts[bot, chat] = add(tx, bot, chat, self.clock())
            out = Outgoing(contact=self._contacts[bot, chat], reply=Reply(text=text), **more)
            return (messages.put_out(tx, out, self.clock()) or (0, False))[0]

        return self.database.write_now(work)

    def use(self, calls: int, bot: str = BOTS[0]) -> None:
        self.database.write_now(lambda tx: usage.count(tx, {("zalo", bot): calls}, self.clock()))

    def send(self) -> None:
        async def run() -> None:
            sender = Sender(database=self.database, channels=self.channels, clock=self.clock, owner="here:1:1.0")
            while claimed := await sender._claim():
                sender.deliver(claimed)
                await sender.finish()

        asyncio.run(run())

    def sent(self, bot: str = BOTS[0]) -> int:
        return self.database.read_now(lambda tx: usage.sent(tx, "zalo", bot, self.clock()))

    def row(self, row: int) -> Mapping[str, Any]:
        table = METADATA.tables["outbox"]
        found = self.database.read_now(
            lambda tx: tx.connection.execute(table.select().where(table.c.id == row)).mappings().one()
        )
        return dict(found)


def add(tx: Transaction, bot: str, chat: str, now: datetime) -> int:
    hello = InboundMessage(channel="zalo", bot=bot, chat=chat, external_id="")
    return people.add_speaker(tx, hello, locale="vi", now=now).contact


@pytest.fixture
def office(database: Database, clock: SettableClock) -> Office:
    return Office(database, clock)


def test_every_call_of_every_bot_is_counted(office: Office) -> None:
    for number in range(3):
        office.write(f"chat-{number}", "chào")
    office.channels["zalo", BOTS[1]].outcome = Sent("ref", 4)
    office.write("chat-1", "dài", bot=BOTS[1])
    office.send()
    assert (office.sent(), office.sent(BOTS[1])) == (3, 4)


def test_parts_that_went_before_a_failure_are_counted(office: Office) -> None:
    channel = office.channels["zalo", BOTS[0]]
    channel.outcome = SendFailure(reason="no_connection", retryable=True, calls=2)
    office.write("chat", "dài")
    office.send()
    channel.outcome = Sent("ref", 1)
    office.clock.move(timedelta(seconds=2))
    office.send()
    assert office.sent() == 3


def test_a_month_begins_at_midnight_in_vietnam(office: Office) -> None:
    assert usage.month_of(datetime(2026, 11, 30, 16, 59, tzinfo=UTC)).month == 11
    assert usage.month_of(datetime(2026, 11, 30, 17, 0, tzinfo=UTC)).month == 12
    office.use(10)
    office.clock.move(timedelta(days=31))
    assert office.sent() == 0


def test_the_operator_is_warned_once_a_month_and_bot(office: Office) -> None:
    with capture_logs() as logs:
        office.use(2399)
        assert logs == []
        office.use(1)
        office.use(1)
        assert [(each["bot"], each["sent"], each["log_level"]) for each in logs] == [(BOTS[0], 2400, "warning")]
        office.use(2500, BOTS[1])
        office.clock.move(timedelta(days=31))
        office.use(2400)
    assert [each["bot"] for each in logs] == [BOTS[0], BOTS[1], BOTS[0]]


def test_what_nobody_asked_for_waits_and_answers_still_go(office: Office) -> None:
    office.use(2699)
    first = office.write("lan", "nhắc 1", unasked=True)
    office.send()
    held = office.write("hoa", "nhắc 2", unasked=True)
    other = office.write("hoa", "nhắc khác", bot=BOTS[1], unasked=True)
    office.send()
    answer = office.write("hoa", "trả lời")
    office.send()
    assert [office.row(row)["status"] for row in (first, held, other, answer)] == ["sent", "pending", "sent", "sent"]
    assert office.row(held)["reason"] == "quota"
    assert (office.sent(), office.sent(BOTS[1])) == (2701, 1)
    office.clock.move(timedelta(hours=7))
    office.send()
    assert office.row(held)["status"] == "pending"
    office.clock.move(timedelta(days=31))
    office.send()
    assert office.row(held)["status"] == "sent"
    assert (office.sent(), office.channels["zalo", BOTS[0]].texts) == (1, ["nhắc 1", "trả lời", "nhắc 2"])


def test_the_next_look_is_not_after_the_month_is_over(office: Office) -> None:
    office.use(2700)

    def until(now: datetime) -> datetime | None:
        return office.database.read_now(lambda tx: usage.held_until(tx, "zalo", BOTS[0], now))

    now = office.clock()
    assert until(now) == now + usage.LOOK_AGAIN
    late = datetime(now.year, now.month, 28, tzinfo=UTC)
    while usage.month_of(late + timedelta(hours=1)) == usage.month_of(now):
        late += timedelta(hours=1)
    begins = until(late)
    assert begins
    assert timedelta() < begins - late <= timedelta(hours=1)
    assert until(begins) is None


def test_a_quota_the_platform_declares_is_final(office: Office) -> None:
    office.channels["zalo", BOTS[0]].outcome = SendFailure(reason="quota")
    row = office.write("lan", "trả lời")
    office.send()
    office.clock.move(timedelta(hours=1))
    office.send()
    assert (office.row(row)["status"], office.row(row)["reason"]) == ("failed", "quota")
    assert office.channels["zalo", BOTS[0]].texts == ["trả lời"]


def test_other_channels_have_no_quota(office: Office) -> None:
    def work(tx: Transaction) -> tuple[int | None, bool]:
        usage.count(tx, {("web", ""): 5000}, office.clock())
        return usage.left(tx, "web", "", office.clock()), usage.is_full(tx, "web", "", 10**6)

    assert office.database.write_now(work) == (None, False)
    assert (
        office.database.read_now(lambda tx: tx.connection.execute(METADATA.tables["channel_usage"].select()).all())
        == []
    )


@pytest.mark.parametrize("public_url", [PAGE, ""])
def test_the_fifty_first_person_is_shown_the_web_chat(
    public_url: str, database: Database, clock: SettableClock, library: Library, index: Finder
) -> None:
    settings = Settings(_env_file=None, public_url=public_url)
    program = Program(
        settings=settings,
        clock=clock,
        database=database,
        library=library,
        index=index,
        started=clock(),
        secret=b"k" * 32,
    )

    async def say(chat: str, text: str, bot: str = BOTS[0]) -> Reply:
        (answer,) = await program.receiver().receive(
            InboundMessage(channel="zalo", bot=bot, chat=chat, external_id=f"{chat}-{text}", text=text)
        )
        return answer.reply

    async def run() -> None:
        with_bots = [(BOTS[0], f"chat-{number}") for number in range(49)] + [(BOTS[1], "chat-0")]
        database.write_now(lambda tx: [add(tx, bot, chat, clock()) for bot, chat in with_bots])
        fiftieth, following = await say("chat-49", "xin chào"), await say("chat-50", "xin chào")
        assert not fiftieth.link
        assert following.link == public_url
        assert ("đủ số người" in following.text) == bool(public_url)
        assert (await say("chat-50", "bài học")).link == public_url
        assert not (await say("chat-50", "dừng")).link
        assert not (await say("chat-0", "bài học")).link
        assert not (await say("chat-50", "xin chào", BOTS[1])).link

    asyncio.run(run())
