"""What a chat or a tick asks of the database is found by an index, however many rows there are."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.core.messages import InboundMessage
from bot.library import Library
from bot.services import figures, followups, periods, queries, reminders, report_lists, summary
from bot.services.personal_data import my_data, retention
from bot.services.report_lists import Filter
from bot.storage import aggregates, broadcasts, exports, personal_data, told
from bot.storage import answers as open_questions
from bot.storage import areas as stored_areas
from bot.storage import followups as visits
from bot.storage import people as stored_people
from bot.storage import reminders as stored_reminders
from bot.storage import reports as stored
from bot.storage import summaries as stored_summaries
from bot.storage.database import Database, Transaction
from tests.fakes.clock import ZONE, SettableClock
from tests.services.commune import Commune

LARGE = frozenset(
    (
        "report",
        "report_version",
        "audit",
        "inbox",
        "outbox",
        "due",
        "person",
        "contact",
        "conversation",
        "consent",
        "told_fact",
        "answer_mark",
        "open_question",
        "follow_up",
        "report_query",
        "lesson_progress",
        "review_card",
        "broadcast_recipient",
        "snapshot",
    )
)
WAITING = ("ix_outbox_waiting", "ix_outbox_unknown", "ix_due_waiting", "ix_report_query_open", "ix_inbox_broken")
"""Partial indexes that hold only what waits: these may be gone through as a whole."""

NOW = SettableClock()()
TODAY = NOW.astimezone(ZONE).date()
WEEK = (TODAY - timedelta(days=6), TODAY)
AGO = NOW - timedelta(days=7)
CHAT = InboundMessage(channel="web", chat="Hoa", external_id="m")


def _page(tx: Transaction, commune: Commune, name: str, wanted: Filter) -> object:
    roles = commune.roles(name)
    return report_lists.page(tx, wanted, roles=roles, person=commune.persons[name], today=TODAY)


def _overview(tx: Transaction, commune: Commune) -> object:
    found = stored_people.find_speaker(tx, CHAT)
    assert found
    return my_data.overview(tx, found[0], commune.roles("Hoa"))


def _plan(tx: Transaction, library: Library, day: date) -> object:
    return reminders.plan_dates(tx, library.dates.values(), today=day, zone=ZONE)


Asked = Callable[[Transaction, Commune], object]
ASKED: dict[str, tuple[Asked, str]] = {  # and the index by which it is found, where others could do worse
    "sums": (lambda tx, _: aggregates.sums(tx, [1, 2], *WEEK, "day"), "COVERING INDEX ix_report_sums"),
    "sums of communes": (lambda tx, _: aggregates.sums(tx, [1, 2], *WEEK, "commune"), "COVERING INDEX ix_report_sums"),
    "silent": (lambda tx, _: stored_summaries.silent(tx, 1, *WEEK), "COVERING INDEX ix_report_sums"),
    "all silent": (lambda tx, _: stored_summaries.all_silent(tx, *WEEK), "COVERING INDEX ix_report_sums"),
    "reports of a week": (lambda tx, _: stored.of_team(tx, 1, *WEEK), "ix_report_sums"),
    "corrections": (lambda tx, _: stored.corrections(tx, 1, AGO, NOW), "ix_audit_later"),
    "changes since": (lambda tx, _: stored_summaries.changes_since(tx, 1, *WEEK, AGO), ""),
    "the week's receipt": (lambda tx, _: stored.week_of_person(tx, 1, *WEEK), "ix_report_person_id"),
    "by line": (lambda tx, _: stored.by_line(tx, "web::Hoa:1"), "ix_report_line"),
    "newest change": (lambda tx, _: stored.newest_change(tx, 1, AGO), "ix_report_version_person_at"),
    "reporters": (lambda tx, _: broadcasts.reporters(tx, 1, *WEEK), "COVERING INDEX ix_report_sums"),
    "number of an export": (lambda tx, _: exports.number(tx, [1], *WEEK), "COVERING INDEX ix_report_sums"),
    "summary": (
        lambda tx, c: summary.compute(tx, 1, period=periods.current(tx, 1, TODAY), now=c.clock(), zone=ZONE),
        "",
    ),
    "my reports": (lambda tx, c: _page(tx, c, "Hoa", Filter()), "ix_report_person_id"),
    "the team's reports": (lambda tx, c: _page(tx, c, "Minh", Filter(team=1)), "sqlite_autoindex_report_1"),
    "questions to me": (lambda tx, _: queries.waiting_for(tx, 1), ""),
    "where a visit is wanted": (lambda tx, _: followups.places(tx, TODAY), ""),
    "late visits": (lambda tx, _: visits.late(tx, TODAY), "ix_follow_up_due_on"),
    "my data": (_overview, ""),
    "a question again": (lambda tx, _: open_questions.question_of(tx, 1, 1), "ix_open_question_person_id"),
    "marks": (lambda tx, _: told.marks(tx, AGO), "ix_answer_mark_marked_at"),
    "what waits, for the operator": (lambda tx, _: figures.look(tx, NOW), "ix_inbox_broken"),
    "skipped": (lambda tx, _: figures.look(tx, NOW), "ix_due_settled_at"),
    "who is due": (lambda tx, _: stored_reminders.due_persons(tx, NOW, 50), "ix_due_waiting"),
    "audience": (lambda tx, _: stored_reminders.audience(tx, (1, 500)), ""),
    "plan dates": (lambda tx, c: _plan(tx, c.library, date(2027, 9, 10)), ""),
    "plan periods": (lambda tx, _: periods.plan(tx, today=WEEK[1], zone=ZONE), ""),
    "close": (lambda tx, _: summary.close(tx, now=NOW, zone=ZONE), ""),
    "retention": (lambda tx, _: retention.portion(tx, retention.Periods(), NOW), "ix_outbox_kept"),
    "old due rows": (lambda tx, _: retention.portion(tx, retention.Periods(), NOW), "ix_due_settled_at"),
    "map": (lambda tx, _: stored_areas.last_change(tx, [1], TODAY), ""),
    "members": (lambda tx, _: stored_people.members_of(tx, 1), ""),
    "rows of a person": (
        lambda tx, _: [personal_data.counts(tx, 1, [1]), personal_data.rows(tx, "audit.person_id", 1, [1], 10)],
        "ix_audit_person_id",
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_sqlite_finds_it_by_an_index(sqlite_url: str, library: Library, clock: SettableClock, name: str) -> None:
    ask, wanted = ASKED[name]
    database = Database(sqlite_url)
    commune = Commune(database, library, clock).build()
    said: list[str] = []

    def work(tx: Transaction) -> list[str]:
        tx.driver.set_trace_callback(said.append)
        ask(tx, commune)
        tx.driver.set_trace_callback(None)
        asked = [each for each in said if each.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH"))]
        return [row[3] for each in asked for row in tx.driver.execute(f"EXPLAIN QUERY PLAN {each}")]

    steps = database.write_now(work)
    database.close()
    assert steps
    assert [step for step in steps if _is_scan(step)] == []
    assert any(wanted in step for step in steps)


def _is_scan(step: str) -> bool:
    words = step.split()
    return words[0] == "SCAN" and words[1] in LARGE and words[-1] not in WAITING


@pytest.mark.parametrize("name", ASKED)
def test_postgresql_can_find_it_by_an_index(
    postgres_url: str, library: Library, clock: SettableClock, name: str
) -> None:
    """A small table is read as a whole whatever there is; told not to, the planner shows what it would do else."""
    database = Database(postgres_url)
    commune = Commune(database, library, clock).build()
    said: list[tuple[str, object]] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: said.append((sql, values)))

    def work(tx: Transaction) -> list[str]:
        said.clear()
        ASKED[name][0](tx, commune)
        asked = [each for each in said if each[0].lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH"))]
        tx.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [step for sql, values in asked for step in explained(tx, sql, values)]

    def explained(tx: Transaction, sql: str, values: Any) -> list[str]:
        by_place = tx.runner if isinstance(values, tuple) else tx.driver.cursor()  # of the hot path, or SQLAlchemy's
        return [row[0] for row in by_place.execute(f"EXPLAIN (COSTS OFF) {sql}", values)]

    steps = database.write_now(work)
    database.close()
    scanned = [step for step in steps if "Seq Scan on" in step]
    assert [step for step in scanned if step.split("Seq Scan on ")[1].split()[0] in LARGE] == []
