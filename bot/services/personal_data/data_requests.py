"""Requests about one's own data: by when they are due, who answers, and who is told when time runs short.

The spans, 2 working days and 15 days, are those of DOMAIN.md 4; their text in the law was not seen (decision 0032).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog

from bot.core.errors import N_, KnownError, NotAllowed
from bot.core.free_text import kept
from bot.core.messages import Reply
from bot.core.people import Membership
from bot.core.working_days import ANSWER, EXTENSION, FINISH, add_working_days
from bot.models import DataRequest, Person
from bot.services import news
from bot.services.news import News
from bot.services.permissions import REFUSALS, Action, allowed
from bot.storage import data_requests, messages, people
from bot.storage.database import Transaction

LONGEST = 500  # characters of a request or an answer
MOST = 3  # open requests of one person
SETTLED = N_("This request was answered already.")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it stands."""

    id: int
    person: int
    name: str  # empty: none is kept
    text: str
    asked_at: datetime
    answer_by: date
    finish_by: date
    extended: bool
    answered: bool
    done: bool
    answer: str = ""
    locale: str = "vi"  # of who asked

    @property
    def due(self) -> date:
        """What is due next: the answer, or the end."""
        return self.finish_by if self.answered else self.answer_by


def due_dates(asked: date) -> tuple[date, date]:
    """(to be answered by, to be done by) for a request of that day."""
    return add_working_days(asked, ANSWER, _holidays(asked)), asked + FINISH


def log_done(tx: Transaction, person: int, kind: str, *, now: datetime, today: date, text: str = "") -> int:
    """Note a request that was done at once; its number."""
    answer_by, finish_by = due_dates(today)
    row = DataRequest(
        person_id=person,
        kind=kind,
        text=text,
        asked_at=now,
        answer_by=answer_by,
        finish_by=finish_by,
        status="done",
        answered_at=now,
        done_at=now,
    )
    return data_requests.add(tx, row)


def ask(tx: Transaction, person: int, text: str, *, now: datetime, today: date) -> tuple[Request, bool]:
    """Keep a request that a human being must look at; (the request, whether a coordinator answers).

    Without a coordinator it is the operator's: `tungngo privacy requests`. KnownError when too many are open.
    """
    if data_requests.open_of(tx, person) >= MOST:
        raise KnownError(N_("{n} of your requests wait already. They are answered first."), n=MOST)
    answer_by, finish_by = due_dates(today)
    row = DataRequest(
        person_id=person, kind="other", text=tidy(text), asked_at=now, answer_by=answer_by, finish_by=finish_by
    )
    number = data_requests.add(tx, row)
    told = data_requests.coordinators(tx, person)
    news.tell(tx, News.DATA, number, told, day=today, now=now)
    log.warning("a request about personal data", request=number, answer_by=str(answer_by), coordinators=len(told))
    return _view(row, None), bool(told)


def tidy(text: str) -> str:
    """The text as it is kept: masked, not too long."""
    return kept(text, LONGEST)


def waiting(tx: Transaction, roles: Sequence[Membership], person: int) -> list[Request]:
    """What this coordinator is to answer, the most urgent first; empty for everybody else."""
    mine = {role.team for role in roles if allowed([role], Action.ANSWER_DATA)}
    if not mine:
        return []
    found = data_requests.open_ones(tx)
    teams = data_requests.teams_of(tx, [each.person_id for each, _ in found])
    return [_view(row, who) for row, who in found if row.person_id != person and mine & teams.get(row.person_id, set())]


def all_open(tx: Transaction) -> list[Request]:
    """Everything that waits, for the operator."""
    return [_view(row, who) for row, who in data_requests.open_ones(tx)]


def one(tx: Transaction, number: int, roles: Sequence[Membership], person: int) -> Request:
    """A request this coordinator may answer. NotAllowed for others; KnownError when it is settled."""
    found = next((each for each in waiting(tx, roles, person) if each.id == number), None)
    if found:
        return found
    if not any(allowed([role], Action.ANSWER_DATA) for role in roles):
        raise NotAllowed(REFUSALS[Action.ANSWER_DATA])
    raise KnownError(SETTLED)


def answer(
    tx: Transaction, number: int, text: str, said: Reply, *, person: int | None, now: datetime, done: bool = True
) -> None:
    """Keep the answer and send it, in words `said`, to who asked. The right was asked before; None: the operator."""
    row = _open(tx, number)
    row.answer, row.answered_at, row.settler_id = tidy(text), row.answered_at or now, person
    if done:
        row.status, row.done_at = "done", now
    data_requests.keep(tx, row)
    _send(tx, row.person_id, said, now)


def extend(tx: Transaction, number: int, said: Reply, *, person: int | None, now: datetime) -> date:
    """Fifteen days more, once; who asked is told in words `said`. The new day. KnownError the second time."""
    row = _open(tx, number)
    if row.extended_at:
        raise KnownError(N_("This request was given more time already; it cannot be given any more."))
    row.extended_at, row.answered_at, row.settler_id = now, row.answered_at or now, person
    row.finish_by, row.warned_on = row.finish_by + EXTENSION, None
    data_requests.keep(tx, row)
    _send(tx, row.person_id, said, now)
    return row.finish_by


def watch(tx: Transaction, *, now: datetime, today: date) -> int:
    """Tell coordinators and the operator's log what is due by the next working day, and again what is overdue."""
    told = 0
    for row, _ in data_requests.open_ones(tx):
        due = row.finish_by if row.answered_at else row.answer_by
        soon = due <= add_working_days(today, 1, _holidays(today)) and row.warned_on is None
        late = today > due and (row.warned_on is None or row.warned_on <= due)
        if not (soon or late) or row.asked_at.date() == now.date():
            continue
        row.warned_on = today
        data_requests.keep(tx, row)
        persons = data_requests.coordinators(tx, row.person_id)
        news.tell(tx, News.DATA, row.id or 0, persons, day=today, turn=1, now=now)
        log.warning("a request about personal data is due", request=row.id, due=str(due), overdue=today > due)
        told += 1
    return told


def overdue(tx: Transaction, today: date) -> tuple[int, int]:
    """(open requests, those of them that are overdue), for the operator."""
    found = all_open(tx)
    return len(found), sum(today > each.due for each in found)


def _open(tx: Transaction, number: int) -> DataRequest:
    row = data_requests.get(tx, number)
    if row is None or row.status != "open":
        raise KnownError(SETTLED)
    return row


def _send(tx: Transaction, person: int, said: Reply, now: datetime) -> None:
    """At once, whatever the person said about unasked messages: they asked."""
    contact = people.preferred_contacts(tx, [person]).get(person)
    if contact:
        messages.put_out(tx, messages.Outgoing(contact=contact, reply=said, kind="data"), now)


def _view(row: DataRequest, person: Person | None) -> Request:
    return Request(
        id=row.id or 0,
        person=row.person_id,
        name=person.name if person else "",
        text=row.text,
        asked_at=row.asked_at,
        answer_by=row.answer_by,
        finish_by=row.finish_by,
        extended=row.extended_at is not None,
        answered=row.answered_at is not None,
        done=row.status == "done",
        answer=row.answer,
        locale=person.locale if person else "vi",
    )


def _holidays(near: date) -> frozenset[date]:
    """Public holidays of Vietnam of that year and the next. Swapped working days are known as far as the library is."""
    import holidays  # noqa: PLC0415  half a second that only a request pays for

    return frozenset(holidays.country_holidays("VN", years=[near.year, near.year + 1]))
