"""A few of the conversations of tests/wandering.py, always the same ones; `python -m tests.wandering` takes 100,000."""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from tests.wandering import HOSTILE, wander, worlds


@pytest.fixture(scope="module")
def fresh() -> Iterator[Any]:
    before = structlog.get_config()
    with worlds() as made:
        yield made
    structlog.configure(**before)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.fault("hostile words, forged buttons, unknown kinds", "by Hypothesis; `make wander`: 100,000 messages")
def test_wandering_through_the_dialogue_breaks_nothing(fresh: Any) -> None:
    assert wander(fresh, examples=25, steps=40, derandomize=True) > 300


@pytest.mark.parametrize("channel", ["telegram", "zalo", "web", "console"])
def test_every_hostile_text_is_answered_in_an_open_report(fresh: Any, channel: str) -> None:
    """Whatever comes, the report stays open at a question, and what was answered stays answered."""
    world = fresh()
    hand = next(each for each in world.hands if (each.channel, each.role) == (channel, "volunteer"))
    for text in ("/baocao", "hôm nay", "thôn 3", "tại nhà"):
        world.text(hand, text)
    for text in HOSTILE:
        if text.startswith(("/", "bc ")):
            continue  # a command, and a report in one line: the open one is put aside
        answered = world.text(hand, text)
        if answered.after is not None:
            kept = answered.after.form or answered.after.draft
            assert kept, text[:80]
            assert {"day", "place", "kind"} <= kept.answers.keys(), text[:80]
    assert world.text(hand, "tiếp").replies[0].reply.text.startswith("📋")
    world.look_back()
