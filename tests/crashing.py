"""What tests that kill share: processes to be killed, the points at which, and what is looked at afterwards."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bot.models import METADATA
from bot.storage.database import Database, Transaction
from tests.databases import PostgresTemplate

ROOT: Final = Path(__file__).parent.parent
EVERY: Final = "EVERY_CRASH_POINT"  # set to 1, as `make prove` does: no crash point is left out
WORKERS: Final = 2 if os.environ.get(EVERY) == "1" else 1  # one is enough for a few points
MEMORY: Final = Path("/dev/shm")  # noqa: S108  a file system, not a file

Point = tuple[str, str]  # what is counted ("write", "commit", "send"), and whether it dies before or after it
Rows = dict[str, list[dict[str, Any]]]


def stride(usual: int) -> int:
    """Every how many-th crash point is taken: each one where everything is asked for."""
    return 1 if os.environ.get(EVERY) == "1" else usual


def everything(tx: Transaction, passing: Mapping[str, set[str]] | None = None) -> Rows:
    """Every row of every table, without the columns that may differ between a straight way and a broken one."""
    found = {}
    for table in METADATA.sorted_tables:
        query = table.select().order_by(*table.primary_key.columns)
        rows = [dict(row) for row in tx.connection.execute(query).mappings()]
        left_out = (passing or {}).get(table.name, set())
        found[table.name] = [{name: value for name, value in row.items() if name not in left_out} for row in rows]
    return found


def stored(url: str, passing: Mapping[str, set[str]] | None = None) -> Rows:
    """The same, of the database at that address."""
    with closing(Database(url)) as database:
        return database.read_now(lambda tx: everything(tx, passing))


def sent(folder: Path) -> list[tuple[int, str]]:
    """What has reached people, in order: the row of the outbox, the text."""
    path = folder / "sent"
    return [(row, said) for row, said in map(json.loads, path.read_text("utf-8").splitlines())] if path.exists() else []


class Child:
    """One process that plays runs, one after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash_runs"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, folder: Path, kind: str = "", when: str = "", number: int = 0, *, url: str = "") -> bool:
        """Whether it got through; False when it was killed. AssertionError when it broke."""
        assert self._process.stdin
        assert self._process.stdout
        wanted = {"folder": str(folder), "url": url, "kind": kind, "when": when, "number": number}
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        assert code in (0, -signal.SIGKILL), (folder / "log").read_text("utf-8")
        return code == 0

    def close(self) -> None:
        self._process.communicate()


@dataclass
class Plan:
    """Hands out crash points of every kind, n = 1, 2, 3 …, until a run of that kind gets through."""

    strides: Mapping[Point, int]
    numbers: Counter[Point] = field(default_factory=Counter)
    through: set[Point] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> tuple[Point, int] | None:
        with self.lock:
            left = [kind for kind in self.strides if kind not in self.through]
            if not left:
                return None
            kind = min(left, key=lambda each: self.numbers[each] / self.strides[each])
            self.numbers[kind] += self.strides[kind]
            return kind, self.numbers[kind]

    def play(self, children: list[Child], life: Callable[[Child, Point, int], bool]) -> None:
        """Lead a life for each point; `life` says whether it got through."""

        def work(child: Child) -> None:
            while point := self.next():
                if life(child, *point):
                    self.through.add(point[0])

        with ThreadPoolExecutor(len(children)) as pool:
            list(pool.map(work, children))


def wait_until_left(template: PostgresTemplate, name: str) -> None:
    """Until the server has seen that the killed process is gone: what it was writing is undone then."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
    with template._connect() as connection:
        for _ in range(10_000):
            row = connection.execute(asked, (name,)).fetchone()
            if row == (0,):
                return
    msg = f"somebody is still connected to {name}"
    raise AssertionError(msg)
