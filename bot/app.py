"""The whole program as a value: every part built here, started in order, stopped in reverse."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.channels.web import WebChannel
from bot.core.channel import Channel
from bot.core.clock import Clock, system_clock
from bot.core.conversation import State
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, OutboundMessage
from bot.core.people import Speaker
from bot.library import Library, load
from bot.platforms import Platforms, connect
from bot.receiver import Receiver
from bot.search.finder import Finder
from bot.secret import secret_key
from bot.sender import Sender, owner_name
from bot.services import answers, media, usage
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import Database, Transaction
from bot.turn import Turn
from handlers import routes

if TYPE_CHECKING:
    from bot.web.personas import Persona

STOP_SECONDS = 10
log = structlog.get_logger(__name__)


@dataclass(kw_only=True)
class Program:
    """The parts every command shares. `build` makes it; `close` lets go of the database."""

    settings: Settings
    clock: Clock
    database: Database
    library: Library
    index: Finder
    started: datetime
    secret: bytes  # signs what is given out
    web: WebChannel = field(default_factory=WebChannel)
    platforms: Platforms | None = None
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
            public_url=self.settings.public_url,
            secret=self.secret,
            quota=lambda channel, bot: usage.left(tx, channel, bot, now),
        )

    def channels(self) -> dict[tuple[str, str], Channel]:
        """Every channel this process sends on, by name and bot."""
        found: dict[tuple[str, str], Channel] = {("web", ""): self.web}
        if self.platforms:
            found |= self.platforms.channels()
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

    async def media_bytes(self, name: str) -> bytes | None:
        """A picture or file of ours, for a channel that uploads it; None when it is too old."""
        found = await media.load(self.database, self.library, name)
        return found.content if found else None

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
        secret=secret_key(settings),
    )


def with_platforms(program: Program) -> None:
    """Add every platform that has a token."""
    program.platforms = connect(
        program.settings, database=program.database, library=program.library, picture=program.media_bytes
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
        if program.platforms:
            for listening_to in program.platforms.listening(receive, listen=parts.web, stop=stop):
                tasks.create_task(listening_to)
        if parts.web:
            await _web(program, receive, stop=stop, listening=listening)
        else:
            await stop.wait()
        sending.set()
    if program.platforms:
        await program.platforms.close()


async def _within(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    try:
        await asyncio.wait_for(work(), seconds)
    except TimeoutError:
        log.warning("stopped before everything was sent; it goes out at the next start")


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
        webhooks=program.platforms.webhooks() if program.platforms else (),
        personas=program.personas,
    )
    await run_site(site, host=settings.host, port=settings.port, stop=stop, listening=listening)
