"""The two queues stay quick however long they get: what waits is found by the partial index, on SQLite too."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from bot.core.messages import InboundMessage, OutboundMessage, Reply
from bot.storage import broadcasts, claiming, messages, people
from bot.storage.database import Database, Transaction

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)


def put(tx: Transaction) -> int:
    hello = InboundMessage(channel="web", chat="c", external_id="")
    contact = people.add_speaker(tx, hello, locale="vi", now=NOW).contact
    messages.put_out(tx, messages.Outgoing(contact=contact, reply=Reply(text="x")), NOW)
    return contact


ASKED: dict[str, Callable[[Transaction, int], object]] = {
    "put_out": lambda tx, contact: messages.put_out(tx, messages.Outgoing(contact=contact, reply=Reply(text="x")), NOW),
    "owners": lambda tx, _: claiming.owners(tx),
    "take_back": lambda tx, _: claiming.take_back(tx, NOW),
    "claim": lambda tx, _: claiming.claim(tx, owner="me", limit=100, now=NOW),
    "claim_next": lambda tx, contact: claiming.claim_next(
        tx,
        OutboundMessage(id=0, channel="web", bot="", chat="c", reply=Reply(text="x"), contact=contact),
        owner="me",
        now=NOW,
    ),
    "drop_waiting": lambda tx, contact: messages.drop_waiting(tx, contact, "unreachable"),
    "take_due": lambda tx, _: broadcasts.take_due(tx, NOW, []),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_waits_is_found_by_the_partial_index(sqlite_url: str, name: str) -> None:
    said: list[tuple[str, Any]] = []
    with closing(Database(sqlite_url)) as database:
        contact = database.write_now(put)
        listen = lambda _c, _k, sql, values, *_: said.append((sql, values))  # noqa: E731  what SQLAlchemy calls
        event.listen(database.engine, "before_cursor_execute", listen)
        database.write_now(lambda tx: ASKED[name](tx, contact))
        event.remove(database.engine, "before_cursor_execute", listen)
        asked = [each for each in said if " WHERE " in each[0].replace("\n", " ") and "outbox.id IN" not in each[0]]
        assert asked

        def plan(tx: Transaction) -> list[str]:
            found = [tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values) for sql, values in asked]
            return [row[3] for rows in found for row in rows]

        steps = [step for step in database.read_now(plan) if "outbox" in step or "broadcast" in step]
        steps = [step for step in steps if "INTEGER PRIMARY KEY (rowid=?)" not in step]  # the row that was found
    assert steps
    assert all("_waiting" in step for step in steps), steps
