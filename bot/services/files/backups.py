"""A backup of everything into one sealed file, and back into an empty database; compared row by row both times."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.core.errors import DatabaseAway, SetupFault
from bot.core.sealing import HEAD, SALT, Kind, Opener, kind_of, seal
from bot.services.files.backup_file import Manifest, Reading, Tally, compressed, lines, tally, verify
from bot.services.files.whole_file import whole_file
from bot.storage import backup, schema
from bot.storage.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a backup: what each table held, and how many bytes the file has."""

    tables: list[Tally]
    size: int


def write(database: Database, path: Path, opener: Opener, *, secret: str, now: datetime) -> Made:
    """Write a backup of one moment while others go on writing; read it back and compare; only then take its name.

    Whatever happens on the way, a file that had the name before stays whole. SetupFault, one clear line, when it cannot
    be written or read back.
    """
    told: list[Tally] = []

    def work(tx: Transaction) -> int:
        manifest = Manifest(
            schema=schema.version_of(tx), made_at=now.isoformat(), marks=backup.marks(tx), secret=secret
        )
        sealed = seal(compressed(lines(tx, manifest, told)), opener, salt=secrets.token_bytes(SALT))
        with whole_file(path, mode=0o600) as file:
            for piece in sealed:
                file.write(piece)
            size = file.tell()
            file.seek(0)
            _compare(path, verify(file, opener)[1], told)
        return size

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        size = database.read_now(work)
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror}). What stood there before is whole."
        raise SetupFault(msg) from None
    except DatabaseAway:
        msg = "The database cannot be read. Check DATABASE_URL; 'tungngo doctor' tells more."
        raise SetupFault(msg) from None
    return Made(told, size)


def _compare(path: Path, found: list[Tally], told: list[Tally]) -> None:
    if found != told:
        msg = f"What was written to {path} is not what was read from the database. Try again; check the disk."
        raise SetupFault(msg)


def sealed_with(path: Path) -> Kind:
    """What a backup is opened with. SetupFault when it is none or cannot be read."""
    try:
        with path.open("rb") as file:
            return kind_of(file.read(HEAD))
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror})."
        raise SetupFault(msg) from None


def look(path: Path, opener: Opener, url: str) -> Manifest:
    """Read all of a backup, and see that it fits an empty database there. SetupFault before anything is changed."""
    with path.open("rb") as file:
        manifest, _ = verify(file, opener)
    there = schema.version(url)
    if not schema.knows(manifest.schema):
        msg = f"The backup was made by a newer version of this program ({manifest.schema}). Install that version."
        raise SetupFault(msg)
    if there and there != manifest.schema:
        _refuse_full(url)
        msg = (
            f"The database is empty, but made for version {there}; the backup is of {manifest.schema}. Remove it first."
        )
        raise SetupFault(msg)
    if there:
        _refuse_full(url)
    return manifest


def _refuse_full(url: str) -> None:
    database = Database(url)
    try:
        if not database.read_now(backup.is_empty):
            raise SetupFault(FULL)
    finally:
        database.close()


FULL = (
    "The database is not empty. A backup is restored into an empty one only: choose another DATABASE_URL or DATA_DIR."
)


def fits(path: Path, opener: Opener) -> bool:
    """Whether it opens the file. SetupFault when this is no backup."""
    with path.open("rb") as file:
        return opener.opens(file.read(HEAD))


def restore(path: Path, opener: Opener, url: str) -> tuple[Manifest, list[Tally]]:
    """Put a backup into an empty database, all of it or nothing, and bring it to this program's version.

    What is then in the database is read again and compared. SetupFault, one clear line, otherwise.
    """
    manifest = look(path, opener, url)
    schema.upgrade(url, to=manifest.schema)
    database = Database(url)
    try:
        told = database.write_now(lambda tx: _put(tx, path, opener))
    except DatabaseAway:
        msg = "The database cannot be written. Nothing was restored."
        raise SetupFault(msg) from None
    finally:
        database.close()
    schema.upgrade(url)
    return manifest, told


def _put(tx: Transaction, path: Path, opener: Opener) -> list[Tally]:
    if not backup.is_empty(tx):  # somebody was quicker
        raise SetupFault(FULL)
    told = []
    with path.open("rb") as file:
        reading = Reading(file, opener)
        for section in reading.tables():
            backup.put(tx, section.shape, section.rows())
            told.append(tally(tx, section.shape))
            if told[-1] != section.told:
                msg = f"The rows of {section.shape.name} came out otherwise than they were saved. Nothing was restored."
                raise SetupFault(msg)
        backup.set_marks(tx, reading.manifest.marks)
    return told
