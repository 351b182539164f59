"""What Telegram's and Zalo's adapters do alike."""

import asyncio
from collections.abc import Callable

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.waiting import longer, unless
from bot.channels.zalo import ZaloChannel
from bot.core.channel import SendFailure
from bot.core.messages import OutboundMessage, Reply
from tests.fakes import bot_api, zalo_api
from tests.fakes.stand_in import StandIn


def test_a_pause_grows_to_a_minute() -> None:
    assert [longer(p) for p in (0, 1, 2, 32, 60)] == [1, 2, 4, 60, 60]


def test_unless_gives_what_the_work_gives_or_raises() -> None:
    async def run() -> None:
        stop = asyncio.Event()

        async def fail() -> None:
            raise KeyError

        assert await unless(stop, asyncio.sleep(0, "done")) == "done"
        with pytest.raises(KeyError):
            await unless(stop, fail())
        stop.set()
        assert await unless(stop, asyncio.sleep(60, "late")) is None

    asyncio.run(run())


@pytest.mark.parametrize(
    ("stand_in", "make"),
    [
        (bot_api.FakeBotApi, lambda url: TelegramChannel(bot_api.TOKEN, api_base_url=url)),
        (zalo_api.FakeZaloApi, lambda url: ZaloChannel(zalo_api.TOKEN, api_base_url=url)),
    ],
    ids=["telegram", "zalo"],
)
def test_nothing_was_sent_where_nobody_listens(
    stand_in: type[StandIn], make: Callable[[str], TelegramChannel | ZaloChannel]
) -> None:
    async def run() -> None:
        async with stand_in() as api:
            url = api.url
        channel = make(url)
        message = OutboundMessage(id=1, channel=channel.name, bot=channel.bot_id, chat="1", reply=Reply(text="a"))
        nowhere = SendFailure(reason="no_connection", retryable=True)
        assert await channel.send(message) == nowhere  # not started
        await channel._client.open()
        assert await channel.send(message) == nowhere
        await channel.stop()

    asyncio.run(run())
