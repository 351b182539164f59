"""Facts that were replaced after people were told them: found, counted, and on a coordinator's word corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.content import Fact
from bot.core.errors import N_, KnownError
from bot.core.people import Membership
from bot.library import Library
from bot.services import answers, consents, news
from bot.services.news import News
from bot.services.permissions import Action, require
from bot.storage import audit, told
from bot.storage.database import Transaction

DAYS = 90  # how far back people are looked for
NOBODY = N_("Nobody is left who was told the old figure and not the new one.")
GONE = N_("This correction is no longer there.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """A replaced fact and who was told it, as a count."""

    id: int  # 0: nobody has looked yet
    old: Fact
    new: Fact
    people: int
    confirmed: bool = False


def replaced(tx: Transaction, library: Library, *, now: datetime, days: int = DAYS) -> list[Recall]:
    """Every replaced fact that somebody was told in the last days and not yet corrected."""
    return [
        Recall(id=0, old=old, new=answers.current(library, old), people=len(people))
        for old in library.facts.values()
        if old.replaced_by and (people := told.told(tx, old.id, now - timedelta(days=days)))
    ]


def find(tx: Transaction, library: Library, *, now: datetime) -> list[Recall]:
    """The same, written down; coordinators are told of each once. May run in any number of processes."""
    found = []
    for each in replaced(tx, library, now=now):
        row = told.find_recall(tx, each.old.id, each.new.id, now)
        if row.confirmed_at is None:
            news.tell(tx, News.RECALL, row.id or 0, told.coordinators(tx), day=row.found_at.date(), now=now)
        recall = Recall(
            id=row.id or 0, old=each.old, new=each.new, people=each.people, confirmed=row.confirmed_at is not None
        )
        found.append(recall)
    return found


def one(tx: Transaction, library: Library, number: int, *, now: datetime) -> Recall | None:
    """A recall that was written down, as the content is now; None when the old fact holds again, or something else."""
    row = told.get_recall(tx, number)
    old = library.facts.get(row.old) if row else None
    if row is None or old is None or not old.replaced_by:
        return None
    new = answers.current(library, old)
    if new.id != row.new:
        return None
    people = len(told.told(tx, old.id, now - timedelta(days=DAYS)))
    return Recall(id=number, old=old, new=new, people=people, confirmed=row.confirmed_at is not None)


def confirm(
    tx: Transaction,
    library: Library,
    number: int,
    *,
    roles: Sequence[Membership],
    person: int,
    now: datetime,
    today: date,
) -> tuple[Recall, int]:
    """Write to everybody who was told the old fact, each once, ever: the recall, and how many. NotAllowed, KnownError.

    It goes to who still agrees that something is kept and did not say stop; that is asked again when it is sent.
    """
    require(roles, Action.CORRECT_FACTS)
    row = told.get_recall(tx, number, lock=True)
    recall = one(tx, library, number, now=now)
    if row is None or recall is None:
        raise KnownError(GONE)
    persons = told.told(tx, recall.old.id, now - timedelta(days=DAYS))
    if not persons:
        raise KnownError(NOBODY)
    news.tell(tx, News.CORRECTED, number, persons, day=row.found_at.date(), now=now)
    told.correct(tx, recall.old.id, persons, now)
    told.confirm(tx, row, person=person, now=now)
    audit.note(
        tx,
        at=now,
        person=person,
        action="correct",
        subject=("fact recall", number),
        before=None,
        after={"old": row.old, "new": row.new, "people": len(persons), "day": today.isoformat()},
    )
    return recall, len(persons)


def to_tell(tx: Transaction, library: Library, number: int, *, person: int, now: datetime) -> Recall | None:
    """What is to be told a person who heard the old fact; None when it is true no more, or they take consent back."""
    if "learn" not in consents.given(tx, person):
        return None
    recall = one(tx, library, number, now=now)
    if recall and recall.confirmed:
        told.note(tx, person=person, fact=recall.new.id, now=now)
        return recall
    return None
