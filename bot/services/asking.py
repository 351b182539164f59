"""What is answered to a question, and what came of it: marks, open questions, who was told what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core import payload
from bot.core.content import Fact, Source
from bot.core.people import Membership
from bot.core.privacy import bare, mask
from bot.library import Library
from bot.search.answer import Verdict
from bot.search.finder import Finder
from bot.services import consents
from bot.services.local_answers import PREFIX, Shelf
from bot.services.permissions import Action, allowed, require
from bot.storage import answers as storage
from bot.storage import documents, told
from bot.storage.database import Transaction

QUESTION_LIMIT = 200  # characters of a question that are kept with a mark
LISTED = timedelta(days=90)  # how far back open questions are shown
MOST = 500  # open questions looked at
MARKED = timedelta(days=30)  # how far back marks are counted


def verdict(
    tx: Transaction, question: str, *, index: Finder, shelf: Shelf, library: Library, person: int, today: date
) -> Verdict:
    """What to do with a question: an answer of the person's own commune goes before the documents where it fits."""
    question = bare(question)
    near = shelf.finder(tx, library, person=person, today=today)
    found = near.verdict(question) if near else None
    if found and found.outcome == "answer" and found.hits[0].entry.id.startswith(PREFIX):
        return found
    if found and found.outcome == "choose" and any(hit.entry.id.startswith(PREFIX) for hit in found.hits):
        return found
    return index.verdict(question)


def note_told(tx: Transaction, *, person: int, fact: Fact, now: datetime) -> None:
    """Remember who was told a fact, so that it can be corrected. Only for who agreed that something is kept.

    What was replaced already is told as such, and needs no correction.
    """
    if not fact.replaced_by and "learn" in consents.given(tx, person):
        told.note(tx, person=person, fact=fact.id, now=now)


def mark(tx: Transaction, *, person: int, subject: str, question: str, right: bool, now: datetime) -> None:
    """Keep whether an answer was what the person wanted to know; if so, their question waits no longer."""
    text = mask(question).text[:QUESTION_LIMIT]
    told.mark(tx, person=person, subject=subject, question=text, verdict="right" if right else "wrong", now=now)
    if right and text:
        storage.settle_own(tx, person, text, now)


def hush(tx: Transaction, question: int, *, person: int, now: datetime) -> bool:
    """The person does not want to be told when their question is answered. False when it is not theirs."""
    return storage.hush(tx, question, person, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A passage of a document."""

    text: str
    source: Source
    line: int


def passage(tx: Transaction, key: str) -> Found | None:
    """The passage "passage:7" with its document; None when it is no more."""
    kind, _, row = key.partition(":")
    if kind == "passage" and (found := documents.passage(tx, payload.number(row))):
        passage_, document = found
        short = document.source or document.title
        source = Source(id=key, title=document.title, publisher=document.source, date=document.date, short=short)
        return Found(text=passage_.text, source=source, line=passage_.line)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Open questions that ask the same."""

    id: int  # of the first
    texts: Mapping[str, int]  # how often it was asked in these words, the most frequent first
    people: int
    questions: tuple[int, ...]

    @property
    def text(self) -> str:
        """The question, in the words most people use."""
        return next(iter(self.texts))


def groups(tx: Transaction, index: Finder, *, roles: Sequence[Membership], now: datetime) -> list[Group]:
    """Open questions for a coordinator, the same ones together, what most people asked first. NotAllowed.

    A question of somebody known to live in another commune is for the coordinators there; where nobody knows, it is
    for all of them. Nobody's name is said.
    """
    require(roles, Action.ANSWER_QUESTIONS)
    mine = {role.commune for role in roles if allowed([role], Action.ANSWER_QUESTIONS)}
    rows = storage.questions(tx, now - LISTED, MOST)
    communes = storage.communes_of(tx, {row.person_id for row in rows if row.person_id})
    rows = [row for row in rows if _is_for(communes.get(row.person_id or 0), mine)]
    found = []
    for places in index.groups([bare(row.text) for row in rows]):
        together = [rows[place] for place in places]
        said: dict[str, int] = {}
        for row in together:
            said[row.text] = said.get(row.text, 0) + 1
        found.append(
            Group(
                id=together[0].id or 0,
                texts=dict(sorted(said.items(), key=lambda each: -each[1])),
                people=len({row.person_id or -(row.id or 0) for row in together}),
                questions=tuple(row.id or 0 for row in together),
            )
        )
    return sorted(found, key=lambda group: (-group.people, -group.id))


def _is_for(communes: set[storage.Commune] | None, mine: set[str]) -> bool:
    return not communes or any(commune in mine for _, commune in communes)


def set_aside(tx: Transaction, group: Group, *, roles: Sequence[Membership], now: datetime) -> None:
    """Nobody will answer these. NotAllowed."""
    require(roles, Action.ANSWER_QUESTIONS)
    storage.settle(tx, group.questions, fact=None, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How people marked the answers they got."""

    right: int
    wrong: int
    by_answer: Mapping[str, int]  # how many say wrong, by the answer's key, most first


def marks(tx: Transaction, *, roles: Sequence[Membership], now: datetime) -> Marks:
    """The marks of the last days. NotAllowed."""
    require(roles, Action.ANSWER_QUESTIONS)
    found = told.marks(tx, now - MARKED)
    wrong = {subject: count for (subject, verdict_), count in found.items() if verdict_ == "wrong"}
    right = sum(count for (_, verdict_), count in found.items() if verdict_ == "right")
    by_answer = dict(sorted(wrong.items(), key=lambda each: -each[1]))
    return Marks(right=right, wrong=sum(wrong.values()), by_answer=by_answer)
