"""Queries for a backup: every table as it stands in the database, whatever its version, row by row."""

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    TableClause,
    Text,
    column,
    func,
    inspect,
    literal_column,
    select,
    table,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from bot.core.errors import DatabaseAway, SetupFault
from bot.models.base import UtcDateTime
from bot.storage.database import Transaction, is_away

AT_ONCE: Final = 1000
VERSION: Final = "alembic_version"
KINDS: Final[tuple[tuple[type[TypeEngine[Any]], str], ...]] = (
    (Boolean, "bool"),
    (Integer, "int"),
    (Float, "float"),
    (DateTime, "time"),
    (Date, "date"),
    (LargeBinary, "bytes"),
)  # everything else is text
TYPES: Final[dict[str, Callable[[], TypeEngine[Any]]]] = {
    "bool": Boolean,
    "int": Integer,
    "float": Float,
    "time": UtcDateTime,
    "date": Date,
    "bytes": LargeBinary,
    "text": Text,
}
FROM_JSON: Final[dict[str, Callable[[Any], Any]]] = {
    "time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "bytes": base64.b64decode,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One table: its columns in the order they are written, what each holds, and by what its rows are ordered."""

    name: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    key: tuple[str, ...]

    def table(self) -> TableClause:
        """The table as SQLAlchemy takes it."""
        made = [column(name, TYPES[kind]()) for name, kind in zip(self.columns, self.kinds, strict=True)]
        return table(self.name, *made)


def shapes(tx: Transaction) -> list[Shape]:
    """Every table that is there, each after those it refers to."""
    found = MetaData()
    found.reflect(tx.connection, only=lambda name, _: name != VERSION)
    return [
        Shape(
            name=each.name,
            columns=tuple(one.name for one in each.columns),
            kinds=tuple(_kind(one.type) for one in each.columns),
            key=tuple(one.name for one in each.primary_key.columns),
        )
        for each in found.sorted_tables
    ]


def _kind(found: TypeEngine[Any]) -> str:
    return next((kind for each, kind in KINDS if isinstance(found, each)), "text")


def is_empty(tx: Transaction) -> bool:
    """Whether no table has a row; true where there are no tables."""
    names = [name for name in inspect(tx.connection).get_table_names() if name != VERSION]
    queries: list[Select[Any]] = [select(literal_column("1")).select_from(table(name)).limit(1) for name in names]
    return all(tx.connection.execute(query).first() is None for query in queries)


def rows(tx: Transaction, shape: Shape) -> Iterator[list[Any]]:
    """Every row, as values that JSON takes, in an order that both databases share. Little memory, however many."""
    binary = [number for number, kind in enumerate(shape.kinds) if kind == "bytes"]
    found = tx.connection.execute(_in_order(tx, shape), execution_options={"yield_per": AT_ONCE})
    for row in found:
        values = list(row)
        for number in binary:
            values[number] = None if values[number] is None else base64.b64encode(values[number]).decode()
        yield values


def _in_order(tx: Transaction, shape: Shape) -> Select[Any]:
    made = shape.table()
    kinds = dict(zip(shape.columns, shape.kinds, strict=True))
    by: list[Any] = [
        made.c[name].collate("C") if tx.is_postgres and kinds[name] == "text" else made.c[name] for name in shape.key
    ]
    return select(*made.c).order_by(*by)


def put(tx: Transaction, shape: Shape, found: Iterable[Sequence[Any]]) -> None:
    """Insert rows as `rows` gives them. SetupFault for what this database cannot hold."""
    if tx.is_postgres:
        _copy(tx, shape, found)
        return
    try:
        _insert(tx, shape, found)
    except DBAPIError as error:
        if is_away(error):
            raise DatabaseAway from error
        raise _does_not_fit(shape, error) from None


def _does_not_fit(shape: Shape, error: Exception) -> SetupFault:
    return SetupFault(
        f"The rows of {shape.name} do not fit into this database ({type(error).__name__}). Nothing was restored."
    )


def _insert(tx: Transaction, shape: Shape, found: Iterable[Sequence[Any]]) -> None:
    made, batch = shape.table().insert(), []
    read = [FROM_JSON.get(kind) for kind in shape.kinds]
    for row in found:
        values = (value if value is None or way is None else way(value) for value, way in zip(row, read, strict=True))
        batch.append(dict(zip(shape.columns, values, strict=True)))
        if len(batch) == AT_ONCE:
            tx.connection.execute(made, batch)
            batch = []
    if batch:
        tx.connection.execute(made, batch)


def _copy(tx: Transaction, shape: Shape, found: Iterable[Sequence[Any]]) -> None:
    """COPY is three times as fast. Times and dates go as they stand in the file."""
    import psycopg  # noqa: PLC0415  loaded already where the database is PostgreSQL
    from psycopg import sql  # noqa: PLC0415

    binary = [number for number, kind in enumerate(shape.kinds) if kind == "bytes"]
    columns = sql.SQL(", ").join(map(sql.Identifier, shape.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(shape.name), columns)
    try:
        with tx.driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in found:
                values = list(row)
                for number in binary:
                    values[number] = None if values[number] is None else base64.b64decode(values[number])
                copy.write_row(values)
    except psycopg.OperationalError as error:
        raise DatabaseAway from error
    except psycopg.Error as error:
        raise _does_not_fit(shape, error) from None


def marks(tx: Transaction) -> dict[str, int]:
    """By table the highest number ever given to a row, where the database remembers it: none is given twice."""
    if not tx.is_postgres:
        there = tx.connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").first()
        kept = tx.connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence") if there else ()
        return {row.name: row.seq for row in kept}
    found = {}
    for name, sequence in _sequences(tx).items():
        last, called = tx.connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()  # noqa: S608
        found[name] = last if called else 0
    return found


def set_marks(tx: Transaction, found: dict[str, int]) -> None:
    """Go on numbering after them, and after every row that is there."""
    if not tx.is_postgres:
        for name, mark in found.items():
            values = {"name": name, "mark": mark}
            raised = "UPDATE sqlite_sequence SET seq = max(seq, :mark) WHERE name = :name"
            if not tx.connection.exec_driver_sql(raised, values).rowcount and _counts(tx, name):
                tx.connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :mark)", values)
        return
    for name, sequence in _sequences(tx).items():
        there = tx.connection.execute(select(func.max(column("id"))).select_from(table(name))).scalar() or 0
        if highest := max(there, found.get(name, 0)):
            tx.connection.execute(select(func.setval(sequence, highest)))


def _counts(tx: Transaction, name: str) -> bool:
    """Whether SQLite remembers the numbers of that table."""
    made = "SELECT 1 FROM sqlite_master WHERE name = :name AND sql LIKE '%AUTOINCREMENT%'"
    return tx.connection.exec_driver_sql(made, {"name": name}).first() is not None


def _sequences(tx: Transaction) -> dict[str, str]:
    """By table the sequence behind its `id`."""
    there = inspect(tx.connection)
    query = "SELECT pg_get_serial_sequence(quote_ident(%(name)s), 'id')"
    columns = there.get_multi_columns()
    with_id = [name for (_, name), found in columns.items() if any(each["name"] == "id" for each in found)]
    found = {name: tx.connection.exec_driver_sql(query, {"name": name}).scalar() for name in with_id}
    return {name: sequence for name, sequence in found.items() if sequence}
