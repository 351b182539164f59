"""What is deleted when it was kept long enough: one line a rule, in small portions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, or_, select, update

from bot.models import METADATA
from bot.storage.database import BUSY_SECONDS, Database, Transaction

PORTION: Final = 2000  # rows at once: others wait no longer than that takes
_MOMENT: Final = 100  # milliseconds
_SETTLED: Final = ("sent", "failed", "unknown", "dropped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """Rows of a table that are too old. `period`: which of the periods counts; `empty`: columns to empty instead."""

    table: str
    period: str
    where: Callable[[Table, datetime], ColumnElement[bool]]
    empty: Mapping[str, object] | None = None


def _before(name: str) -> Callable[[Table, datetime], ColumnElement[bool]]:
    return lambda table, moment: table.c[name] < moment


def _in_order(name: str) -> Callable[[Table, datetime], ColumnElement[bool]]:
    """Of rows that are numbered in the order of that time, and all go: no further than a portion from the first."""

    def where(table: Table, moment: datetime) -> ColumnElement[bool]:
        oldest = table.alias("oldest")
        return and_(table.c[name] < moment, table.c.id.in_(select(oldest.c.id).order_by(oldest.c.id).limit(PORTION)))

    return where


def _answers(table: Table, moment: datetime) -> ColumnElement[bool]:
    """The newest stays: its number must not be given again."""
    newest = select(func.max(table.alias("newest").c.id)).scalar_subquery()
    without_key = func.coalesce(table.c.key, "") == ""
    return and_(
        _kept(table), table.c.created_at < moment, without_key, table.c.status.in_(_SETTLED), table.c.id != newest
    )


def _words(table: Table, moment: datetime) -> ColumnElement[bool]:
    settled = table.c.status.in_(_SETTLED)
    return and_(_kept(table), table.c.created_at < moment, settled, table.c.body.is_not(None))


def _kept(table: Table) -> ColumnElement[bool]:
    """As the partial index says it: of a message with a key the row stays, when its words are gone."""
    return or_(table.c.key.is_(None), table.c.body.is_not(None))


def _proofs(table: Table, moment: datetime) -> ColumnElement[bool]:
    return table.c.withdrawn_at < moment


def _nobody(table: Table) -> ColumnElement[bool]:
    """The empty row of an erased person, once no proof hangs on it."""
    consent, request, erasure = (METADATA.tables[name] for name in ("consent", "data_request", "erasure"))
    erased = table.c.id.in_(select(erasure.c.person_id).where(erasure.c.person_id.is_not(None)))
    proofs = or_(exists().where(consent.c.person_id == table.c.id), exists().where(request.c.person_id == table.c.id))
    return and_(erased, ~proofs)


RULES: Final = (
    Old(table="outbox", period="messages", where=_answers),
    Old(table="outbox", period="messages", where=_words, empty={"body": None}),
    Old(table="inbox", period="inbox", where=_before("received_at")),
    Old(table="code_attempt", period="inbox", where=_before("at")),
    Old(table="dashboard_pass", period="inbox", where=_before("ends_at")),
    Old(table="told_fact", period="answers", where=_before("told_at")),
    Old(table="answer_mark", period="questions", where=_before("marked_at")),
    Old(table="open_question", period="questions", where=_before("asked_at")),
    Old(table="due", period="news", where=_before("settled_at")),
    Old(table="join_request", period="news", where=_before("settled_at")),
    Old(table="audit", period="audit", where=_in_order("at")),
    Old(table="consent", period="proofs", where=_proofs),
    Old(table="data_request", period="proofs", where=_before("done_at")),
)


def remove(tx: Transaction, rule: Old, before: datetime) -> int:
    """Delete, or empty, one portion; how many rows. Where many rows share the key's first column, it may be more."""
    table = METADATA.tables[rule.table]
    keys = list(table.primary_key)
    old = select(keys[0]).where(rule.where(table, before)).limit(PORTION)
    found = set(tx.connection.scalars(old))
    if not found:
        return 0
    these: Any = keys[0].in_(found) if len(keys) == 1 else and_(keys[0].in_(found), rule.where(table, before))
    statement: Any = update(table).where(these).values(rule.empty) if rule.empty else delete(table).where(these)
    return int(tx.connection.execute(statement).rowcount)


def remove_empty_persons(tx: Transaction) -> int:
    """Delete the rows that proofs of erased persons hung on, once these are gone; the erasure itself stays known."""
    person, erasure = METADATA.tables["person"], METADATA.tables["erasure"]
    found = list(tx.connection.scalars(select(person.c.id).where(_nobody(person)).limit(PORTION)))
    tx.connection.execute(update(erasure).where(erasure.c.person_id.in_(found)).values(person_id=None))
    tx.connection.execute(delete(person).where(person.c.id.in_(found)))
    return len(found)


def truncate_log(database: Database) -> bool:
    """On SQLite: empty the write-ahead log, in which what was deleted may still stand; False while somebody reads.

    Nobody waits for it longer than a moment; where it cannot be now, the next time does it.
    """
    if not database.is_sqlite:
        return True
    with database.engine.connect() as connection:
        try:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_MOMENT}")
            busy: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
            return not busy
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
