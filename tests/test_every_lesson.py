"""Every lesson, walked from its first card to its last answer on every channel by a dialogue made from the content."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from bot.channels.rendering import as_text
from bot.core.content import Lesson, Track
from bot.core.markup import plain
from bot.core.messages import Reply
from bot.core.splitting import length
from bot.library import Library
from bot.models import METADATA
from bot.search.finder import Finder
from bot.services.files import charts
from bot.storage.database import Database
from bot.storage.messages import reply_from_json
from bot.words import Words
from tests.dialogue import KEYRING, Dialogue, Play, Step
from tests.fakes.clock import SettableClock
from tests.test_dialogues import ALL

MESSAGE = 2000  # UTF-16 units: the smallest channel's message
CARD = 600  # characters, and of the words around it
FRAME = 200
LABEL, QUIZ_LABEL, PAYLOAD = 40, 60, 64
FINISHED = METADATA.tables["lesson_progress"]
OUTBOX = METADATA.tables["outbox"]
INBOX = METADATA.tables["inbox"]


def steps_of(library: Library, words: Words) -> Iterator[Step]:
    """A coordinator, who may take them all; one wrong answer a lesson; a certificate at the end of every track."""
    yield {"as": "coordinator Minh"}
    if words.locale == "en":
        yield {"say": "english"}
    for track in _walked(library, words.locale):
        yield from _track(library, track, words)


def _walked(library: Library, locale: str) -> list[Track]:
    """All of them; in English, where only the words around a lesson differ, the first and the last."""
    tracks = list(library.tracks.values())
    return [tracks[0], tracks[-1]] if locale == "en" else tracks


def _track(library: Library, track: Track, words: Words) -> Iterator[Step]:
    _ = words.say
    yield {"say": "/baihoc"}
    yield {"tap": f"{words.show(track.title)} (0…", "not_offers": [_("Get the certificate")]}
    yield {
        "tap": library.lessons[track.lessons[0]].title,
        "hear": _step_head(library.lessons[track.lessons[0]], 1, words),
    }
    for number, name in enumerate(track.lessons):
        last = number == len(track.lessons) - 1
        yield from _lesson(library.lessons[name], words, end={} if last else {"offers": [_("Next lesson")]})
        if not last:
            yield {"tap": _("Next lesson"), "hear": _step_head(library.lessons[track.lessons[number + 1]], 1, words)}
    yield {"tap": _("Get the certificate"), "offers": [_("Leave the name empty"), "Minh"]}
    yield {
        "say": "0912 345 678",
        "hear": _("A name is written in letters, without numbers and signs. Please type only the name: Nguyễn Thị Lan"),
    }
    yield {"tap": "Minh", "hear": ["TN-0000", "binhdanhocvuso.gov.vn"]}
    yield {"tap": _("As a PDF to print"), "hear": "A4"}


def _lesson(lesson: Lesson, words: Words, *, end: Step) -> Iterator[Step]:
    """From the first card, which is open: “Chưa được”, back, and “Cứ làm tiếp” once each."""
    _, cards = words.say, [plain(step.text) for step in lesson.steps]
    done, following = _("Done"), _("Next question")
    yield {"tap": _("Not yet"), "hear": [plain(lesson.steps[0].fallback), _step_head(lesson, 1, words)]}
    yield {"tap": done, "hear": [cards[1], _step_head(lesson, 2, words)]}
    yield {"tap": _("The step before"), "hear": cards[0]}
    for number in range(1, len(cards)):
        yield {"tap": done, "hear": [cards[number], _step_head(lesson, number + 1, words)]}
    yield {"tap": _("Not yet"), "hear": plain(lesson.steps[-1].fallback)}
    yield {"tap": _("Go on anyway"), "hear": plain(lesson.quiz[0].question), "choices": list(lesson.quiz[0].choices)}
    total = len(lesson.quiz)
    for number, item in enumerate(lesson.quiz):
        chosen = item.right if number else (item.right + 1) % len(item.choices)
        verdict = [_("Right!") if number else item.choices[item.right], plain(item.explanation)]
        if number < total - 1:
            yield {"tap": item.choices[chosen], "hear": verdict}
            yield {"tap": following, "hear": plain(lesson.quiz[number + 1].question)}
            continue
        finished = _("Lesson finished: {right} of {total} right.", right=total - 1, total=total)
        yield {"tap": item.choices[chosen], "hear": [*verdict, finished], **end}


def _step_head(lesson: Lesson, number: int, words: Words) -> str:
    return words.say("📘 {lesson} · step {n}/{total}", lesson=lesson.title, n=number, total=len(lesson.steps))


@pytest.fixture
def one_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """One certificate of each size is drawn, and given for the others; tests/services/test_certificates.py looks."""
    draw, drawn = charts.draw, dict[str, bytes]()

    def once(svg: str) -> bytes:
        size = re.findall(r"<svg[^>]*>", svg)[0]
        drawn[size] = drawn.get(size) or draw(svg)
        return drawn[size]

    monkeypatch.setattr(charts, "draw", once)


@pytest.mark.usefixtures("one_drawing")
@pytest.mark.parametrize(("channel", "locale"), [*((name, "vi") for name in ALL), ("console", "en")], ids=str)
def test_every_lesson_is_walked_to_its_end(  # noqa: PLR0917  fixtures
    channel: str, locale: str, library: Library, index: Finder, clock: SettableClock, sqlite_url: str
) -> None:
    steps = tuple(steps_of(library, library.words[locale]))
    walk = Play(platform=ALL[channel](clock), database_url=sqlite_url, library=library, index=index)
    walk.run(Dialogue(f"every lesson.{locale}", steps))
    with closing(Database(sqlite_url, KEYRING)) as database:
        rows: dict[str, list[dict[str, Any]]] = {
            table.name: database.read_now(
                lambda tx, table=table: [dict(row) for row in tx.connection.execute(table.select()).mappings()]  # type: ignore[misc]
            )
            for table in (FINISHED, OUTBOX, INBOX)
        }
    finished = {row["lesson"] for row in rows["lesson_progress"] if row["finished_at"]}
    walked = [name for track in _walked(library, locale) for name in track.lessons]
    assert finished == set(walked)
    said = [reply_from_json(row["body"]) for row in rows["outbox"]]
    assert len(said) == len(rows["inbox"])  # one message an answer
    for reply in said:
        _fits(reply, library)
    assert sorted(_pictured(said, library)) == sorted(set(walked) & library.pictures.keys())


def _fits(reply: Reply, library: Library) -> None:
    assert length(as_text(reply)) <= MESSAGE, reply.text
    quiz = {choice for lesson in library.lessons.values() for item in lesson.quiz for choice in item.choices}
    titles = {f"{mark}{lesson.title}" for lesson in library.lessons.values() for mark in ("", "✓ ")}
    for choice in reply.choices:
        most = QUIZ_LABEL if choice.label in quiz | titles else LABEL
        assert len(choice.label) <= most + 2 * choice.label.startswith("✓"), choice
        assert len(choice.payload.encode()) <= PAYLOAD, choice
    if any(choice.payload.startswith("step:") for choice in reply.choices):
        assert len(reply.text) <= CARD + FRAME, reply.text


def _pictured(said: list[Reply], library: Library) -> list[str]:
    """The lessons whose first card came with their drawing and its words."""
    alts = {library.lessons[name].picture_alt: name for name in library.pictures}
    return [alts[reply.picture_alt] for reply in said if reply.picture and reply.picture_alt in alts]
