"""Long polling that confirms an update only after it was received: the offset follows the commit."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from telegram.error import Conflict, InvalidToken, TelegramError

from bot.channels.telegram_errors import Flood, Json
from bot.channels.telegram_request import Client
from bot.channels.telegram_updates import ALLOWED_UPDATES, UnreadableUpdate
from bot.channels.waiting import longer, unless
from bot.core.errors import SetupFault
from bot.core.messages import InboundMessage

log = logging.getLogger(__name__)

Receive = Callable[[InboundMessage], Awaitable[None]]
Sleep = Callable[[float], Coroutine[Any, Any, None]]
Monotonic = Callable[[], float]

POLL_SECONDS = 25
WATCHDOG_SECONDS = 90.0  # so long without one good poll: a fresh connection


class BadToken(SetupFault):
    """Telegram does not know this token."""

    def __init__(self, bot_id: str) -> None:
        super().__init__(f"Telegram refuses the token of bot {bot_id}")


class SecondPoller(SetupFault):
    """Another program polls with the same token, or has set a webhook for it."""

    def __init__(self, bot_id: str) -> None:
        super().__init__(f"another program fetches the updates of Telegram bot {bot_id}; this one has stopped polling")


@dataclass(slots=True, kw_only=True)
class Poller:
    """The loop. Across chats updates are received side by side, within a chat in order."""

    client: Client
    bot_id: str
    read: Callable[[Json], InboundMessage | None]
    receive: Receive
    received: Callable[[InboundMessage], None]  # called when `receive` has returned
    on_unreadable: Callable[[int], Awaitable[None]] | None
    sleep: Sleep
    monotonic: Monotonic
    offset: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. Raises SecondPoller and BadToken; everything else is waited out."""
        good_at, pause = self.monotonic(), 0.0
        while not stop.is_set():
            try:
                updates = await unless(stop, self._ask())
            except Flood as flood:
                pause = flood.wait.total_seconds()
            except TelegramError as error:
                pause = longer(pause)
                good_at = await self._mend(error, good_at, pause)
            else:
                if updates is None:
                    return
                good_at = self.monotonic()
                if await self._take(updates):
                    pause = 0.0
                    continue
                pause = longer(pause)
            await unless(stop, self.sleep(pause))

    async def _ask(self) -> list[Json]:
        try:
            return await self.client.raw_updates(self.offset, seconds=POLL_SECONDS, allowed=ALLOWED_UPDATES)
        except Conflict:
            second = SecondPoller(self.bot_id)
            log.error("%s", second)  # noqa: TRY400  one line says it all
            raise second from None
        except InvalidToken:
            raise BadToken(self.bot_id) from None

    async def _mend(self, error: TelegramError, good_at: float, pause: float) -> float:
        log.warning("telegram: polling failed (%s), again in %.0f s", type(error).__name__, pause)
        if self.monotonic() - good_at < WATCHDOG_SECONDS:
            return good_at
        log.warning("telegram: no good poll for %.0f s, reconnecting", WATCHDOG_SECONDS)
        await self.client.reopen_polling()
        return self.monotonic()

    async def _take(self, updates: list[Json]) -> bool:
        """Receive a batch and move the offset up to the first update that failed. True when none did."""
        failed: list[int] = []
        chats: dict[str, list[tuple[int, InboundMessage]]] = {}
        for update in updates:
            number: int = update["update_id"]
            try:
                inbound = self.read(update)
            except UnreadableUpdate:
                if not await self._park(number):
                    failed.append(number)
                continue
            if inbound:
                chats.setdefault(inbound.chat, []).append((number, inbound))
        async with asyncio.TaskGroup() as group:
            for queue in chats.values():
                group.create_task(self._receive_chat(queue, failed))
        self.offset = min(failed, default=max((u["update_id"] + 1 for u in updates), default=self.offset))
        return not failed

    async def _receive_chat(self, queue: list[tuple[int, InboundMessage]], failed: list[int]) -> None:
        for number, inbound in queue:
            try:
                await self.receive(inbound)
            except Exception as error:  # noqa: BLE001  whatever it was: not received, so not confirmed
                log.warning("telegram: update %d not received (%s)", number, type(error).__name__)
                failed.append(number)
                return
            self.received(inbound)

    async def _park(self, number: int) -> bool:
        log.warning("telegram: update %d cannot be read", number)
        try:
            if self.on_unreadable:
                await self.on_unreadable(number)
        except Exception as error:  # noqa: BLE001  not parked, so not confirmed
            log.warning("telegram: update %d not parked (%s)", number, type(error).__name__)
            return False
        return True
