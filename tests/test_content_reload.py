"""New content is taken over between two messages; faulty content is not; nobody's conversation breaks."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

import pytest
from structlog.testing import capture_logs

from bot import content_reload, demo
from bot.app import Program
from bot.commands import content
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, Kind
from bot.library import Library
from bot.search.finder import Finder
from bot.services import answers
from bot.settings import Settings
from bot.storage.database import Database
from bot.web.preview import Preview
from tests.conftest import CONTENT
from tests.fakes.clock import SettableClock

FACT = """
- id: Z1
  statement: "Cầu treo Bản Mẫu dài 120 mét."
  label: "Cầu treo dài bao nhiêu"
  topic: vneid
  kind: present
  as_of: 2026-11-22
  as_of_text: "ngày 22/11/2026"
  source: doc-000
"""
CHAT = "reload"


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(
        CONTENT, tmp_path_factory.mktemp("content") / "content", ignore=shutil.ignore_patterns("fonts")
    )


@pytest.fixture
def folder(unchanged: Path, tmp_path: Path) -> Path:
    return shutil.copytree(unchanged, tmp_path / "content")


@pytest.fixture
def program(sqlite_url: str, library: Library, index: Finder, folder: Path, clock: SettableClock) -> Iterator[Program]:
    database = Database(sqlite_url)
    yield Program(
        settings=Settings(_env_file=None, database_url=sqlite_url, content_dir=folder, telegram_bot_token=""),
        clock=clock,
        database=database,
        library=library,
        index=index,
        started=clock(),
        secret=b"a key that only the tests know",
    )
    database.close()


async def changes(count: int = 1, error: Exception | None = None) -> AsyncIterator[object]:
    for number in range(count):
        yield number
    if error:
        raise error


def add_fact(folder: Path) -> None:
    file = folder / "facts/vneid.yaml"
    file.write_text(file.read_text("utf-8") + FACT, "utf-8")


def test_a_save_is_taken_over(program: Program, folder: Path) -> None:
    held = SimpleNamespace(library=program.library)
    program.holders.append(held)
    before, index = program.library, program.index
    add_fact(folder)
    assert content_reload.take_over(program, folder) == []
    assert "Z1" in program.library.facts
    assert "Z1" not in before.facts
    assert program.index.verdict("cầu treo bản mẫu dài bao nhiêu").hits[0].entry.id == "Z1"
    assert index.verdict("cầu treo bản mẫu dài bao nhiêu").hits[:1] != program.index.verdict("cầu treo").hits[:1]
    assert held.library is program.library


def test_a_save_that_changes_nothing_keeps_the_index(program: Program, folder: Path) -> None:
    index = program.index
    assert content_reload.take_over(program, folder) == []
    assert program.index is index


def test_faulty_content_is_left_where_it_is(program: Program, folder: Path) -> None:
    before = program.library
    add_fact(folder)
    (folder / "facts/an-toan.yaml").write_text("- id: broken\n", "utf-8")
    with capture_logs() as logs:
        faults = content_reload.take_over(program, folder)
    assert program.library is before
    assert faults
    assert [log["log_level"] for log in logs] == ["warning"]
    assert logs[0]["first"] == str(faults[0])
    assert logs[0]["first"].startswith("facts/an-toan.yaml:1: ")


def test_every_change_is_followed(program: Program, folder: Path) -> None:
    add_fact(folder)
    asyncio.run(content_reload.follow(program, folder, changes(2)))
    assert "Z1" in program.library.facts


def test_a_database_that_is_away_only_delays_it(
    program: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_fact(folder)
    tried: list[bool] = []

    def passages() -> Sequence[object]:
        tried.append(True)
        if len(tried) == 1:
            raise DatabaseAway
        return ()

    monkeypatch.setattr(program, "passages", passages)
    asyncio.run(content_reload.follow(program, folder, changes(1)))
    assert "Z1" not in program.library.facts
    asyncio.run(content_reload.follow(program, folder, changes(1)))
    assert "Z1" in program.library.facts


@pytest.mark.parametrize("error", [FileNotFoundError(2, "gone"), RuntimeError("no more watches")])
def test_a_folder_that_cannot_be_watched_stops_nothing(program: Program, folder: Path, error: Exception) -> None:
    with capture_logs() as logs:
        asyncio.run(content_reload.follow(program, folder, changes(0, error)))
    assert [log["log_level"] for log in logs] == ["warning"]


class Talk:
    """One person's chat with the program."""

    def __init__(self, program: Program) -> None:
        self._program, self._number = program, 0
        program.database.write_now(lambda tx: demo.add_person(tx, CHAT, "Lan", program.clock()))
        self._receiver = program.receiver()

    def tap(self, payload: str) -> str:
        self._number += 1
        message = InboundMessage(
            channel="web", chat=CHAT, external_id=f"message-{self._number}", kind=Kind.TAP, payload=payload
        )
        answers = asyncio.run(self._receiver.receive(message))
        return "\n".join(answer.reply.text for answer in answers)


def without(library: Library, *, lesson: str = "", fact: str = "", steps: int = 99) -> Library:
    """The library without that lesson or fact, or with a shorter lesson."""
    lessons, facts, tracks = dict(library.lessons), dict(library.facts), dict(library.tracks)
    facts.pop(fact, None)
    if lesson and steps < 99:
        short = lessons[lesson]
        lessons[lesson] = short.model_copy(update={"steps": short.steps[:steps], "quiz": short.quiz[:1]})
    elif lesson:
        del lessons[lesson]
        for name, track in tracks.items():
            kept = tuple(each for each in track.lessons if each != lesson)
            tracks[name] = track.model_copy(update={"lessons": kept})
    return replace(
        library, lessons=MappingProxyType(lessons), facts=MappingProxyType(facts), tracks=MappingProxyType(tracks)
    )


def test_an_open_lesson_may_disappear(program: Program) -> None:
    talk = Talk(program)
    assert "Cài VNeID" in talk.tap("lesson:L1")
    less = without(program.library, lesson="L1")
    program.renew(less, answers.build_index(less))
    for payload in ("step:0=done", "next:L1", "lesson:L1", "quiz:0=0"):
        said = talk.tap(payload)
        assert said
        assert "trục trặc" not in said, payload


def test_an_open_lesson_may_become_shorter(program: Program) -> None:
    talk = Talk(program)
    talk.tap("lesson:L1")
    for step in range(6):
        talk.tap(f"step:{step}=done")
    less = without(program.library, lesson="L1", steps=2)
    program.renew(less, answers.build_index(less))
    for payload in ("step:6=done", "next:L1", "quiz:0=0", "lesson:L1"):
        said = talk.tap(payload)
        assert said
        assert "trục trặc" not in said, payload


def test_a_fact_may_disappear_under_its_button(program: Program) -> None:
    talk = Talk(program)
    assert talk.tap("fact:F000-14")
    less = without(program.library, fact="F000-14")
    program.renew(less, answers.build_index(less))
    said = talk.tap("fact:F000-14")
    assert said
    assert "trục trặc" not in said


def test_watching_prints_the_faults_anew_at_each_save(capsys: pytest.CaptureFixture[str]) -> None:
    found = iter((["one"], [], ["two", "three"]))

    def check() -> int:
        faults = next(found)
        print(*faults, sep="\n")  # noqa: T201
        return len(faults)

    content.watch(check, changes=[{"a"}, {"b"}])
    said = capsys.readouterr().out
    assert said.count(content.AGAIN) == 2
    assert said.index("one") < said.index("Ctrl-C") < said.index("two")


def test_a_page_that_shows_a_lesson_is_told_of_each_save(program: Program, folder: Path) -> None:
    async def nothing(_: str) -> bytes | None:
        return None

    shown = Preview(messages=list, picture=nothing)
    lesson = folder / "lessons/L7-ba-khong-ba-nhanh.vi.md"
    text = lesson.read_text("utf-8")
    lesson.write_text(text.replace("id: L7", "id: L7\nbad: 1"), "utf-8")
    asyncio.run(content.follow(program, shown, changes()))
    assert shown.faults.startswith("lessons/L7-ba-khong-ba-nhanh.vi.md:3: ")
    lesson.write_text(text.replace("Không thứ nhất: không tin tuyệt đối.", "Câu mới."), "utf-8")
    asyncio.run(content.follow(program, shown, changes()))
    assert shown.faults == ""
    assert program.library.lessons["L7"].steps[0].text.startswith("Câu mới.")
