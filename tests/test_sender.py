import asyncio
import os
import socket
import subprocess
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import text

from bot import sender as module
from bot.channels.web import WebChannel
from bot.core.channel import Capabilities, Channel, SendFailure, Sent
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, OutboundMessage, Reply, SendClass
from bot.models import METADATA
from bot.sender import GIVE_UP_AFTER, GROWTH, Sender, is_dead, owner_name
from bot.storage import claiming, messages, people
from bot.storage.database import Database, Transaction
from bot.storage.messages import LEASE, Outgoing
from tests.fakes.clock import SettableClock

Outcome = Sent | SendFailure | Exception | Callable[[OutboundMessage], Awaitable[Sent | SendFailure]]
HERE, THERE = "here:1:1.0", "there:1:1.0"
AGAIN_LATER = SendFailure(reason="busy", retryable=True)


class FakeChannel:
    """Takes every message, unless the test has put other outcomes in a chat's way."""

    name = "console"
    capabilities = Capabilities(buttons=False, edit=False, text_limit=4000)

    def __init__(self) -> None:
        self.tried: list[str] = []  # texts, in the order in which sending began
        self.outcomes: defaultdict[str, list[Outcome]] = defaultdict(list)  # by chat

    async def send(self, message: OutboundMessage) -> Sent | SendFailure:
        self.tried.append(message.reply.text)
        planned = self.outcomes[message.chat]
        outcome = planned.pop(0) if planned else Sent(f"ref-{message.id}")
        if isinstance(outcome, Exception):
            raise outcome
        return await outcome(message) if callable(outcome) else outcome


class Held:
    """An outcome that waits until the test lets it go."""

    def __init__(self) -> None:
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def __call__(self, message: OutboundMessage) -> Sent:
        self.begun.set()
        await self.go.wait()
        return Sent(f"ref-{message.id}")


class Post:
    """An outbox, its channel and clock."""

    def __init__(self, database: Database, clock: SettableClock) -> None:
        self.database, self.clock, self.channel = database, clock, FakeChannel()
        self._contacts: dict[str, int] = {}

    def put(self, chat: str, *texts: str, channel: str = "console", **more: Any) -> list[int]:
        """Put messages into the outbox; their ids."""
        now = self.clock()

        def work(tx: Transaction) -> list[int]:
            if chat not in self._contacts:
                hello = InboundMessage(channel=channel, chat=chat, external_id="")
                self._contacts[chat] = people.add_speaker(tx, hello, locale="vi", now=now).contact
            found = [
                messages.put_out(tx, Outgoing(contact=self._contacts[chat], reply=Reply(text=each), **more), now)
                for each in texts
            ]
            return [row for row, _ in filter(None, found)]

        return self.database.write_now(work)

    def sender(self, database: Database | None = None, owner: str = HERE) -> Sender:
        channels: dict[tuple[str, str], Channel] = {("console", ""): self.channel, ("web", ""): WebChannel()}
        return Sender(database=database or self.database, channels=channels, clock=self.clock, owner=owner)

    def row(self, row: int) -> dict[str, Any]:
        return self.rows()[row]

    def rows(self) -> dict[int, dict[str, Any]]:
        query = METADATA.tables["outbox"].select()
        return self.database.read_now(
            lambda tx: {row["id"]: dict(row) for row in tx.connection.execute(query).mappings()}
        )

    def status(self, *ids: int) -> list[str]:
        found = self.rows()
        return [found[row]["status"] for row in ids]

    def change(self, row: int, **values: Any) -> None:
        table = METADATA.tables["outbox"]
        self.database.write_now(lambda tx: tx.connection.execute(table.update().where(table.c.id == row), values))

    def send_due(self) -> None:
        """Everything that is due now, as a sender that runs would send it."""

        async def run() -> None:
            await drain(self.sender())

        asyncio.run(run())


async def step(sender: Sender) -> int:
    claimed = await sender._claim()
    sender.deliver(claimed)
    await sender.finish()
    return len(claimed)


async def drain(sender: Sender) -> None:
    while await step(sender):
        pass


@pytest.fixture
def post(database: Database, clock: SettableClock) -> Post:
    return Post(database, clock)


@pytest.fixture
def light(sqlite_url: str, clock: SettableClock) -> Any:
    """For what is no question of the database."""
    with closing(Database(sqlite_url)) as database:
        yield Post(database, clock)


def test_what_is_handed_over_stays_ours_though_the_clock_jumps_before_it_begins(post: Post) -> None:
    async def run() -> int:
        post.put("a", "a1")
        sender = post.sender()
        sender.deliver(await sender._claim())
        late = post.clock() + timedelta(minutes=5)
        freed = post.database.write_now(
            lambda tx: claiming.take_back(tx, late, mine=sender.owner, busy=list(sender._busy))
        )
        await sender.finish()
        return freed

    assert asyncio.run(run()) == 0
    assert post.channel.tried == ["a1"]


def test_a_chat_is_served_in_order_and_no_chat_waits_for_another(post: Post) -> None:
    async def run() -> None:
        slow = Held()
        post.channel.outcomes["a"].append(slow)
        post.put("a", "a1", "a2", "a3")
        first, _ = post.put("b", "b1", "b2")
        sender, other = post.sender(), post.sender(owner=THERE)
        sender.deliver(await sender._claim())
        await slow.begun.wait()
        async with asyncio.timeout(30):
            # the first sender may still be writing down that b1 arrived; the database tells nobody
            while post.status(first) != ["sent"]:  # noqa: ASYNC110
                await asyncio.sleep(0)
        await drain(other)
        assert [said for said in post.channel.tried if said[0] == "b"] == ["b1", "b2"]
        assert "a2" not in post.channel.tried
        slow.go.set()
        await sender.finish()
        await drain(sender)
        assert [said for said in post.channel.tried if said[0] == "a"] == ["a1", "a2", "a3"]

    asyncio.run(run())
    assert {row["status"] for row in post.rows().values()} == {"sent"}
    assert all(row["message_ref"] == f"ref-{row['id']}" and row["sent_at"] for row in post.rows().values())


def test_answers_go_before_what_nobody_waits_for(light: Post) -> None:
    light.put("a", "reminder", unasked=True)
    light.put("b", "answer")
    light.send_due()
    assert light.channel.tried == ["answer", "reminder"]


def test_a_message_is_tried_again_later_and_later(light: Post) -> None:
    (row,) = light.put("a", "x")
    waits = [*GROWTH, GROWTH[-1]]
    light.channel.outcomes["a"] = [AGAIN_LATER] * len(waits)
    for attempt, wait in enumerate(waits, 1):
        light.send_due()
        found = light.row(row)
        assert (found["status"], found["attempts"], found["reason"]) == ("pending", attempt, "busy")
        assert found["due_at"] - light.clock() == timedelta(seconds=wait)
        light.clock.move(timedelta(seconds=wait - 0.5))
        light.send_due()
        assert len(light.channel.tried) == attempt  # not before its time
        light.clock.move(timedelta(seconds=0.5))
    light.send_due()
    assert light.status(row) == ["sent"]


def test_while_a_message_waits_for_its_next_try_its_chat_stays_in_order(light: Post) -> None:
    light.channel.outcomes["a"] = [AGAIN_LATER]
    light.put("a", "a1", "a2")
    light.send_due()
    assert light.channel.tried == ["a1"]
    light.clock.move(timedelta(seconds=1))
    light.send_due()
    assert light.channel.tried == ["a1", "a1", "a2"]


def test_the_platform_s_own_demand_holds_up_only_its_chat(post: Post) -> None:
    wait = timedelta(seconds=42)
    post.channel.outcomes["a"] = [SendFailure(reason="flood", retryable=True, retry_after=wait)]
    slow, *_ = post.put("a", "a1", "a2")
    post.put("b", "b1", "b2")
    post.send_due()
    assert sorted(post.channel.tried) == ["a1", "b1", "b2"]
    assert post.row(slow)["due_at"] == post.clock() + wait
    post.clock.move(wait - timedelta(seconds=1))
    post.send_due()
    assert len(post.channel.tried) == 3
    post.clock.move(timedelta(seconds=1))
    post.send_due()
    assert post.channel.tried[3:] == ["a1", "a2"]


async def _hangs(_message: OutboundMessage) -> Sent:
    await asyncio.Event().wait()
    return Sent()


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (SendFailure(reason="cut", retryable=True, maybe_sent=True), "cut"),
        (RuntimeError("0912 345 678"), "channel-error"),
        (_hangs, "timeout"),
    ],
)
@pytest.mark.fault("nobody knows whether a message arrived", "a time-out after sending")
def test_when_nobody_knows_an_answer_goes_again_and_a_reminder_does_not(
    light: Post, monkeypatch: pytest.MonkeyPatch, outcome: Outcome, reason: str
) -> None:
    monkeypatch.setattr(module, "SEND_SECONDS", 0.02)
    light.channel.outcomes = defaultdict(list, {"a": [outcome], "b": [outcome]})
    (answer,) = light.put("a", "answer")
    (reminder, later) = light.put("b", "reminder", "later", send_class=SendClass.ONCE)
    light.send_due()
    assert light.status(answer, reminder, later) == ["pending", "unknown", "sent"]
    assert light.row(answer)["reason"] == light.row(reminder)["reason"] == reason
    light.clock.move(timedelta(days=1))
    light.send_due()
    assert light.status(answer, reminder) == ["sent", "unknown"]
    assert light.channel.tried.count("reminder") == 1


def test_a_reminder_that_was_certainly_not_sent_is_tried_again(light: Post) -> None:
    light.channel.outcomes["a"] = [AGAIN_LATER]
    (row,) = light.put("a", "x", send_class=SendClass.ONCE)
    light.send_due()
    light.clock.move(timedelta(seconds=1))
    light.send_due()
    assert light.status(row) == ["sent"]


def test_a_person_who_blocked_us_is_marked_and_what_waits_is_dropped(post: Post) -> None:
    post.channel.outcomes["a"] = [SendFailure(reason="blocked", unreachable=True)]
    first, second = post.put("a", "a1", "a2")
    (other,) = post.put("b", "b1")
    post.send_due()
    assert post.status(first, second, other) == ["failed", "dropped", "sent"]
    assert post.row(first)["reason"] == post.row(second)["reason"] == "unreachable"
    contacts = post.database.read_now(
        lambda tx: list(tx.connection.execute(text("SELECT chat FROM contact WHERE unreachable_at IS NOT NULL")))
    )
    assert contacts == [("a",)]


def test_what_the_platform_will_never_take_fails_at_once_and_blocks_nothing(light: Post) -> None:
    light.channel.outcomes["a"] = [SendFailure(reason="bad-request")]
    first, second = light.put("a", "a1", "a2")
    light.send_due()
    assert light.status(first, second) == ["failed", "sent"]
    assert light.row(first)["reason"] == "bad-request"


def test_after_a_day_a_message_is_given_up(light: Post) -> None:
    light.channel.outcomes["a"] = [AGAIN_LATER] * 3
    (row,) = light.put("a", "x")
    light.send_due()
    light.clock.move(GIVE_UP_AFTER)
    light.send_due()
    assert light.status(row) == ["pending"]
    light.clock.move(timedelta(minutes=6))
    light.send_due()
    assert light.status(row) == ["failed"]


def test_a_message_of_a_channel_this_process_has_not_got_waits(light: Post) -> None:
    (row,) = light.put("a", "x", channel="telegram")
    (page,) = light.put("b", "y", channel="web")
    light.send_due()
    assert light.status(row, page) == ["pending", "sent"]
    assert light.row(row)["reason"] == "no-channel"
    light.clock.move(timedelta(seconds=1))

    async def run() -> None:
        await drain(
            Sender(database=light.database, channels={("telegram", ""): light.channel}, clock=light.clock, owner=HERE)
        )

    asyncio.run(run())
    assert light.channel.tried == ["x"]
    assert light.status(row) == ["sent"]


# --- the clock


@pytest.mark.fault("the clock jumps back", "an answer that waits in the outbox")
def test_a_clock_that_jumps_back_holds_no_answer_up(post: Post) -> None:
    post.put("a", "new")
    post.clock.move(timedelta(hours=-3))
    post.send_due()
    assert post.channel.tried == ["new"]


@pytest.mark.fault("the clock jumps back", "a message that is to be tried again")
def test_a_clock_that_jumps_back_holds_no_second_try_up(light: Post) -> None:
    light.channel.outcomes["a"] = [AGAIN_LATER]
    light.put("a", "x")

    async def run() -> None:
        sender = light.sender()
        await drain(sender)
        assert light.channel.tried == ["x"]
        light.clock.move(timedelta(hours=-3))
        await drain(sender)

    asyncio.run(run())
    assert light.channel.tried == ["x", "x"]


@pytest.mark.fault("the clock jumps back", "rows held by a sender elsewhere")
def test_a_lease_of_a_clock_that_has_jumped_back_is_over(light: Post) -> None:
    (row,) = light.put("a", "x")
    until = light.clock() + LEASE
    light.change(row, status="sending", owner=THERE, lease_until=until, attempts=1)
    light.clock.move(timedelta(hours=-3))
    light.send_due()
    assert light.status(row) == ["sent"]


# --- what nobody waits for


def test_an_answer_overtakes_what_nobody_waits_for_in_its_own_chat(post: Post) -> None:
    (reminder,) = post.put("a", "reminder", unasked=True)
    (answer,) = post.put("a", "answer", owner=HERE)
    assert post.status(reminder, answer) == ["pending", "sending"]
    (second,) = post.put("a", "second")
    claimed = post.database.write_now(lambda tx: claiming.claim(tx, owner=THERE, limit=9, now=post.clock()))
    assert not claimed
    post.change(answer, status="sent")
    claimed = post.database.write_now(
        lambda tx: claiming.claim(tx, owner=THERE, limit=9, now=post.clock(), unasked=False)
    )
    assert [message.id for message in claimed] == [second]


def test_few_of_a_broadcast_are_claimed_before_their_turn(light: Post) -> None:
    async def run() -> None:
        for number in range(60):
            light.put(f"chat{number}", "news", unasked=True)
        sender = light.sender()
        sender._pace["console", ""].begin_again()
        for _ in range(5):
            sender.deliver(await sender._claim())
        assert [row["status"] for row in light.rows().values()].count("sending") <= 2 * module.AHEAD
        light.put("a", "answer")
        (answer,) = await sender._claim()
        assert answer.reply.text == "answer"
        for task in sender._tasks:
            task.cancel()
        await asyncio.wait(sender._tasks)

    asyncio.run(run())


# --- what another sender left behind


def _gone() -> str:
    """The owner's name of a process of this host that has ended."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    return f"{socket.gethostname()}:{ended.pid}:1.0"


@pytest.mark.parametrize(
    ("owner", "lease_over", "freed"),
    [
        (_gone(), False, True),
        (f"{socket.gethostname()}:{os.getpid()}:1.0", False, True),  # an earlier process with our number
        (THERE, True, True),
        (THERE, False, False),
        (f"{socket.gethostname()}:{os.getppid()}:1.0", False, False),
        ("nonsense", False, False),
    ],
    ids=["dead here", "our number", "lease over", "lives elsewhere", "lives here", "unreadable"],
)
@pytest.mark.fault("a worker died with messages in hand", "rows held by a dead process")
def test_what_a_dead_sender_held_is_taken_back(post: Post, owner: str, *, lease_over: bool, freed: bool) -> None:
    (answer, behind) = post.put("a", "answer", "behind")
    (reminder,) = post.put("b", "reminder", send_class=SendClass.ONCE)
    until = post.clock() + (timedelta(seconds=-1) if lease_over else LEASE)
    for row in (answer, reminder):
        post.change(row, status="sending", owner=owner, lease_until=until, attempts=1)
    post.send_due()
    if freed:
        assert post.status(answer, behind, reminder) == ["sent", "sent", "unknown"]
        assert post.row(reminder)["reason"] == "crash"
        assert post.channel.tried == ["answer", "behind"]
    else:
        assert post.status(answer, behind, reminder) == ["sending", "pending", "sending"]
        assert post.channel.tried == []


def test_nobody_takes_himself_for_dead(clock: SettableClock) -> None:
    mine = owner_name(clock())
    assert mine.startswith(f"{socket.gethostname()}:{os.getpid()}:")
    assert not is_dead(mine, mine)
    assert is_dead(f"{socket.gethostname()}:{os.getpid()}:0.000", mine)


@pytest.mark.fault("two workers", "two senders on one outbox")
def test_two_senders_never_send_a_row_twice(database_url: str, clock: SettableClock) -> None:
    with closing(Database(database_url)) as one, closing(Database(database_url)) as two:
        post = Post(one, clock)
        chats = [f"chat{number}" for number in range(25)]
        for chat in chats:
            post.put(chat, *(f"{chat}:{number}" for number in range(4)))

        async def run() -> None:
            senders = [post.sender(database, owner) for database, owner in ((one, HERE), (two, THERE))]
            await asyncio.gather(*(_until_empty(post, sender) for sender in senders))

        asyncio.run(run())
        assert len(post.channel.tried) == 100
        for chat in chats:
            mine = [said for said in post.channel.tried if said.startswith(f"{chat}:")]
            assert mine == [f"{chat}:{number}" for number in range(4)]
        assert {row["attempts"] for row in post.rows().values()} == {1}


async def _until_empty(post: Post, sender: Sender) -> None:
    while True:
        if not await step(sender) and {row["status"] for row in post.rows().values()} == {"sent"}:
            return


# --- running and stopping


def test_stopping_waits_for_what_is_on_its_way(light: Post) -> None:
    async def run() -> None:
        slow = Held()
        light.channel.outcomes["a"] = [slow]
        (row,) = light.put("a", "x")
        sender, stop = light.sender(), asyncio.Event()
        running = asyncio.create_task(sender.run(stop))
        await slow.begun.wait()
        stop.set()
        await asyncio.wait({running}, timeout=0.02)
        assert not running.done()
        slow.go.set()
        await running
        assert light.status(row) == ["sent"]

    asyncio.run(run())


def test_a_sender_wakes_at_once(light: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 3600)

    async def run() -> None:
        sender, stop, slow = light.sender(), asyncio.Event(), Held()
        light.channel.outcomes["a"] = [slow]
        running = asyncio.create_task(sender.run(stop))
        light.put("a", "x")
        sender.wake()
        await asyncio.wait_for(slow.begun.wait(), 20)
        slow.go.set()
        stop.set()
        await running

    asyncio.run(run())
    assert light.channel.tried == ["x"]


class Flaky:
    """The database, away for the calls a test names ("read" or "write"), each once."""

    def __init__(self, database: Database, *away: str) -> None:
        self._database, self._away = database, list(away)
        self.was_away = asyncio.Event()

    async def read(self, work: Callable[[Transaction], Any]) -> Any:
        return await self._call("read", work)

    async def write(self, work: Callable[[Transaction], Any]) -> Any:
        return await self._call("write", work)

    async def _call(self, name: str, work: Callable[[Transaction], Any]) -> Any:
        if self._away and self._away[0] == name:
            self._away.pop(0)
            self.was_away.set()
            raise DatabaseAway
        return await getattr(self._database, name)(work)


def test_a_sender_goes_on_when_the_database_is_back(light: Post) -> None:
    async def run() -> None:
        flaky, slow, stop = Flaky(light.database, "read", "write"), Held(), asyncio.Event()
        light.channel.outcomes["a"] = [slow]
        light.put("a", "x")
        sender = light.sender(cast("Database", flaky))
        running = asyncio.create_task(sender.run(stop))
        await flaky.was_away.wait()
        flaky.was_away.clear()
        sender.wake()
        await flaky.was_away.wait()
        sender.wake()
        await asyncio.wait_for(slow.begun.wait(), 20)
        slow.go.set()
        stop.set()
        await running

    asyncio.run(run())
    assert light.channel.tried == ["x"]


@pytest.mark.parametrize("send_class", SendClass)
@pytest.mark.fault("the database is away after a sending", "writes fail, then succeed")
def test_what_was_sent_is_written_down_when_the_database_is_back(
    light: Post, monkeypatch: pytest.MonkeyPatch, send_class: SendClass
) -> None:
    """Promise 2: twice only if the process dies between the platform's accepting it and our writing that down."""
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.01)
    (row,) = light.put("a", "x", send_class=send_class)

    async def run() -> None:
        flaky = Flaky(light.database)
        sender = light.sender(cast("Database", flaky))
        claimed = await sender._claim()
        flaky._away += ["write"] * 3
        sender.deliver(claimed)
        await flaky.was_away.wait()
        light.clock.move(LEASE + timedelta(seconds=1))
        await sender.finish()
        await drain(sender)

    asyncio.run(run())
    assert light.channel.tried == ["x"]
    assert light.status(row) == ["sent"]


@pytest.mark.parametrize("send_class", SendClass)
def test_what_takes_longer_than_its_lease_is_not_sent_again_meanwhile(light: Post, send_class: SendClass) -> None:
    async def run() -> None:
        slow = Held()
        light.channel.outcomes["a"] = [slow]
        (row,) = light.put("a", "x", send_class=send_class)
        sender = light.sender()
        sender.deliver(await sender._claim())
        await slow.begun.wait()
        light.clock.move(LEASE + timedelta(seconds=1))
        light.put("b", "y")
        assert [message.reply.text for message in await sender._claim()] == ["y"]
        assert light.status(row) == ["sending"]
        slow.go.set()
        await sender.finish()
        assert light.status(row) == ["sent"]

    asyncio.run(run())
    assert light.channel.tried == ["x"]


def test_what_this_sender_itself_left_behind_is_taken_back(light: Post) -> None:
    """The commit of a claim may be done although nobody was told."""
    (row,) = light.put("a", "x")
    light.change(row, status="sending", owner=HERE, lease_until=light.clock(), attempts=1)
    light.send_due()
    assert light.status(row) == ["sending"]
    light.clock.move(timedelta(seconds=1))
    light.send_due()
    assert light.status(row) == ["sent"]


def test_a_sender_that_stops_does_not_wait_for_a_database_that_is_away(light: Post) -> None:
    async def run() -> None:
        slow, stop, flaky = Held(), asyncio.Event(), Flaky(light.database)
        light.channel.outcomes["a"] = [slow]
        light.put("a", "x")
        running = asyncio.create_task(light.sender(cast("Database", flaky)).run(stop))
        await slow.begun.wait()
        flaky._away += ["write"] * 99
        stop.set()
        await asyncio.wait({running}, timeout=0.02)
        slow.go.set()
        await asyncio.wait_for(running, 20)

    asyncio.run(run())


def test_many_that_were_sent_share_one_commit(light: Post) -> None:
    writes: list[object] = []

    class Counting(Flaky):
        async def write(self, work: Callable[[Transaction], Any]) -> Any:
            writes.append(work)
            return await super().write(work)

    async def run() -> None:
        for number in range(60):
            light.put(f"chat{number}", "x")
        await step(light.sender(cast("Database", Counting(light.database))))

    asyncio.run(run())
    assert len(light.channel.tried) == 60
    assert len(writes) < 20  # one to claim, and a few that note many at a time
