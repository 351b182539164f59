"""Promises 1 and 2, with kill -9: whatever the instant, nothing acknowledged is lost and nothing is done twice."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import text

from bot.services import teams
from bot.storage.database import Database
from tests.crash_runs import NOW
from tests.crashing import MEMORY, WORKERS, Child, Plan, Point, Rows, sent, stored, stride, wait_until_left
from tests.databases import PostgresTemplate, SqliteTemplate
from tests.services.commune import TEAM, add_team

# The suite takes some crash points of each kind, `make prove` takes all.
ON_FILES = {
    ("commit", "before"): stride(9),
    ("commit", "after"): stride(7),
    ("send", "before"): stride(9),
    ("send", "after"): stride(7),
    ("write", "before"): stride(69),
}
ON_A_SERVER = {
    ("commit", "before"): stride(45),
    ("commit", "after"): stride(41),
    ("send", "before"): stride(27),
    ("send", "after"): stride(31),
    ("write", "after"): stride(121),
}
FAULT = (
    "kill -9 of the receiver or the sender",
    "SIGKILL at every write, before and after every commit and every sending of a conversation",
)
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


def in_files(folder: Path) -> Rows:
    return stored(f"sqlite:///{folder / 'tungngo.db'}", PASSING)


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


@pytest.mark.fault(*FAULT)
def test_whenever_it_is_killed_nothing_is_lost_and_nothing_is_done_twice(
    start: Path, children: list[Child], room: Path
) -> None:
    straight = room / "straight"
    shutil.copytree(start, straight)
    assert children[0].run(straight)
    expected = in_files(straight)
    _is_what_was_meant(expected, sent(straight))
    plan = Plan(ON_FILES)

    def life(child: Child, kind: Point, number: int) -> bool:
        folder = room / "-".join((*kind, str(number)))
        shutil.copytree(start, folder)
        through = child.run(folder, *kind, number)
        before = sent(folder)
        assert through or child.run(folder)
        _is_whole(folder, expected, before)
        shutil.rmtree(folder)
        return through

    plan.play(children, life)
    assert plan.numbers["commit", "after"] > len(TALK)
    assert plan.numbers["send", "after"] > len(TALK)


def _is_what_was_meant(expected: Rows, said: list[tuple[int, str]]) -> None:
    """The conversation did what its words say; else everything below would be true of nothing."""
    (report,) = expected["report"]
    assert (report["households"], report["people"], report["elderly"], report["result"]) == (5, 8, 3, "done")
    assert report["answers"]["skills"] == {"vneid": None}
    assert expected["lesson_progress"][0]["step"] == 2
    assert len(expected["open_question"]) == 1
    assert [row["status"] for row in expected["inbox"]] == ["done"] * len(TALK)
    assert [row for row, _ in said] == [row["id"] for row in expected["outbox"]]
    assert len(said) == len(TALK)


def _is_whole(folder: Path, expected: Rows, before: list[tuple[int, str]]) -> None:
    where = folder.name
    found = in_files(folder)
    assert [row["external_id"] for row in found["inbox"]] == [str(number) for number in range(len(TALK))], where
    assert len(found["report"]) == 1, where
    assert found == expected, where
    reached = sent(folder)
    assert list(dict.fromkeys(reached)) == [(row["id"], row["body"]["text"]) for row in found["outbox"]], where
    twice = [each for each, times in Counter(reached).items() if times > 1]
    assert twice in ([], before[-1:]), where  # only what was on its way
    assert len(reached) <= len(TALK) + 1, where


@pytest.mark.fault(*FAULT)
def test_on_a_server_too_nothing_is_lost_and_nothing_is_done_twice(
    postgres_template: PostgresTemplate, children: list[Child], tmp_path: Path
) -> None:
    """Numbers have gaps there, so that texts and counts are compared, not rows."""
    start, numbers = postgres_template.fresh(), count()
    _begin(postgres_template.url(start), tmp_path)

    def lead(child: Child, *point: Any) -> tuple[bool, list[str], dict[str, int]]:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        shutil.copy(tmp_path / "feed", folder)
        name = postgres_template.fresh(of=start)
        url = postgres_template.url(name)
        through = child.run(folder, *point, url=url)
        wait_until_left(postgres_template, name)
        before = sent(folder)
        assert through or child.run(folder, url=url)
        reached = sent(folder)
        found = stored(url)
        twice = [each for each, times in Counter(reached).items() if times > 1]
        assert twice in ([], before[-1:]), point  # only what was on its way
        assert {row["status"] for row in found["outbox"]} == {"sent"}, point
        assert [row["external_id"] for row in found["inbox"]] == [str(number) for number in range(len(TALK))], point
        postgres_template.drop(name)
        counts = {table: len(rows) for table, rows in found.items()}
        return through, [text for _, text in dict.fromkeys(reached)], counts

    straight = lead(children[0])
    plan = Plan(ON_A_SERVER)

    def life(child: Child, kind: Point, number: int) -> bool:
        through, *found = lead(child, *kind, number)
        assert found == [*straight[1:]], (kind, number)
        return through

    plan.play(children, life)
    assert plan.numbers["commit", "after"] > len(TALK)
    assert plan.numbers["send", "after"] > len(TALK)


@pytest.mark.fault(
    "kill -9, then the file is looked at",
    "SIGKILL in a transaction; integrity_check, foreign_key_check",
)
def test_the_database_of_a_killed_program_is_sound(start: Path, children: list[Child]) -> None:
    assert not children[0].run(start, "write", "before", 40)
    with closing(Database(f"sqlite:///{start / 'tungngo.db'}")) as database:
        assert database.read_now(lambda tx: tx.connection.execute(text("PRAGMA integrity_check")).scalar()) == "ok"
        assert database.read_now(lambda tx: tx.connection.execute(text("PRAGMA foreign_key_check")).all()) == []
