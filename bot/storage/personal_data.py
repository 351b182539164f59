"""What each column that names a person is about: what the person sees of it, and what becomes of it on erasure.

A new column, or a new table, is one line here; tests/storage/test_personal_data.py names those that have none.
Reasons: docs/decisions/0032 (what is shown), 0037 (what is erased).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import col

from bot.core.errors import N_
from bot.models import METADATA, Person
from bot.storage.database import Transaction
from bot.storage.erasing import (
    NOBODY,
    Chat,
    Erase,
    Gone,
    blank,
    delete_rows,
    forget_farewell,
    hand_over,
    let_go,
    silence,
    stays,
    unname,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One column. `kind`: what it is called for the person; empty: not shown by itself, `why` says the reason."""

    erase: Erase
    kind: str = ""
    show: tuple[str, ...] = ()
    why: str = ""
    filled: str = ""  # rows in which this column is empty are nothing any more


_LINKED: Final = "belongs to a row that is shown"
_TECHNICAL: Final = "no more than a number that the program counts with"

RULES: Final[Mapping[str, Rule]] = {
    "outbox.contact_id": Rule(
        erase=silence,
        kind=N_("Messages sent to you"),
        show=("created_at", "kind", "body", "status", "sent_at"),
        filled="body",
    ),
    "link_code.contact_id": Rule(erase=delete_rows, why=_TECHNICAL),
    "link_code.taker_id": Rule(erase=delete_rows, why=_TECHNICAL),
    "erasure.contact_id": Rule(erase=forget_farewell, why=_TECHNICAL),
    "answer_mark.person_id": Rule(
        erase=delete_rows, kind=N_("Marks you gave to answers"), show=("question", "subject", "verdict", "marked_at")
    ),
    "told_fact.person_id": Rule(
        erase=delete_rows, kind=N_("Answers you got"), show=("fact", "told_at", "corrected_at")
    ),
    "open_question.person_id": Rule(
        erase=delete_rows, kind=N_("Questions you asked"), show=("text", "asked_at", "settled_at")
    ),
    "lesson_progress.person_id": Rule(
        erase=delete_rows,
        kind=N_("Lessons"),
        show=("lesson", "step", "right_answers", "best", "finished_at", "updated_at"),
    ),
    "review_card.person_id": Rule(
        erase=delete_rows, kind=N_("Reviews"), show=("skill", "stability", "difficulty", "reviewed_at", "due_at")
    ),
    "review_reminder.person_id": Rule(erase=delete_rows, kind=N_("Reminders of reviews"), show=("since",)),
    "certificate.person_id": Rule(
        erase=unname(name="", team=""),
        kind=N_("Certificates"),
        show=("title", "name", "team", "lessons", "right_answers", "issued_on", "withdrawn_at"),
    ),
    "reminder_setting.person_id": Rule(
        erase=delete_rows,
        kind=N_("Settings of reminders"),
        show=("quiet_from", "quiet_to", "weekends", "leads", "changed_at"),
    ),
    "reminder_mute.person_id": Rule(
        erase=delete_rows, kind=N_("What you want no reminders of"), show=("subject", "muted_at")
    ),
    "due.person_id": Rule(
        erase=delete_rows,
        kind=N_("Reminders and news"),
        show=("rule", "occurrence", "due_at", "status", "reason", "settled_at"),
    ),
    "calendar_feed.person_id": Rule(
        erase=delete_rows, kind=N_("Addresses of your calendar"), show=("name", "created_at")
    ),
    "dashboard_pass.person_id": Rule(
        erase=delete_rows, kind=N_("Links to the coordinator's page"), show=("made_at", "ends_at")
    ),
    "code_attempt.person_id": Rule(erase=delete_rows, kind=N_("Codes that did not work"), show=("at",)),
    "join_request.person_id": Rule(
        erase=delete_rows,
        kind=N_("Requests to join a team"),
        show=("team_id", "role", "asked_at", "status", "settled_at"),
    ),
    "member.person_id": Rule(erase=delete_rows, kind=N_("Roles in teams"), show=("team_id", "role", "since", "until")),
    "follow_up.person_id": Rule(
        erase=unname(note=""),
        kind=N_("Visits you asked for"),
        show=("unit_id", "skills", "wish", "note", "status", "created_at", "changed_at"),
    ),
    "follow_up.taker_id": Rule(
        erase=hand_over(), kind=N_("Visits you took"), show=("unit_id", "skills", "status", "changed_at")
    ),
    "report.person_id": Rule(
        erase=hand_over(message_chat=""),
        kind=N_("Reports"),
        show=("number", "year", "team_id", "unit_id", "day", "answers", "status", "version", "said_at", "received_at"),
    ),
    "report_version.person_id": Rule(
        erase=hand_over(reason=""),
        kind=N_("Versions of reports"),
        show=("report_id", "version", "answers", "reason", "at"),
    ),
    "report_query.asker_id": Rule(
        erase=hand_over(),
        kind=N_("Questions about reports"),
        show=("report_id", "text", "asked_at", "status", "answer"),
    ),
    "broadcast.person_id": Rule(
        erase=hand_over(text=NOBODY),
        kind=N_("Messages to the team"),
        show=("team_id", "segment", "text", "due_at", "status", "created_at"),
    ),
    "broadcast_recipient.person_id": Rule(
        erase=delete_rows, kind=N_("Messages of a team to you"), show=("broadcast_id", "status", "reason")
    ),
    "local_fact.person_id": Rule(
        erase=unname(),
        kind=N_("Answers you wrote for a team"),
        show=("team_id", "question", "text", "source", "as_of", "expires_on", "created_at"),
    ),
    "fact_recall.person_id": Rule(
        erase=unname(), kind=N_("Corrections you let go out"), show=("old", "new", "confirmed_at")
    ),
    "team_date.person_id": Rule(
        erase=hand_over(), kind=N_("Dates you set for a team"), show=("team_id", "title", "day", "created_at")
    ),
    "team_pause.person_id": Rule(
        erase=hand_over(),
        kind=N_("Pauses you set for a team"),
        show=("team_id", "first", "last", "reason", "created_at"),
    ),
    "invite.person_id": Rule(
        erase=unname(), kind=N_("Codes you made"), show=("team_id", "role", "uses_left", "expires_at", "created_at")
    ),
    "audit.person_id": Rule(
        erase=hand_over(), kind=N_("What you changed"), show=("at", "action", "subject", "before", "after")
    ),
    "data_request.person_id": Rule(
        erase=blank(text="", answer=""),
        kind=N_("Requests about your data"),
        show=("kind", "text", "asked_at", "answer_by", "finish_by", "status", "answer", "done_at"),
    ),
    "data_request.settler_id": Rule(erase=hand_over(answer=""), why=_LINKED),
    "consent.person_id": Rule(
        erase=stays, kind=N_("Consents"), show=("purpose", "version", "channel", "given_at", "withdrawn_at")
    ),
    "erasure.person_id": Rule(erase=stays, why="leads to the proofs of consent, for who has the key and the chat"),
    "conversation.person_id": Rule(
        erase=delete_rows, kind=N_("Where you are in the dialogue"), show=("state", "updated_at")
    ),
    "contact.person_id": Rule(
        erase=let_go, kind=N_("Chats"), show=("channel", "chat", "created_at", "unreachable_at", "preferred_at")
    ),
}
"""In the order in which they are erased."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "channel_address": "our own names on the platforms",
    "channel_usage": "counts of a bot",
    "document": "documents of the commune",
    "goal": "numbers of a team",
    "inbox": "by chat: ids of messages, words only while a failed one waits (erasing.forget_inbound)",
    "job_mark": "days of the program's jobs",
    "media": "by recipe or by the message that carries it (scrubbing.forget_media)",
    "passage": "documents of the commune",
    "period_setting": "a choice of a team",
    "person": "the row itself (erasing.empty_person)",
    "report_counter": "numbers of a team",
    "snapshot": "counts of a team",
    "team": "names of teams",
    "team_date_skip": "days of a team",
    "team_unit": "places of a team",
    "unit": "places",
    "unit_name": "places",
    "unit_successor": "places",
    "web_session": "by chat: hashes of a browser's secrets (erasing.forget_inbound)",
}
"""Tables without a column that names a person, and why nothing of a person is left in them."""


def erase(tx: Transaction, gone: Gone) -> None:
    """Apply every rule."""
    for name, rule in RULES.items():
        table, _, column = name.partition(".")
        rule.erase(tx, METADATA.tables[table].c[column], gone)


def counts(tx: Transaction, person: int, contacts: Sequence[int]) -> dict[str, int]:
    """By column of RULES that is shown, how many rows there are of the person; none are left out."""
    found = {
        name: _count(tx, name, contacts if name in _BY_CHAT else [person]) for name, rule in RULES.items() if rule.kind
    }
    return {name: count for name, count in found.items() if count}


def rows(tx: Transaction, name: str, person: int, contacts: Sequence[int], limit: int) -> list[dict[str, Any]]:
    """The newest rows of a column of RULES, as far as they are shown, the oldest of them first."""
    table, where = METADATA.tables[name.partition(".")[0]], _of(name, contacts if name in _BY_CHAT else [person])
    order = [each.desc() for each in table.primary_key]
    query = select(*(table.c[each] for each in RULES[name].show)).where(where).order_by(*order).limit(limit)
    return [dict(row) for row in tx.connection.execute(query).mappings()][::-1]


def inbound(tx: Transaction, chats: Sequence[Chat], limit: int) -> list[dict[str, Any]]:
    """Of the newest messages from these chats, the oldest first: when; words only where one waits to be tried again."""
    inbox = METADATA.tables["inbox"]
    query = select(inbox.c.channel, inbox.c.received_at, inbox.c.status, inbox.c.kept).where(_from(chats))
    found = tx.connection.execute(query.order_by(inbox.c.id.desc()).limit(limit)).mappings()
    return [dict(row) for row in found][::-1]


def _from(chats: Sequence[Chat]) -> ColumnElement[bool]:
    inbox = METADATA.tables["inbox"]
    return or_(
        *(and_(inbox.c.channel == each.channel, inbox.c.bot == each.bot, inbox.c.chat == each.chat) for each in chats)
    )


def received(tx: Transaction, chats: Sequence[Chat]) -> int:
    """How many messages came from these chats."""
    query = select(func.count()).where(_from(chats))
    return int(tx.connection.execute(query).scalar_one())


def own_row(tx: Transaction, person: int) -> dict[str, Any]:
    """The person's own row; empty when there is none."""
    names = ("name", "locale", "address", "quiet", "restricted_at", "created_at")
    query: Any = select(*(METADATA.tables["person"].c[name] for name in names)).where(col(Person.id) == person)
    found = tx.connection.execute(query).mappings().one_or_none()
    return dict(found) if found else {}


_BY_CHAT: Final = frozenset(
    name for name in RULES if name.endswith(("contact_id", "taker_id")) and "follow_up" not in name
)


def _of(name: str, ids: Sequence[int]) -> ColumnElement[bool]:
    """Which rows are the person's."""
    table, column, filled = METADATA.tables[name.partition(".")[0]], name.partition(".")[2], RULES[name].filled
    mine = table.c[column].in_(ids)
    return and_(mine, table.c[filled].is_not(None)) if filled else mine


def _count(tx: Transaction, name: str, ids: Sequence[int]) -> int:
    query = select(func.count()).select_from(METADATA.tables[name.partition(".")[0]]).where(_of(name, ids))
    return int(tx.connection.execute(query).scalar_one())


def size(tx: Transaction, table: str) -> int:
    """How many rows a table has."""
    return int(tx.connection.execute(select(func.count()).select_from(METADATA.tables[table])).scalar_one())


def affected(tx: Transaction, name: str, until: datetime) -> dict[int, int]:
    """By person, how many rows of a column of RULES were made by that moment; what has no time of its own counts."""
    table, column = METADATA.tables[name.partition(".")[0]], name.partition(".")[2]
    contact, named = METADATA.tables["contact"], table.c[column]
    owner: Any = contact.c.person_id if name in _BY_CHAT else named
    query: Any = select(owner, func.count()).select_from(table).where(named.is_not(None)).group_by(owner)
    if name in _BY_CHAT:
        query = query.join(contact, contact.c.id == named)
    made = next((table.c[each] for each in RULES[name].show if each in _MADE), None)
    if made is not None:
        query = query.where(made <= until)
    return dict(tx.connection.execute(query).all())


_MADE: Final = frozenset(
    {"created_at", "asked_at", "given_at", "made_at", "marked_at", "told_at", "received_at", "at", "since", "due_at"}
)
