"""A database of so many reports in seconds: a province, its teams and their year, put in by the database itself.

Of N reports: N/1000 teams (ten a commune, each with eight places, nine volunteers and a coordinator), N/10 persons,
twenty corrected reports in a thousand … One busy team has a fiftieth of all reports, one person half of those. The
person COORDINATOR coordinates every team. Every text is made up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Date, Integer, MetaData, Table, text

from benchmarks.scale.more import MORE
from benchmarks.scale.rows import REPORTS, Rows
from bot.models.base import UtcDateTime
from bot.storage.database import make_engine

END = datetime(2026, 11, 18, 2, tzinfo=UTC)  # a Wednesday; the newest report is of that day
DAYS = 364
BUSY = 50  # every so many reports are the first team's
_DAYS = Table(
    "bench_day",
    MetaData(),
    Column("k", Integer, primary_key=True),
    Column("day", Date),
    Column("at", UtcDateTime),
    Column("year", Integer),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of what belong to so many reports."""

    reports: int

    @property
    def teams(self) -> int:
        """Ten to a commune."""
        return max(1, self.reports // 1000)

    @property
    def persons(self) -> int:
        """Members of teams first, then residents."""
        return max(self.teams * 10, self.reports // 10)

    @property
    def coordinator(self) -> int:
        """Who coordinates every team."""
        return self.persons + 1

    @property
    def values(self) -> dict[str, int]:
        """As the statements take them."""
        reports, persons = self.reports, self.persons
        return {
            "reports": reports,
            "persons": persons,
            "everybody": persons + 1,
            "teams": self.teams,
            "members": self.teams * 10,
            "units": self.teams * 8,
            "messages": reports * 3 // 2,
            "due": reports // 5,
            "asked": reports // 20,
            "days": DAYS,
            "busy": BUSY,
        }


def seed(url: str, sizes: Sizes, *, messages: bool = True) -> None:
    """Fill a migrated, empty database; without `messages` only what reports are about."""
    engine = make_engine(url)
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
            connection.exec_driver_sql("SET synchronous_commit = off")
        _DAYS.create(connection)
        connection.execute(_DAYS.insert(), _days())
        connection.exec_driver_sql("ANALYZE bench_day")
        with _without_indexes(connection, sqlite=sqlite):
            for row in (*REPORTS, *(MORE if messages else ())):
                _fill(connection, row, sizes)
        if not sqlite:
            _set_sequences(connection)
        connection.commit()
        if not sqlite:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
        connection.invalidate()
    engine.dispose()


def _days() -> list[dict[str, Any]]:
    found = [(number, END - timedelta(days=DAYS - 1 - number)) for number in range(DAYS)]
    return [{"k": number, "day": at.date(), "at": at, "year": at.year} for number, at in found]


def _fill(connection: Connection, rows: Rows, sizes: Sizes) -> None:
    given = sizes.values
    if not given[rows.many]:
        return
    first = "SELECT CAST(0 AS BIGINT)"
    numbers = f"WITH RECURSIVE n(i) AS ({first} UNION ALL SELECT i + 1 FROM n WHERE i < :{rows.many} - 1)"  # noqa: S608
    joined = f" JOIN bench_day d ON d.k = {rows.day}" if rows.day else ""
    columns, values = ", ".join(rows.values), ", ".join(rows.values.values())
    statement = f"{numbers} INSERT INTO {rows.table} ({columns}) SELECT {values} FROM n{joined}"  # noqa: S608  our own
    for name, value in given.items():
        statement = statement.replace(f":{name}", str(value))
    connection.exec_driver_sql(statement.replace("%", "%%") if connection.dialect.name == "postgresql" else statement)


@contextmanager
def _without_indexes(connection: Connection, *, sqlite: bool) -> Iterator[None]:
    """Indexes are made at the end, all at once, which is faster."""
    query = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND substr(name, 1, 3) = 'ix_'"
        if sqlite
        else "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND left(indexname, 3) = 'ix_'"
    )
    found = connection.execute(text(query)).all()
    for name, _ in found:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    yield
    for _, made in found:
        connection.exec_driver_sql(made)


def _set_sequences(connection: Connection) -> None:
    for table in ("unit", "team", "person", "contact", "report", "audit", "due", "inbox", "outbox"):
        highest = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) > 0"  # noqa: S608
        connection.exec_driver_sql(highest)
