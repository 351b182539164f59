"""Every lesson and every fact as a text for the loudspeaker: how long it lasts, and what must not be read out."""

import re
from datetime import date

import pytest

from bot.core.aloud.loudspeaker import LONGEST, SHORTEST
from bot.core.content import FactKind
from bot.core.errors import KnownError, NotAllowed
from bot.core.people import Membership
from bot.core.splitting import length
from bot.library import Library
from bot.services import loudspeaker
from tests.core.test_read_aloud import UNREADABLE

TODAY = date(2026, 11, 22)


def test_every_lesson_can_be_read_out(library: Library) -> None:
    assert len(library.lessons) >= 43
    for name, lesson in library.lessons.items():
        made = loudspeaker.make(library, name, today=TODAY, place="Xã Bản Mẫu")
        assert SHORTEST <= made.seconds <= LONGEST, name
        assert not UNREADABLE.search(made.text.replace("\n", " ")), made.text
        assert length(made.text) <= 1500, name
        assert "Xã Bản Mẫu. Hôm nay là ngày hai mươi hai tháng mười một" in made.text
        assert "Điều cần nhớ." in made.text
        assert ("Kính thưa bà con" in made.text) is ("resident" in lesson.audience)


def test_every_fact_is_read_out_or_refused_with_the_reason(library: Library) -> None:
    refused = 0
    for name, fact in library.facts.items():
        if not loudspeaker.may_read(fact, TODAY):
            refused += 1
            with pytest.raises(KnownError):
                loudspeaker.make(library, name, today=TODAY)
            continue
        made = loudspeaker.make(library, name, today=TODAY)
        assert SHORTEST <= made.seconds <= LONGEST, name
        assert not UNREADABLE.search(made.text.replace("\n", " ")), made.text
        assert "tính đến" in made.text
        assert "Nguồn: " in made.text
    assert 0 < refused < len(library.facts) / 3


def test_a_replaced_figure_names_the_newer_one(library: Library) -> None:
    old = next(fact for fact in library.facts.values() if fact.replaced_by)
    with pytest.raises(KnownError) as refused:
        loudspeaker.make(library, old.id, today=TODAY)
    assert refused.value.values["id"] in library.facts
    assert not library.facts[str(refused.value.values["id"])].replaced_by


def test_a_target_is_read_out_as_one_until_its_day(library: Library) -> None:
    target = next(fact for fact in library.facts.values() if fact.kind is FactKind.TARGET and fact.due)
    assert target.due
    assert "mục tiêu đặt ra" in loudspeaker.of_fact(library, target, today=target.due).text
    with pytest.raises(KnownError):
        loudspeaker.of_fact(library, target, today=date(target.due.year + 1, 1, 1))


def test_a_lesson_on_a_replaced_figure_is_not_read_out(library: Library) -> None:
    old = next(fact for fact in library.facts.values() if fact.replaced_by)
    lesson = library.lessons["L7"].model_copy(update={"facts": (old.id,)})
    with pytest.raises(KnownError):
        loudspeaker.of_lesson(library, lesson, today=TODAY)


def test_what_nobody_wrote_cannot_be_read_out(library: Library) -> None:
    with pytest.raises(KnownError, match="no lesson and no fact"):
        loudspeaker.make(library, "x" * 500, today=TODAY)


def test_only_coordinators_make_texts() -> None:
    hoa = Membership(team=1, role="volunteer", team_name="Tổ", team_code="T", commune="Xã")
    with pytest.raises(NotAllowed):
        loudspeaker.may_make([hoa])


def test_each_sentence_ends(library: Library) -> None:
    for name in library.lessons:
        for line in loudspeaker.make(library, name, today=TODAY).text.split("\n"):
            assert re.search(r"[.!?]$", line), line
