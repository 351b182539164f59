"""How messages come in from Zalo: polling, where each is handed out once, and the webhook."""

import asyncio
from collections.abc import Callable, Mapping

import orjson
import pytest

from bot.channels.zalo import BadToken, WebhookRefused, WebhookState, WebhookTaken, ZaloChannel
from bot.core.errors import SetupFault
from bot.core.messages import InboundMessage, Kind
from tests.channels.zalo_bot import BOT, Clock, with_bot
from tests.fakes.zalo_api import FakeZaloApi, User

HOOK, SECRET = "https://bot.example.vn/zalo/webhook", "bi-mat-it-nhat-8"


class Received:
    """A receiver that notes what it got, and fails for what `fail` says; stops the loop after `count` messages."""

    def __init__(self, clock: Clock, count: int, fail: Callable[[InboundMessage], bool] | None = None) -> None:
        self.clock, self.count, self.fail = clock, count, fail
        self.tried: list[str] = []
        self.messages: list[InboundMessage] = []

    async def __call__(self, inbound: InboundMessage) -> None:
        self.tried.append(inbound.text)
        if self.fail and self.fail(inbound):
            msg = "database away"
            raise RuntimeError(msg)
        self.messages.append(inbound)
        if len(self.messages) == self.count:
            self.clock.stop.set()

    @property
    def texts(self) -> list[str]:
        return [m.text for m in self.messages]


def test_updates_are_received_one_by_one() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, clock: Clock) -> None:
        api.webhook = {"url": "https://left.over", "secret_token": "12345678"}
        lan = api.user("Lan")
        hoa.say("một")
        lan.say("hai")
        received = Received(clock, 3)
        task = asyncio.create_task(channel.poll(received, stop=clock.stop))
        while len(received.messages) < 2 or not api._polling:
            await api.changed.wait()
        ref = hoa.say("ba")  # while the long poll waits
        await task
        assert received.texts == ["một", "hai", "ba"]
        assert received.messages[2].external_id == ref
        assert api.polls == [{"timeout": 25}] * 3
        assert clock.slept[:2] == [1, 1]
        assert api.webhook == {}
        assert api.called("setWebhook") == []

    with_bot(test)


def test_everything_people_send_comes_through() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, clock: Clock) -> None:
        group = api.user("Lan", chat="b2d0c0de00112233ccdd")
        hoa.photo("ảnh")
        api.photo_key = "photo"
        hoa.photo()
        hoa.sticker()
        hoa.voice()
        hoa.unsupported()
        group.unsupported()
        api.push("user.followed", {"message_id": "f1"})
        group.say("báo cáo")
        await channel.poll(received := Received(clock, 6), stop=clock.stop)
        assert [m.kind for m in received.messages] == [Kind.MEDIA] * 5 + [Kind.TEXT]
        assert received.texts == ["ảnh", "", "", "", "", "báo cáo"]
        assert [m.group for m in received.messages] == [False] * 5 + [True]
        assert received.messages[5].chat == "b2d0c0de00112233ccdd"

    with_bot(test, bot_name="Bot Thử Nghiệm")


def test_what_was_delivered_and_comes_again_is_received_again_slowly() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, clock: Clock) -> None:
        hoa.say("chào")
        api.replays = 3
        await channel.poll(received := Received(clock, 4), stop=clock.stop)
        assert len({m.external_id for m in received.messages}) == 1
        assert clock.slept[:3] == [1, 1, 1]

    with_bot(test)


@pytest.mark.parametrize("idle", ["408", "200", "empty", "blank"])
def test_an_idle_poll_is_no_trouble(idle: str, caplog: pytest.LogCaptureFixture) -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, clock: Clock) -> None:
        api.idle, api.idle_polls = idle, 3
        hoa.say("chào")
        await channel.poll(received := Received(clock, 1), stop=clock.stop)
        assert received.texts == ["chào"]
        assert clock.slept[:3] == [1, 1, 1]  # it came back at once

    with_bot(test)
    assert caplog.records == []


def test_no_pause_after_a_poll_that_waited() -> None:
    async def test(_api: FakeZaloApi, channel: ZaloChannel, _hoa: User, clock: Clock) -> None:
        async def wait(seconds: int) -> None:
            clock.at += seconds
            if clock.at > 60:
                clock.stop.set()

        channel._client.get_updates = wait  # type: ignore[method-assign]
        await channel.poll(Received(clock, 1), stop=clock.stop)
        assert (clock.at, clock.slept) == (75, [])

    with_bot(test)


@pytest.mark.fault("an event of Zalo that cannot be taken", "receive fails")
def test_an_update_is_held_until_it_was_received() -> None:
    async def test(_api: FakeZaloApi, channel: ZaloChannel, hoa: User, clock: Clock) -> None:
        hoa.say("một")
        hoa.say("hai")
        received = Received(clock, 2, fail=lambda inbound: inbound.text == "một" and len(clock.slept) < 8)
        await channel.poll(received, stop=clock.stop)
        assert clock.slept[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
        assert received.tried == ["một"] * 9 + ["hai"]

    with_bot(test)


def test_an_update_nobody_could_receive_is_named_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    async def test(_api: FakeZaloApi, channel: ZaloChannel, hoa: User, clock: Clock) -> None:
        hoa.say("mật")
        clock.naps = 2
        received = Received(clock, 1, fail=lambda _: True)
        await channel.poll(received, stop=clock.stop)
        assert len(received.tried) == 3

    with_bot(test)
    assert caplog.records[-1].message.endswith("is lost, the program stopped before it was received")
    assert "mật" not in caplog.text


@pytest.mark.fault("a poison event on Zalo", "an event nobody can read")
def test_an_unreadable_update_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, clock: Clock) -> None:
        api.push("message.text.received", {"message_id": "m5", "text": "mật"})
        hoa.say("chào")
        await channel.poll(received := Received(clock, 1), stop=clock.stop)
        assert received.texts == ["chào"]

    with_bot(test)
    assert [record.message for record in caplog.records] == ["zalo: event m5 cannot be read"]


def test_trouble_is_waited_out_with_growth() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, clock: Clock) -> None:
        hoa.say("chào")
        for fault in ("drop", "error", "html", "drop", "error", "html"):
            api.fault(fault, "getUpdates")
        api.fault("error", "getUpdates", code=429)
        api.fault("error", "getUpdates", code=400)  # for a reason of its own: no webhook is set
        await channel.poll(received := Received(clock, 1), stop=clock.stop)
        assert clock.slept[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
        assert received.texts == ["chào"]

    with_bot(test)


@pytest.mark.fault("somebody else sets Zalo's webhook", "the stand-in says so")
def test_a_webhook_set_by_somebody_else_stops_us_with_one_clear_line(caplog: pytest.LogCaptureFixture) -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, _hoa: User, clock: Clock) -> None:
        task = asyncio.create_task(channel.poll(Received(clock, 9), stop=clock.stop))
        while not api._polling:
            await api.changed.wait()
        api.webhook = {"url": "https://other.example.vn", "secret_token": "12345678"}
        api.wake()
        with pytest.raises(WebhookTaken):
            await task
        assert api.webhook

    with_bot(test, clean=False)
    assert [r.message for r in caplog.records] == [
        f"another program has set a webhook for Zalo bot {BOT}; this one has stopped polling"
    ]


def test_polling_begins_although_the_webhook_cannot_be_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, clock: Clock) -> None:
        hoa.say("chào")
        api.fault("error", "getWebhookInfo", code=400)
        await channel.poll(received := Received(clock, 1), stop=clock.stop)
        assert received.texts == ["chào"]

    with_bot(test)
    assert [r.message for r in caplog.records] == ["zalo: a webhook may still be set (400 Bad request)"]


@pytest.mark.parametrize("method", ["getUpdates", "getWebhookInfo"])
def test_a_token_taken_back_ends_polling(method: str) -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, _hoa: User, clock: Clock) -> None:
        api.fault("error", method, code=401)
        with pytest.raises(BadToken):
            await channel.poll(Received(clock, 1), stop=clock.stop)

    with_bot(test)


def test_stop_does_not_wait_for_the_long_poll() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, clock: Clock) -> None:
        task = asyncio.create_task(channel.poll(Received(clock, 1), stop=clock.stop))
        while not api._polling:
            await api.changed.wait()
        clock.stop.set()
        await asyncio.wait_for(task, 2)
        await channel.poll(Received(clock, 1), stop=clock.stop)  # stopped before it began
        hoa.say("sau")
        clock.stop.clear()
        await channel.poll(received := Received(clock, 1), stop=clock.stop)
        assert received.texts == ["sau"]

    with_bot(test)


# ---- the webhook


class Site:
    """Our side of a webhook, as the stand-in reaches it; answers `statuses` first, then 200."""

    def __init__(self, channel: ZaloChannel, *statuses: int) -> None:
        self.channel, self.statuses = channel, list(statuses)
        self.seen: list[InboundMessage] = []

    async def reach(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        assert (method, address) == ("POST", HOOK)
        if headers["X-Bot-Api-Secret-Token"] != SECRET:
            return 403, b""
        if self.statuses:
            return self.statuses.pop(0), b""
        if inbound := self.channel.read(orjson.loads(body or b"{}")):
            self.seen.append(inbound)
            assert self.channel.webhook_answer(inbound) == {"ok": True}
        return 200, b'{"ok":true}'


@pytest.mark.parametrize("envelope", [False, True])
def test_a_webhook_is_set_and_tried_and_updates_come(envelope: bool) -> None:  # noqa: FBT001
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, clock: Clock) -> None:
        site = Site(channel)
        api.reach, api.envelope = site.reach, envelope
        state = await channel.ensure_webhook(HOOK, SECRET)
        assert state == WebhookState(ok=True, outcome="webhook.ok", hint="Your endpoint responded successfully.")
        assert api.webhook == {"url": HOOK, "secret_token": SECRET}
        hoa.say("một")
        hoa.say("hai")
        assert await api.deliver() == [(200, b'{"ok":true}')] * 2
        assert await api.post({"event_name": "message.text.received"}, secret="wrong") == (403, b"")
        assert [m.text for m in site.seen] == ["một", "hai"]
        assert clock.slept == []

    with_bot(test)


def test_a_webhook_that_is_set_is_left_alone_and_one_that_is_gone_is_set_again() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, _hoa: User, _clock: Clock) -> None:
        api.reach = Site(channel).reach
        outcomes = []
        for there in (None, None, "", "https://other.example.vn"):
            if there is not None:
                api.webhook = {"url": there, "secret_token": "12345678"} if there else {}
            outcomes.append((await channel.ensure_webhook(HOOK, SECRET)).outcome)
        assert outcomes == ["webhook.ok", "webhook.kept", "webhook.ok", "webhook.ok"]
        assert api.called("setWebhook") == [{"url": HOOK, "secret_token": SECRET}] * 3

    with_bot(test)


def test_a_webhook_that_answers_late_is_tried_again() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, _hoa: User, clock: Clock) -> None:
        api.reach = Site(channel, 502, 502).reach
        assert (await channel.ensure_webhook(HOOK, SECRET)).ok
        assert clock.slept == [1, 2]

    with_bot(test)


def test_a_webhook_out_of_reach_is_told_with_its_hint() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, _hoa: User, clock: Clock) -> None:
        api.reach = Site(channel, *[403] * 4).reach
        state = await channel.ensure_webhook(HOOK, SECRET)
        hint = "Your server or CDN rejected the request with 403."
        assert state == WebhookState(ok=False, outcome="webhook.http.403", hint=hint)
        assert clock.slept == [1, 2, 4]
        assert (await channel.ensure_webhook(HOOK, SECRET)).outcome == "webhook.ok"  # not "kept": it did not work

    with_bot(test)


@pytest.mark.parametrize(("verification", "expected"), [(True, "webhook.http.403"), (False, "webhook.untried")])
def test_a_platform_that_does_not_try_webhooks(verification: bool, expected: str) -> None:  # noqa: FBT001
    async def test(api: FakeZaloApi, channel: ZaloChannel, _hoa: User, _clock: Clock) -> None:
        api.reach, api.verification, api.no_test = Site(channel, 403).reach, verification, True
        state = await channel.ensure_webhook(HOOK, SECRET)
        assert (state.outcome, state.ok) == (expected, not verification)

    with_bot(test)


def test_a_cap_on_setting_webhooks() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, _hoa: User, _clock: Clock) -> None:
        api.hook_calls, api.webhook = 0, {"url": HOOK, "secret_token": SECRET}
        state = await channel.ensure_webhook(HOOK, SECRET)
        assert state == WebhookState(
            ok=True, outcome="webhook.cap", hint="It was set before; untried now (426 Upgrade Required)."
        )
        api.webhook = {}
        with pytest.raises(WebhookRefused, match="426 Upgrade Required"):
            await channel.ensure_webhook(HOOK, SECRET)

    with_bot(test)


def test_what_zalo_would_not_take_as_a_webhook() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, _hoa: User, clock: Clock) -> None:
        for secret in ("1234567", "x" * 257):
            with pytest.raises(SetupFault, match="8 to 256 characters"):
                await channel.ensure_webhook(HOOK, secret)
        assert api.called("setWebhook") == []
        with pytest.raises(WebhookRefused, match="400 Bad request"):
            await channel.ensure_webhook("http://bot.example.vn/zalo", SECRET)
        api.fault("error", "setWebhook", code=401)
        with pytest.raises(BadToken):
            await channel.ensure_webhook(HOOK, SECRET)
        api.reach = Site(channel).reach
        api.fault("drop", "setWebhook", times=2)
        assert (await channel.ensure_webhook(HOOK, SECRET)).ok
        assert clock.slept == [1, 2]

    with_bot(test, clean=False)
