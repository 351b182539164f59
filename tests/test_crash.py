"""Promises 1 and 2, with kill -9: whatever the instant, nothing acknowledged is lost and nothing is done twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import text

from bot.models import METADATA
from bot.services import teams
from bot.storage.database import Database, Transaction
from tests.crash_runs import NOW
from tests.databases import PostgresTemplate, SqliteTemplate
from tests.services.commune import TEAM, add_team

ROOT = Path(__file__).parent.parent
WORKERS = 2
MEMORY = Path("/dev/shm")  # noqa: S108  a file system, not a file
# Every commit and every sending is a crash point, before and after. Of the other statements, whose instants all lie
# between the same two commits and must therefore come out alike, every ninth is.
KINDS = {
    ("commit", "before"): 1,
    ("commit", "after"): 1,
    ("send", "before"): 1,
    ("send", "after"): 1,
    ("write", "after"): 9,
}
CODE = "{code}"
TALK = [
    ("text", f"/start {CODE}"),
    ("tap", "agree:learn"),
    ("tap", "agree:report"),
    ("text", "bao cao"),
    ("tap", "f:day=hôm nay"),
    ("text", "thon 3"),
    ("tap", "f:kind=home"),
    ("text", "5"),
    ("text", "8"),
    ("text", "3"),
    ("tap", "f:skills=vneid"),
    ("tap", "f:skills=="),
    ("tap", "f:result=done"),
    ("tap", "do:send"),
    ("tap", "lesson:{lesson}"),
    *[("text", "1")] * 2,
    ("text", "10/10 la ngay gi"),
    ("text", "giá vàng hôm nay thế nào"),
]
LESSON = "L6"
PASSING = {"inbox": {"received_at"}, "outbox": {"attempts", "owner", "lease_until", "reason", "due_at"}}


def everything(tx: Transaction) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, without what may differ between a straight way and a broken one."""
    found = {}
    for table in METADATA.sorted_tables:
        query = table.select().order_by(*table.primary_key.columns)
        rows = [dict(row) for row in tx.connection.execute(query).mappings()]
        found[table.name] = [
            {name: value for name, value in row.items() if name not in PASSING.get(table.name, ())} for row in rows
        ]
    return found


def stored(folder: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(Database(f"sqlite:///{folder / 'tungngo.db'}")) as database:
        return database.read_now(everything)


def sent(folder: Path) -> list[tuple[int, str]]:
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

    numbers: Counter[tuple[str, str]] = field(default_factory=Counter)
    through: set[tuple[str, str]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    begun: int = 0

    def next(self) -> tuple[tuple[str, str], int] | None:
        with self.lock:
            left = [kind for kind in KINDS if kind not in self.through]
            if not left:
                return None
            kind = min(left, key=lambda each: self.numbers[each] / KINDS[each])
            self.numbers[kind] += KINDS[kind]
            return kind, self.numbers[kind]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """Where the databases lie: in memory where there is such a place. What a process wrote outlives it there too."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


@pytest.fixture
def start(sqlite_template: SqliteTemplate, room: Path) -> Path:
    """A folder with a commune, an invitation and a feed."""
    folder = room / "start"
    folder.mkdir()
    _begin(sqlite_template.fresh(folder), folder)
    return folder


def _begin(url: str, folder: Path) -> None:
    with closing(Database(url)) as database:
        database.write_now(lambda tx: add_team(tx, NOW))
        code = database.write_now(lambda tx: teams.invite(tx, team=TEAM, role="volunteer", uses=5, days=9, now=NOW))
    lines = [(kind, words.format(code=code, lesson=LESSON) if "{" in words else words) for kind, words in TALK]
    (folder / "feed").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


@pytest.fixture
def children() -> Iterator[list[Child]]:
    made = [Child() for _ in range(WORKERS)]
    yield made
    for child in made:
        child.close()


@pytest.mark.fault(
    "kill -9 of the receiver or the sender",
    "SIGKILL at every commit and sending, before and after, at every ninth statement; on PostgreSQL at four points",
)
def test_whenever_it_is_killed_nothing_is_lost_and_nothing_is_done_twice(
    start: Path, children: list[Child], room: Path
) -> None:
    straight = room / "straight"
    shutil.copytree(start, straight)
    assert children[0].run(straight)
    expected = stored(straight)
    _is_what_was_meant(expected, sent(straight))
    plan = Plan()

    def work(child: Child) -> None:
        while point := plan.next():
            (kind, when), number = point
            folder = room / f"{kind}-{when}-{number}"
            shutil.copytree(start, folder)
            if child.run(folder, kind, when, number):
                plan.through.add(point[0])
            before = sent(folder)
            assert child.run(folder)
            _is_whole(folder, expected, before)
            shutil.rmtree(folder)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, children))
    assert plan.numbers["commit", "after"] > len(TALK)
    assert plan.numbers["send", "after"] > len(TALK)


def _is_what_was_meant(expected: dict[str, list[dict[str, Any]]], said: list[tuple[int, str]]) -> None:
    """The conversation did what its words say; else everything below would be true of nothing."""
    (report,) = expected["report"]
    assert (report["households"], report["people"], report["elderly"], report["result"]) == (5, 8, 3, "done")
    assert report["answers"]["skills"] == {"vneid": None}
    assert expected["lesson_progress"][0]["step"] == 2
    assert len(expected["open_question"]) == 1
    assert [row["status"] for row in expected["inbox"]] == ["done"] * len(TALK)
    assert [row for row, _ in said] == [row["id"] for row in expected["outbox"]]
    assert len(said) == len(TALK)


def _is_whole(folder: Path, expected: dict[str, list[dict[str, Any]]], before: list[tuple[int, str]]) -> None:
    where = folder.name
    found = stored(folder)
    assert [row["external_id"] for row in found["inbox"]] == [str(number) for number in range(len(TALK))], where
    assert len(found["report"]) == 1, where
    assert found == expected, where
    reached = sent(folder)
    assert list(dict.fromkeys(reached)) == [(row["id"], row["body"]["text"]) for row in found["outbox"]], where
    twice = [each for each, times in Counter(reached).items() if times > 1]
    assert twice in ([], before[-1:]), where  # only what was on its way
    assert len(reached) <= len(TALK) + 1, where


@pytest.mark.fault(
    "kill -9 of the receiver or the sender",
    "SIGKILL at every commit and sending, before and after, at every ninth statement; on PostgreSQL at four points",
)
def test_on_a_server_too_nothing_is_lost_and_nothing_is_done_twice(
    postgres_template: PostgresTemplate, children: list[Child], tmp_path: Path
) -> None:
    """Numbers have gaps there, so that texts and counts are compared, not rows."""
    start = postgres_template.fresh()
    _begin(postgres_template.url(start), tmp_path)

    def life(folder: Path, *point: Any) -> tuple[bool, list[str], dict[str, int]]:
        folder.mkdir()
        shutil.copy(tmp_path / "feed", folder)
        name = postgres_template.fresh(of=start)
        url = postgres_template.url(name)
        through = children[0].run(folder, *point, url=url)
        before = sent(folder)
        assert through or children[0].run(folder, url=url)
        reached = sent(folder)
        with closing(Database(url)) as database:
            found = database.read_now(everything)
        twice = [each for each, times in Counter(reached).items() if times > 1]
        assert twice in ([], before[-1:]), point  # only what was on its way
        assert {row["status"] for row in found["outbox"]} == {"sent"}, point
        assert [row["external_id"] for row in found["inbox"]] == [str(number) for number in range(len(TALK))], point
        postgres_template.drop(name)
        counts = {table: len(rows) for table, rows in found.items()}
        return through, [text for _, text in dict.fromkeys(reached)], counts

    straight = life(tmp_path / "straight")
    points = (("commit", "before", 13), ("send", "before", 4), ("send", "after", 13), ("write", "after", 40))
    for point in points:
        through, said, counts = life(tmp_path / "-".join(map(str, point)), *point)
        assert not through
        assert (said, counts) == straight[1:], point


@pytest.mark.fault(
    "kill -9, then the file is looked at",
    "SIGKILL in a transaction; integrity_check, foreign_key_check",
)
def test_the_database_of_a_killed_program_is_sound(start: Path, children: list[Child]) -> None:
    assert not children[0].run(start, "write", "after", 40)
    with closing(Database(f"sqlite:///{start / 'tungngo.db'}")) as database:
        assert database.read_now(lambda tx: tx.connection.execute(text("PRAGMA integrity_check")).scalar()) == "ok"
        assert database.read_now(lambda tx: tx.connection.execute(text("PRAGMA foreign_key_check")).all()) == []
