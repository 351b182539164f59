"""Sealed columns as they stand in the database: what is not sealed with the newest key is sealed again, in portions.

A portion is a transaction of its own and leaves rows that are done alone, so that it can be killed and begun anew.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    Column,
    LargeBinary,
    Text,
    and_,
    bindparam,
    delete,
    func,
    inspect,
    literal,
    select,
    type_coerce,
    update,
)
from sqlalchemy.exc import DBAPIError

from bot.models import METADATA
from bot.models.sealed import SEALED, SealedBytes, sealer_of
from bot.storage import reminders
from bot.storage.database import Database, Transaction

PORTION: Final = 500
SAMPLE: Final = 200  # of the newest rows of a column, opened to see that they open
MARK: Final = 9  # characters by which a sealed value tells its key
_DONE: Final = "sealed "  # job_mark: everything is sealed with the key named after it


def columns() -> Iterator[Column[Any]]:
    """Every column that is sealed at rest."""
    for table in METADATA.sorted_tables:
        yield from (column for column in table.columns if isinstance(column.type, SEALED))


def name_of(column: Column[Any]) -> str:
    """As reports name it."""
    return f"{column.table.name}.{column.name}"


def portion(tx: Transaction, column: Column[Any], after: Any) -> tuple[Any, int]:
    """Seal the next rows; (the key of the last one looked at: None when there are no more, how many were sealed)."""
    sealer = sealer_of(tx.connection.dialect)
    assert sealer
    (key,) = column.table.primary_key
    stale = _beginning(column) != literal(*_as_stored(column, sealer.mark))
    where = [column.is_not(None), func.length(_stored(column)) > 0, stale]
    query = select(key, column).where(*where).order_by(key).limit(PORTION).with_for_update()
    rows = tx.connection.execute(query if after is None else query.where(key > after)).all()
    values = [{"row": number, "value": value} for number, value in rows]
    if values:
        again = update(column.table).where(key == bindparam("row")).values({column.name: bindparam("value")})
        tx.connection.execute(again, values)
    return (rows[-1][0] if rows else None), len(values)


def keys_in_use(tx: Transaction, column: Column[Any]) -> dict[str, int]:
    """By what names a key, how many values of the column are sealed with it; "" for those that are not sealed."""
    begins = _beginning(column)
    sealed = begins.like("~%") if not _is_bytes(column) else func.substr(_stored(column), 1, 1) == b"~"
    query: Any = select(begins, func.count()).where(and_(sealed, column.is_not(None))).group_by(begins).order_by(begins)
    found = {_text(mark): count for mark, count in tx.connection.execute(query).all()}
    every = select(func.count()).where(column.is_not(None), func.length(_stored(column)) > 0)
    plain = int(tx.connection.execute(every).scalar_one()) - sum(found.values())
    return found | ({"": plain} if plain else {})


def newest_open(tx: Transaction, column: Column[Any]) -> bool:
    """Whether the newest values can be opened. Raises nothing."""
    (key,) = column.table.primary_key
    query = select(column).where(column.is_not(None)).order_by(key.desc()).limit(SAMPLE)
    try:
        tx.connection.execute(query).all()
    except ValueError:  # CannotOpen, or no JSON any more
        return False
    return True


def strange(tx: Transaction) -> bool:
    """Whether the newest name that is sealed was sealed with a key that is not known here."""
    person, sealer = METADATA.tables["person"], sealer_of(tx.connection.dialect)
    begins = _beginning(person.c.name)
    query = select(begins).where(begins.like("~%")).order_by(person.c.id.desc()).limit(1)
    mark = tx.connection.execute(query).scalar_one_or_none()
    return bool(mark and sealer and mark not in sealer.marks)


def is_done(tx: Transaction, mark: str) -> bool:
    """Whether everything was sealed with that key once; what came later was born so."""
    return reminders.mark_of(tx, f"{_DONE}{mark}") is not None


def set_done(tx: Transaction, mark: str, today: date) -> None:
    """Note it; of other keys nobody can say so any more."""
    marks = METADATA.tables["job_mark"]
    tx.connection.execute(delete(marks).where(marks.c.name.startswith(_DONE)))
    reminders.set_mark(tx, f"{_DONE}{mark}", today)


def has_tables(tx: Transaction) -> bool:
    """Whether there is anything to look at."""
    return inspect(tx.connection).has_table("job_mark")


def sweep_file(database: Database) -> bool:
    """On SQLite: write the file anew, so that nothing of what was deleted is left in it; False when it cannot be now.

    On PostgreSQL this is the server's business (docs/operation.md): true.
    """
    if not database.is_sqlite:
        return True
    with database.engine.connect() as connection:
        try:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        except DBAPIError:  # somebody else reads, or the disk is full
            return False
    return True


def _is_bytes(column: Column[Any]) -> bool:
    return isinstance(column.type, SealedBytes)


def _stored(column: Column[Any]) -> Any:
    return type_coerce(column, LargeBinary if _is_bytes(column) else Text)


def _beginning(column: Column[Any]) -> Any:
    kind = LargeBinary if _is_bytes(column) else Text
    return func.substr(_stored(column), 1, MARK, type_=kind)


def _as_stored(column: Column[Any], mark: str) -> tuple[Any, Any]:
    return (mark.encode(), LargeBinary) if _is_bytes(column) else (mark, Text)


def _text(mark: str | bytes) -> str:
    return mark.decode("latin-1") if isinstance(mark, bytes) else mark
