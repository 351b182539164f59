"""Polling: what is confirmed and when, order, retries, a second poller, the watchdog."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.channels.telegram import BadToken, SecondPoller, TelegramChannel
from bot.channels.telegram_polling import WATCHDOG_SECONDS
from bot.core.messages import Choice, InboundMessage, Kind, OutboundMessage, Reply
from tests.fakes.bot_api import TOKEN, FakeBotApi

Json = dict[str, Any]


class Clock:
    """Time that passes only by sleeping; stops the loop after `naps` sleeps."""

    def __init__(self, stop: asyncio.Event | None = None, naps: int = 0) -> None:
        self.at, self.slept, self.stop, self.naps = 0.0, list[float](), stop, naps

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds
        self.slept.append(seconds)
        if self.stop and len(self.slept) == self.naps:
            self.stop.set()
        await asyncio.sleep(0)


class Received:
    """A receiver that notes what it got, and fails for what `fail` says."""

    def __init__(self, stop: asyncio.Event, count: int, fail: Callable[[InboundMessage], bool] | None = None) -> None:
        self.stop, self.count, self.fail = stop, count, fail
        self.tried: list[str] = []
        self.messages: list[InboundMessage] = []

    async def __call__(self, inbound: InboundMessage) -> None:
        self.tried.append(inbound.text)
        await asyncio.sleep(0)
        if self.fail and self.fail(inbound):
            msg = "database away"
            raise RuntimeError(msg)
        self.messages.append(inbound)
        if len({m.external_id for m in self.messages}) == self.count:
            self.stop.set()

    @property
    def texts(self) -> list[str]:
        return [m.text for m in self.messages]


def polling(test: Callable[[FakeBotApi, TelegramChannel, asyncio.Event, Clock], Awaitable[None]]) -> None:
    async def run() -> None:
        stop = asyncio.Event()
        clock = Clock(stop)
        async with FakeBotApi() as api:
            channel = TelegramChannel(TOKEN, api_base_url=api.url, sleep=clock.sleep, monotonic=clock.monotonic)
            await channel.start()
            try:
                async with asyncio.timeout(10):
                    await test(api, channel, stop, clock)
            finally:
                await channel.stop()

    asyncio.run(run())


def test_updates_are_received_and_then_confirmed() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, _clock: Clock) -> None:
        api.webhook = {"url": "https://left.over"}
        hoa, lan = api.user("Hoa"), api.user("Lan")
        pending_when_received: list[int] = []
        received = Received(stop, 3)

        async def receive(inbound: InboundMessage) -> None:
            pending_when_received.append(len(api.pending))
            await received(inbound)

        hoa.say("một")
        lan.say("hai")
        task = asyncio.create_task(channel.poll(receive, stop=stop))
        while len(received.messages) < 2:
            await api.changed.wait()
            await asyncio.sleep(0.01)
        hoa.say("ba")  # while the long poll waits
        await task
        assert received.texts == ["một", "hai", "ba"]
        assert pending_when_received == [2, 2, 1]
        assert [poll["offset"] for poll in api.polls][:2] == [0, 703]
        assert api.polls[0]["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
        assert api.webhook == {}
        assert not api.violations

    polling(test)


def test_an_order_holds_within_a_chat_and_chats_do_not_wait_for_each_other() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, _clock: Clock) -> None:
        hoa, lan = api.user("Hoa"), api.user("Lan")
        for text in ("h1", "h2"):
            hoa.say(text)
        lan.say("l1")
        lan_done = asyncio.Event()
        done: list[str] = []

        async def receive(inbound: InboundMessage) -> None:
            if inbound.text == "h1":
                await lan_done.wait()
            done.append(inbound.text)
            if inbound.text == "l1":
                lan_done.set()
            if len(done) == 3:
                stop.set()

        await channel.poll(receive, stop=stop)
        assert done == ["l1", "h1", "h2"]

    polling(test)


@pytest.mark.fault("an update that cannot be taken while polling", "receive fails")
def test_a_failing_update_keeps_the_offset_and_its_chat_waits() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, clock: Clock) -> None:
        hoa, lan = api.user("Hoa"), api.user("Lan")
        lan.say("l1")
        first = hoa.say("h1")
        hoa.say("h2")
        lan.say("l2")
        received = Received(stop, 4, fail=lambda inbound: inbound.text == "h1" and len(clock.slept) < 8)
        await channel.poll(received, stop=stop)
        assert clock.slept == [1, 2, 4, 8, 16, 32, 60, 60]
        assert received.tried.count("h1") == 9
        assert received.tried.count("l1") == 1
        assert received.tried.count("l2") == 9  # delivered again and again: the inbox knows it
        assert received.texts.index("h1") < received.texts.index("h2")
        assert received.tried.count("h2") == 1
        assert {poll["offset"] for poll in api.polls} <= {0, first, first + 3}

    polling(test)


def test_what_does_not_concern_us_is_confirmed() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, clock: Clock) -> None:
        api.push("channel_post", {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "channel", "title": "T"}})
        hoa = api.user("Hoa")
        task = asyncio.create_task(channel.poll(received := Received(stop, 1), stop=stop))
        while api.pending:
            await api.changed.wait()
        hoa.say("chào")
        await task
        assert received.texts == ["chào"]
        assert clock.slept == []

    polling(test)


@pytest.mark.fault("a poison update on Telegram", "an update nobody can read")
def test_an_unreadable_update_is_parked_and_confirmed() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, clock: Clock) -> None:
        broken = api.push("message", {"message_id": 1})
        hoa = api.user("Hoa")
        hoa.say("chào")
        parked: list[int] = []

        async def park(update_id: int) -> None:
            parked.append(update_id)
            if len(parked) == 1:
                msg = "database away"
                raise RuntimeError(msg)
            stop.set()

        await channel.poll(received := Received(stop, 9), stop=stop, on_unreadable=park)
        assert parked == [broken, broken]
        assert received.texts == ["chào", "chào"]
        assert [poll["offset"] for poll in api.polls] == [0, broken]
        assert clock.slept == [1]

    polling(test)


def test_an_unreadable_update_is_confirmed_where_nobody_parks() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, _clock: Clock) -> None:
        api.push("message", {"message_id": 1})
        task = asyncio.create_task(channel.poll(Received(stop, 1), stop=stop))
        while api.pending:
            await api.changed.wait()
        stop.set()
        await task

    polling(test)


def test_a_tap_is_answered_when_it_is_received() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, _clock: Clock) -> None:
        hoa = api.user("Hoa")
        hoa.say("/start")
        reply = Reply(text="Ngày nào?", choices=(Choice("Hôm nay", "day:0"),))
        await channel.send(OutboundMessage(id=1, channel="telegram", bot="123456", chat=str(hoa.id), reply=reply))
        assert (await hoa.hears()).buttons == ["Hôm nay"]
        hoa.tap("Hôm nay")
        await channel.poll(received := Received(stop, 2), stop=stop)
        assert (received.messages[1].kind, received.messages[1].payload) == (Kind.TAP, "day:0")
        await asyncio.gather(*channel._aside)
        assert list(api.callbacks.values()) == [{"callback_query_id": received.messages[1].callback}]
        assert not api.violations

    polling(test)


def test_edits_pictures_and_a_block_come_through() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, _clock: Clock) -> None:
        hoa = api.user("Hoa")
        hoa.say("4 hộ")
        hoa.edit("5 hộ")
        hoa.photo("ảnh")
        hoa.block()
        hoa.say("/start")
        hoa.tap_data("old:1", 999)
        await channel.poll(received := Received(stop, 7), stop=stop)
        kinds = [Kind.TEXT, Kind.EDIT, Kind.MEDIA, Kind.STOPPED, Kind.RETURNED, Kind.TEXT, Kind.TAP]
        assert [m.kind for m in received.messages] == kinds
        assert received.messages[0].message_ref == received.messages[1].message_ref
        assert received.messages[6].message_ref == "999"

    polling(test)


@pytest.mark.fault("two pollers", "409 from the stand-in")
def test_a_second_poller_stops_us_with_one_clear_line(caplog: pytest.LogCaptureFixture) -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, _clock: Clock) -> None:
        other = TelegramChannel(TOKEN, api_base_url=api.url)
        await other.start()
        first = asyncio.create_task(channel.poll(Received(stop, 1), stop=stop))
        while not api.polls:
            await api.changed.wait()
        second = asyncio.create_task(other.poll(Received(stop, 1), stop=stop))
        with pytest.raises(SecondPoller):
            await first
        stop.set()
        await second
        await other.stop()

    with caplog.at_level(logging.ERROR):
        polling(test)
    assert [r.message for r in caplog.records] == [
        "another program fetches the updates of Telegram bot 123456; this one has stopped polling"
    ]


def test_a_token_taken_back_ends_polling() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, _clock: Clock) -> None:
        api.fault("error", "getUpdates", code=401, description="Unauthorized")
        with pytest.raises(BadToken):
            await channel.poll(Received(stop, 1), stop=stop)

    polling(test)


def test_trouble_is_waited_out_with_growth() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, clock: Clock) -> None:
        hoa = api.user("Hoa")
        hoa.say("chào")
        for fault in ("drop", "error", "html502", "truncated"):
            api.fault(fault, "getUpdates")
        api.fault("flood", "getUpdates", retry_after=30)
        await channel.poll(received := Received(stop, 1), stop=stop)
        assert clock.slept == [1, 2, 4, 8, 30]
        assert received.texts == ["chào"]

    polling(test)


def test_odd_updates_are_trouble_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, clock: Clock) -> None:
        async def odd(*_: Any) -> list[Json]:
            stop.set()
            return [{"no_id": 1}]

        monkeypatch.setattr(api, "_get_updates", odd)
        clock.stop, clock.naps = stop, 1
        await channel.poll(Received(stop, 1), stop=stop)

    polling(test)


@pytest.mark.fault("a half-open connection", "90 seconds without an answer, by a clock of the test's own")
def test_after_ninety_bad_seconds_the_connection_is_a_new_one(caplog: pytest.LogCaptureFixture) -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, clock: Clock) -> None:
        hoa = api.user("Hoa")
        hoa.say("chào")
        fetching = channel._client._request[0]
        first = fetching._http  # type: ignore[attr-defined]
        api.fault("error", "getUpdates", times=8)
        await channel.poll(Received(stop, 1), stop=stop)
        assert clock.slept == [1, 2, 4, 8, 16, 32, 60, 60]
        assert clock.at > WATCHDOG_SECONDS
        assert fetching._http is not first  # type: ignore[attr-defined]

    polling(test)
    assert sum("reconnecting" in r.message for r in caplog.records) == 1


def test_stop_does_not_wait_for_the_long_poll() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, stop: asyncio.Event, _clock: Clock) -> None:
        task = asyncio.create_task(channel.poll(Received(stop, 1), stop=stop))
        while not api.polls:
            await api.changed.wait()
        stop.set()
        await asyncio.wait_for(task, 2)
        await channel.poll(Received(stop, 1), stop=stop)  # stopped before it began

    polling(test)
