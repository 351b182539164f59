"""Limits of what is shown: every text must fit every channel, and every reader."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from bot.content.files import Entry, Fault, Place
from bot.core import forms
from bot.core.content import Bilingual, DateRule, Fact, Lesson, Track

TEXT_LIMIT = 1500  # UTF-16 units: the smallest channel takes 2,000, the rest is for the frame around the words
STATEMENT_LIMIT = 600  # characters, as are the next four
STEP_LIMIT = 600
LABEL_LIMIT = 40
TITLE_LIMIT = 60
CHOICE_LIMIT = 60
ALT_LIMIT = 250  # said beside a card where nobody sees the picture
ID_LIMIT = 40  # a button's 64 bytes carry it beside an action and a number

ABBREVIATIONS = {
    "CĐS": "chuyển đổi số",
    "CNSCĐ": "công nghệ số cộng đồng",
    "DVC": "dịch vụ công",
    "TTHC": "thủ tục hành chính",
}
_ABBREVIATION = re.compile(rf"\b({'|'.join(ABBREVIATIONS)})\b")
_HIDDEN = {  # keys nobody is shown, or that are no sentences
    *("id", "topic", "kind", "as_of", "source", "sources", "figures", "periods", "keywords", "audience", "legal_ref"),
    *("replaced_by", "note", "address", "publisher", "track", "skill", "facts", "lessons", "recurrence", "precision"),
    *("status", "name", "type", "relevant", "constraint", "words", "version"),
}
_LIMITS: Mapping[tuple[type[BaseModel], str], int] = {
    (Fact, "statement"): STATEMENT_LIMIT,
    (Fact, "label"): LABEL_LIMIT,
    (Lesson, "title"): TITLE_LIMIT,
    (Lesson, "picture_alt"): ALT_LIMIT,
    (Track, "title"): LABEL_LIMIT,
    (DateRule, "title"): TITLE_LIMIT,
    (forms.FormChoice, "label"): LABEL_LIMIT,
    (forms.Question, "short"): LABEL_LIMIT,
    (forms.Question, "unit"): LABEL_LIMIT,
}


def shown(value: BaseModel, place: Place = ()) -> Iterator[tuple[Place, str, int]]:
    """Every text of the value that people are shown: its place, its words, its limit."""
    for key in type(value).model_fields:
        if key not in _HIDDEN:
            limit = _LIMITS.get((type(value), key), TEXT_LIMIT)
            yield from _shown(getattr(value, key), (*place, key), limit)


def _shown(value: object, place: Place, limit: int) -> Iterator[tuple[Place, str, int]]:
    if isinstance(value, str):
        yield place, value, limit
    elif isinstance(value, Bilingual):
        yield (*place, "vi"), value.vi, limit
        yield (*place, "en"), value.en, limit
    elif isinstance(value, BaseModel):
        yield from shown(value, place)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _shown(item, (*place, str(key)), limit)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _shown(item, (*place, index), limit)


def units(words: str) -> int:
    """Length as Telegram and Zalo count it: UTF-16 code units."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def words(found: Entry[Any]) -> Iterator[Fault]:
    """Texts that are too long, empty, short for what few readers know, or bold without end."""
    for place, said, limit in shown(found.value):
        if place[-1] == "en" and not said.strip() and found.has(*place):
            yield found.fault("The English text is empty. Write it, or remove the line.", *place)
        if units(said) > limit:
            yield found.fault(
                f"{name_of(place)} has {units(said)} characters, at most {limit} fit. Shorten it.", *place
            )
        if match := _ABBREVIATION.search(said):
            short = match[1]
            yield found.fault(f"{short} is not known to every reader. Write it out: {ABBREVIATIONS[short]}", *place)
        if said.count("**") % 2:
            yield found.fault(
                f"{name_of(place)} opens bold words with ** and never closes them. Add the other **.", *place
            )


def name_of(place: Place) -> str:
    """A place as an editor would say it: title.vi, choices.2."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


def fits(found: Entry[Any], what: str, parts: Iterable[str], *place: str | int) -> Iterator[Fault]:
    """Texts that go out together in one message must fit it together."""
    total = units("\n".join(filter(None, parts)))
    if total > TEXT_LIMIT:
        yield found.fault(f"{what} has {total} characters, at most {TEXT_LIMIT} fit one message. Shorten it.", *place)
