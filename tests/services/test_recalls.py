import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.commands import facts
from bot.core.errors import KnownError, NotAllowed
from bot.library import Library
from bot.services import asking, consents, profile, recalls
from bot.services.news import News
from bot.services.recalls import Recall
from bot.services.reminders import Waiting
from bot.storage import told as storage
from bot.storage.database import Database, Transaction
from scheduler import answers as words
from scheduler import jobs
from scheduler.jobs import Office
from tests.fakes.clock import ZONE, SettableClock
from tests.services.commune import Commune

OLD, NEW = "F000-14", "F000-13"  # any two that replace nothing


@pytest.fixture
def commune(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Commune]:
    database = Database(sqlite_url)
    yield Commune(database, library, clock).build()
    database.close()


@pytest.fixture
def replaced(library: Library) -> Library:
    """The content after an editor marked a fact as replaced."""
    old = library.facts[OLD].model_copy(update={"replaced_by": NEW})
    return replace(library, facts={**library.facts, OLD: old})


def tell(commune: Commune, *names: str) -> None:
    fact, now = commune.library.facts[OLD], commune.clock()

    def work(tx: Transaction) -> None:
        for name in names:
            asking.note_told(tx, person=commune.persons[name], fact=fact, now=now)

    commune.database.write_now(work)


def find(commune: Commune, library: Library) -> list[Recall]:
    return commune.database.write_now(lambda tx: recalls.find(tx, library, now=commune.clock()))


def confirm(commune: Commune, library: Library, name: str, number: int) -> int:
    more: dict[str, Any] = {"person": commune.persons[name], "roles": commune.roles(name), "now": commune.clock()}
    work = lambda tx: recalls.confirm(tx, library, number, today=commune.today, **more)[1]  # noqa: E731
    return commune.database.write_now(work)


def due(commune: Commune, kind: News) -> list[dict[str, Any]]:
    return [row for row in commune.rows("due") if row["rule"].startswith(f"{kind.value}:")]


def test_nobody_is_found_while_nothing_was_replaced(commune: Commune) -> None:
    tell(commune, "Hoa")
    assert find(commune, commune.library) == []


def test_who_was_told_a_replaced_fact_is_counted_and_coordinators_are_told_once(
    commune: Commune, replaced: Library
) -> None:
    tell(commune, "Hoa", "Lan")
    for _ in range(2):
        (found,) = find(commune, replaced)
        assert (found.old.id, found.new.id, found.people, found.confirmed) == (OLD, NEW, 2, False)
    leaders = {commune.persons["Minh"], commune.persons["Xa"]}
    assert {row["person_id"] for row in due(commune, News.RECALL)} == leaders
    assert len(due(commune, News.RECALL)) == len(leaders)


def test_on_a_coordinators_word_each_is_written_to_once_ever(commune: Commune, replaced: Library) -> None:
    tell(commune, "Hoa", "Lan")
    (found,) = find(commune, replaced)
    assert confirm(commune, replaced, "Minh", found.id) == 2
    with pytest.raises(KnownError) as nobody:
        confirm(commune, replaced, "Xa", found.id)
    assert nobody.value.say == recalls.NOBODY
    assert find(commune, replaced) == []
    tell(commune, "Hoa")  # by a process that still had the old content
    commune.clock.move(timedelta(days=3))
    assert confirm(commune, replaced, "Xa", found.id) == 1
    assert sorted(row["person_id"] for row in due(commune, News.CORRECTED)) == sorted(
        [commune.persons["Hoa"], commune.persons["Lan"]]
    )


def test_only_a_coordinator_may_have_people_written_to(commune: Commune, replaced: Library) -> None:
    tell(commune, "Lan")
    (found,) = find(commune, replaced)
    for name in ("Hoa", "Lan"):
        with pytest.raises(NotAllowed):
            confirm(commune, replaced, name, found.id)
    assert due(commune, News.CORRECTED) == []


def test_what_is_told_long_ago_or_without_consent_is_not_looked_for(commune: Commune, replaced: Library) -> None:
    commune.database.write_now(lambda tx: consents.withdraw(tx, commune.persons["Hoa"], "learn", commune.clock()))
    tell(commune, "Hoa")
    assert commune.rows("told_fact") == []
    tell(commune, "Lan")
    commune.clock.move(timedelta(days=recalls.DAYS + 1))
    assert find(commune, replaced) == []


def test_a_replaced_fact_is_told_as_such_and_needs_no_correction(commune: Commune, replaced: Library) -> None:
    fact, person = replaced.facts[OLD], commune.persons["Lan"]
    commune.database.write_now(lambda tx: asking.note_told(tx, person=person, fact=fact, now=commune.clock()))
    assert commune.rows("told_fact") == []


def say(commune: Commune, library: Library, row: dict[str, Any]) -> str | None:
    """The words of a due row, as they would leave now."""
    kind, _, subject = row["rule"].partition(":")
    waiting = Waiting(
        due=row["id"],
        kind=kind,
        subject=subject,
        occurrence=row["occurrence"],
        lead=row["lead"],
        left=0,
        person=row["person_id"],
        locale="vi",
        late=False,
    )

    def work(tx: Transaction) -> str | None:
        reply = words.render(tx, library, waiting, library.words["vi"], now=commune.clock(), zone=ZONE)
        return reply.text if reply else None

    return commune.database.write_now(work)


def test_the_correction_says_what_was_said_what_holds_and_its_source(commune: Commune, replaced: Library) -> None:
    tell(commune, "Lan")
    (found,) = find(commune, replaced)
    confirm(commune, replaced, "Minh", found.id)
    (row,) = due(commune, News.CORRECTED)
    text = say(commune, replaced, row)
    assert text
    new = replaced.facts[NEW]
    for part in (replaced.facts[OLD].statement, new.statement, new.as_of_text, replaced.sources[new.source].short):
        assert part in text
    told = commune.rows("told_fact")
    assert {row["fact"] for row in told} == {OLD, NEW}  # so that the new one can be corrected, too


def test_nothing_is_said_when_the_editor_took_it_back_or_consent_was_taken_back(
    commune: Commune, replaced: Library
) -> None:
    tell(commune, "Lan")
    (found,) = find(commune, replaced)
    confirm(commune, replaced, "Minh", found.id)
    (row,) = due(commune, News.CORRECTED)
    asked = due(commune, News.RECALL)[0]
    assert say(commune, commune.library, row) is None
    assert say(commune, replaced, asked) is None  # nobody is left to be told
    commune.database.write_now(lambda tx: consents.withdraw(tx, commune.persons["Lan"], "learn", commune.clock()))
    assert say(commune, replaced, row) is None


def test_by_the_jobs_it_leaves_once_and_not_to_who_said_stop(commune: Commune, replaced: Library) -> None:
    office = Office(database=commune.database, library=replaced, zone=ZONE, clock=commune.clock)
    tell(commune, "Hoa", "Lan")
    commune.database.write_now(lambda tx: profile.set_quiet(tx, commune.persons["Hoa"], quiet=True))

    def run() -> list[tuple[str, int]]:
        for _ in range(2):
            asyncio.run(jobs.look_at_answers(office, commune.clock()))
            asyncio.run(jobs.hand_over(office, commune.clock()))
        owners = {row["id"]: row["person_id"] for row in commune.rows("contact")}
        return [(row["kind"], owners[row["contact_id"]]) for row in commune.rows("outbox")]

    asked = [(News.RECALL.value, commune.persons[name]) for name in ("Minh", "Xa")]
    assert sorted(run()) == sorted(asked)
    (found,) = find(commune, replaced)
    assert confirm(commune, replaced, "Minh", found.id) == 2
    assert sorted(run()) == sorted([*asked, (News.CORRECTED.value, commune.persons["Lan"])])


def test_the_command_prints_counts_of_what_no_longer_holds(
    commune: Commune,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    assert facts.recall(90) == 0
    assert "chưa ai nghe" in capsys.readouterr().out
    now = commune.clock()  # F001-26 is replaced in the shipped content; it was told while it held
    commune.database.write_now(lambda tx: storage.note(tx, person=commune.persons["Lan"], fact="F001-26", now=now))
    monkeypatch.setattr(facts, "system_clock", commune.clock)
    assert facts.recall(90) == 1
    printed = capsys.readouterr().out
    assert "F001-26 → F000-05: 1 người đã nghe" in printed
    assert "Lan" not in printed
