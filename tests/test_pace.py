import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from itertools import pairwise
from typing import Any

import pytest

from bot.pace import BEHIND, PATIENCE, WINDOW, Pace


class _Skipping(selectors.DefaultSelector):
    """Does not wait for time to go by: it lets it go by."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout:
            self.now += timeout
        return ready


def run(work: Coroutine[Any, Any, Any]) -> None:
    """Run it on an event loop whose time goes by as soon as nothing is left to do."""
    selector = _Skipping()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    try:
        loop.run_until_complete(work)
    finally:
        loop.close()


def most_in_a_window(moments: list[float]) -> int:
    """The most messages in any window of one second, however it lies."""
    best, first = 0, 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - WINDOW:
            first += 1
        best = max(best, last - first + 1)
    return best


@pytest.mark.parametrize("limit", [30, 1, 7])
def test_a_broadcast_takes_as_long_as_the_platform_allows_and_no_window_holds_too_many(limit: int) -> None:
    total = limit * 100
    went: list[float] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        pace = Pace(limit)

        async def one() -> None:
            await pace.turn(unasked=True)
            went.append(loop.time())

        begin = loop.time()
        await asyncio.gather(*(one() for _ in range(total)))
        assert loop.time() - begin <= total / limit * 1.02

    run(work())
    assert len(went) == total
    assert went == sorted(went)
    assert most_in_a_window(went) == limit


def test_answers_take_the_next_place_of_a_broadcast_and_no_window_holds_too_many() -> None:
    went: Mapping[bool, list[float]] = {True: [], False: []}
    waits: list[float] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        pace = Pace(30)

        async def one(*, unasked: bool) -> None:
            await pace.turn(unasked=unasked)
            went[unasked].append(loop.time())

        async def answers() -> None:
            for number in range(100):
                before = loop.time()
                await one(unasked=False)
                waits.append(loop.time() - before)
                await asyncio.sleep(0.03 + number % 7 / 50)

        await asyncio.gather(answers(), *(one(unasked=True) for _ in range(400)))

    run(work())
    together = sorted([*went[True], *went[False]])
    assert most_in_a_window(together) == 30
    assert max(waits) <= PATIENCE
    assert together[-1] - together[0] <= 500 / 30 * 1.02


def test_a_broadcast_is_spread_evenly() -> None:
    went: list[float] = []

    async def work() -> None:
        pace = Pace(30)
        for _ in range(60):
            await pace.turn(unasked=True)
            went.append(asyncio.get_running_loop().time())

    run(work())
    gaps = [later - earlier for earlier, later in pairwise(went)]
    assert max(gaps) <= 2 / 30
    assert sum(gap < 0.5 / 30 for gap in gaps) <= BEHIND


def test_who_takes_an_account_over_leaves_the_other_s_second_alone() -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        begin, pace = loop.time(), Pace(30)
        pace.begin_again()
        await pace.turn(unasked=True)
        assert loop.time() - begin > WINDOW

    run(work())


def test_more_answers_than_the_limit_go_out_all_the_same() -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        begin, pace = loop.time(), Pace(5)
        for _ in range(50):
            await pace.turn(unasked=False)
        assert loop.time() == begin
        await pace.turn(unasked=True)
        assert loop.time() > begin + WINDOW

    run(work())


def test_a_pace_takes_its_time_from_where_it_is_told() -> None:
    async def work() -> None:
        at = 5.0
        pace = Pace(1, lambda: at)
        await pace.turn(unasked=True)
        at += 2
        await pace.turn(unasked=True)

    run(work())
