"""New content without a new start: what editors save is taken over between two messages, unless it has faults."""

import asyncio
from collections.abc import AsyncIterable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import structlog

from bot import library as content
from bot.core.errors import DatabaseAway
from bot.library import Fault, Library
from bot.search.finder import Finder
from bot.services import answers

DEBOUNCE = 800  # milliseconds in which an editor's several writes are one change
STEP = 200  # milliseconds between two looks
log = structlog.get_logger(__name__)


class Reader(Protocol):
    """What serves the content: the program."""

    library: Library

    def renew(self, library: Library, index: Finder) -> None:
        """Serve this from the next message on."""

    def passages(self) -> Iterable[Any]:
        """The ingested documents, as they are found beside facts and lessons."""


async def follow(reader: Reader, folder: Path, changes: AsyncIterable[object]) -> None:
    """Take over every change of the folder; ends when the changes end, at the latest when the program stops."""
    try:
        async for _ in changes:
            with suppress(DatabaseAway):  # the documents cannot be read now; the next change tries again
                await asyncio.to_thread(take_over, reader, folder)
    except (OSError, RuntimeError) as error:  # no more watches to be had, or the folder is gone
        log.warning("content is not watched; a change needs a new start", reason=type(error).__name__)


def take_over(reader: Reader, folder: Path) -> list[Fault]:
    """Serve what is in the folder now; when it has faults the old content stays, and they are returned."""
    library, faults = content.read(folder)
    if faults:
        log.warning("content has faults; the old one stays", first=str(faults[0]), faults=len(faults))
        return faults
    if library.revision != reader.library.revision:
        reader.renew(library, answers.build_index(library, reader.passages()))
        log.info("content taken over", revision=library.revision)
    return []


def watched(folder: Path, stop: asyncio.Event) -> AsyncIterable[object]:
    """The changes of that folder until `stop`. watchfiles is imported only where something is watched."""
    from watchfiles import awatch  # noqa: PLC0415

    return awatch(folder, stop_event=stop, debounce=DEBOUNCE, step=STEP)
