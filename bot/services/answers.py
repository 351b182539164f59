"""Answers from facts, lessons and ingested documents: found, never made up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.content import Fact, FactKind
from bot.core.privacy import mask
from bot.library import Library
from bot.models import Document, Passage
from bot.search.entry import Entry, Hit
from bot.search.finder import Finder
from bot.search.reading import Lexicon
from bot.storage import documents, learning
from bot.storage.database import Transaction


def build_index(library: Library, passages: Iterable[tuple[Passage, Document]] = ()) -> Finder:
    """Everything that can be found: facts and lessons of the library, passages of ingested documents."""
    lexicon = Lexicon(library.abbreviations, library.synonyms)
    return Finder([*_facts(library), *_passages(passages)], _lessons(library), lexicon)


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


def keep_question(tx: Transaction, *, person: int | None, question: str, now: datetime) -> None:
    """Keep a question nobody could answer, masked, for the coordinator."""
    learning.add_question(tx, person=person, text=mask(question).text[:500], now=now)


def current(library: Library, fact: Fact) -> Fact:
    """The fact that holds now: itself, or what replaced it."""
    while fact.replaced_by:
        fact = library.facts[fact.replaced_by]
    return fact


def _facts(library: Library) -> Iterable[Entry]:
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
