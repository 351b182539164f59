"""What summaries, lists, jobs, exports and the search cost with 1,000 to 1,000,000 reports, on both databases.

    python -m benchmarks.scale                     # all of it, three minutes; writes docs/benchmarks/scale.json
    python -m benchmarks.scale --most 100000       # no more reports than that

The databases are made-up provinces (benchmarks/scale/seed.py). Every case runs in a transaction that is rolled back;
its time is the median of up to fifteen runs, the spread their fastest and slowest tenth.
"""

import argparse
import json
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import structlog

from benchmarks import postgres
from benchmarks.results import Graph, Section, Series, Table, Target, save
from benchmarks.scale.cases import CASES, Province
from benchmarks.scale.seed import Sizes, seed
from bot.library import Library, load
from bot.storage import schema
from bot.storage.database import Database, Transaction

CONTENT = Path(__file__).parents[2] / "content"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
RUNS, SECONDS = 15, 1.0
LIMIT = 50.0  # milliseconds of a weekly summary
SUMMARIES = ("card", "commune", "province")  # the cases it is about
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of one case: the median, and the fastest and slowest tenth of its runs."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.1f} ({self.low:.1f}–{self.high:.1f})"


Found = dict[tuple[str, int, str], Measured]  # by database, number of reports and case
Exported = Mapping[str, Mapping[str, float]]


def measure(database: Database, province: Province) -> Iterator[tuple[str, Measured]]:
    """Every case."""
    for name, case in CASES.items():
        with database.engine.connect() as connection:
            if database.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            tx = Transaction(connection)
            case.run(tx, province)
            times: list[float] = []
            while len(times) < RUNS and (len(times) < 3 or sum(times) < SECONDS * 1000):
                started = time.perf_counter()
                case.run(tx, province)
                times.append(1000 * (time.perf_counter() - started))
            tx.finish()
            connection.rollback()
            connection.invalidate()
        times.sort()
        yield name, Measured(statistics.median(times), times[len(times) // 10], times[-1 - len(times) // 10])


def walk(folder: Path, sizes: tuple[int, ...], library: Library, *, messages: bool) -> tuple[Found, Exported]:
    """Every size on both databases; what exports of the largest SQLite file cost."""
    found: Found = {}
    exported: Exported = {}
    with ExitStack() as stack:
        server = postgres.start(folder / "pg", stack)
        for kind in DATABASES:
            for size in sizes:
                url = f"sqlite:///{folder / f'{size}.db'}" if kind == "sqlite" else server.create(f"scale_{size}")
                schema.upgrade(url)
                seed(url, Sizes(size), messages=messages)
                with closing(Database(url)) as database:
                    for name, measured in measure(database, Province(library, Sizes(size))):
                        found[kind, size, name] = measured
                        print(f"{kind:10} {size:9,} {name:14} {measured}", flush=True)
                if kind == "sqlite" and size == sizes[-1]:
                    exported = {name: _aside("export", name, url, str(size)) for name in ("csv", "xlsx")}
                    exported = {**exported, "small": _aside("export", "xlsx", url, str(size), "--rows", "10000")}
                if kind == "sqlite":
                    (folder / f"{size}.db").unlink()
    return found, exported


def _aside(*words: str) -> Mapping[str, float]:
    """What benchmarks/scale/aside.py says in a process of its own, so that memory is its own."""
    command = [sys.executable, "-m", "benchmarks.scale.aside", *words]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    print(words[0], *words[1:2], said.splitlines()[-1], flush=True)
    found: Mapping[str, float] = json.loads(said.splitlines()[-1])
    return found


def section(found: Found, exported: Exported, searched: Mapping[str, float]) -> Section:
    """All of it, ready to be kept."""
    largest = max(size for _, size, _ in found)
    targets = [
        Target(
            what=f"Weekly summary over {largest:,} reports, {DATABASES[kind]}: {CASES[name].title}",
            target=f"≤ {LIMIT:.0f} ms",
            found=f"{found[kind, largest, name].median:.1f} ms",
            hit=found[kind, largest, name].median <= LIMIT if largest == SIZES[-1] else None,
        )
        for kind in DATABASES
        for name in SUMMARIES
    ]
    return Section(
        name="scale",
        order=20,
        title="From a thousand reports to a million",
        text=(
            "`python -m benchmarks.scale`: made-up provinces with ten teams a commune and a thousand reports a team and"
            " year, put in by the database itself; one busy team has a fiftieth of all reports. Milliseconds in the"
            " process, the median of up to fifteen runs and their fastest and slowest tenth; SQLite in a file,"
            " PostgreSQL on the same machine. A province is one person who coordinates every team."
        ),
        targets=tuple(targets),
        tables=(_table(found), _exports(exported), _search(searched)),
        graphs=tuple(_graph(found, kind) for kind in DATABASES),
    )


def _table(found: Found) -> Table:
    columns = sorted({(list(DATABASES).index(kind), size) for kind, size, _ in found})
    kinds = list(DATABASES)
    return Table(
        head=("what, ms", *(f"{DATABASES[kinds[kind]]} {size:,}" for kind, size in columns)),
        rows=tuple(
            (case.title, *(str(found[kinds[kind], size, name]) for kind, size in columns))
            for name, case in CASES.items()
        ),
    )


def _exports(exported: Exported) -> Table:
    rows = [
        (
            name.upper() if name != "small" else "XLSX",
            f"{each['rows']:,.0f}",
            f"{each['seconds']:.1f}",
            f"{each['peak']:.0f}",
            f"{each['more']:.0f}",
            f"{each['bytes'] / 1e6:.1f}",
        )
        for name, each in exported.items()
    ]
    head = ("export to a file", "rows", "seconds", "peak MB of the process", "of them for the export", "file MB")
    return Table(head=head, rows=tuple(rows))


def _search(searched: Mapping[str, float]) -> Table:
    return Table(
        head=("search", "entries", "questions", "p50 ms", "p99 ms", "index made in ms"),
        rows=(
            (
                "facts and passages",
                f"{searched['entries']:,.0f}",
                f"{searched['questions']:,.0f}",
                f"{searched['p50']:.2f}",
                f"{searched['p99']:.2f}",
                f"{searched['build']:.0f}",
            ),
        ),
    )


def _graph(found: Found, kind: str) -> Graph:
    sizes = sorted({size for each, size, _ in found if each == kind})
    return Graph(
        name=kind,
        title=f"Cost against the number of reports, {DATABASES[kind]}",
        x="reports",
        y="ms, the median",
        log_x=True,
        log_y=True,
        series=tuple(
            Series(
                name=case.title,
                points=tuple((float(size), round(found[kind, size, name].median, 3)) for size in sizes),
            )
            for name, case in CASES.items()
            if case.drawn
        ),
    )


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="reports of the largest database")
    parser.add_argument(
        "--messages", action="store_true", help="with messages, reminders and questions too; twice as long"
    )
    chosen, _ = parser.parse_known_args()
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory(prefix="tungngo-scale-") as folder:
        sizes = tuple(size for size in SIZES if size <= chosen.most)
        found, exported = walk(Path(folder), sizes, load(CONTENT), messages=chosen.messages)
    print(save(section(found, exported, _aside("search"))))


if __name__ == "__main__":
    main()
