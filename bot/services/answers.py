"""Answers from facts, lessons and ingested documents: found, never made up."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.content import Fact, FactKind
from bot.core.privacy import mask
from bot.core.text import fold
from bot.library import Library
from bot.models import Document, OpenQuestion, Passage
from bot.search.english import English
from bot.search.entry import Entry, Hit
from bot.search.finder import Finder
from bot.search.reading import Lexicon
from bot.storage import answers as storage
from bot.storage import data_requests, documents
from bot.storage.database import Transaction

LABEL = 40  # characters of a button
_PERIOD_WORDS = re.compile(r"\b(?:dau |cuoi )?(?:nam|quy|thang|ngay)? ?(?:iv|i{1,3}|\d+)?(?:/\d+)*/?(?:19|20)\d\d\b")

_FIGURE = re.compile(r"(?:trên |khoảng )?[\d.,/-]+(?: ?%| (?:triệu|tỷ|nghìn|nhiệm vụ)\b.*)?")


def build_index(library: Library, passages: Iterable[tuple[Passage, Document]] = ()) -> Finder:
    """Everything that can be found: facts and lessons of the library, passages of ingested documents."""
    lexicon = Lexicon(library.abbreviations, library.synonyms)
    entries = [*fact_entries(library), *_passages(passages)]
    return Finder(entries, _lessons(library), lexicon, English(library.english))


def stored_passages(tx: Transaction) -> list[tuple[Passage, Document]]:
    """The ingested passages, for `build_index`."""
    return documents.passages(tx)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing found, ready to be shown or printed."""

    text: str
    source: str
    as_of: str
    kind: str  # "fact", "target", "brief", "lesson", "passage"
    score: float


def found(library: Library, hit: Hit) -> Found:
    """A hit with its source and date."""
    entry = hit.entry
    if fact := library.facts.get(entry.id):
        kind = {FactKind.TARGET: "target", FactKind.BRIEF: "brief"}.get(fact.kind, "fact")
        return Found(
            text=fact.statement,
            source=library.sources[fact.source].short,
            as_of=fact.as_of_text,
            kind=kind,
            score=round(hit.confidence, 3),
        )
    if lesson := library.lessons.get(entry.id):
        return Found(
            text=entry.text,
            source=library.sources[lesson.sources[0]].short,
            as_of=lesson.checked_on.isoformat(),
            kind="lesson",
            score=round(hit.confidence, 3),
        )
    source, _, as_of = entry.id.partition("\n")[2].partition("\n")
    return Found(text=entry.text, source=source, as_of=as_of, kind="passage", score=round(hit.confidence, 3))


def keep_question(
    tx: Transaction, *, person: int | None, question: str, now: datetime, subject: str | None = None
) -> int:
    """Keep a question nobody could answer, masked, for the coordinator: its number.

    `subject`: the answer that was given and is not what the person wanted to know.
    """
    if person and data_requests.restricted_at(tx, person):
        person = None  # the question is kept for everybody, not for this person
    row = OpenQuestion(person_id=person, text=mask(question).text[:500], asked_at=now, subject=subject)
    return storage.keep_question(tx, row)


def current(library: Library, fact: Fact) -> Fact:
    """The fact that holds now: itself, or what replaced it."""
    while fact.replaced_by:
        fact = library.facts[fact.replaced_by]
    return fact


def by_period(facts: Sequence[Fact], *, first: str) -> list[tuple[str, Fact]]:
    """The facts that measure the same as the first at different periods, each named by its period and figure.

    Empty when there is no second one, when one of them is not the first or second found, or two look the same.
    """
    facts = [fact for fact in facts if not _replaced_within(fact, facts)]
    if not facts or facts[0].id != first:
        return []
    same = [fact for fact in facts if _measure(fact) == _measure(facts[0]) or _of_one_line(fact, facts[0])]
    labels = [_period_label(fact) for fact in same]
    if same[:2] != facts[:2] or len(same) < 2 or len(set(labels)) < len(labels):  # noqa: PLR2004
        return []
    return list(zip(labels, same, strict=True))


def _of_one_line(one: Fact, other: Fact) -> bool:
    return other.id == one.replaced_by or one.id == other.replaced_by


def _replaced_within(fact: Fact, facts: Sequence[Fact]) -> bool:
    """Whether one of them replaced it within its own year: then it is no period of its own."""
    return any(fact.replaced_by == other.id and fact.as_of[:4] == other.as_of[:4] for other in facts)


def _measure(fact: Fact) -> str:
    """What a fact is called, without its period."""
    return " ".join(_PERIOD_WORDS.sub(" ", fold(fact.label)).split())


def _period_label(fact: Fact) -> str:
    period = fact.periods[0] if fact.periods else fact.as_of_text
    period = f"Năm {period}" if period.isdigit() else period[:1].upper() + period[1:]
    figure = next((figure for figure in fact.figures if _FIGURE.fullmatch(figure)), "")
    label = f"{period}: {figure}" if figure else period
    return label if len(label) <= LABEL else period[:LABEL]


def fact_entries(library: Library) -> Iterable[Entry]:
    """Every fact as it is found."""
    for fact in library.facts.values():
        yield Entry(
            id=fact.id,
            kind="fact",
            text=fact.statement,
            extra=" ".join((fact.label, fact.topic, *fact.keywords, fact.legal_ref)),
            periods=fact.periods,
            replaced_by=fact.replaced_by,
        )


def _lessons(library: Library) -> Iterable[Entry]:
    for lesson in library.lessons.values():
        yield Entry(id=lesson.id, kind="lesson", text=lesson.title, extra=" ".join(lesson.keywords))


def _passages(passages: Iterable[tuple[Passage, Document]]) -> Iterable[Entry]:
    for passage, document in passages:
        day: Any = document.date.strftime("%d/%m/%Y") if document.date else ""
        source = document.source or document.title
        yield Entry(id=f"passage:{passage.id}\n{source}\n{day}", kind="passage", text=passage.text)
