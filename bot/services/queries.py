"""A coordinator asks about a report; who filed it answers or corrects it; nothing waits unseen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.errors import N_, KnownError
from bot.core.free_text import kept
from bot.core.people import Membership
from bot.core.receipt import receipt_number
from bot.models import Report, ReportQuery
from bot.services import news
from bot.services.news import News
from bot.services.permissions import Action, require
from bot.storage import areas, followups, people, reports
from bot.storage.database import Transaction

LIMIT = 300  # characters of a question, and of its answer
GONE = N_("This question is settled, or is not for you.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question about a report."""

    id: int
    report: int
    number: str  # of the report
    filed_by: int
    asked_by: int
    text: str
    status: str  # "open", "answered" or "changed"
    answer: str
    asked_at: datetime
    asker: str = ""  # names
    filer: str = ""


def ask(
    tx: Transaction, report_id: int, text: str, *, roles: Sequence[Membership], person: int, now: datetime
) -> Query:
    """Ask who filed a report. NotAllowed for everybody but the coordinator of its team."""
    report = reports.get(tx, report_id)
    if report is None:
        raise KnownError(N_("Only the coordinator of the team may ask about its reports."))
    require(roles, Action.QUERY_REPORT, report.team_id)
    if report.person_id == person:
        raise KnownError(N_("This is your own report: simply change it."))
    row = ReportQuery(report_id=report_id, asker_id=person, text=kept(text, LIMIT), asked_at=now)
    query = followups.add_query(tx, row)
    _note(tx, "ask", query, person=person, now=now)
    news.tell(tx, News.QUERY, query.id or 0, [report.person_id], day=report.day, now=now)
    return _queries(tx, [(query, report)])[0]


def answer(tx: Transaction, query_id: int, text: str, *, person: int, now: datetime) -> Query:
    """Answer as who filed the report; who asked is told."""
    query, report = _mine(tx, query_id, person)
    query.status, query.answer, query.settled_at = "answered", kept(text, LIMIT), now
    tx.session.add(query)
    _note(tx, "answer", query, person=person, now=now)
    news.tell(tx, News.REPLY, query_id, [query.asker_id], day=report.day, now=now)
    return _queries(tx, [(query, report)])[0]


def settle_by_change(tx: Transaction, report_id: int, *, person: int, now: datetime) -> None:
    """The report was corrected: its open questions are settled, and who asked is told."""
    report = reports.get(tx, report_id)
    for query in followups.queries_of(tx, report_id):
        if query.status == "open" and report:
            query.status, query.settled_at = "changed", now
            tx.session.add(query)
            _note(tx, "settle", query, person=person, now=now)
            if query.asker_id != person:
                news.tell(tx, News.REPLY, query.id or 0, [query.asker_id], day=report.day, now=now)


def to_answer(tx: Transaction, query_id: int, *, person: int) -> Query:
    """An open question, for who filed its report. KnownError otherwise."""
    return _queries(tx, [_mine(tx, query_id, person)])[0]


def one(tx: Transaction, query_id: int) -> Query | None:
    """A question, for a job that puts it into words."""
    query = followups.get_query(tx, query_id)
    report = reports.get(tx, query.report_id) if query else None
    return _queries(tx, [(query, report)])[0] if query and report else None


def waiting_for(tx: Transaction, person: int) -> list[Query]:
    """Open questions about the reports a person filed."""
    return _queries(tx, followups.open_queries(tx, person=person))


def open_for_team(tx: Transaction, team: int) -> list[Query]:
    """Open questions about a team's reports: for its coordinator and its summary."""
    return _queries(tx, followups.open_queries(tx, team=team))


def of_report(tx: Transaction, report_id: int) -> list[Query]:
    """Every question about a report; who asks was let in by `reports.open_for_change`."""
    report = reports.get(tx, report_id)
    return _queries(tx, [(query, report) for query in followups.queries_of(tx, report_id)]) if report else []


def _mine(tx: Transaction, query_id: int, person: int) -> tuple[ReportQuery, Report]:
    query = followups.get_query(tx, query_id)
    report = reports.get(tx, query.report_id) if query else None
    if query is None or report is None or report.person_id != person or query.status != "open":
        raise KnownError(GONE)
    return query, report


def _queries(tx: Transaction, rows: Sequence[tuple[ReportQuery, Report]]) -> list[Query]:
    codes = areas.team_codes(tx, {report.team_id for _, report in rows})
    persons = {person for query, report in rows for person in (query.asker_id, report.person_id)}
    names = {each: known.name for each, known in people.persons(tx, sorted(persons)).items()} if persons else {}
    return [
        Query(
            id=query.id or 0,
            report=query.report_id,
            number=receipt_number(codes[report.team_id], report.year, report.number),
            filed_by=report.person_id,
            asked_by=query.asker_id,
            text=query.text,
            status=query.status,
            answer=query.answer,
            asked_at=query.asked_at,
            asker=names.get(query.asker_id, ""),
            filer=names.get(report.person_id, ""),
        )
        for query, report in rows
    ]


def _note(tx: Transaction, action: str, query: ReportQuery, *, person: int, now: datetime) -> None:
    """What was said is not in the audit; the report's number is."""
    subject, after = ("query", query.id or 0), {"report": query.report_id, "status": query.status}
    followups.note(tx, at=now, person=person, action=action, subject=subject, after=after)
