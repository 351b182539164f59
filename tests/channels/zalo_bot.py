"""A Zalo channel between a stand-in and a clock that only sleeping moves."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.zalo import ZaloChannel
from tests.fakes.zalo_api import TOKEN, FakeZaloApi, User

BOT = "1900000000000000001"


class Clock:
    """Time that passes only by sleeping; stops the loop after `naps` sleeps."""

    def __init__(self) -> None:
        self.at, self.slept, self.stop, self.naps = 0.0, list[float](), asyncio.Event(), 0

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds
        self.slept.append(seconds)
        if len(self.slept) == self.naps:
            self.stop.set()
        await asyncio.sleep(0)


Test = Callable[[FakeZaloApi, ZaloChannel, User, Clock], Awaitable[None]]


def with_bot(test: Test, *, clean: bool = True, **options: Any) -> None:
    """Run the test with a stand-in, a started channel and a person the bot may write to."""

    async def run() -> None:
        clock = Clock()
        async with FakeZaloApi(monotonic=clock.monotonic) as api:
            channel = ZaloChannel(TOKEN, api_base_url=api.url, sleep=clock.sleep, monotonic=clock.monotonic, **options)
            await channel.start()
            hoa = api.user("Hoa")
            hoa.chat.known = True
            try:
                async with asyncio.timeout(20):
                    await test(api, channel, hoa, clock)
            finally:
                await channel.stop()
            assert not (clean and api.violations), api.violations

    asyncio.run(run())
