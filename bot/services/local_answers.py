"""Answers a team wrote itself, once for everybody of its commune: with a source, a day and an end."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.core import payload
from bot.core.errors import N_, KnownError
from bot.core.markup import guard
from bot.core.people import Membership
from bot.core.privacy import mask
from bot.library import Library
from bot.models import LocalFact, Team
from bot.search.english import English
from bot.search.entry import Entry
from bot.search.finder import Finder
from bot.search.reading import Lexicon
from bot.services import news
from bot.services.answers import fact_entries
from bot.services.news import News
from bot.services.permissions import Action, allowed, require
from bot.storage import answers, audit, told
from bot.storage.database import Transaction

TEXT_LIMIT, SOURCE_LIMIT, QUESTION_LIMIT = 600, 200, 200  # characters
TEXT_LEAST, SOURCE_LEAST = 10, 5
MONTHS = (1, 3, 6, 12)  # how long an answer may hold; the third is proposed
USUAL_MONTHS = 6
LONGEST = timedelta(days=366 * 2)
SOON = timedelta(days=7)  # before its end the owner is reminded
SHOWN = 8
PREFIX = "local:"
NOT_YOURS = N_("This answer is not one of your team's, or is not told any more.")
TOO_SHORT = N_("That is too short to be an answer. Say it in one or two whole sentences.")
TOO_LONG = N_("That is too long: at most {limit} characters. Say it more briefly.")
NO_SOURCE = N_("An answer needs its source: who said it, or which document, with its day.")
FUTURE = N_("The day it was true cannot lie in the future. Type another day.")
ENDS_WRONG = N_("The last day must lie between today and two years from now. Type another day.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAnswer:
    """An answer of a team, ready to be shown."""

    id: int
    team: int
    team_name: str
    commune: str
    question: str
    text: str
    source: str
    as_of: date
    expires_on: date
    written_on: datetime
    withdrawn: bool

    @property
    def key(self) -> str:
        """How it is named beside facts and passages."""
        return f"{PREFIX}{self.id}"


class Shelf:
    """The answers of teams that a person may hear, ready to be searched; built anew when one of them changes."""

    def __init__(self) -> None:
        self._version: object = None
        self._finders: dict[frozenset[answers.Commune], Finder | None] = {}

    def finder(self, tx: Transaction, library: Library, *, person: int, today: date) -> Finder | None:
        """Over the facts and the answers of the person's communes; None where there are no such answers."""
        version = (*answers.version(tx), today, library.revision)
        if version != self._version:
            self._finders, self._version = {}, version
        if not version[1]:
            return None
        where = home(tx, person)
        if where not in self._finders:
            self._finders[where] = _build(tx, library, where, today)
        return self._finders[where]


def home(tx: Transaction, person: int) -> frozenset[answers.Commune]:
    """The communes a person belongs to: of their team or visits; the only one there is; none when nobody knows."""
    known = answers.communes_of(tx, [person]).get(person)
    everywhere = answers.communes(tx)
    return frozenset(known or (everywhere if len(everywhere) == 1 else ()))


def _build(tx: Transaction, library: Library, where: frozenset[answers.Commune], today: date) -> Finder | None:
    found = [fact for fact, team in answers.valid(tx, today) if (team.province, team.commune) in where]
    if not found:
        return None
    entries = [Entry(id=f"{PREFIX}{fact.id}", kind="local", text=fact.text, extra=fact.question) for fact in found]
    lexicon = Lexicon(library.abbreviations, library.synonyms)
    return Finder([*entries, *fact_entries(library)], (), lexicon, English(library.english))


def one(tx: Transaction, number: int) -> LocalAnswer | None:
    """An answer by its number, told or not."""
    found = answers.get(tx, number)
    return _shown(*found) if found else None


def told_now(tx: Transaction, key: str, *, person: int, today: date) -> LocalAnswer | None:
    """The answer "local:12", if it is still told, and to this person."""
    found = answers.get(tx, payload.number(key.removeprefix(PREFIX))) if key.startswith(PREFIX) else None
    if found is None or found[0].withdrawn_at or found[0].expires_on < today:
        return None
    fact, team = found
    mine = (team.province, team.commune) in home(tx, person) or person in answers.askers(tx, fact.id or 0)
    return _shown(fact, team) if mine else None


def asked(tx: Transaction, number: int, person: int) -> str:
    """What the person asked that an answer settled, in their words; empty when they do not want to be told."""
    return answers.question_of(tx, number, person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a coordinator wants to answer."""

    question: str
    text: str
    source: str
    as_of: date
    expires_on: date


def check_text(text: str) -> str:
    """The text of an answer, masked. KnownError when it is too short or too long."""
    return _checked(text, TEXT_LEAST, TEXT_LIMIT, TOO_SHORT)


def check_source(text: str) -> str:
    """The source of an answer, masked. KnownError when it is none."""
    return _checked(text, SOURCE_LEAST, SOURCE_LIMIT, NO_SOURCE)


def _checked(text: str, least: int, limit: int, short: str) -> str:
    safe = guard(mask(text).text).strip()
    if len(safe) < least:
        raise KnownError(short)
    if len(safe) > limit:
        raise KnownError(TOO_LONG, limit=limit)
    return safe


def check_days(as_of: date, expires_on: date, today: date) -> None:
    """KnownError when the days of an answer cannot be."""
    if as_of > today:
        raise KnownError(FUTURE)
    if not today <= expires_on <= today + LONGEST:
        raise KnownError(ENDS_WRONG)


def answer(
    tx: Transaction,
    draft: Draft,
    questions: Iterable[int],
    *,
    team: int,
    roles: Sequence[Membership],
    person: int,
    now: datetime,
    today: date,
) -> LocalAnswer:
    """Answer open questions once for everybody; who asked and wants to know is told. NotAllowed, KnownError."""
    require(roles, Action.ANSWER_QUESTIONS, team)
    check_days(draft.as_of, draft.expires_on, today)
    row = LocalFact(
        team_id=team,
        person_id=person,
        question=mask(draft.question).text[:QUESTION_LIMIT],
        text=check_text(draft.text),
        source=check_source(draft.source),
        as_of=draft.as_of,
        expires_on=draft.expires_on,
        created_at=now,
        updated_at=now,
    )
    fact = answers.keep(tx, row)
    answers.settle(tx, questions, fact=fact.id, now=now)
    _note(tx, "answer", fact, person, now)
    waiting = [each for each in answers.askers(tx, fact.id or 0) if each != person]
    news.tell(tx, News.ANSWERED, fact.id or 0, waiting, day=today, now=now)
    found = one(tx, fact.id or 0)
    assert found
    return found


def change(
    tx: Transaction,
    number: int,
    *,
    roles: Sequence[Membership],
    person: int,
    now: datetime,
    today: date,
    **changed: Any,
) -> LocalAnswer:
    """Another text, source or last day, from now on. KnownError unless a team of this coordinator owns it."""
    fact = _owned(tx, number, roles)
    if "text" in changed:
        fact.text = check_text(changed["text"])
    if "source" in changed:
        fact.source = check_source(changed["source"])
    if "expires_on" in changed:
        check_days(fact.as_of, changed["expires_on"], today)
        fact.expires_on = changed["expires_on"]
    if {"text", "source"} & set(changed):
        fact.as_of = today
    fact.updated_at = now
    answers.keep(tx, fact)
    _note(tx, "change", fact, person, now)
    found = one(tx, number)
    assert found
    return found


def withdraw(tx: Transaction, number: int, *, roles: Sequence[Membership], person: int, now: datetime) -> None:
    """It is not told any more. KnownError unless a team of this coordinator owns it."""
    fact = _owned(tx, number, roles)
    fact.withdrawn_at = fact.updated_at = now
    answers.keep(tx, fact)
    _note(tx, "withdraw", fact, person, now)


def owned(tx: Transaction, number: int, roles: Sequence[Membership]) -> LocalAnswer:
    """The answer, for a coordinator of the team that owns it. KnownError otherwise."""
    _owned(tx, number, roles)
    found = one(tx, number)
    assert found
    return found


def listed(tx: Transaction, roles: Sequence[Membership]) -> list[LocalAnswer]:
    """The newest answers of the teams a person coordinates."""
    teams = [role.team for role in roles if allowed([role], Action.ANSWER_QUESTIONS)]
    found = [answers.get(tx, fact.id or 0) for fact in answers.of_teams(tx, teams, SHOWN)]
    return [_shown(*each) for each in found if each]


def tell_of_ends(tx: Transaction, *, now: datetime, today: date) -> None:
    """Remind the coordinators of the owner of every answer that ends soon, once for each end."""
    for fact in answers.ending(tx, today, today + SOON):
        leaders = told.coordinators(tx, fact.team_id)
        news.tell(tx, News.ANSWER_ENDS, fact.id or 0, leaders, day=fact.expires_on, now=now)


def _owned(tx: Transaction, number: int, roles: Sequence[Membership]) -> LocalFact:
    found = answers.get(tx, number, lock=True)
    if found is None or found[0].withdrawn_at or not allowed(roles, Action.ANSWER_QUESTIONS, found[0].team_id):
        raise KnownError(NOT_YOURS)
    return found[0]


def _shown(fact: LocalFact, team: Team) -> LocalAnswer:
    return LocalAnswer(
        id=fact.id or 0,
        team=team.id or 0,
        team_name=team.name,
        commune=team.commune,
        question=fact.question,
        text=fact.text,
        source=fact.source,
        as_of=fact.as_of,
        expires_on=fact.expires_on,
        written_on=fact.created_at,
        withdrawn=fact.withdrawn_at is not None,
    )


def months_after(day: date, months: int) -> date:
    """So many months later, on the same day, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _note(tx: Transaction, action: str, fact: LocalFact, person: int, now: datetime) -> None:
    """The words are in the answer itself; the audit keeps who, when and until when."""
    after = {"team": fact.team_id, "expires_on": fact.expires_on.isoformat()}
    audit.note(
        tx, at=now, person=person, action=action, subject=("local answer", fact.id or 0), before=None, after=after
    )
