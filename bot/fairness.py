"""Fair taking: who sends faster than anybody types is slowed, so that nobody else waits for them. See decision 0043.

A chat has forty messages, and one more each second: more than anybody types, few enough for a server. Its first ones
are taken at once, as long as it waits for its answers; after that it stands in one lane with everybody else who is in a
hurry, one message of them all at a time. Where it has none left it is told so, once, and then nothing of it is taken
until a quarter has come back.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

import structlog

BURST: Final = 40
EACH: Final = timedelta(seconds=1)
AT_ONCE: Final = 20  # of these are taken without standing in the lane
AHEAD: Final = 3  # messages a chat may send before it has the answer to the first, without standing there
PAUSE: Final = 9  # times as long as it took, between two of the lane: nine tenths of the time are everybody else's
LONGEST: Final = 0.5  # seconds of such a pause
BACK: Final = 10  # so many must have come back before a chat that was told is taken again
KNOWN: Final = 20_000  # chats that are remembered at most; who spoke longest ago goes first

Key = tuple[str, str, str]  # channel, bot, chat
log = structlog.get_logger(__name__)


class Verdict(Enum):
    """What becomes of a message."""

    TAKE = "take"
    HURRY = "hurry"  # taken, in the lane
    TELL = "tell"  # "more slowly, please", instead of an answer
    SILENT = "silent"  # counted only


@dataclass(slots=True)
class Chat:
    """How much a chat may still say."""

    left: float
    at: datetime
    under_way: int = 0  # messages that wait, or are being answered
    silent: int = -1  # messages left unanswered since it was told; -1: it was not told


class Fairness:
    """Judges every message by its chat; of one process."""

    def __init__(self) -> None:
        self._chats: OrderedDict[Key, Chat] = OrderedDict()
        self._lane = asyncio.Lock()
        self.silent = 0  # messages left unanswered since the start

    @property
    def known(self) -> int:
        """How many chats are remembered."""
        return len(self._chats)

    def judge(self, key: Key, said_at: datetime) -> Verdict:
        """What becomes of a message said then. What was said long ago and arrives now was said slowly."""
        chat = self._chats.pop(key, None) or Chat(float(BURST), said_at)
        self._forget(said_at)
        self._chats[key] = chat
        if said_at > chat.at:
            chat.left, chat.at = min(float(BURST), chat.left + (said_at - chat.at) / EACH), said_at
        if chat.silent >= 0:
            if chat.left < BACK:
                chat.silent += 1
                self.silent += 1
                return Verdict.SILENT
            log.warning("messages too fast to take", channel=key[0], count=chat.silent)
            chat.silent = -1
        if chat.left < 1:
            chat.silent = 0
            return Verdict.TELL
        chat.left -= 1
        calm = chat.left >= BURST - AT_ONCE and chat.under_way < AHEAD
        return Verdict.TAKE if calm else Verdict.HURRY

    def _forget(self, now: datetime) -> None:
        """Who spoke longest ago and may say everything again is like somebody new."""
        while self._chats:
            oldest, chat = next(iter(self._chats.items()))
            rested = not chat.under_way and chat.left + (now - chat.at) / EACH >= BURST
            if not rested and len(self._chats) < KNOWN:
                return
            del self._chats[oldest]

    def give_back(self, key: Key, verdict: Verdict) -> None:
        """The message could not be taken and comes again: it does not count."""
        chat = self._chats.get(key)
        if chat and verdict is Verdict.TELL:
            chat.silent = -1
        elif chat and verdict is not Verdict.SILENT:
            chat.left += 1

    @asynccontextmanager
    async def under_way(self, key: Key) -> AsyncIterator[None]:
        """A message of the chat waits, or is being answered."""
        chat = self._chats[key]
        chat.under_way += 1
        try:
            yield
        finally:
            chat.under_way -= 1

    @asynccontextmanager
    async def lane(self, verdict: Verdict) -> AsyncIterator[None]:
        """Those in a hurry one after the other, everybody else beside them."""
        if verdict is Verdict.TAKE:
            yield
            return
        async with self._lane:
            begun = time.monotonic()
            yield
            await asyncio.sleep(min(LONGEST, PAUSE * (time.monotonic() - begun)))
