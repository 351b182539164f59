"""Every dialogue, on every channel and both databases, delivered once and delivered twice, comes out the same."""

from functools import lru_cache
from pathlib import Path

import pytest

from bot.library import Library
from bot.search.finder import Finder
from bot.services.files import charts
from tests.dialogue import Dialogue, Play, read
from tests.fakes.clock import SettableClock
from tests.fakes.platform import Platform
from tests.fakes.platforms import PLATFORMS
from tests.fakes.zalo_platform import Zalo

DIALOGUES = [read(path) for path in sorted((Path(__file__).parent / "dialogues").glob("*.yaml"))]
ALL: dict[str, type[Platform]] = {**PLATFORMS, Zalo.name: Zalo}


DRAWN = lru_cache(charts.draw)  # the same picture comes in every way a dialogue is played


def _cases() -> list[tuple[Dialogue, str, str, bool]]:
    """SQLite on every channel: twice delivered on the first one, once or twice in turn on the others.

    PostgreSQL, where a database costs more, on one channel a dialogue, in rotation. What is delivered twice is heard at
    its first delivery too.
    """
    found = []
    for number, dialogue in enumerate(DIALOGUES):
        channels = dialogue.channels or tuple(ALL)
        found += [
            (dialogue, channel, "sqlite", place == 0 or bool((number + place) % 2))
            for place, channel in enumerate(channels)
        ]
        found.append((dialogue, channels[number % len(channels)], "postgresql", bool(number // len(channels) % 2)))
    return found


@pytest.fixture(autouse=True)
def _drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "draw", DRAWN)


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case[0].name}-{case[1]}-{case[2]}-{1 + case[3]}") for case in _cases()]
)
def test_dialogue(
    case: tuple[Dialogue, str, str, bool],
    request: pytest.FixtureRequest,
    library: Library,
    index: Finder,
    clock: SettableClock,
) -> None:
    dialogue, channel, database, twice = case
    url = request.getfixturevalue("sqlite_url" if database == "sqlite" else "postgres_url")
    platform = ALL[channel](clock)
    platform.by_words = twice  # the same choices by their numbers, and by their words
    Play(platform=platform, database_url=url, library=library, index=index, twice=twice).run(dialogue)


def test_there_are_dialogues_in_both_languages() -> None:
    assert len(DIALOGUES) >= 25
    assert {dialogue.name.rpartition(".")[2] for dialogue in DIALOGUES} == {"vi", "en"}
