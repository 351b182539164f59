import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import time, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from bot import demo
from bot.channels.rendering import as_text
from bot.channels.telegram_rendering import CAPABILITIES, pieces
from bot.core.channel import Capabilities, SendFailure, Sent
from bot.core.errors import DatabaseAway, KnownError, NotAllowed
from bot.core.messages import InboundMessage, OutboundMessage
from bot.core.moments import parse_moment
from bot.core.people import Membership
from bot.core.splitting import length, split
from bot.library import Library
from bot.models import METADATA
from bot.pace import Pace
from bot.sender import Sender
from bot.services import broadcast_delivery, broadcasts, profile, subscriptions
from bot.services.broadcasts import Draft, Result
from bot.storage import people
from bot.storage.database import Database, Transaction
from handlers.teams import broadcast_words
from scheduler import broadcasts as job
from scheduler.jobs import Office
from tests.fakes.clock import ZONE, SettableClock

CONSOLE = Capabilities(buttons=False, edit=False, text_limit=2000)


class Town:
    """A team of one coordinator and volunteers, and one or more processes that hand over."""

    def __init__(self, databases: Sequence[Database], library: Library, clock: SettableClock, size: int) -> None:
        self.database, self.clock, self.library = databases[0], clock, library
        self.databases = databases
        self.team = self.database.write_now(lambda tx: demo.add_commune(tx, clock()).id or 0)
        self.boss = self.add("boss", "coordinator")
        self.crew = [self.add(f"v{number}") for number in range(size)]

    def add(self, name: str, role: str = "volunteer") -> int:
        def work(tx: Transaction) -> int:
            hello = InboundMessage(channel="console", chat=name, external_id="")
            speaker = people.add_speaker(tx, hello, locale="vi", now=self.clock())
            people.add_member(tx, team=self.team, person=speaker.person, role=role, now=self.clock())
            return speaker.person

        return self.database.write_now(work)

    def roles(self, person: int) -> tuple[Membership, ...]:
        return self.database.read_now(lambda tx: people.memberships(tx, person))

    def confirm(self, text: str = "Họp tổ.", segment: str = "all", when: str = "bây giờ", by: int = 0) -> Result:
        now, person = self.clock(), by or self.boss
        draft = Draft(team=self.team, segment=segment, text=text, at=parse_moment(when, now, ZONE))
        roles = self.roles(person)
        return self.database.write_now(
            lambda tx: broadcasts.confirm(tx, draft, roles=roles, person=person, now=now, zone=ZONE)
        )[0]

    def result(self) -> Result:
        roles = self.roles(self.boss)
        return self.database.read_now(lambda tx: broadcasts.recent(tx, roles, self.clock()))[0]

    def stop(self, number: int) -> Result:
        roles, now = self.roles(self.boss), self.clock()
        return self.database.write_now(lambda tx: broadcasts.stop(tx, number, roles=roles, person=self.boss, now=now))

    def tick(self) -> None:
        """One run of the job in every process, all at once."""

        async def run() -> None:
            await asyncio.gather(*(job.hand_over(office, self.clock()) for office in self.offices()))

        asyncio.run(run())

    def offices(self) -> list[Office]:
        return [Office(database=each, library=self.library, zone=ZONE, clock=self.clock) for each in self.databases]

    def batch(self) -> tuple[int, bool] | None:
        words, now = self.library.words["vi"], self.clock()
        return self.database.write_now(
            lambda tx: broadcast_delivery.hand_over(
                tx, now=now, zone=ZONE, render=lambda text, team, _: broadcast_words.message(words, text, team)
            )
        )

    def rows(self, table: str) -> list[dict[str, Any]]:
        query = METADATA.tables[table].select()
        return self.database.read_now(lambda tx: [dict(row) for row in tx.connection.execute(query).mappings()])

    def sent(self) -> list[str]:
        return [row["key"] for row in self.rows("outbox")]

    def set_outbox(self, **values: Any) -> None:
        table = METADATA.tables["outbox"]
        self.database.write_now(lambda tx: tx.connection.execute(table.update().values(**values)))


@pytest.fixture
def town(database: Database, library: Library, clock: SettableClock) -> Town:
    return Town([database], library, clock, size=5)


def test_everybody_but_the_sender_gets_it_once_signed_and_with_the_way_out(town: Town) -> None:
    found = town.confirm("Họp **tổ** 19h.")
    assert (found.status, found.fates) == ("sending", {"waiting": 5})
    for _ in range(3):
        town.tick()
    assert sorted(town.sent()) == sorted(f"broadcast:{found.id}:{person}" for person in town.crew)
    row = town.rows("outbox")[0]
    assert (row["send_class"], row["unasked"], row["kind"]) == ("once", True, "broadcast")
    assert row["body"]["text"].endswith("— Người điều phối, Tổ Bản Mẫu. Gõ “dừng” để thôi nhận tin như thế này.")
    assert town.result().fates == {"underway": 5}
    assert [row["status"] for row in town.rows("broadcast")] == ["done"]
    town.set_outbox(status="pending", reason="quota")
    assert (town.result().status, town.result().fates) == ("sending", {"held": 5})
    town.set_outbox(status="sent", reason="")
    assert (town.result().status, town.result().fates) == ("done", {"sent": 5})


def test_two_processes_hand_over_once(database_url: str, library: Library, clock: SettableClock) -> None:
    with closing(Database(database_url)) as one, closing(Database(database_url)) as two:
        town = Town([one, two], library, clock, size=40)
        with patch.object(broadcast_delivery, "BATCH", 7):
            numbers = [town.confirm(f"Tin {number}.").id for number in range(3)]

            async def many() -> None:
                await asyncio.gather(*(job.hand_over(office, clock()) for office in town.offices() * 3))

            asyncio.run(many())
            town.tick()
        wanted = Counter(f"broadcast:{number}:{person}" for number in numbers for person in town.crew)
        assert Counter(town.sent()) == wanted
        assert {row["status"] for row in town.rows("broadcast_recipient")} == {"queued"}


def test_stop_takes_effect_at_the_next_batch_and_takes_back_what_waits(town: Town) -> None:
    with patch.object(broadcast_delivery, "BATCH", 2):
        number = town.confirm().id
        assert town.batch() == (number, True)
        first = town.rows("outbox")[0]["id"]
        outbox = METADATA.tables["outbox"]
        sending = outbox.update().where(outbox.c.id == first).values(status="sending")
        town.database.write_now(lambda tx: tx.connection.execute(sending))
        found = town.stop(number)
        assert (found.status, found.reason) == ("stopped", "asked")
        assert found.fates == {"underway": 1, "waiting": 4}  # what is being sent at this moment arrives
        town.tick()
        assert len(town.sent()) == 2
        assert town.stop(number).fates == {"underway": 1, "waiting": 4}
    actions = [(row["action"], row["person_id"]) for row in town.rows("audit")]
    assert actions == [("confirm", town.boss), ("stopped", town.boss)]


def test_who_joins_later_gets_none_and_who_left_or_said_stop_gets_none(town: Town) -> None:
    number = town.confirm(when="15h").id
    late = town.add("late")
    gone, quiet, blocked = town.crew[:3]
    table, contact = METADATA.tables["member"], METADATA.tables["contact"]
    now = town.clock()

    def change(tx: Transaction) -> None:
        tx.connection.execute(table.update().where(table.c.person_id == gone).values(until=now))
        profile.set_quiet(tx, quiet, quiet=True)
        tx.connection.execute(contact.update().where(contact.c.person_id == blocked).values(unreachable_at=now))

    town.database.write_now(change)
    town.tick()
    assert town.sent() == []
    town.clock.set("2026-11-18 15:00")
    town.tick()
    assert sorted(town.sent()) == sorted(f"broadcast:{number}:{person}" for person in town.crew[3:])
    assert f"broadcast:{number}:{late}" not in town.sent()
    assert town.result().fates == {"left": 1, "quiet": 1, "unreachable": 1, "underway": 2}


def test_a_crash_between_batches_loses_and_doubles_nothing(town: Town) -> None:
    with patch.object(broadcast_delivery, "BATCH", 2):
        number = town.confirm().id
        assert town.batch() == (number, True)
        with patch("bot.storage.broadcasts.settle", side_effect=DatabaseAway), pytest.raises(DatabaseAway):
            town.batch()
        assert len(town.sent()) == 2  # the batch that died left nothing
        town.tick()
    assert sorted(town.sent()) == sorted(f"broadcast:{number}:{person}" for person in town.crew)


def test_nothing_goes_out_at_night_and_nothing_after_its_time(town: Town) -> None:
    number = town.confirm(when="20h25").id
    town.clock.set("2026-11-18 20:31")
    town.tick()
    assert town.sent() == []
    town.clock.set("2026-11-19 07:00")
    town.tick()
    assert len(town.sent()) == 5
    other = town.confirm(when="8h").id
    assert other != number
    town.clock.set("2026-11-20 21:00")
    town.clock.move(timedelta(hours=11))
    town.tick()
    assert (town.result().status, town.result().reason) == ("stopped", "late")
    assert len(town.sent()) == 5


def test_a_person_s_own_quiet_hours_hold_for_messages_to_many_too(town: Town) -> None:
    late = town.crew[0]
    now = town.clock()
    town.database.write_now(lambda tx: subscriptions.set_quiet_hours(tx, late, time(19), time(11), now))
    town.confirm()  # at nine
    town.tick()
    town.tick()
    assert len(town.sent()) == 4
    assert town.result().status == "sending"
    town.clock.set("2026-11-18 11:00")
    town.tick()
    town.tick()
    assert len(town.sent()) == 5
    town.set_outbox(status="sent")
    assert town.result().status == "done"


def test_who_no_longer_coordinates_the_team_sends_nothing(town: Town) -> None:
    town.confirm(when="15h")
    now = town.clock()
    town.database.write_now(
        lambda tx: people.add_member(tx, team=town.team, person=town.boss, role="volunteer", now=now)
    )
    town.clock.set("2026-11-18 15:00")
    town.tick()
    assert town.sent() == []
    assert [(row["status"], row["reason"]) for row in town.rows("broadcast")] == [("stopped", "role")]
    with pytest.raises(NotAllowed):
        town.confirm()
    with pytest.raises(NotAllowed):
        town.confirm(by=town.crew[0])


def test_a_day_takes_three_and_one_that_never_began_does_not_count(town: Town) -> None:
    town.stop(town.confirm(when="18h").id)
    for _ in range(3):
        town.confirm(when="18h")
    with pytest.raises(KnownError, match="messages to many"):
        town.confirm(when="19h")
    assert town.confirm(when="mai 8h").status == "planned"


def test_the_outbox_never_holds_more_than_leaves_until_the_next_tick(town: Town) -> None:
    with patch.object(broadcast_delivery, "AHEAD", 3), patch.object(broadcast_delivery, "BATCH", 2):
        town.confirm()
        town.tick()
        assert len(town.sent()) == 3
        town.tick()
        assert len(town.sent()) == 3
        town.set_outbox(status="sent")
        town.tick()
        assert len(town.sent()) == 5


def test_the_longest_text_is_one_message_everywhere(library: Library) -> None:
    text = "ế" * (broadcasts.TEXT_LIMIT - 2) + "😀"
    for locale in ("vi", "en"):
        reply = broadcast_words.message(library.words[locale], text, "Tổ công nghệ số cộng đồng " + "x" * 120)
        assert len(pieces(reply)) == 1
        assert length(reply.text) <= CAPABILITIES.text_limit
        assert as_text(reply) == reply.text  # without buttons it looks the same
        assert split(as_text(reply), CONSOLE.text_limit) == [reply.text]


class Platform:
    """Takes messages; some people have blocked us, one answer is lost."""

    name = "console"
    capabilities = CONSOLE

    def __init__(self, pause: float = 0.0) -> None:
        self.taken: list[str] = []
        self.pause = pause

    async def send(self, message: OutboundMessage) -> Sent | SendFailure:
        await asyncio.sleep(self.pause)
        if message.chat in ("v7", "v8"):
            return SendFailure(reason="blocked", unreachable=True)
        if message.chat == "v9":
            return SendFailure(reason="timeout", retryable=True, maybe_sent=True)
        self.taken.append(message.chat)
        return Sent(f"ref-{message.id}")


def test_300_leave_through_the_sender_in_pace(database: Database, library: Library, clock: SettableClock) -> None:
    """Through the real sender: each once, at most 30 a second, those out of reach counted."""
    town = Town([database], library, clock, size=300)
    town.confirm()
    platform = Platform()
    ticks: list[float] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        virtual = [0.0]

        async def sleep(seconds: float) -> None:
            virtual[0] += max(seconds, 0.001)  # a real clock goes on too
            await real_sleep(0)

        def monotonic() -> float:
            ticks.append(virtual[0])
            return virtual[0]

        real_sleep = asyncio.sleep
        with patch("bot.pace.asyncio.sleep", sleep):
            sender = Sender(
                database=database,
                channels={("console", ""): platform},
                clock=clock,
                owner="here:1:1.0",
                pace=lambda: Pace(monotonic=monotonic),
            )
            await job.hand_over(town.offices()[0], clock())
            started = loop.time()
            while claimed := await sender._claim():
                sender.deliver(claimed)
                await sender.finish()
            assert loop.time() - started < 60

    asyncio.run(run())
    assert len(platform.taken) == len(set(platform.taken)) == 297
    assert town.result().fates == {"sent": 297, "unreachable": 2, "unknown": 1}
    assert town.result().status == "done"
    assert 9.0 <= max(ticks) <= 11.0  # 300 at 30 a second
