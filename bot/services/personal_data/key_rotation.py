"""Names and words sealed at rest: sealing what is not yet, and sealing everything again with a new key (0042)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import partial

from bot.core.errors import SetupFault
from bot.core.keyring import Keyring
from bot.storage import resealing
from bot.storage.database import Database, Transaction

LOST = (
    "The database is sealed with another key. Put the secret.key it was sealed with into DATA_DIR, or set SECRET_KEY "
    "to it; a former key goes into SECRET_KEYS_OLD. Without the key names cannot be read: restore a backup that "
    "carries it (BACKUP_PASSPHRASE)."
)


def opened(url: str, ring: Keyring, *, seal: date | None = None) -> Database:
    """The database, which seals and opens; with a day everything is sealed first that is not.

    SetupFault when it was sealed with a key that is not known here.
    """
    database = Database(url, ring)
    try:
        refuse_strange(database)
        if seal:
            seal_all(database, ring.mark, today=seal)
    except BaseException:
        database.close()
        raise
    return database


def refuse_strange(database: Database) -> None:
    """SetupFault when the database was sealed with a key that is not known here."""
    if database.read_now(lambda tx: resealing.has_tables(tx) and resealing.strange(tx)):
        raise SetupFault(LOST)


def seal_all(database: Database, mark: str, *, today: date, anew: bool = False) -> dict[str, int]:
    """Seal with the newest key whatever is not; by column how many values. Unless `anew`: not when that is known.

    Killed in between it goes on where it was: each portion is one transaction, and rows that are done are passed over.
    """
    if not anew and database.read_now(lambda tx: resealing.is_done(tx, mark)):
        return {}
    found: Counter[str] = Counter()
    for column in resealing.columns():
        name, after = resealing.name_of(column), None
        while True:
            work = partial(resealing.portion, column=column, after=after)
            after, count = database.write_now(work)
            if after is None:
                break
            found[name] += count
    if found:
        resealing.sweep_file(database)
    database.write_now(lambda tx: resealing.set_done(tx, mark, today))
    return dict(found)


def waiting(database: Database, mark: str, marks: frozenset[str]) -> int:
    """How many values can be opened, but are not sealed with the newest key."""
    return sum(each.plain + each.older for each in standing(database, mark, marks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one column stands: values that are not sealed, sealed with an older key, that nobody can open."""

    column: str
    plain: int
    older: int
    lost: int
    damaged: bool


def standing(database: Database, mark: str, marks: frozenset[str]) -> list[Standing]:
    """Every sealed column that is not wholly sealed with the newest key, or does not open."""

    def work(tx: Transaction) -> list[Standing]:
        found = []
        for column in resealing.columns():
            used = resealing.keys_in_use(tx, column)
            lost = sum(count for key, count in used.items() if key and key not in marks)
            each = Standing(
                column=resealing.name_of(column),
                plain=used.get("", 0),
                older=sum(count for key, count in used.items() if key in marks and key != mark),
                lost=lost,
                damaged=not lost and not resealing.newest_open(tx, column),
            )
            if each.plain or each.older or each.lost or each.damaged:
                found.append(each)
        return found

    return database.read_now(work)
