"""Long polling where every update is handed out once: it is held until it was received."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.channels.waiting import longer, unless
from bot.channels.zalo_client import Sleep, ZaloClient
from bot.channels.zalo_request import Json, Refused, TokenRefused, ZaloError
from bot.channels.zalo_updates import UnreadableUpdate
from bot.core.errors import SetupFault
from bot.core.messages import InboundMessage

log = logging.getLogger(__name__)

Receive = Callable[[InboundMessage], Awaitable[object]]
Monotonic = Callable[[], float]

POLL_SECONDS = 25
GAP_SECONDS = 1.0  # between polls: an update that was delivered has been seen to come back at once


class BadToken(SetupFault):
    """Zalo does not know this token."""

    def __init__(self, bot_id: str) -> None:
        super().__init__(f"Zalo refuses the token of bot {bot_id}")


class WebhookTaken(SetupFault):
    """Somebody has set a webhook while we were polling."""

    def __init__(self, bot_id: str) -> None:
        super().__init__(f"another program has set a webhook for Zalo bot {bot_id}; this one has stopped polling")


@dataclass(slots=True, kw_only=True)
class Poller:
    """The loop: one update, received, then the next."""

    client: ZaloClient
    read: Callable[[Json], InboundMessage | None]
    receive: Receive
    sleep: Sleep
    monotonic: Monotonic

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. Raises WebhookTaken and BadToken; everything else is waited out."""
        pause = 0.0
        while not stop.is_set():
            since = self.monotonic()
            try:
                update = await unless(stop, self._ask())
            except ZaloError as error:
                pause = longer(pause)
                log.warning("zalo: polling failed (%s), again in %.0f s", type(error).__name__, pause)
                rest = pause
            else:
                pause = 0.0
                if update:
                    since = self.monotonic()
                    await self._take(update, stop)
                rest = GAP_SECONDS - (self.monotonic() - since)
            if rest > 0:
                await unless(stop, self.sleep(rest))

    async def _ask(self) -> Json | None:
        try:
            return await self.client.get_updates(POLL_SECONDS)
        except TokenRefused:
            raise BadToken(self.client.bot_id) from None
        except Refused:
            if not await self.client.get_webhook_info():
                raise
        taken = WebhookTaken(self.client.bot_id)
        log.error("%s", taken)
        raise taken

    async def _take(self, update: Json, stop: asyncio.Event) -> None:
        """Receive one update, however often it takes: Zalo does not give it again."""
        try:
            inbound = self.read(update)
        except UnreadableUpdate as unreadable:
            log.warning("zalo: event %s cannot be read", unreadable.message_id or "without an id")
            return
        pause = 0.0
        while inbound:
            try:
                await self.receive(inbound)
            except Exception as error:  # noqa: BLE001  whatever it was: not received
                pause = longer(pause)
                log.warning("zalo: message %s not received (%s)", inbound.external_id, type(error).__name__)
            else:
                return
            if stop.is_set():
                log.error("zalo: message %s is lost, the program stopped before it was received", inbound.external_id)
                return
            await unless(stop, self.sleep(pause))
