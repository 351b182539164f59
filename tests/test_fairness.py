"""Who floods the program is slowed; nobody else waits for them. Order of service is counted, not time."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot import fairness
from bot.app import Program
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, Kind
from bot.fairness import AHEAD, AT_ONCE, BACK, BURST, Fairness, Verdict
from bot.library import Library
from bot.receiver import Receiver
from bot.search.finder import Finder
from bot.settings import Settings
from bot.storage.database import Database
from tests.fakes.clock import SettableClock
from tests.services.commune import Commune

KEY = ("telegram", "1", "7")
S = timedelta(seconds=1)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def receiver(database: Database, library: Library, index: Finder, clock: SettableClock) -> Receiver:
    program = Program(
        settings=Settings(_env_file=None),
        clock=clock,
        database=database,
        library=library,
        index=index,
        started=clock(),
        secret=b"k" * 32,
    )
    return program.receiver()


def said(chat: str, number: int, text: str = "menu", **more: Any) -> InboundMessage:
    return InboundMessage(channel="web", chat=chat, external_id=f"{chat}-{number}", text=text, **more)


def test_who_has_rested_is_forgotten_and_who_has_not_is_remembered(clock: SettableClock) -> None:
    fair = Fairness()
    for number in range(100, 200):
        fair.judge(("telegram", "1", str(number)), clock())
    for _ in range(BURST):
        fair.judge(KEY, clock())
    fair.judge(("telegram", "1", "new"), clock() + 2 * S)
    assert fair.known == 2
    assert fair.judge(KEY, clock() + 2 * S) is Verdict.HURRY


def test_forty_at_once_one_kind_word_then_silence_until_a_quarter_is_back(clock: SettableClock) -> None:
    fair = Fairness()
    found = [fair.judge(KEY, clock()) for _ in range(BURST + 20)]
    assert found == [
        *[Verdict.TAKE] * AT_ONCE, *[Verdict.HURRY] * (BURST - AT_ONCE), Verdict.TELL, *[Verdict.SILENT] * 19,
    ]  # fmt: skip
    assert fair.silent == 19
    assert fair.judge(("telegram", "1", "8"), clock()) is Verdict.TAKE
    clock.move((BACK - 1) * S)
    assert fair.judge(KEY, clock()) is Verdict.SILENT
    clock.move(S)
    assert [fair.judge(KEY, clock()) for _ in range(BACK + 1)] == [*[Verdict.HURRY] * BACK, Verdict.TELL]


def test_who_types_as_fast_as_people_do_never_hears_of_it(clock: SettableClock) -> None:
    fair = Fairness()
    for _ in range(500):
        assert fair.judge(KEY, clock()) in (Verdict.TAKE, Verdict.HURRY)
        clock.move(S)


def test_what_was_typed_slowly_and_arrives_at_once_is_taken(clock: SettableClock) -> None:
    """A phone, or the program itself, was without a connection for an hour."""
    fair, then = Fairness(), clock() - timedelta(hours=1)
    for number in range(300):
        assert fair.judge(KEY, then + number * 5 * S) is Verdict.TAKE


def test_what_could_not_be_taken_does_not_count(clock: SettableClock) -> None:
    fair = Fairness()
    for _ in range(BURST * 3):
        fair.give_back(KEY, fair.judge(KEY, clock()))
    for _ in range(BURST):
        assert fair.judge(KEY, clock()) is not Verdict.TELL
    fair.give_back(KEY, fair.judge(KEY, clock()))
    assert fair.judge(KEY, clock()) is Verdict.TELL


def test_no_more_chats_are_remembered_than_may_be(monkeypatch: pytest.MonkeyPatch, clock: SettableClock) -> None:
    monkeypatch.setattr(fairness, "KNOWN", 5)
    fair = Fairness()
    for number in range(50):
        fair.judge(("telegram", "1", str(number)), clock())
    assert len(fair._chats) == 5


@pytest.mark.fault("twenty people flood the program", "500 messages of each at once, and ten other people beside them")
def test_others_are_served_before_the_flood(
    receiver: Receiver, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what is in work when somebody else writes, at most one message a flooding chat stands before theirs."""
    monkeypatch.setattr(fairness, "PAUSE", 0)
    served: list[str] = []
    take = receiver._take

    def noting(tx: Any, message: InboundMessage, *rest: Any, **more: Any) -> Any:
        served.append(message.chat)
        return take(tx, message, *rest, **more)

    receiver._take = noting  # type: ignore[method-assign]
    floods, others = [f"flood-{n}" for n in range(20)], [f"người-{n}" for n in range(10)]

    async def work() -> None:
        flooding = [asyncio.create_task(receiver.receive(said(chat, n))) for n in range(500) for chat in floods]
        for number in range(10):
            while len(served) < 20 * AHEAD + 40 * number:  # noqa: ASYNC110  by another thread
                await asyncio.sleep(0)
            before = len(served)
            answers = await receiver.receive(said(others[number], 0))
            assert len(answers) == 1
            stood = served[before:].index(others[number])
            assert stood <= 2, f"{stood} messages of the flood were served first"
        await asyncio.gather(*flooding)

    asyncio.run(work())
    count = Counter(served)
    assert {count[chat] for chat in floods} == {BURST + 1}  # of 500: what a person may say, and one kind word
    assert database.read_now(lambda tx: tx.connection.exec_driver_sql("SELECT count(*) FROM inbox").scalar()) == 830


def test_the_kind_word_leaves_an_open_report_where_it_is(
    receiver: Receiver, database: Database, library: Library, clock: SettableClock
) -> None:
    Commune(database, library, clock).build()

    async def work() -> None:
        for number, text in enumerate(("bao cao", "hôm nay", "thôn 3")):
            await receiver.receive(said("Hoa", number, text))
        heard = [await receiver.receive(said("Hoa", 10 + n, "💥")) for n in range(BURST)]
        texts = [each[0].reply.text for each in heard if each]
        assert sum("Tin đến nhanh quá" in text for text in texts) == 1
        assert texts[-1].startswith("Tin đến nhanh quá")
        assert heard[-1] == ()
        stopped = await receiver.receive(said("Hoa", 98, "", kind=Kind.STOPPED))
        assert stopped == ()
        clock.move(60 * S)
        (answer,) = await receiver.receive(said("Hoa", 99, "tại nhà"))
        assert "mấy hộ" in answer.reply.text  # the report goes on at its question

    asyncio.run(work())


def test_in_a_group_nothing_is_said_about_it(receiver: Receiver) -> None:
    async def work() -> None:
        heard = [await receiver.receive(said("nhóm", n, "chào cả nhà", group=True)) for n in range(BURST + 5)]
        assert set(heard) == {()}

    asyncio.run(work())


def test_while_the_database_is_away_nothing_is_given_up(
    receiver: Receiver, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform delivers one message again and again for minutes; then it is taken, once."""

    async def away(_: object) -> object:
        raise DatabaseAway

    async def work() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(database, "write", away)
            for _ in range(BURST * 3):
                with pytest.raises(DatabaseAway):
                    await receiver.receive(said("Lan", 1))
        assert len(await receiver.receive(said("Lan", 1))) == 1

    asyncio.run(work())
