"""Polling while the platform is in trouble: nothing is lost, nothing comes twice, nobody waits for ever."""

import asyncio
from typing import Any

import pytest

from bot.channels import telegram_polling, telegram_request, zalo_client
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_polling import WATCHDOG_SECONDS
from bot.channels.zalo import ZaloChannel
from bot.core.messages import InboundMessage
from tests.channels.zalo_bot import Clock
from tests.fakes import bot_api, zalo_api
from tests.fakes.bot_api import FakeBotApi
from tests.fakes.zalo_api import FakeZaloApi

HALF_OPEN = ("a half-open connection", "90 seconds without an answer, by a clock of the test's own")
TROUBLE = {
    "telegram": ("flood", "error", "html502", "truncated", "drop", "drop_after", "hang"),
    "zalo": ("too many", "error", "html", "truncated", "drop", "drop_after", "hang"),
}
TAKEN_ALONG = ("truncated", "drop_after")  # Zalo has handed the update out with the answer that did not arrive
QUICK = 0.05


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long poll is over at once, and so is waiting for its answer."""
    monkeypatch.setattr(telegram_polling, "POLL_SECONDS", 0)
    monkeypatch.setattr(telegram_request, "CONNECT_SECONDS", QUICK)
    monkeypatch.setattr(telegram_request, "POLL_MARGIN_SECONDS", QUICK)
    monkeypatch.setattr(zalo_client, "POLL_MARGIN_SECONDS", QUICK - 25)


class Said:
    """A receiver that notes what it got, and stops the loop after a number of messages."""

    def __init__(self, stop: asyncio.Event, count: int) -> None:
        self.stop, self.count, self.texts = stop, count, list[str]()

    async def __call__(self, inbound: InboundMessage) -> None:
        self.texts.append(inbound.text)
        if len(self.texts) == self.count:
            self.stop.set()


def _connections(api: Any) -> set[Any]:
    """Whoever has called, by its own address: filled while the test runs."""
    found, handle = set[Any](), api._handle

    async def noting(request: Any) -> Any:
        found.add(request.transport.get_extra_info("peername"))
        return await handle(request)

    api._handle = noting
    return found


async def _start(platform: str, api: Any, clock: Clock) -> TelegramChannel | ZaloChannel:
    own: dict[str, Any] = {"api_base_url": api.url, "sleep": clock.sleep, "monotonic": clock.monotonic}
    if platform == "telegram":
        channel: TelegramChannel | ZaloChannel = TelegramChannel(bot_api.TOKEN, **own)
    else:
        channel = ZaloChannel(zalo_api.TOKEN, **own)
    await channel.start()
    return channel


def _poll(platform: str, kinds: tuple[str, ...], expected: int) -> tuple[list[str], Clock, int]:
    """What came in of three messages while these faults met the polling, in order; how many connections it took."""

    async def run() -> tuple[list[str], Clock, int]:
        clock = Clock()
        stand_in = FakeBotApi() if platform == "telegram" else FakeZaloApi(monotonic=clock.monotonic)
        connections = _connections(stand_in)
        async with stand_in as api:
            channel = await _start(platform, api, clock)
            hoa = api.user("Hoa")
            for text in ("một", "hai", "ba"):
                hoa.say(text)
            for kind in kinds:
                code = {"html": 502, "too many": 429}.get(kind, 500)
                api.fault("error" if kind == "too many" else kind, "getUpdates", code=code, retry_after=30)
            said = Said(clock.stop, expected)
            async with asyncio.timeout(20):
                await channel.poll(said, stop=clock.stop)
            await channel.stop()
            return said.texts, clock, len(connections)

    return asyncio.run(run())


@pytest.mark.fault(
    "polling: 429, 500, HTML 502, half an answer, a cut connection, no answer",
    "stand-ins of Telegram and Zalo over HTTP, with a time-out cut short",
    short="Zalo hands an event out once: when the answer that brings it is cut on its way, it is lost (the person "
    "writes again). By webhook, as Zalo is meant to be run, it comes again.",
)
@pytest.mark.parametrize(("platform", "kind"), [(name, kind) for name, kinds in TROUBLE.items() for kind in kinds])
@pytest.mark.usefixtures("quick")
def test_in_trouble_every_message_is_received_once_and_in_order(platform: str, kind: str) -> None:
    lost = platform == "zalo" and kind in TAKEN_ALONG
    texts, clock, _ = _poll(platform, (kind,), 3 - lost)
    assert texts == ["một", "hai", "ba"][lost:]
    assert clock.slept[0] == (30 if kind == "flood" else 1)


@pytest.mark.fault(*HALF_OPEN)
@pytest.mark.parametrize("platform", list(TROUBLE))
@pytest.mark.usefixtures("quick")
def test_a_connection_on_which_nothing_comes_any_more_is_given_up(platform: str) -> None:
    texts, clock, connections = _poll(platform, ("hang",) * 8, 3)
    assert texts == ["một", "hai", "ba"]
    assert clock.at > WATCHDOG_SECONDS
    assert connections > 8  # none was used again


@pytest.mark.fault("two pollers of one Zalo bot", "two channels poll the stand-in, which hands out each event once")
@pytest.mark.usefixtures("quick")
def test_two_pollers_of_a_zalo_bot_share_what_comes() -> None:
    async def run() -> None:
        clock = Clock()
        async with FakeZaloApi(monotonic=clock.monotonic) as api:
            channels = [await _start("zalo", api, clock) for _ in range(2)]
            hoa = api.user("Hoa")
            for number in range(10):
                hoa.say(str(number))
            said = Said(clock.stop, 10)
            async with asyncio.timeout(20):
                await asyncio.gather(*(channel.poll(said, stop=clock.stop) for channel in channels))
            for channel in channels:
                await channel.stop()
            assert sorted(said.texts) == [str(number) for number in range(10)]

    asyncio.run(run())
