"""The whole program as a value: every part built here, started in order, stopped in reverse."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from bot import content_reload, metrics
from bot.channels.web import WebChannel, told_elsewhere
from bot.core.channel import Channel
from bot.core.clock import Clock, system_clock
from bot.core.conversation import State
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, OutboundMessage
from bot.core.people import Speaker
from bot.library import Library, load
from bot.meter import Meter
from bot.platforms import Platforms, connect
from bot.receiver import Receiver
from bot.search.finder import Finder
from bot.secret import keyring, secret_keys
from bot.sender import Sender, owner_name
from bot.services import answers, usage
from bot.services.files import media
from bot.services.local_answers import Shelf
from bot.services.personal_data import key_rotation, retention, tombstones
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import Database, Transaction
from bot.storage.line import Line, open_line
from bot.turn import Turn
from handlers import routes

if TYPE_CHECKING:
    from bot.web.personas import Persona

STOP_SECONDS = 10
log = structlog.get_logger(__name__)


class Holder(Protocol):
    """A part that holds the content beside the program."""

    library: Library


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
    former: tuple[bytes, ...] = ()  # check what was signed before the key was renewed
    local: Shelf = field(default_factory=Shelf)
    web: WebChannel = field(default_factory=WebChannel)
    platforms: Platforms | None = None
    extra: Sequence[Channel] = ()
    commune: str = "Từng Ngõ"
    personas: "Sequence[Persona]" = ()
    meter: Meter = field(default_factory=Meter)
    holders: list[Holder] = field(default_factory=list)  # they are given new content too
    _swap: threading.Lock = field(default_factory=threading.Lock)

    @property
    def owner(self) -> str:
        """This process's name on the messages it holds."""
        return owner_name(self.started)

    def turn(self, tx: Transaction, message: InboundMessage, speaker: Speaker, state: State, now: datetime) -> Turn:
        """One message's turn: all of it on the same content."""
        with self._swap:
            library, index = self.library, self.index
        return Turn(
            now=now,
            message=message,
            speaker=speaker,
            state=state,
            tx=tx,
            library=library,
            index=index,
            local=self.local,
            zone=self.settings.zone,
            public_url=self.settings.public_url,
            buttons=self._has_buttons(message),
            secret=self.secret,
            quota=lambda channel, bot: usage.left(tx, channel, bot, now),
        )

    def _has_buttons(self, message: InboundMessage) -> bool:
        channel = self.channels().get((message.channel, message.bot))
        return channel is None or channel.capabilities.buttons

    def channels(self) -> dict[tuple[str, str], Channel]:
        """Every channel this process sends on, by name and bot."""
        found: dict[tuple[str, str], Channel] = {("web", ""): self.web}
        if self.platforms:
            found |= self.platforms.channels()
        return found | {(channel.name, ""): channel for channel in self.extra}

    def receiver(self, sender: Sender | None = None, line: Line | None = None) -> Receiver:
        """What takes inbound messages; with a sender in this process answers leave at once, else the line rings."""
        return Receiver(
            database=self.database,
            clock=self.clock,
            make_turn=self.turn,
            dialogue=self.meter.answered(routes.respond),
            sorry=routes.sorry,
            slower=routes.slower,
            owner=sender.owner if sender else "",
            holds=sender.holds if sender else lambda *_: False,
            deliver=sender.deliver if sender else told_elsewhere(self.web, line.ring if line else lambda: None),
            default_locale=self.settings.default_locale,
        )

    def line(self) -> Line:
        """The line to the other processes on this database. To be made on the event loop it runs on."""
        return open_line(self.settings.database, [key for key in self.channels() if key[1]])

    def sender(self, line: Line | None = None) -> Sender:
        """What sends the outbox. To be made on the event loop it runs on."""
        channels = {key: self.meter.sending(channel) for key, channel in self.channels().items()}
        return Sender(database=self.database, channels=channels, clock=self.clock, owner=self.owner, line=line)

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

    async def metrics(self) -> bytes:
        """What was counted here and how it stands in the database, as Prometheus reads it."""
        return await metrics.gather(self.meter, self.database.read, self.clock())

    def reached_at(self, url: str) -> None:
        """The web server listens. In the demo its own address serves in links and pictures to scan."""
        if self.personas:
            self.settings = self.settings.model_copy(update={"public_url": url.rstrip("/")})

    def renew(self, library: Library, index: Finder) -> None:
        """Serve this content from the next message on."""
        with self._swap:
            self.library, self.index = library, index
        for holder in self.holders:
            holder.library = library

    def passages(self) -> Iterable[Any]:
        """The ingested documents, for the index."""
        return self.database.read_now(answers.stored_passages)

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
    keys, today = secret_keys(settings), clock().astimezone(settings.zone).date()
    database = key_rotation.opened(settings.database, keyring(settings), seal=today if create else None)
    passages = database.read_now(answers.stored_passages)
    return Program(
        settings=settings,
        clock=clock,
        database=database,
        library=library,
        index=answers.build_index(library, passages),
        started=clock(),
        secret=keys[0],
        former=keys[1:],
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
    settings, keys = program.settings, (program.secret, *program.former)
    erase_again = partial(tombstones.reapply, program.database, program.library, settings.data_dir, keys=keys)
    await asyncio.to_thread(erase_again, now=program.clock(), zone=settings.zone)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        line = program.line()
        sender = program.sender(line) if parts.sender else None
        receive = program.meter.received(program.receiver(sender, line).receive)
        sending = asyncio.Event()
        if sender:
            stack.push_async_callback(_within, sender.finish, STOP_SECONDS)
        tasks.create_task((sender or line).run(sending))
        if parts.scheduler:
            from scheduler.jobs import Office  # noqa: PLC0415
            from scheduler.runner import run_jobs  # noqa: PLC0415  APScheduler only where jobs run

            office = Office(
                database=program.database,
                library=program.library,
                zone=program.settings.zone,
                clock=program.clock,
                wake=sender.wake if sender else lambda: None,
                failed=program.meter.job_failed,
                periods=retention.Periods.of(program.settings),
                erased=program.settings.data_dir,
            )
            program.holders.append(office)
            tasks.create_task(run_jobs(office, stop))
        folder = program.settings.content_dir
        tasks.create_task(content_reload.follow(program, folder, content_reload.watched(folder, stop)))
        if program.settings.metrics_port:
            from bot.web.private import run_private  # noqa: PLC0415

            host, port = program.settings.metrics_host, program.settings.metrics_port
            tasks.create_task(run_private(program, host=host, port=port, stop=stop))
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
    from bot.web.application import run_site  # noqa: PLC0415  uvicorn only where pages are served
    from bot.web.hosts import our_hosts  # noqa: PLC0415
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
        clock=program.clock,
        secret=program.secret,
        former=program.former,
        webhooks=program.platforms.webhooks() if program.platforms else (),
        personas=program.personas,
        zone=settings.zone,
        watch=None if settings.public_url else program,
        hosts=our_hosts(settings.public_url, settings.host),
    )
    program.holders.append(site)
    await run_site(site, host=settings.host, port=settings.port, stop=stop, listening=listening)
