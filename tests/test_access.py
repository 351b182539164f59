"""Promise of PRODUCT.md 4: a role opens what the table says, on every channel, and nothing else opens anything."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event

from bot.app import Program
from bot.channels.console import ConsoleChannel
from bot.core.messages import InboundMessage, Kind, Reply
from bot.library import Library
from bot.search.finder import Finder
from bot.services import consents
from bot.services.permissions import PERMISSIONS, Action
from bot.services.personal_data import privacy
from bot.settings import Settings
from bot.storage import people
from bot.storage.database import Database, Transaction
from handlers import routes
from handlers.buttons import AWAITED, BUTTONS
from handlers.table import COMMANDS
from tests.databases import SqliteTemplate
from tests.doors import BUTTON_DOORS, COMMAND_DOORS, FREE, SECRET, Door, furnish, query_of
from tests.fakes.clock import SettableClock
from tests.services.commune import Commune

CHANNELS = ("telegram", "zalo", "web", "console")
ROLES: dict[str, tuple[tuple[int, str], ...]] = {  # by name of a person: (team, role)
    "stranger": (),
    "Lan": (),
    "Hoa": ((1, "volunteer"),),
    "Páo": ((1, "volunteer"),),
    "Minh": ((1, "coordinator"),),
    "Xa": ((2, "coordinator"),),
    "Mây": ((2, "volunteer"),),
    "Cựu": (),  # coordinated team 1 until yesterday
    "Lặng": ((1, "coordinator"),),  # does not want their data used
}
DOORS = [(f"/{name}", door) for name, doors in COMMAND_DOORS.items() for door in doors]
DOORS += [(f"[{name}]", door) for name, doors in BUTTON_DOORS.items() for door in doors]


ASKED = {"open_question"}  # what is typed at a closed door is a question like any other


class _Undone(Exception):
    """An attempt is over; nothing of it stays."""


@dataclass
class Attempt:
    """What came of it."""

    heard: str = ""
    written: set[str] = field(default_factory=set)


class House:
    """The program with one of everything; every attempt is undone."""

    def __init__(self, url: str, library: Library, index: Finder) -> None:
        self.database, self.clock = Database(url), SettableClock()
        self.commune = Commune(self.database, library, self.clock).build()
        self.program = Program(
            settings=Settings(_env_file=None, database_url=url, public_url="https://to.example"),
            clock=self.clock,
            database=self.database,
            library=library,
            index=index,
            started=self.clock(),
            secret=b"k" * 32,
            extra=(ConsoleChannel(lambda _: None),),
        )
        receipt = self.commune.file("Hoa", note=SECRET)
        self.ids = {"report": str(receipt.report), "number": receipt.number, "team": "1"}
        self.database.write_now(self._furnish)
        self.number, self.written = 0, set[str]()

        def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            words = statement.split()
            if words[0] in ("INSERT", "DELETE"):
                self.written.add(words[2].strip('"('))
            elif words[0] == "UPDATE":
                self.written.add(words[1].strip('"'))

        event.listen(self.database.engine, "before_cursor_execute", note)

    def _furnish(self, tx: Transaction) -> None:
        now, known = self.clock(), self.commune.persons
        for name in ("Mây", "Cựu", "Lặng"):
            speaker = people.add_speaker(
                tx, InboundMessage(channel="web", chat=name, external_id=""), locale="vi", now=now
            )
            for purpose in consents.PURPOSES:
                consents.give(tx, speaker, purpose, name=name, now=now)
            for team, role in ((1, "coordinator"),) if name == "Cựu" else ROLES[name]:
                people.add_member(tx, team=team, person=speaker.person, role=role, now=now)
            known[name] = speaker.person
        people.end_member(tx, team=1, person=known["Cựu"], now=now)
        privacy.restrict(tx, known["Lặng"], now=now, today=self.commune.today)
        for name, person in known.items():
            for channel in CHANNELS:
                if channel != "web":
                    people.add_contact(tx, person=person, channel=channel, chat=name, now=now)
        self.ids |= furnish(tx, self.commune)
        self.ids |= {"query": query_of(tx, int(self.ids["report"]), self.commune), "somebody": str(known["Páo"])}

    def act(self, tx: Transaction, who: str, channel: str, act: str) -> str:
        """One message, "[payload]" or a text: what is heard."""
        self.number += 1
        act = act.format(**self.ids)
        tapped = act.startswith("[")
        message = InboundMessage(
            channel=channel, chat=who, external_id=str(self.number), kind=Kind.TAP if tapped else Kind.TEXT,
            payload=act[1:-1] if tapped else "", text="" if tapped else act, sender_name=who,
        )  # fmt: skip
        failed: list[Exception] = []

        def respond(turn: Any) -> Reply | None:
            try:
                return routes.respond(turn)
            except Exception as error:
                failed.append(error)
                raise

        receiver = self.program.receiver()
        receiver._dialogue = respond
        (answer,) = receiver._take(tx, message, self.clock(), in_haste=False)
        if failed:
            raise failed[0]
        return "\n".join((answer.reply.text, answer.reply.link, *(choice.label for choice in answer.reply.choices)))

    def attempt(self, who: str, channel: str, *acts: str, fired: int = -1) -> Attempt:
        """Do these things one after the other; before that of number `fired` every role is taken away."""
        attempt = Attempt()

        def work(tx: Transaction) -> None:
            for number, act in enumerate(acts):
                if number == fired:
                    for role in people.memberships(tx, self.commune.persons[who]):
                        people.end_member(tx, team=role.team, person=self.commune.persons[who], now=self.clock())
                    self.written = set()
                    attempt.heard = ""
                attempt.heard += self.act(tx, who, channel, act) + "\n"
            tx.finish()
            attempt.written = self.written
            raise _Undone

        self.written = set()
        with pytest.raises(_Undone):
            self.database.write_now(work)
        return attempt


@pytest.fixture(scope="module")
def house(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory, library: Library, index: Finder
) -> Iterator[House]:
    built = House(sqlite_template.fresh(tmp_path_factory.mktemp("house")), library, index)
    yield built
    built.database.close()


def opens(who: str, door: Door) -> bool:
    """Whether the table of permissions says so."""
    if door.action is None:
        return True
    if door.own:
        return who in {"filer": ("Hoa", "Minh", "Lặng"), "self": ("Hoa",)}.get(door.own, ())
    return any(role in PERMISSIONS[door.action] and (door.anywhere or team == 1) for team, role in ROLES[who])


@pytest.mark.fault("somebody does what their role may not", "every command and button, nine roles, four channels")
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    ("name", "door"), [pytest.param(*each, id=f"{each[0]}{each[1].tap}{each[1].say}") for each in DOORS]
)
def test_a_role_opens_what_the_table_says_and_nothing_else(house: House, channel: str, name: str, door: Door) -> None:
    acts = (f"[{door.tap}]" if door.tap else door.say, *((door.awaited,) if door.awaited else ()))
    for who in ROLES:
        came = house.attempt(who, channel, *acts)
        if not opens(who, door):
            assert SECRET not in came.heard, (name, who)
            assert not door.shows or door.shows not in came.heard, (name, who)
            assert came.written <= FREE | (ASKED if door.awaited else set()), (name, who)
        elif who != "Lặng":
            assert door.shows in came.heard, (name, who, came.heard)
            assert not door.writes or door.writes in came.written, (name, who, came.heard)


def test_every_command_button_and_action_has_a_door() -> None:
    assert set(COMMAND_DOORS) == {route.name for route in COMMANDS}
    assert set(BUTTON_DOORS) == set(BUTTONS)
    assert {door.action for _, door in DOORS} >= set(Action)
    for route in COMMANDS:
        assert COMMAND_DOORS[route.name][0].action == route.action, route.name


FLOWS: tuple[tuple[str, ...], ...] = (
    ("/baocao", "hôm nay", "thôn 3", "tại nhà", "5", "8", "3", "vneid", "chọn xong", "tự làm được", "gửi"),
    ("bc hôm nay thôn 3 5 hộ 8 người vneid xong", "gửi"),
    ("[rep:{report}=fix]", "[fix:households]", "6", "gửi"),
    ("[hoilai:{report}]", "Số hộ đúng chưa?"),
    ("[gui:new=1]", "[gui:to=all]", "Chiều mai họp ở nhà văn hóa.", "[gui:when=now]", "[gui:send]"),
    (
        *("[cauhoi:answer={question}]", "Nhà văn hóa mở cửa từ 7 giờ sáng.", "Bảng tin nhà văn hóa"),
        *("[cauhoi:until=3]", "[cauhoi:save]"),
    ),
    ("[muctieu:new=1]", "[muctieu:place=0]", "[muctieu:skill=vneid]", "20", "[muctieu:save]"),
    ("[muctieu:number={goal}]", "25"),
    ("[ngay:new]", "họp tổ 20/12", "[ngay:save]"),
    ("[ngay:edit!={date}]", "họp tổ 21/12", "[ngay:save]"),
    ("[nghi:show]", "[nghi:why=harvest]", "20/11", "21/11", "[nghi:save]"),
    ("/xuat", "1/11 đến 18/11"),
    ("[datareq:answer={data}]", "Đã làm xong."),
    ("/dinhchinh", "[dinhchinh:list]"),
    ("/loa", "[loa:list]", "vneid"),
    ("[to:1]", "[members:1]", "[member:1={somebody}]", "[remove:1={somebody}]", "[remove:1={somebody}=yes]"),
    ("[to:1]", "[invite:1]", "[invite:1=volunteer]", "[invite:1=volunteer=1]", "[invite:1=volunteer=1=no]"),
    ("[join:{request}=see]", "[join:{request}=yes]"),
    ("/tuan", "[week:1]", "[ky:1=month]"),
    ("/bang",),
)  # fmt: skip


@pytest.mark.fault("a role is taken away in the middle", "before every step of twenty conversations")
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow[0])
def test_a_role_taken_away_in_the_middle_ends_what_it_opened(house: House, flow: tuple[str, ...]) -> None:
    whole = house.attempt("Minh", "console", *flow)
    assert whole.heard
    for fired in range(1, len(flow)):
        came = house.attempt("Minh", "console", *flow, fired=fired)
        assert SECRET not in came.heard, (fired, came.heard)
        assert came.written <= FREE | ASKED, (fired, came.written, came.heard)


@pytest.mark.parametrize("name", sorted(set(AWAITED)))
def test_what_nobody_awaits_changes_nothing(house: House, name: str) -> None:
    """A text, and the buttons of its step, where the step was never opened."""
    for who in ("stranger", "Lan", "Cựu", "Mây"):
        came = house.attempt(
            who, "console", f"[{name}:save]", "25", f"[{name}:send]", f"[{name}:new=1]", "họp tổ 20/12"
        )
        assert SECRET not in came.heard
        assert came.written <= FREE | ASKED, (who, came.written)


@pytest.mark.parametrize(
    "number", ["0", "-1", "9" * 18, "9" * 19, "9" * 40, "٣", "1e3", " 1", "1.0", "0x1", "", "%00", "1;--"]
)
def test_an_id_nobody_gave_out_is_refused_kindly(house: House, number: str) -> None:
    ids = house.ids
    house.ids = dict.fromkeys(ids, number)
    try:
        for _, door in DOORS:
            for who in ("Minh", "stranger"):
                came = house.attempt(who, "web", f"[{door.tap}]" if door.tap else door.say)
                assert came.heard.strip()
                assert SECRET not in came.heard or who == "Minh"
    finally:
        house.ids = ids
