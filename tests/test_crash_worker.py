"""Promise 2 for what nobody asked for, with kill -9 of the worker: once, whatever the instant, and none forgotten."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import insert

from bot.core.moments import parse_moment
from bot.library import Library
from bot.models import Inbox, Media
from bot.services import broadcasts, followups
from bot.services.broadcasts import Draft
from bot.services.followups import Wish
from bot.services.personal_data import data_requests
from bot.storage import people
from bot.storage.database import Database, Transaction
from tests.crashing import MEMORY, WORKERS, Child, Plan, Point, sent, stored, stride, wait_until_left
from tests.databases import PostgresTemplate, SqliteTemplate
from tests.fakes.clock import ZONE, SettableClock
from tests.scheduler.place import Commune

WEEKS_AGO, JUST_NOW = "2028-09-25 09:00", "2028-10-09 08:00"
NOW = "2028-10-09 08:05"  # a Monday, one day before 10/10: a reminder for everybody, the week's summary
KINDS: dict[Point, int] = {
    ("commit", "before"): stride(51),
    ("commit", "after"): stride(41),
    ("send", "before"): stride(15),
    ("send", "after"): stride(11),
    ("write", "before"): stride(91),  # counted for SQLite: every statement of the driver's
    ("write", "after"): stride(91),  # for PostgreSQL
}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


@pytest.fixture
def children() -> Iterator[list[Child]]:
    made = [Child() for _ in range(WORKERS)]
    yield made
    for child in made:
        child.close()


def _begin(url: str, library: Library) -> None:
    """A commune in which everything a worker does has fallen due: all of the timetable has something to do."""
    clock = SettableClock(WEEKS_AGO)
    with closing(Database(url)) as database:
        commune = Commune(database, library, clock)
        commune.add("Minh", "coordinator", channel="console")
        for name in ("Hoa", "Páo"):
            commune.add(name, "volunteer", channel="console")
        commune.add("Lan", channel="console")
        database.write_now(lambda tx: _fall_due(tx, commune))


def _fall_due(tx: Transaction, commune: Commune) -> None:
    now, today, persons = commune.clock(), commune.clock().astimezone(ZONE).date(), commune.persons
    data_requests.ask(tx, persons["Hoa"], "Đừng ghi tên tôi", now=now, today=today)
    wish = Wish(unit=followups.places(tx, today)[0].id, skill="vneid", wish="morning", note="")
    visit = followups.ask(tx, wish, skills=["vneid"], person=persons["Lan"], now=now, today=today)
    roles = people.memberships(tx, persons["Páo"])
    followups.take(tx, visit, roles=roles, person=persons["Páo"], now=now)
    row = {"channel": "console", "bot": "", "chat": "Lan", "status": "done", "received_at": now - timedelta(days=99)}
    tx.connection.execute(insert(Inbox), [{**row, "external_id": str(number)} for number in range(3)])
    tx.session.add(Media(name="x" * 32, kind="image/png", label="cũ", recipe={}, created_at=now, expires_at=now))
    commune.clock.set(JUST_NOW)
    now = commune.clock()
    draft = Draft(team=commune.team, segment="all", text="Họp tổ tối nay.", at=parse_moment("bây giờ", now, ZONE))
    roles = people.memberships(tx, persons["Minh"])
    broadcasts.confirm(tx, draft, roles=roles, person=persons["Minh"], now=now, zone=ZONE)


@pytest.fixture(params=["sqlite", "postgresql"])
def lead(request: pytest.FixtureRequest, room: Path, library: Library) -> Any:
    """A function (child, point) -> (whether it got through, what became of it): a life, and where killed one more."""
    template = request.getfixturevalue("sqlite_template" if request.param == "sqlite" else "postgres_template")
    return _Lives(template, room, library).lead


class _Lives:
    """Leads lives of a worker, each on a copy of the same database."""

    def __init__(self, template: SqliteTemplate | PostgresTemplate, room: Path, library: Library) -> None:
        self.template, self.room, self.numbers = template, room, count()
        self.start = ""
        if isinstance(template, PostgresTemplate):
            self.start = template.fresh()
            _begin(template.url(self.start), library)
        else:
            (room / "start").mkdir()
            _begin(template.fresh(room / "start"), library)

    def lead(self, child: Child, *point: Any) -> tuple[bool, dict[str, Any]]:
        folder, name = self.room / str(next(self.numbers)), ""
        if isinstance(self.template, PostgresTemplate):
            folder.mkdir()
            name = self.template.fresh(of=self.start)
            url = self.template.url(name)
        else:
            shutil.copytree(self.room / "start", folder)
            url = f"sqlite:///{folder / 'tungngo.db'}"
        clock = SettableClock(NOW)
        (folder / "now").write_text(clock().isoformat())
        through = child.run(folder, *point, url=url)
        if isinstance(self.template, PostgresTemplate):
            wait_until_left(self.template, name)
        assert through or child.run(folder, url=url)
        found = self.outcome(url, folder)
        if isinstance(self.template, PostgresTemplate):
            self.template.drop(name)
        shutil.rmtree(folder)
        return through, found

    def outcome(self, url: str, folder: Path) -> dict[str, Any]:
        """What every table holds, what everybody is to get; what is unknown was in hand and is told to nobody twice."""
        rows, reached = stored(url), sent(folder)
        assert len({row for row, _ in reached}) == len(reached), "twice"
        held = {row["id"]: row["status"] for row in rows["outbox"]}
        assert set(held.values()) <= {"sent", "unknown"}
        assert {row for row, _ in reached} >= {row for row, status in held.items() if status == "sent"}
        return {
            "counts": {table: len(found) for table, found in rows.items()},
            "messages": Counter((row["contact_id"], row["kind"], row["body"]["text"]) for row in rows["outbox"]),
            "due": Counter((row["rule"], row["person_id"], row["lead"], row["status"]) for row in rows["due"]),
            "broadcasts": [row["status"] for row in rows["broadcast"]],
            "unknown": sum(status == "unknown" for status in held.values()),
        }


@pytest.mark.fault(
    "kill -9 of the worker",
    "SIGKILL at every write, before and after every commit and sending of every job and of what is sent then",
)
def test_whenever_the_worker_is_killed_what_was_due_goes_out_once(lead: Any, children: list[Child]) -> None:
    through, expected = lead(children[0])
    assert through
    assert expected["unknown"] == 0
    rules = {rule for rule, *_ in expected["due"]}
    assert {"date:ngay-chuyen-doi-so", "summary:1"} <= rules
    assert {rule.partition(":")[0] for rule in rules} >= {"visits-late", "data-request"}
    assert expected["broadcasts"] == ["done"]
    assert len(expected["messages"]) >= 8
    assert expected["counts"]["inbox"] == expected["counts"]["media"] - 1 == 0  # the old ones; a summary's picture
    plan = Plan(KINDS)

    def life(child: Child, kind: Point, number: int) -> bool:
        through: bool
        through, found = lead(child, *kind, number)
        unknown = found.pop("unknown")
        assert found == {name: value for name, value in expected.items() if name != "unknown"}, (kind, number)
        assert not (through and unknown), (kind, number)
        return through

    plan.play(children, life)
    assert plan.numbers["commit", "after"] > 10
    assert plan.numbers["send", "after"] >= 8
