"""What becomes of two persons' rows when they turn out to be one: a rule for every column that names a person.

A new column is one line in RULES; tests/storage/test_merging.py names columns that have none. Reasons:
docs/decisions/0026. What needs judgement or words is settled by bot/services/merging.py before.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Table, delete, select, update
from sqlmodel import col

from bot.models import METADATA, Broadcast, Conversation, Outbox, Person
from bot.storage import broadcasts
from bot.storage.database import Transaction

_OUTBOX = Outbox.metadata.tables["outbox"]
_RECIPIENT = Broadcast.metadata.tables["broadcast_recipient"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """Who is kept, and who is no more afterwards."""

    kept: int
    gone: int


Rule = Callable[[Transaction, Column[Any], Two], None]
Found = Mapping[str, Any]  # one row, by the names of its columns
Best = Callable[[Found], Any]  # of several rows the one for which this is greatest stays


def move(tx: Transaction, column: Column[Any], two: Two) -> None:
    """Every row is the kept person's from now on."""
    tx.connection.execute(update(column.table).where(column == two.gone).values({column.name: two.kept}))


def settled(tx: Transaction, column: Column[Any], two: Two) -> None:
    """As `move`; what could collide was settled by the service before."""
    move(tx, column, two)


def forget(tx: Transaction, column: Column[Any], two: Two) -> None:
    """The kept person's row stays, the other's goes."""
    tx.connection.execute(delete(_table(column)).where(column == two.gone))


def one_of(
    *keys: str,
    best: Best,
    among: Callable[[Found], bool] = lambda _: True,
    lost: Callable[[Transaction, Found], None] = lambda _tx, _row: None,
) -> Rule:
    """Of both persons' rows with the same keys the best stays, on a tie the kept person's; the others are moved.

    `among`: which rows cannot stand beside each other. `lost` is told of each row that goes.
    """

    def rule(tx: Transaction, column: Column[Any], two: Two) -> None:
        table = _table(column)
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        query = select(table).where(column.in_([two.kept, two.gone]))
        for row in map(dict, tx.connection.execute(query).mappings()):
            if among(row):
                alike[tuple(repr(row[key]) for key in keys)].append(row)
        for rows in alike.values():
            stays = max(rows, key=lambda row: (best(row), row[column.name] == two.kept))
            for row in rows:
                if row is not stays:
                    tx.connection.execute(delete(table).where(*(each == row[each.name] for each in table.primary_key)))
                    lost(tx, row)
        move(tx, column, two)

    return rule


def newest(name: str) -> Best:
    """The row whose time is the latest."""
    return lambda row: row[name]


def oldest(name: str) -> Best:
    """The row whose time is the earliest."""
    return lambda row: -row[name].timestamp()


def first_of(name: str, *order: str) -> Best:
    """The row whose value comes first in that order."""
    return lambda row: -order.index(row[name])


def _furthest(row: Found) -> Any:
    return row["finished_at"] is not None, row["best"] or 0, row["updated_at"]


def _is_now(row: Found) -> bool:
    return row["until"] is None


def _is_waiting(row: Found) -> bool:
    return bool(row["status"] == "waiting")


def _not_reminded_twice(tx: Transaction, row: Found) -> None:
    _take_back(tx, f"due:{row['id']}")


def _not_written_to_twice(tx: Transaction, row: Found) -> None:
    _take_back(tx, broadcasts.key(row["broadcast_id"], row["person_id"]))


def recipients(tx: Transaction, column: Column[Any], two: Two) -> None:
    """One row a broadcast; its message in the outbox is found again by the kept person's number."""
    was = tx.connection.scalars(select(_RECIPIENT.c.broadcast_id).where(column == two.gone)).all()
    order = first_of("status", "queued", "waiting", "skipped")
    one_of("broadcast_id", best=order, lost=_not_written_to_twice)(tx, column, two)
    for number in was:
        old, new = broadcasts.key(number, two.gone), broadcasts.key(number, two.kept)
        if tx.connection.scalar(select(_OUTBOX.c.id).where(_OUTBOX.c.key == new)) is None:
            tx.connection.execute(update(_OUTBOX).where(_OUTBOX.c.key == old).values(key=new))


RULES: Final[Mapping[str, Rule]] = {
    "answer_mark.person_id": one_of("subject", "question", best=newest("marked_at")),
    "audit.person_id": move,
    "broadcast.person_id": move,
    "broadcast_recipient.person_id": recipients,
    "calendar_feed.person_id": one_of(best=newest("created_at")),
    "certificate.person_id": move,
    "code_attempt.person_id": move,  # wrong codes of both count together
    "consent.person_id": settled,  # the stricter one
    "contact.person_id": move,
    "conversation.person_id": forget,  # what was open in it is in the kept person's
    "dashboard_pass.person_id": move,
    "data_request.person_id": move,
    "data_request.settler_id": move,
    "due.person_id": one_of(
        "rule",
        "occurrence",
        "lead",
        best=first_of("status", "queued", "waiting", "skipped"),
        lost=_not_reminded_twice,
    ),
    "erasure.person_id": move,
    "fact_recall.person_id": move,
    "follow_up.person_id": settled,  # of two wishes for the same thing one stays
    "follow_up.taker_id": move,
    "invite.person_id": move,
    "join_request.person_id": one_of("team_id", best=oldest("asked_at"), among=_is_waiting),
    "lesson_progress.person_id": one_of("lesson", best=_furthest),
    "local_fact.person_id": move,
    "member.person_id": one_of("team_id", best=oldest("since"), among=_is_now),  # roles that differ were settled
    "open_question.person_id": move,
    "report.person_id": move,
    "report_query.asker_id": move,
    "report_version.person_id": move,
    "reminder_mute.person_id": one_of("subject", best=newest("muted_at")),
    "reminder_setting.person_id": one_of(best=newest("changed_at")),
    "review_card.person_id": one_of("skill", best=newest("reviewed_at")),
    "review_reminder.person_id": one_of(best=oldest("since")),
    "team_date.person_id": move,
    "team_pause.person_id": move,
    "told_fact.person_id": one_of("fact", best=newest("told_at")),
}


def lock(tx: Transaction, first: int, second: int) -> dict[int, str]:
    """By person, their conversation's state as JSON; nobody else changes either until this transaction ends.

    Conversations before persons: a turn holds the one before it writes rows that name the other.
    """
    found: dict[int, str] = {}
    for person in (first, second):
        mine = select(col(Conversation.state)).where(col(Conversation.person_id) == person).with_for_update()
        state = tx.connection.execute(mine).scalar_one_or_none()
        if state is not None:
            found[person] = state
    both = select(col(Person.id)).where(col(Person.id).in_([first, second])).order_by(col(Person.id))
    tx.connection.execute(both.with_for_update()).all()
    return found


def merge(tx: Transaction, two: Two) -> None:
    """Apply every rule, and delete who is no more."""
    for name, rule in RULES.items():
        table, _, column = name.partition(".")
        rule(tx, METADATA.tables[table].c[column], two)
    tx.connection.execute(delete(Person).where(col(Person.id) == two.gone))
    tx.session.expire_all()


def _take_back(tx: Transaction, key: str) -> None:
    """Do not send what waits under that key: the other chat has it."""
    waiting = update(_OUTBOX).where(_OUTBOX.c.key == key, _OUTBOX.c.status == "pending")
    tx.connection.execute(waiting.values(status="dropped", reason="linked"))


def _table(column: Column[Any]) -> Table:
    table = column.table
    assert isinstance(table, Table)
    return table
