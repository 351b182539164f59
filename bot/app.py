"""The whole program as a value: every part built here, started in order, stopped in reverse."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.channels.web import WebChannel
from bot.core.channel import Channel
from bot.core.clock import Clock, system_clock
from bot.core.conversation import State
from bot.core.errors import DatabaseAway, SetupFault
from bot.core.messages import InboundMessage, OutboundMessage
from bot.core.people import Speaker
from bot.library import Library, load
from bot.receiver import Receiver
from bot.search.index import Index
from bot.sender import Sender, owner_name
from bot.services import answers
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import Database, Transaction
from bot.turn import Turn
from handlers import routes

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel
    from bot.web.personas import Persona
    from bot.web.site import Webhook

STOP_SECONDS = 10
log = structlog.get_logger(__name__)


@dataclass(kw_only=True)
class Program:
    """The parts every command shares. `build` makes it; `close` lets go of the database."""

    settings: Settings
    clock: Clock
    database: Database
    library: Library
    index: Index
    started: datetime
    web: WebChannel = field(default_factory=WebChannel)
    telegram: "TelegramChannel | None" = None
    extra: Sequence[Channel] = ()
    commune: str = "Từng Ngõ"
    personas: "Sequence[Persona]" = ()

    @property
    def owner(self) -> str:
        """This process's name on the messages it holds."""
        return owner_name(self.started)

    def turn(self, tx: Transaction, message: InboundMessage, speaker: Speaker, state: State, now: datetime) -> Turn:
        """One message's turn."""
        return Turn(
            now=now,
            message=message,
            speaker=speaker,
            state=state,
            tx=tx,
            library=self.library,
            index=self.index,
            zone=self.settings.zone,
        )

    def channels(self) -> dict[tuple[str, str], Channel]:
        """Every channel this process sends on, by name and bot."""
        found: dict[tuple[str, str], Channel] = {("web", ""): self.web}
        if self.telegram:
            found["telegram", self.telegram.bot_id] = self.telegram
        return found | {(channel.name, ""): channel for channel in self.extra}

    def receiver(self, sender: Sender | None = None) -> Receiver:
        """What takes inbound messages; with a sender in this process answers leave at once."""
        return Receiver(
            database=self.database,
            clock=self.clock,
            make_turn=self.turn,
            dialogue=routes.respond,
            sorry=routes.sorry,
            owner=sender.owner if sender else "",
            deliver=sender.deliver if sender else lambda _: None,
            default_locale=self.settings.default_locale,
        )

    def sender(self) -> Sender:
        """What sends the outbox. To be made on the event loop it runs on."""
        return Sender(database=self.database, channels=self.channels(), clock=self.clock, owner=self.owner)

    async def ready(self) -> bool:
        """Whether the database answers."""
        try:
            return await self.database.read(lambda tx: tx.connection.exec_driver_sql("SELECT 1").scalar() == 1)
        except DatabaseAway:
            return False

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def build(settings: Settings, *, clock: Clock = system_clock, create: bool = False) -> Program:
    """The program on its database. SetupFault, one clear line, when something must be mended first.

    `create`: make the database, or bring it up to date, where that is expected (`run`, `db upgrade`).
    """
    if create:
        schema.upgrade(settings.database)
    else:
        schema.check(settings.database)
    library = load(settings.content_dir)
    database = Database(settings.database)
    passages = database.read_now(answers.stored_passages)
    return Program(
        settings=settings,
        clock=clock,
        database=database,
        library=library,
        index=answers.build_index(library, passages),
        started=clock(),
    )


def with_telegram(program: Program) -> None:
    """Add the Telegram channel when there is a token. Importing it costs half a second: only then."""
    settings = program.settings
    token = settings.telegram_bot_token.get_secret_value()
    if not token:
        return
    if settings.by_webhook and not settings.telegram_webhook_secret.get_secret_value():
        msg = "TELEGRAM_WEBHOOK_SECRET is empty: anybody could pose as anybody. Set it, or leave PUBLIC_URL empty."
        raise SetupFault(msg)
    from bot.channels.telegram import TelegramChannel  # noqa: PLC0415

    program.telegram = TelegramChannel(
        token, api_base_url=settings.telegram_api_base_url, proxy=settings.telegram_proxy or None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What one process does."""

    web: bool = True  # pages and webhooks, or polling
    sender: bool = True
    scheduler: bool = True


async def serve(
    program: Program, parts: Parts, *, stop: asyncio.Event, listening: Callable[[str], None] = lambda _: None
) -> None:
    """Run the parts until told to stop; then stop taking, finish what was taken, at most 10 seconds."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        sender = program.sender() if parts.sender else None
        receive = program.receiver(sender).receive
        sending = asyncio.Event()
        if sender:
            stack.push_async_callback(_within, sender.finish, STOP_SECONDS)
            tasks.create_task(sender.run(sending))
        if parts.scheduler:
            from scheduler.jobs import Office  # noqa: PLC0415
            from scheduler.runner import run_jobs  # noqa: PLC0415  APScheduler only where jobs run

            office = Office(
                database=program.database,
                library=program.library,
                zone=program.settings.zone,
                clock=program.clock,
                wake=sender.wake if sender else lambda: None,
            )
            tasks.create_task(run_jobs(office, stop))
        if program.telegram:
            tasks.create_task(_telegram(program, program.telegram, parts, receive, stop))
        if parts.web:
            await _web(program, receive, stop=stop, listening=listening)
        else:
            await stop.wait()
        sending.set()
    if program.telegram:
        await program.telegram.stop()


async def _within(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    try:
        await asyncio.wait_for(work(), seconds)
    except TimeoutError:
        log.warning("stopped before everything was sent; it goes out at the next start")


async def _telegram(
    program: Program,
    telegram: "TelegramChannel",
    parts: Parts,
    receive: Callable[[InboundMessage], Awaitable[Sequence[OutboundMessage]]],
    stop: asyncio.Event,
) -> None:
    """Wait for the platform, then poll or set the webhook. A wrong token is told; the other channels go on."""
    start = asyncio.create_task(telegram.start())
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({start, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not start.done():
        start.cancel()
        return
    try:
        await start
        log.info("telegram ready", bot=telegram.username)
        if not parts.web:
            return
        await telegram.set_commands(
            {locale: routes.command_list(program.library.words[locale]) for locale in program.library.words}
        )
        if program.settings.by_webhook:
            secret = program.settings.telegram_webhook_secret.get_secret_value()
            await telegram.set_webhook(f"{program.settings.public_url.rstrip('/')}/telegram/webhook", secret)
        else:
            await telegram.poll(partial(_take, receive), stop=stop)
    except SetupFault as fault:
        log.error("telegram is off", reason=str(fault))  # noqa: TRY400  one line; the trace says nothing more


async def _take(receive: Callable[[InboundMessage], Awaitable[object]], message: InboundMessage) -> None:
    await receive(message)


async def _web(
    program: Program,
    receive: Callable[[InboundMessage], Awaitable[Sequence[OutboundMessage]]],
    *,
    stop: asyncio.Event,
    listening: Callable[[str], None],
) -> None:
    from bot.web.server import run_site  # noqa: PLC0415  uvicorn only where pages are served
    from bot.web.site import Site  # noqa: PLC0415

    settings = program.settings
    site = Site(
        database=program.database,
        library=program.library,
        web=program.web,
        receive=receive,
        commune=program.commune,
        locale=settings.default_locale,
        secure=settings.public_url.startswith("https://"),
        ready=program.ready,
        webhooks=_webhooks(program),
        personas=program.personas,
    )
    await run_site(site, host=settings.host, port=settings.port, stop=stop, listening=listening)


def _webhooks(program: Program) -> "list[Webhook]":
    from bot.web.site import Webhook  # noqa: PLC0415

    telegram = program.telegram
    if telegram is None or not program.settings.by_webhook:
        return []
    return [
        Webhook(
            path="/telegram/webhook",
            header="x-telegram-bot-api-secret-token",
            secret=program.settings.telegram_webhook_secret.get_secret_value(),
            read=telegram.read,
            answer=telegram.webhook_answer,
        )
    ]
