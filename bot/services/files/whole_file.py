"""A file that is written whole or not at all: beside its name, onto the disk, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import BinaryIO

from bot.core.errors import SetupFault


@contextmanager
def whole_file(path: Path, *, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A file to write (and to read again); it takes its name when the block ends well.

    Whatever happens, a file that had the name before stays whole until then. OSError when it cannot be written;
    SetupFault while somebody else writes to the same name.
    """
    beside = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT, mode), "w+b") as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            msg = f"Somebody else is writing to {path} now."
            raise SetupFault(msg) from None
        try:
            file.truncate()
            yield file
            file.flush()
            os.fsync(file.fileno())
            beside.replace(path)
        except BaseException:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
    keep_name(path.parent)


def keep_name(folder: Path) -> None:
    """A new name in a folder outlives a power cut once the folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
