"""What was erased, kept beside the database too: a backup that is restored does not know it (decision 0037).

The file holds a keyed hash and a time a line. Without the program's key nobody can tell whose chat it was.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from bot.library import Library
from bot.services import erasing
from bot.storage import tombstones
from bot.storage.database import Database, Transaction
from bot.storage.tombstones import Tombstone

FILE: Final = "erased.txt"


def keep(database: Database, folder: Path) -> int:
    """Write down what is not in the folder's file yet; how many lines."""
    known = set(read(folder))
    new = [mark for mark in database.read_now(tombstones.every) if mark not in known]
    if new:
        _append(folder, new)
    return len(new)


def read(folder: Path) -> list[Tombstone]:
    """What the folder's file holds; a line that was cut off is passed over."""
    path = folder / FILE
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [mark for line in lines if (mark := _read(line))]


def reapply(
    database: Database,
    library: Library,
    folder: Path,
    *,
    key: bytes,
    now: datetime,
    zone: ZoneInfo,
    everything: bool = False,
) -> int:
    """Erase again whoever a restored backup has brought back; how many persons.

    At every start only what the database does not know is looked for; `everything`: all that was ever erased.
    """
    marks = read(folder)

    def work(tx: Transaction) -> int:
        known = tombstones.every(tx)
        wanted = {*marks, *known} if everything else set(marks) - set(known)
        if not wanted:
            return 0
        today = now.astimezone(zone).date()
        return erasing.reapply(tx, library, sorted(wanted, key=_order), key=key, now=now, today=today)

    return database.write_now(work)


def _order(mark: Tombstone) -> tuple[datetime, str]:
    return mark.at, mark.chat


def _append(folder: Path, marks: Sequence[Tombstone]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write("".join(f"\n{mark.chat} {mark.at.isoformat()}" for mark in marks) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _read(line: str) -> Tombstone | None:
    chat, _, at = line.strip().partition(" ")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return Tombstone(chat=chat, at=moment) if chat and moment.tzinfo else None
