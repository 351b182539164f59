import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.core.conversation import State
from bot.core.errors import DatabaseAway
from bot.core.messages import Choice, InboundMessage, Kind, OutboundMessage, Reply
from bot.core.people import Speaker
from bot.library import Library
from bot.models import METADATA, Unit
from bot.receiver import ATTEMPTS, TEXT_LIMIT, Receiver, tidy
from bot.search.finder import Finder
from bot.services import answers, consents
from bot.storage import messages, people
from bot.storage.database import Database, Transaction
from bot.turn import Turn
from handlers import routes
from tests.fakes.clock import ZONE, SettableClock

Dialogue = Callable[[Turn], Reply | None]


def said(words: str, number: int = 1, *, chat: str = "chat", **more: Any) -> InboundMessage:
    return InboundMessage(channel="console", chat=chat, external_id=f"m{number}", text=words, **more)


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    def work(tx: Transaction) -> list[dict[str, Any]]:
        found = METADATA.tables[table]
        order = list(found.primary_key.columns)
        return [dict(row) for row in tx.connection.execute(found.select().order_by(*order)).mappings()]

    return database.read_now(work)


def echo(turn: Turn) -> Reply:
    """Leaves one row, one mark in the state, and an answer."""
    answers.keep_question(turn.tx, person=turn.speaker.person, question=turn.message.text, now=turn.now)
    turn.state.question += turn.message.text
    return Reply(text=turn.message.text, choices=(Choice("Menu", "go:menu"),))


class Desk:
    """Makes receivers as the program does, with a dialogue of the test's own."""

    def __init__(self, library: Library, index: Finder, clock: SettableClock) -> None:
        self.library, self.index, self.clock = library, index, clock
        self.delivered: list[OutboundMessage] = []

    def _deliver(self, made: Sequence[OutboundMessage]) -> None:
        self.delivered += [each for each in made if each.attempts]  # what the sender holds already

    def turn(self, tx: Transaction, message: InboundMessage, speaker: Speaker, state: State, now: datetime) -> Turn:
        return Turn(
            now=now,
            message=message,
            speaker=speaker,
            state=state,
            tx=tx,
            library=self.library,
            index=self.index,
            zone=ZONE,
            secret=b"k" * 32,
        )

    def receiver(self, database: Database, dialogue: Dialogue = echo, **more: Any) -> Receiver:
        parts = {"make_turn": self.turn, "sorry": routes.sorry, "deliver": self._deliver, **more}
        return Receiver(database=database, clock=self.clock, dialogue=dialogue, **parts)


@pytest.fixture
def desk(library: Library, index: Finder, clock: SettableClock) -> Desk:
    return Desk(library, index, clock)


def receive(receiver: Receiver, *said_one_by_one: InboundMessage) -> list[str]:
    """The answers, in order."""

    async def run() -> list[str]:
        return [answer.reply.text for message in said_one_by_one for answer in await receiver.receive(message)]

    return asyncio.run(run())


def test_one_message_is_noted_answered_and_remembered(database: Database, desk: Desk) -> None:
    assert receive(desk.receiver(database), said("a"), said("b", 2)) == ["a", "b"]
    assert [(row["external_id"], row["status"], row["kept"]) for row in rows(database, "inbox")] == [
        ("m1", "done", None),
        ("m2", "done", None),
    ]
    assert [row["body"]["text"] for row in rows(database, "outbox")] == ["a", "b"]
    assert '"question":"ab"' in rows(database, "conversation")[0]["state"]
    assert len(rows(database, "person")) == len(rows(database, "contact")) == 1


def test_a_message_delivered_twice_has_one_effect_and_one_answer(database: Database, desk: Desk) -> None:
    receiver = desk.receiver(database)
    assert receive(receiver, said("a"), said("a"), said("b", 2), said("a")) == ["a", "b"]
    assert [row["text"] for row in rows(database, "open_question")] == ["a", "b"]
    assert len(rows(database, "outbox")) == len(rows(database, "inbox")) == 2


def test_the_same_number_in_another_chat_channel_or_bot_is_another_message(database: Database, desk: Desk) -> None:
    receiver = desk.receiver(database)
    others = (said("b", chat="other"), replace(said("c"), bot="second"), replace(said("d"), channel="web"))
    assert receive(receiver, said("a"), *others) == ["a", "b", "c", "d"]
    assert len(rows(database, "person")) == 4


@pytest.mark.fault("the same message in two processes at once", "two receivers, one message")
def test_a_message_delivered_at_once_in_two_processes_has_one_effect(database_url: str, desk: Desk) -> None:
    with closing(Database(database_url)) as one, closing(Database(database_url)) as two:
        receive(desk.receiver(one), said("hello"))

        async def run() -> Sequence[tuple[OutboundMessage, ...]]:
            receivers = [desk.receiver(one), desk.receiver(two), desk.receiver(one), desk.receiver(two)]
            return await asyncio.gather(*(receiver.receive(said("a", 2)) for receiver in receivers))

        assert sorted(map(len, asyncio.run(run()))) == [0, 0, 0, 1]
        assert [row["text"] for row in rows(one, "open_question")] == ["hello", "a"]


def test_quick_messages_of_one_person_do_not_interleave(database_url: str, desk: Desk) -> None:
    """Two processes, twenty messages at once, each reading and changing the conversation's state."""
    inside = threading.Semaphore(1)

    def alone(turn: Turn) -> Reply:
        assert inside.acquire(blocking=False)
        try:
            return echo(turn)
        finally:
            inside.release()

    with ExitStack() as stack:
        databases = [stack.enter_context(closing(Database(database_url))) for _ in range(2)]
        receive(desk.receiver(databases[0]), said("."))

        async def run() -> None:
            receivers = [desk.receiver(each, alone) for each in databases]
            await asyncio.gather(*(receivers[n % 2].receive(said("x", n)) for n in range(2, 22)))

        asyncio.run(run())
        assert [row["body"]["text"] for row in rows(databases[0], "outbox")] == ["."] + ["x"] * 20
        assert '"question":".' + "x" * 20 + '"' in rows(databases[0], "conversation")[0]["state"]
        assert {row["status"] for row in rows(databases[0], "inbox")} == {"done"}


def test_the_chats_of_different_people_do_not_wait_for_each_other(postgres_url: str, desk: Desk) -> None:
    both = threading.Barrier(2)

    def together(turn: Turn) -> Reply:
        both.wait(10)  # breaks unless the other one is inside too
        return echo(turn)

    with closing(Database(postgres_url)) as database:
        receiver = desk.receiver(database, together)

        async def run() -> None:
            await asyncio.gather(*(receiver.receive(said("a", chat=chat)) for chat in ("one", "two")))

        asyncio.run(run())
        assert {row["status"] for row in rows(database, "inbox")} == {"done"}


def test_messages_of_one_chat_are_taken_in_the_order_they_came(desk: Desk) -> None:
    """Also the one that comes at the very moment an earlier one is done while another waits already."""

    class Held:
        def __init__(self) -> None:
            self.writes: list[asyncio.Future[tuple[OutboundMessage, ...]]] = []
            self.more = asyncio.Event()

        async def write(self, _work: object) -> tuple[OutboundMessage, ...]:
            self.writes.append(asyncio.get_running_loop().create_future())
            self.more.set()
            return await self.writes[-1]

    async def run() -> None:
        held = Held()
        receiver = desk.receiver(cast("Database", held))
        first, second = (asyncio.create_task(receiver.receive(said("x", n))) for n in (1, 2))
        await held.more.wait()
        held.more.clear()
        assert len(held.writes) == 1
        held.writes[0].set_result(())
        await first
        third = asyncio.create_task(receiver.receive(said("x", 3)))
        await held.more.wait()
        await asyncio.wait({third}, timeout=0)
        assert len(held.writes) == 2  # the third waits for the second
        held.more.clear()
        held.writes[1].set_result(())
        await held.more.wait()
        held.writes[2].set_result(())
        await asyncio.gather(second, third)
        assert not receiver._chats  # nothing is kept of chats that are silent

    asyncio.run(run())


def breaking(turn: Turn) -> Reply:
    echo(turn)
    turn.state.held = {"kind": "text", "text": "half done", "payload": ""}
    msg = "0912 345 678"
    raise ZeroDivisionError(msg)


@pytest.mark.fault("a handler breaks", "an error after its first writes")
def test_a_handler_that_breaks_undoes_its_work_keeps_the_message_and_says_sorry(database: Database, desk: Desk) -> None:
    receive(desk.receiver(database), said("a"))
    before = rows(database, "conversation")
    desk.clock.move(timedelta(minutes=1))
    typed = said("10/10 là ngày gì?", 2)
    (answer,) = receive(desk.receiver(database, breaking), typed)
    assert "giữ lại" in answer
    assert [row["text"] for row in rows(database, "open_question")] == ["a"]
    assert rows(database, "conversation") == before
    failed = rows(database, "inbox")[1]
    assert (failed["status"], failed["error"]) == ("failed", "ZeroDivisionError")
    assert failed["kept"] == {"kind": "text", "text": "10/10 là ngày gì?", "payload": ""}
    assert rows(database, "outbox")[1]["body"]["text"] == answer
    assert receive(desk.receiver(database), typed) == []  # delivered again: it was answered


def test_go_on_runs_what_broke_once_more(database: Database, desk: Desk) -> None:
    def agreed(turn: Turn) -> Reply:
        consents.give(turn.tx, turn.speaker, "learn", name="Lan", now=turn.now)
        return echo(turn)

    receive(desk.receiver(database, agreed), said("a"))
    tap = said("", 2, kind=Kind.TAP, payload="go:hanchot")
    receive(desk.receiver(database, breaking), tap)
    working = desk.receiver(database, routes.respond)
    (answer,) = receive(working, said("tiếp", 3))
    assert "10/10" in answer
    assert [(row["status"], row["kept"]) for row in rows(database, "inbox")] == [("done", None)] * 3
    (again,) = receive(working, said("tiếp", 4))
    assert again != answer  # once


@pytest.mark.parametrize("known", [True, False])
def test_a_row_the_database_refuses_is_a_handler_that_broke(database: Database, desk: Desk, *, known: bool) -> None:
    def twice(turn: Turn) -> Reply:
        echo(turn)
        for _ in range(2):
            turn.tx.session.add(Unit(province="p", commune="c", kind="Thôn", name="1"))
            turn.tx.session.flush()
        return Reply(text="never")

    if known:
        receive(desk.receiver(database), said("a"))
    (answer,) = receive(desk.receiver(database, twice), said("b", 2))
    assert "giữ lại" in answer
    assert rows(database, "unit") == []
    assert len(rows(database, "person")) == 1
    assert rows(database, "inbox")[-1]["error"] == "IntegrityError"
    assert receive(desk.receiver(database), said("c", 3)) == ["c"]


@pytest.mark.fault("a poison message", "a transaction that fails every time")
def test_a_transaction_that_fails_is_delivered_again_and_parked_at_the_fifth_time(
    database: Database, desk: Desk
) -> None:
    def no_turn(*_: object) -> Turn:
        msg = "a private thing"
        raise LookupError(msg)

    failing = desk.receiver(database, make_turn=no_turn)
    for attempt in range(1, ATTEMPTS):
        with pytest.raises(LookupError):
            receive(failing, said("a"))
        (noted,) = rows(database, "inbox")
        assert (noted["status"], noted["attempts"], noted["error"]) == ("retry", attempt, "LookupError")
        assert rows(database, "person") == rows(database, "outbox") == []
    assert receive(failing, said("a")) == []
    (parked,) = rows(database, "inbox")
    assert (parked["status"], parked["attempts"], parked["kept"]) == ("dead", ATTEMPTS, None)
    working = desk.receiver(database)
    assert receive(working, said("a"), said("b", 2)) == ["b"]  # parked for good, and nothing is blocked


def test_a_message_that_failed_twice_is_done_at_the_third_time(database: Database, desk: Desk) -> None:
    def no_turn(*_: object) -> Turn:
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            receive(desk.receiver(database, make_turn=no_turn), said("a"))
    assert receive(desk.receiver(database), said("a"), said("a")) == ["a"]
    assert [row["status"] for row in rows(database, "inbox")] == ["done"]


@pytest.mark.fault("the database is away while a message is taken", "every write fails")
def test_a_database_that_is_away_counts_nothing(database: Database, desk: Desk) -> None:
    def disk_fails(turn: Turn) -> Reply:
        echo(turn)
        statement, cause = "INSERT", sqlite3.OperationalError("disk I/O error")
        raise OperationalError(statement, {}, cause)

    for _ in range(ATTEMPTS + 1):
        with pytest.raises(DatabaseAway):
            receive(desk.receiver(database, disk_fails), said("a"))
    assert rows(database, "inbox") == rows(database, "outbox") == rows(database, "person") == []
    assert receive(desk.receiver(database), said("a")) == ["a"]


def test_a_closed_database_is_away(database_url: str, desk: Desk) -> None:
    database = Database(database_url)
    database.close()
    with pytest.raises(DatabaseAway):
        receive(desk.receiver(database), said("a"))


def test_what_postgresql_asks_to_try_again_is_tried_again(postgres_url: str, desk: Desk) -> None:
    tries: list[str] = []

    def clashes(turn: Turn) -> Reply:
        tries.append(turn.message.text)
        if len(tries) == 1:
            turn.tx.connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")
        return echo(turn)

    with closing(Database(postgres_url)) as database:
        assert receive(desk.receiver(database, clashes), said("a")) == ["a"]
        assert tries == ["a", "a"]
        assert [row["status"] for row in rows(database, "inbox")] == ["done"]


def test_an_answer_is_given_to_the_sender_only_after_the_commit(database: Database, desk: Desk) -> None:
    seen: list[tuple[int, str, str]] = []

    def deliver(held: Sequence[OutboundMessage]) -> None:
        stored = {row["id"]: row for row in rows(database, "outbox")}
        seen.extend((each.id, stored[each.id]["status"], stored[each.id]["owner"]) for each in held)

    receive(desk.receiver(database, deliver=deliver, owner="here:1:2"), said("a"))
    (row,) = rows(database, "outbox")
    assert seen == [(row["id"], "sending", "here:1:2")]
    assert row["attempts"] == 1
    assert row["lease_until"] == desk.clock() + messages.LEASE


def test_without_a_sender_here_an_answer_waits(database: Database, desk: Desk) -> None:
    receive(desk.receiver(database), said("a"))
    (row,) = rows(database, "outbox")
    assert (row["status"], row["owner"], row["lease_until"]) == ("pending", "", None)
    assert desk.delivered == []


@pytest.mark.parametrize("older", ["pending", "sending"])
def test_an_answer_does_not_overtake_what_still_waits_for_the_chat(database: Database, desk: Desk, older: str) -> None:
    receiver = desk.receiver(database, owner="here:1:2")
    receive(receiver, said("a"), said("other", chat="other"))
    desk.delivered.clear()
    database.write_now(
        lambda tx: tx.connection.execute(
            text("UPDATE outbox SET status = :older WHERE contact_id = 1"), {"older": older}
        )
    )
    receive(receiver, said("b", 2))
    assert desk.delivered == []
    assert rows(database, "outbox")[-1]["status"] == "pending"
    database.write_now(lambda tx: tx.connection.execute(text("UPDATE outbox SET status = 'sent' WHERE id <> 2")))
    receive(receiver, said("c", 3))
    assert [each.reply.text for each in desk.delivered] == ["c"]  # what waits for others does not matter


def test_who_writes_can_be_reached_again(database: Database, desk: Desk) -> None:
    receive(desk.receiver(database), said("a"))
    database.write_now(lambda tx: people.set_reachable(tx, 1, desk.clock()))
    stopped = said("", 2, kind=Kind.STOPPED)
    assert receive(desk.receiver(database, routes.respond), stopped) == []
    assert rows(database, "contact")[0]["unreachable_at"] is not None
    receive(desk.receiver(database), said("b", 3))
    assert rows(database, "contact")[0]["unreachable_at"] is None


def test_blocking_the_bot_drops_what_waits(database: Database, desk: Desk) -> None:
    receive(desk.receiver(database), said("a"), said("b", chat="other"))
    receive(desk.receiver(database, routes.respond), said("", 2, kind=Kind.STOPPED))
    assert [(row["status"], row["reason"]) for row in rows(database, "outbox")] == [
        ("dropped", "unreachable"),
        ("pending", ""),
    ]


def test_a_silent_handler_still_keeps_its_state(database: Database, desk: Desk) -> None:
    def silent(turn: Turn) -> None:
        echo(turn)

    assert receive(desk.receiver(database, silent), said("a")) == []
    assert '"question":"a"' in rows(database, "conversation")[0]["state"]
    assert rows(database, "outbox") == []


@pytest.mark.parametrize(("language", "locale"), [("en-GB", "en"), ("vi", "vi"), ("", "vi"), ("fr", "vi")])
def test_a_new_person_is_spoken_to_in_their_language(sqlite_url: str, desk: Desk, language: str, locale: str) -> None:
    with closing(Database(sqlite_url)) as database:
        receive(desk.receiver(database), said("a", language=language))
        (person,) = rows(database, "person")
        assert (person["locale"], person["name"]) == (locale, "")


@pytest.fixture
def long_text() -> Iterator[str]:
    return iter(["é" * (TEXT_LIMIT * 3), "\u202e\x00 a \ud800\r\nb \u200b", ""])


def test_what_comes_in_is_made_safe(long_text: Iterator[str]) -> None:
    for words, expected in zip(long_text, ["é" * TEXT_LIMIT, "a \nb", ""], strict=True):
        assert tidy(said(words, sender_name=words)).text == expected
    assert len(tidy(said("", payload="x" * 999)).payload) == 256
