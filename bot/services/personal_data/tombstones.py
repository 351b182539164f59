"""What was erased, kept beside the database too: a backup that is restored does not know it (decision 0037).

The file holds a keyed hash and a time a line. Without the program's key nobody can tell whose chat it was. It lies
beside the database and beside every backup, and each is completed from the others: whichever is newest wins.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from bot.library import Library
from bot.services.personal_data import erasing
from bot.storage import tombstones
from bot.storage.database import Database, Transaction
from bot.storage.tombstones import Tombstone

FILE: Final = "erased.txt"
FOLDERS: Final = "backup-folders.txt"  # where backups were written to, one a line
log = structlog.get_logger(__name__)


def keep(database: Database, folder: Path) -> int:
    """Write down what is not in the folder's file yet, there and beside the backups; how many lines."""
    found = database.read_now(tombstones.every)
    count = add(folder, found)
    for other in _folders(folder):
        try:
            if other.is_dir():
                add(other, read(folder))
        except OSError as error:  # a disk that is not there now: the next backup completes it
            log.warning("what was erased could not be written beside the backups", error=error.strerror)
    return count


def add(folder: Path, marks: Sequence[Tombstone]) -> int:
    """Write into a folder's file what it does not hold yet; how many lines."""
    known = set(read(folder))
    new = [mark for mark in dict.fromkeys(marks) if mark not in known]
    if new:
        _append(folder, new)
    return len(new)


def exchange(folder: Path, backups: Path) -> None:
    """What was erased is in both files, the database's and the one beside the backups."""
    add(folder, read(backups))
    add(backups, read(folder))


def remember(folder: Path, backups: Path) -> None:
    """From now on write down beside these backups too what is erased."""
    if (where := backups.resolve()) not in _folders(folder):
        with (folder / FOLDERS).open("a", encoding="utf-8") as file:
            file.write(f"{where}\n")


def _folders(folder: Path) -> list[Path]:
    path = folder / FOLDERS
    return [Path(line) for line in path.read_text("utf-8").splitlines() if line] if path.exists() else []


def read(folder: Path) -> list[Tombstone]:
    """What the folder's file holds; a line that was cut off is passed over."""
    path = folder / FILE
    lines = path.read_text("utf-8", "replace").splitlines() if path.exists() else []
    return [mark for line in lines if (mark := _read(line))]


def reapply(
    database: Database,
    library: Library,
    folder: Path,
    *,
    keys: Sequence[bytes],
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
        return erasing.reapply(tx, library, sorted(wanted, key=_order), keys=keys, now=now, today=today)

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
