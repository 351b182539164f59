"""The platforms people write from: which ones there are, how they are listened to, how they call us."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from bot.channels.waiting import unless
from bot.core.channel import Channel
from bot.core.errors import DatabaseAway, SetupFault
from bot.core.messages import InboundMessage, OutboundMessage
from bot.library import Library
from bot.services import invitations
from bot.settings import Settings
from bot.storage.database import Database
from bot.web.webhooks import Webhook
from handlers import routes

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel
    from bot.channels.zalo import ZaloChannel

Receive = Callable[[InboundMessage], Awaitable[Sequence[OutboundMessage]]]
Picture = Callable[[str], Awaitable[bytes | None]]
LOOK_AGAIN = 600  # seconds between looks at a webhook that Zalo may have dropped
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platforms:
    """Every account with a token. A wrong token is told; the others go on."""

    settings: Settings
    database: Database
    library: Library
    telegram: "TelegramChannel | None" = None
    zalo: "tuple[ZaloChannel, ...]" = ()

    def channels(self) -> dict[tuple[str, str], Channel]:
        """The accounts to send on, by channel and bot."""
        found: dict[tuple[str, str], Channel] = {(zalo.name, zalo.bot_id): zalo for zalo in self.zalo}
        return {(self.telegram.name, self.telegram.bot_id): self.telegram, **found} if self.telegram else found

    def webhooks(self) -> list[Webhook]:
        """How the platforms call us; none where we poll."""
        if not self.settings.by_webhook:
            return []
        found = [
            Webhook(
                path=self._zalo_path(zalo),
                header="x-bot-api-secret-token",
                secret=self.settings.zalo_webhook_secret.get_secret_value(),
                read=zalo.read,
                answer=zalo.webhook_answer,
                tried_empty=True,
            )
            for zalo in self.zalo
        ]
        if self.telegram:
            telegram = Webhook(
                path="/telegram/webhook",
                header="x-telegram-bot-api-secret-token",
                secret=self.settings.telegram_webhook_secret.get_secret_value(),
                read=self.telegram.read,
                answer=self.telegram.webhook_answer,
            )
            found.append(telegram)
        return found

    def listening(self, receive: Receive, *, listen: bool, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
        """One task an account: wait for its platform, then poll it or see to its webhook, until told to stop.

        `listen` false: the account is only made ready for sending.
        """
        tasks = [self._run_zalo(zalo, receive, listen=listen, stop=stop) for zalo in self.zalo]
        if self.telegram:
            tasks.append(self._run_telegram(self.telegram, receive, listen=listen, stop=stop))
        return tasks

    async def close(self) -> None:
        """Let go of every connection."""
        for zalo in self.zalo:
            await zalo.stop()
        if self.telegram:
            await self.telegram.stop()

    async def _run_telegram(
        self, telegram: "TelegramChannel", receive: Receive, *, listen: bool, stop: asyncio.Event
    ) -> None:
        try:
            await unless(stop, telegram.start())
            if stop.is_set():
                return
            log.info("telegram ready", bot=telegram.username)
            with suppress(DatabaseAway):  # links of invitations are made without it until the next start
                await self.database.write(lambda tx: invitations.remember_address(tx, telegram.name, telegram.username))
            if not listen:
                return
            words = self.library.words
            await telegram.set_commands({locale: routes.command_list(words[locale]) for locale in words})
            if self.settings.by_webhook:
                secret = self.settings.telegram_webhook_secret.get_secret_value()
                await unless(stop, telegram.set_webhook(self._address("/telegram/webhook"), secret))
            else:
                await telegram.poll(_taking(receive), stop=stop)
        except SetupFault as fault:
            log.error("telegram is off", reason=str(fault))  # noqa: TRY400  one line; the trace says nothing more

    async def _run_zalo(self, zalo: "ZaloChannel", receive: Receive, *, listen: bool, stop: asyncio.Event) -> None:
        try:
            await unless(stop, zalo.start())
            if stop.is_set():
                return
            log.info("zalo ready", bot=zalo.bot_id)
            if not listen:
                return
            if self.settings.by_webhook:
                await self._keep_webhook(zalo, stop)
            else:
                await zalo.poll(_taking(receive), stop=stop)
        except SetupFault as fault:
            log.error("zalo is off", bot=zalo.bot_id, reason=str(fault))  # noqa: TRY400  as above

    async def _keep_webhook(self, zalo: "ZaloChannel", stop: asyncio.Event) -> None:
        """Set and verify the webhook, tell the operator the outcome, and repair it when it is gone."""
        secret = self.settings.zalo_webhook_secret.get_secret_value()
        told = ""
        while not stop.is_set():
            state = await zalo.ensure_webhook(self._address(self._zalo_path(zalo)), secret)
            if state.outcome != told:
                log.info("zalo webhook", bot=zalo.bot_id, ok=state.ok, outcome=state.outcome, hint=state.hint)
            told = state.outcome
            await unless(stop, asyncio.sleep(LOOK_AGAIN))

    def _zalo_path(self, zalo: "ZaloChannel") -> str:
        return zalo_path(zalo.bot_id, len(self.zalo))

    def _address(self, path: str) -> str:
        return self.settings.public_url + path


def zalo_path(bot: str, bots: int) -> str:
    """Where Zalo calls us about that bot, one of so many."""
    return "/zalo/webhook" if bots == 1 else f"/zalo/webhook/{bot}"


def connect(settings: Settings, *, database: Database, library: Library, picture: Picture) -> Platforms:
    """The accounts the settings name. SetupFault when a webhook would have no secret: anybody could pose as anybody.

    A platform's library is imported only when there is a token for it.
    """
    telegram_token = settings.telegram_bot_token.get_secret_value()
    zalo_tokens = [token.get_secret_value() for token in settings.zalo_tokens]
    for name, used, secret in (
        ("TELEGRAM_WEBHOOK_SECRET", bool(telegram_token), settings.telegram_webhook_secret),
        ("ZALO_WEBHOOK_SECRET", bool(zalo_tokens), settings.zalo_webhook_secret),
    ):
        if used and settings.by_webhook and not secret.get_secret_value():
            msg = f"{name} is empty: anybody could pose as anybody. Set it, or leave PUBLIC_URL empty to poll."
            raise SetupFault(msg)
    return Platforms(
        settings=settings,
        database=database,
        library=library,
        telegram=telegram_of(settings, telegram_token, picture) if telegram_token else None,
        zalo=tuple(zalo_of(settings, token) for token in zalo_tokens),
    )


def telegram_of(settings: Settings, token: str, picture: Picture | None = None) -> "TelegramChannel":
    """The account of that token. SetupFault when the settings cannot be right."""
    from bot.channels.telegram import TelegramChannel  # noqa: PLC0415

    return TelegramChannel(
        token, api_base_url=settings.telegram_api_base_url, proxy=settings.telegram_proxy or None, picture=picture
    )


def zalo_of(settings: Settings, token: str) -> "ZaloChannel":
    """The account of that token. SetupFault when it cannot be one."""
    from bot.channels.zalo import ZaloChannel  # noqa: PLC0415

    root = settings.public_url
    return ZaloChannel(
        token,
        api_base_url=settings.zalo_api_base_url,
        media_url=(lambda name: f"{root}/media/{name}") if root else None,
    )


def _taking(receive: Receive) -> Callable[[InboundMessage], Awaitable[None]]:
    async def take(message: InboundMessage) -> None:
        await receive(message)

    return take
