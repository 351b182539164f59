"""A person's words and name, taken out of rows that stay: reports, questions, the audit, other people's messages."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Column, ColumnElement, Text, and_, func, or_, select, type_coerce, update

from bot.models import METADATA
from bot.models.sealed import Sealed
from bot.storage import circles, media
from bot.storage.database import Transaction
from bot.storage.erasing import NOBODY, Gone

PORTION: Final = 5000  # rows read at once
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_:. -]{0,30}")  # a state, a rule, a day: nothing that people type
_PLAIN_KEYS: Final = frozenset(
    {"role", "status", "rule", "recurrence", "segment", "day", "first", "last", "expires_on", "old", "new", "measure"}
)


def forget_notes(tx: Transaction, person: int, questions: Sequence[str]) -> None:
    """Delete what the person wrote into reports in their own words, in every version; the counts stay."""
    report, version = METADATA.tables["report"], METADATA.tables["report_version"]
    own = set(tx.connection.scalars(select(report.c.id).where(report.c.person_id == person)))
    for row in tx.connection.execute(select(report.c.id, report.c.answers).where(report.c.id.in_(own))).all():
        _keep_answers(tx, report, {"id": row.id}, row.answers, _without(row.answers, questions))
    query = select(version.c.report_id, version.c.version, version.c.answers).where(version.c.report_id.in_(own))
    for number, at, answers in tx.connection.execute(query).all():
        key = {"report_id": number, "version": at}
        _keep_answers(tx, version, key, answers, _without(answers, questions))
    tx.connection.execute(update(version).where(version.c.report_id.in_(own)).values(reason=""))
    others = select(version.c.report_id).where(version.c.person_id == person).distinct()
    for number in set(tx.connection.scalars(others)) - own:
        _forget_changes(tx, number, person, questions)


def _forget_changes(tx: Transaction, number: int, person: int, questions: Sequence[str]) -> None:
    """In somebody else's report: what this person wrote into it when they corrected it."""
    report, version = METADATA.tables["report"], METADATA.tables["report_version"]
    rows = tx.connection.execute(
        select(version.c.version, version.c.person_id, version.c.answers)
        .where(version.c.report_id == number)
        .order_by(version.c.version)
    ).all()
    before: Mapping[str, Any] = {}
    written: set[Any] = set()
    for row in rows:
        changed = {row.answers.get(each) for each in questions if row.answers.get(each) != before.get(each)}
        written |= changed if row.person_id == person else set()
        before = row.answers
    for row in rows:
        key = {"report_id": number, "version": row.version}
        _keep_answers(tx, version, key, row.answers, _without(row.answers, questions, written))
    answers = tx.connection.execute(select(report.c.answers).where(report.c.id == number)).scalar_one()
    _keep_answers(tx, report, {"id": number}, answers, _without(answers, questions, written))


def _without(answers: Mapping[str, Any], questions: Sequence[str], only: set[Any] | None = None) -> dict[str, Any]:
    return {
        name: None if name in questions and (only is None or value in only) else value
        for name, value in answers.items()
    }


def _keep_answers(tx: Transaction, table: Any, key: Mapping[str, int], old: Any, new: Any) -> None:
    if new != old:
        where = [table.c[name] == value for name, value in key.items()]
        tx.connection.execute(update(table).where(*where).values(answers=new))


def forget_queries(tx: Transaction, person: int, now: datetime) -> None:
    """Delete what the person asked about reports, and what they answered; what was open is settled."""
    query, report = METADATA.tables["report_query"], METADATA.tables["report"]
    about = query.c.report_id.in_(select(report.c.id).where(report.c.person_id == person))
    settled = {"status": "answered", "settled_at": func.coalesce(query.c.settled_at, now)}
    tx.connection.execute(update(query).where(query.c.asker_id == person, query.c.status == "open").values(settled))
    tx.connection.execute(update(query).where(about, query.c.status == "open").values(settled))
    tx.connection.execute(update(query).where(query.c.asker_id == person).values(text=NOBODY))
    tx.connection.execute(update(query).where(about, query.c.answer != "").values(answer=NOBODY))


def forget_in_audit(tx: Transaction, gone: Gone) -> None:
    """In what was noted of changes: the person's number becomes nobody's, and words they typed go."""
    audit = METADATA.tables["audit"]
    named = f'"person":{gone.person}'
    mentions = or_(_like(audit.c.before, named), _like(audit.c.after, named))
    about = and_(audit.c.subject == "person", audit.c.subject_id == gone.person)
    rows = tx.connection.execute(select(audit).where(or_(audit.c.person_id == gone.person, mentions, about))).mappings()
    for row in rows.all():
        own = row["person_id"] == gone.person
        values = {name: _noted(row[name], gone, own=own) for name in ("before", "after")}
        if row["subject"] == "person" and row["subject_id"] == gone.person:
            values["subject_id"] = gone.nobody
        tx.connection.execute(update(audit).where(audit.c.id == row["id"]).values(values))


def _noted(value: Any, gone: Gone, *, own: bool, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _noted(each, gone, own=own, key=name) for name, each in value.items()}
    if isinstance(value, list):
        return [_noted(each, gone, own=own, key=key) for each in value]
    if key == "person" and value == gone.person:
        return gone.nobody
    words = isinstance(value, str) and not (_PLAIN.fullmatch(value) and key in {*_PLAIN_KEYS, ""})
    return NOBODY if own and words else value


def forget_media(tx: Transaction, names: Iterable[str]) -> None:
    """Delete pictures and files; of exports that name members, what was made: they are made anew when fetched."""
    media.delete_named(tx, names)
    media.make_again(tx, "export")


def media_of(tx: Transaction, gone: Gone) -> set[str]:
    """The names of pictures and files that were sent to the person, but for what is made for everybody."""
    outbox = METADATA.tables["outbox"]
    told = outbox.c.contact_id.in_(gone.contacts)
    bodies = [body for body in tx.connection.scalars(select(outbox.c.body).where(told)).all() if body]
    names = {body[key] for body in bodies for key in ("picture", "file") if body.get(key)}
    pictures = media.of_origin(tx, names, ["svg"])
    return names - media.of_origin(tx, names, ["shared", "svg"]) | _only_here(tx, pictures, gone)


def _only_here(tx: Transaction, names: set[str], gone: Gone) -> set[str]:
    """Those that were sent to nobody else: a week's picture goes to every coordinator of a team."""
    left = set(names)
    outbox = METADATA.tables["outbox"]
    for _, text in _opened(tx, outbox.c.id, outbox.c.body, _told(tx, gone)) if left else ():
        if '"picture"' in text or '"file"' in text:
            left -= {name for name in left if name in text}
    return left


def _told(tx: Transaction, gone: Gone) -> ColumnElement[bool]:
    """Whether a message went to who may have been told of the person."""
    outbox, contact = METADATA.tables["outbox"], METADATA.tables["contact"]
    theirs = select(contact.c.id).where(contact.c.person_id.in_(circles.around(tx, gone.person)))
    return outbox.c.contact_id.in_(tx.connection.scalars(theirs).all())


def forget_names(tx: Transaction, names: Iterable[str], gone: Gone) -> None:
    """Take the names out of what was said, or offered, to other people: each of their messages is opened."""
    wanted = sorted({name for name in names if name.strip()}, key=len, reverse=True)
    if not wanted:
        return
    found = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in wanted))
    quoted = [_quoted(name) for name in wanted]
    outbox, talk = METADATA.tables["outbox"], METADATA.tables["conversation"]
    for number, text in _opened(tx, outbox.c.id, outbox.c.body, _told(tx, gone)):
        if any(each in text for each in quoted):
            body = _renamed(orjson.loads(text), found)
            tx.connection.execute(update(outbox).where(outbox.c.id == number).values(body=body))
    around = talk.c.person_id.in_(circles.around(tx, gone.person))
    for number, text in _opened(tx, talk.c.person_id, talk.c.state, around):
        if any(each in text for each in quoted):
            state = orjson.loads(text)
            state["menu"] = [[found.sub(NOBODY, label), *more] for label, *more in state.get("menu", ())]
            changed = orjson.dumps(state).decode()
            tx.connection.execute(update(talk).where(talk.c.person_id == number).values(state=changed))


def _opened(
    tx: Transaction, key: Column[int], column: Column[Any], *where: ColumnElement[bool]
) -> Iterator[tuple[int, str]]:
    """(key, text) of every row of a sealed column that has one, a portion at a time; what SQL cannot search."""
    text, last = type_coerce(column, Sealed(f"{column.table.name}.{column.name}")), 0
    while True:
        query = select(key, text).where(key > last, column.is_not(None), *where).order_by(key).limit(PORTION)
        rows = tx.connection.execute(query).all()
        yield from ((number, value) for number, value in rows)
        if len(rows) < PORTION:
            return
        last = rows[-1][0]


def _renamed(value: Any, found: re.Pattern[str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(each, found) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, found) for each in value]
    return found.sub(NOBODY, value) if isinstance(value, str) else value


def _quoted(name: str) -> str:
    return orjson.dumps(name).decode()[1:-1]


def _like(column: Column[Any], text: str) -> Any:
    return type_coerce(column, Text).contains(text, autoescape=True)


def stop_broadcasts(tx: Transaction, person: int, now: datetime) -> None:
    """What the person wanted to send to many, and has not gone out yet, does not."""
    broadcast = METADATA.tables["broadcast"]
    waiting = update(broadcast).where(broadcast.c.person_id == person, broadcast.c.status == "waiting")
    tx.connection.execute(waiting.values(status="stopped", reason="erased", ended_at=now))
