"""Somebody wanders through every state of the dialogue with every kind of message, on every channel.

`python -m tests.wandering 100000` takes so many steps; the suite takes a few. What must hold after each step stands in
`World.say`; what must hold in the database at the end in `World.look_back`.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from pydantic import ValidationError

from bot import library as content
from bot.app import Program
from bot.channels import telegram_rendering, telegram_updates, zalo_updates
from bot.channels.console import ConsoleChannel
from bot.channels.rendering import as_text
from bot.core.conversation import State
from bot.core.messages import InboundMessage, Kind, OutboundMessage, Reply
from bot.core.payload import LIMIT
from bot.core.people import TeamRole
from bot.core.splitting import length
from bot.library import Library
from bot.models import METADATA
from bot.receiver import Receiver
from bot.search.finder import Finder
from bot.services import answers, consents, teams
from bot.services.local_answers import Shelf
from bot.services.personal_data import privacy
from bot.settings import Settings
from bot.storage import people
from bot.storage.database import Database, Transaction
from bot.turn import Turn
from bot.web import pages
from handlers import routes
from handlers.buttons import BUTTONS
from handlers.table import COMMANDS
from tests.databases import SqliteTemplate, roomy
from tests.fakes.clock import START, SettableClock
from tests.services.commune import TEAM, Commune

CHANNELS: Final = ("telegram", "zalo", "web", "console")
ROLES: Final = ("stranger", "resident", "volunteer", "coordinator", "volunteer of another", "another", "restricted")
LONGEST: Final = 2000  # UTF-16 units of an answer with its numbered choices
PHONE, CARD = "0987654321", "001188012345"  # never stored
MEDIA: Final[dict[str, dict[str, Any]]] = {
    "photo": {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 90_000, "height": 90_000}]},
    "sticker": {
        "sticker": {
            "file_id": "a", "file_unique_id": "b", "type": "regular", "width": 9, "height": 9, "is_animated": False,
            "is_video": False,
        }
    },
    "voice": {"voice": {"file_id": "a", "file_unique_id": "b", "duration": 3}},
    "document": {"document": {"file_id": "a", "file_unique_id": "b", "file_name": "../../etc/passwd\x00.docx"}},
    "location": {"location": {"latitude": 21.0, "longitude": 105.8}},
    "contact": {"contact": {"phone_number": PHONE, "first_name": "Lan"}},
    "dice": {"dice": {"emoji": "🎲", "value": 3}},
    "unknown": {"story_of_tomorrow": {"id": 1}},
}  # fmt: skip
ZALO_MEDIA: Final = {"photo": "image", "sticker": "sticker", "voice": "voice"}
HOSTILE: Final = (
    "\x00", "a\x00b", "\ud800", "thôn\udfff 3", "\u202egnouht\u202c", "\u200b\u200c\ufeff",
    "👩‍👩‍👧‍👦" * 300, "\x07\x1b[2J",
    "x" * 100_000, "ậ" * 9_000, "1" * 900, " \n" * 3000, "bc " * 3000, "e\u0323\u0302" * 900, "Z͑ͫ̓a" * 300,
    "'; DROP TABLE report; --", "<script>alert(1)</script>", "**đậm** _nghiêng_ [x](javascript:1) `c`",
    "{name} %s %(x)s",
    "=cmd|' /C calc'!A0", "/" * 60, "/\x00", "/baocao@other", "٣", "²", "½", "1e309", "-0", "NaN",
    "99999999999999999999",
    f"gọi {PHONE} giúp", f"căn cước {CARD}", f"mã otp 123456, {PHONE}", "０９８７６５４３２１",
    "https://evil.example/a?otp=1", "\u2028\u2029", "…", "?", "!", ".", "💥",
)  # fmt: skip
PLAIN: Final = (
    "có", "không", "ok", "cảm ơn", "tiếp", "gửi", "hủy", "quay lại", "bỏ qua", "menu", "thôi", "nguồn?", "chưa đúng",
    "hôm nay", "hôm qua", "25/12", "32/13", "29/2/2027", "thôn 3", "t3", "Bản Xa", "tại nhà", "5", "8", "3", "vneid",
    "chọn xong", "tự làm được", "bc t3 5ho 8ng 60+ 3 vneid 2", "bc hôm qua thôn 2 4 hộ 6 người dvc", "như hôm qua",
    "sửa 5 hộ", "sửa phiếu TM-1", "phiếu 1", "rút phiếu TM-1", "lý do: đếm nhầm", "10/10 là ngày gì",
    "vneid mức 2 ở đâu",
    "tết này có gì", "họp tổ 20/12 14h nhà văn hóa", "nhắc trước 3 ngày", "mục tiêu thôn 3 vneid 20 tháng 12",
    "tuần trước",
    "Nguyễn Thị Lan", "Lan", "Chiều mai cả tổ họp ở nhà văn hóa.", "tháng", "quý", "15/12", "chị", "bác", "English",
    "công an gọi bảo cài app qua link lạ", "who are you", "my data", "dừng", "mở lại", "cả hai", "1,2", "1 3", "0",
    "tất cả",
)  # fmt: skip
VALUES: Final = ("0", "1", "2", "3", "7", "-1", "yes", "no", "list", "9" * 18, "9" * 30, "٣", "", "=", "a=b=c", "week")
COMMAND_NAMES: Final = tuple(route.name for route in COMMANDS)
COMMAND_WORDS: Final = tuple(words for route in COMMANDS for words in route.words)


def _one_of(known: Sequence[str]) -> st.SearchStrategy[str]:
    """One of these, by its number: a strategy that writes itself out is small."""
    return st.integers(0, len(known) - 1).map(known.__getitem__)


texts = st.one_of(
    _one_of(PLAIN),
    _one_of(HOSTILE),
    _one_of(COMMAND_NAMES).map(lambda name: f"/{name}"),
    _one_of(COMMAND_WORDS),
    st.integers(0, 14).map(str),
    st.tuples(_one_of(COMMAND_NAMES), _one_of(PLAIN + HOSTILE)).map(lambda two: f"/{two[0]} {two[1]}"),
    st.text(max_size=40),
)
actions = _one_of((*BUTTONS, "start", "go", "", "nothing"))
arguments = st.one_of(
    _one_of(VALUES),
    st.tuples(_one_of(VALUES), _one_of(VALUES)).map("=".join),
    _one_of((*COMMAND_NAMES, *HOSTILE)),
    st.text(max_size=12),
)


@dataclass
class Hand:
    """One person in one chat."""

    channel: str
    chat: str
    role: str
    offered: list[str] = field(default_factory=list)  # payloads of the newest message
    old: list[str] = field(default_factory=list)
    last: Any = None  # the update sent last
    alone: bool = True


@dataclass
class Answered:
    """What came of one message."""

    message: InboundMessage | None
    replies: tuple[OutboundMessage, ...]
    before: State | None
    after: State | None


class World:
    """The program on one SQLite file, with people of every role on every channel."""

    def __init__(self, url: str, library: Library, index: Finder) -> None:
        self.clock, self.library = SettableClock(), library
        self.database = Database(url)
        self.failures: list[BaseException] = []
        self.broken = False
        silent = ConsoleChannel(lambda _: None)
        self.program = Program(
            settings=Settings(_env_file=None, database_url=url, public_url="https://to.example"),
            clock=self.clock,
            database=self.database,
            library=library,
            index=index,
            started=self.clock(),
            secret=b"k" * 32,
            extra=(silent, _Named("zalo"), _Named("telegram")),
        )
        self.loop = asyncio.new_event_loop()
        self.hands: list[Hand] = []
        self._forget()

    def _forget(self) -> None:
        self.clock.set(START)
        self.program.local = Shelf()
        self.receiver = Receiver(
            database=self.database,
            clock=self.clock,
            make_turn=self.program.turn,
            dialogue=routes.respond,
            sorry=self._sorry,
        )
        self.failures.clear()
        self.broken = False
        self.number = 0
        self.hands = []
        self.seen: list[str] = []  # every payload anybody was offered
        self.codes: list[str] = []

    def close(self) -> None:
        self.loop.close()
        self.database.close()

    def _sorry(self, turn: Turn) -> Reply:
        if error := sys.exc_info()[1]:
            self.failures.append(error)
        return routes.sorry(turn)

    def populate(self) -> None:
        """Teams, members, reports; one person of each role on each channel."""
        commune = Commune(self.database, self.library, self.clock).build()
        commune.file("Hoa")
        self.database.write_now(self._join)

    def _join(self, tx: Transaction) -> None:
        for channel in CHANNELS:
            for role in ROLES:
                hand = self._hand(channel, role)
                if role == "stranger":
                    continue
                hello = InboundMessage(channel=channel, bot="", chat=hand.chat, external_id="")
                speaker = people.add_speaker(
                    tx, hello, locale="en" if len(self.hands) % 5 == 0 else "vi", now=self.clock()
                )
                for purpose in consents.PURPOSES:
                    consents.give(tx, speaker, purpose, name=f"{role} {channel}", now=self.clock())
                if wanted := MEMBERS.get(role):
                    people.add_member(tx, team=wanted[0], person=speaker.person, role=wanted[1], now=self.clock())
                if role == "restricted":
                    privacy.restrict(tx, speaker.person, now=self.clock(), today=self.clock().date())

    def begin(self) -> None:
        """As `populate` left it; the file was put back."""
        self._forget()
        for channel in CHANNELS:
            for role in ROLES:
                self._hand(channel, role)

    def _hand(self, channel: str, role: str) -> Hand:
        number = 1000 + len(self.hands)
        hand = Hand(channel, str(number), role)
        self.hands.append(hand)
        return hand

    # ---- what a person does

    def text(self, hand: Hand, text: str, *, edit: bool = False, group: bool = False) -> Answered:
        match hand.channel:
            case "telegram":
                kind = "edited_message" if edit else "message"
                update = self._telegram(hand, kind, {"text": text}, group=group)
            case "zalo":
                update = self._zalo(hand, "text", {"text": text}, group=group)
            case "web":
                update = {"id": f"message-{self._next()}", "text": text}
            case _:
                update = {"text": text, "kind": Kind.TEXT}
        return self.say(hand, update)

    def tap(self, hand: Hand, payload: str) -> Answered:
        match hand.channel:
            case "telegram":
                query = {
                    "id": "1", "from": self._person(hand), "chat_instance": "1", "data": payload,
                    "message": {"message_id": 5, "date": 1, "chat": {"id": int(hand.chat), "type": "private"}},
                }  # fmt: skip
                return self.say(hand, {"update_id": self._next(), "callback_query": query})
            case "web":
                return self.say(hand, {"id": f"message-{self._next()}", "payload": payload, "ref": "5"})
        number = hand.offered.index(payload) + 1 if payload in hand.offered else 1
        return self.text(hand, str(number))  # where there are no buttons a number is typed

    def send(self, hand: Hand, kind: str) -> Answered | None:
        match hand.channel:
            case "telegram":
                return self.say(hand, self._telegram(hand, "message", MEDIA[kind] | {"caption": HOSTILE[0] + kind}))
            case "zalo":
                told = {"photo_url": "https://a.vn/1.jpg", "caption": f"{kind} {PHONE}"}
                return self.say(hand, self._zalo(hand, ZALO_MEDIA.get(kind, "unsupported"), told))
            case "console":
                return self.say(hand, {"text": "", "kind": Kind.MEDIA})
        return None  # the page sends words only

    def _telegram(self, hand: Hand, kind: str, what: dict[str, Any], *, group: bool = False) -> dict[str, Any]:
        chat = {"id": -77, "type": "group", "title": "x"} if group else {"id": int(hand.chat), "type": "private"}
        head = {"message_id": self._next(), "date": int(self.clock().timestamp()), "chat": chat}
        edited = {"edit_date": int(self.clock().timestamp())} if kind == "edited_message" else {}
        return {"update_id": self._next(), kind: {**head, **edited, "from": self._person(hand), **what}}

    def _zalo(self, hand: Hand, kind: str, what: dict[str, Any], *, group: bool = False) -> dict[str, Any]:
        chat = {"chat_type": "GROUP", "id": "g1"} if group else {"chat_type": "PRIVATE", "id": hand.chat}
        head = {"date": int(self.clock().timestamp() * 1000), "chat": chat, "message_id": f"z{self._next()}"}
        sender = {"id": hand.chat, "is_bot": False, "display_name": f"Tên \x00 {PHONE}"}
        return {"event_name": f"message.{kind}.received", "message": {**head, "from": sender, **what}}

    def _person(self, hand: Hand) -> dict[str, Any]:
        return {"id": int(hand.chat), "is_bot": False, "first_name": f"A\u202e{PHONE}", "language_code": "vi"}

    def _next(self) -> int:
        self.number += 1
        return self.number

    # ---- what must hold after each

    def say(self, hand: Hand, update: Any) -> Answered:
        """Deliver it as the platform would. AssertionError when something does not hold."""
        hand.last = update
        message = self._read(hand, update)
        if message is None:
            return Answered(None, (), None, None)
        before = self.state(message)
        self.clock.move(timedelta(seconds=1))
        self.broken = True  # until all is well: what broke is told, not what it left behind
        replies = self.loop.run_until_complete(self.receiver.receive(message))
        if self.failures:
            raise self.failures[0]
        answered = Answered(message, replies, before, self.state(message))
        quiet = message.group or message.kind in (Kind.STOPPED, Kind.RETURNED)
        assert len(replies) == 1 or quiet, f"{len(replies)} answers"
        for reply in replies:
            self._check(reply.reply, hand)
        self.broken = False
        return answered

    def again(self, hand: Hand) -> None:
        """The platform delivers the last one once more."""
        message = self._read(hand, hand.last) if hand.last else None
        if message and hand.channel != "console":
            before = self.state(message)
            assert self.loop.run_until_complete(self.receiver.receive(message)) == (), "answered twice"
            assert self.state(message) == before, "a second delivery changed something"

    def state(self, message: InboundMessage) -> State | None:
        """Where the person is in the dialogue."""
        known = self.database.read_now(lambda tx: people.find_speaker(tx, message))
        return State.from_json(orjson.loads(known[1])) if known else None

    def _check(self, reply: Reply, hand: Hand) -> None:
        shown = as_text(reply, media_url=lambda name: f"https://to.example/media/{name}")
        assert reply.text.strip(), "an empty answer"
        assert length(shown) <= LONGEST, f"{length(shown)} units: {shown[:200]}"
        assert len(telegram_rendering.pieces(reply)) == 1
        for choice in reply.choices:
            assert len(choice.payload.encode()) <= LIMIT, choice
            assert 0 < len(choice.label) <= 64, choice
        assert len({choice.label for choice in reply.choices}) == len(reply.choices), "two choices look the same"
        reply.text.encode()
        for private in (PHONE, CARD):
            assert private not in shown, shown
        hand.old += hand.offered
        hand.old = hand.old[-30:]
        numbered = [choice.payload for choice in reply.choices if choice.numbered]
        hand.offered = numbered if hand.channel in ("zalo", "console") else [choice.payload for choice in reply.choices]
        self.seen = [*self.seen, *hand.offered][-200:]

    def _read(self, hand: Hand, update: Any) -> InboundMessage | None:
        match hand.channel:
            case "telegram":
                try:
                    read = telegram_updates.read_update(update, "", "us")
                except telegram_updates.UnreadableUpdate:
                    return None
            case "zalo":
                try:
                    read = zalo_updates.read_update(update, "")
                except zalo_updates.UnreadableUpdate:
                    return None
            case "web":
                try:
                    body = json.dumps(update).encode()
                    if len(body) > pages.BODY_LIMIT:
                        return None
                    posted = pages.Posted.model_validate_json(body)
                except ValidationError:
                    return None
                return pages._message(posted, hand.chat, self.clock())
            case _:
                read = InboundMessage(channel="console", chat=hand.chat, external_id=str(self._next()), **update)
        return read

    # ---- what an operator, or somebody else, does meanwhile

    def invite(self, role: TeamRole, *, approve: bool) -> str:
        code = self.database.write_now(
            lambda tx: teams.invite(
                tx, team=TEAM, role=role, uses=1, days=7, now=self.clock(), approve=approve, person=None
            )
        )
        self.codes.append(code)
        return code

    def drop(self, hand: Hand) -> None:
        """Their roles are taken away."""
        at = InboundMessage(channel=hand.channel, chat=hand.chat, external_id="")
        known = self.database.read_now(lambda tx: people.find_speaker(tx, at))
        if not known:
            return

        def work(tx: Transaction) -> None:
            for role in people.memberships(tx, known[0].person):
                people.end_member(tx, team=role.team, person=known[0].person, now=self.clock())

        self.database.write_now(work)

    def look_back(self) -> None:
        """What must hold in the database at the end. AssertionError when something does not."""
        kept = self.database.read_now(
            lambda tx: {t.name: tx.connection.execute(t.select()).all() for t in METADATA.sorted_tables}
        )
        for table, rows in kept.items():
            for row in rows:
                for private in (PHONE, CARD):
                    assert private not in str(row), f"{table} keeps a personal number: {row}"
            if table == "inbox":
                assert {row.status for row in rows} <= {"done"}, "a message failed"


class _Named(ConsoleChannel):
    """A channel of that name whose sending is of no interest."""

    def __init__(self, name: str) -> None:
        super().__init__(lambda _: None)
        self.name = name
        if name == "telegram":
            self.capabilities = telegram_rendering.CAPABILITIES


MEMBERS: Final[dict[str, tuple[int, TeamRole]]] = {
    "volunteer": (1, "volunteer"),
    "coordinator": (1, "coordinator"),
    "volunteer of another": (2, "volunteer"),
    "another": (2, "coordinator"),
    "restricted": (1, "volunteer"),
}


@contextmanager
def worlds() -> Iterator[Any]:
    """What makes a fresh world each time it is called."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # what breaks is raised here
    with tempfile.TemporaryDirectory(prefix="wandering-", dir=roomy()) as name:
        folder = Path(name)
        library = content.load(Path(__file__).parents[1] / "content")
        index = answers.build_index(library)
        template = SqliteTemplate(folder)
        with closing(World(template.fresh(folder), library, index)) as first:
            first.populate()
        filled = folder / "filled.db"
        (folder / "tungngo.db").rename(filled)  # closed by now: nothing is left in its WAL
        with (
            closing(World(template.fresh(folder), library, index)) as world,
            closing(sqlite3.connect(filled)) as source,
        ):

            def fresh() -> World:
                with closing(sqlite3.connect(folder / "tungngo.db")) as target:
                    source.backup(target)
                world.begin()
                return world

            yield fresh


class Wandering(RuleBasedStateMachine):
    """A conversation. `fresh` is set before it runs."""

    fresh: Any = None
    steps = 0

    @initialize(who=st.integers(0, len(CHANNELS) * len(ROLES) - 1))
    def begin(self, who: int) -> None:
        self.world: World = type(self).fresh()
        self.hand = self.world.hands[who]

    def _count(self) -> None:
        type(self).steps += 1

    @rule(text=texts)
    def types(self, text: str) -> None:
        self._count()
        self._kept(self.world.text(self.hand, text), text)

    @rule(text=_one_of(HOSTILE))
    def types_what_is_hostile(self, text: str) -> None:
        self._count()
        self._kept(self.world.text(self.hand, text), text)

    @precondition(lambda self: self.hand.offered)
    @rule(at=st.integers(0, 30))
    def chooses(self, at: int) -> None:
        self._count()
        self.world.tap(self.hand, self.hand.offered[at % len(self.hand.offered)])

    @precondition(lambda self: self.hand.offered)
    @rule(at=st.integers(0, 30))
    def chooses_on(self, at: int) -> None:
        """As above: most steps of people are choices."""
        self.chooses(at)

    @precondition(lambda self: self.hand.old)
    @rule(at=st.integers(0, 30))
    def taps_an_old_button(self, at: int) -> None:
        self._count()
        self.world.tap(self.hand, self.hand.old[at % len(self.hand.old)])

    @precondition(lambda self: self.world.seen)
    @rule(at=st.integers(0, 200), value=_one_of(VALUES))
    def taps_somebody_elses_button_with_another_number(self, at: int, value: str) -> None:
        self._count()
        payload = self.world.seen[at % len(self.world.seen)]
        head = payload.rstrip("0123456789")
        self.world.tap(self.hand, f"{head}{value}" if head != payload else payload)

    @rule(action=actions, argument=arguments)
    def forges(self, action: str, argument: str) -> None:
        self._count()
        self.world.tap(self.hand, f"{action}:{argument}")

    @rule(kind=st.sampled_from(tuple(MEDIA)))
    def sends(self, kind: str) -> None:
        self._count()
        answered = self.world.send(self.hand, kind)
        if answered:
            self._kept(answered, "")

    @rule(text=texts)
    def edits(self, text: str) -> None:
        self._count()
        self.world.text(self.hand, text, edit=True)

    @rule(text=texts)
    def speaks_in_a_group(self, text: str) -> None:
        self._count()
        self.world.text(self.hand, text, group=True)

    @rule()
    def is_delivered_again(self) -> None:
        self._count()
        self.world.again(self.hand)

    @rule(who=st.integers(0, len(CHANNELS) * len(ROLES) - 1))
    def hands_over(self, who: int) -> None:
        """Somebody else goes on in their own chat."""
        self.hand = self.world.hands[who]

    @rule(hours=st.sampled_from((0, 1, 26, 24 * 8, 24 * 400)))
    def waits(self, hours: int) -> None:
        self.world.clock.move(timedelta(hours=hours))

    @rule(role=st.sampled_from(("volunteer", "coordinator")), approve=st.booleans())
    def is_invited(self, role: TeamRole, *, approve: bool) -> None:
        self._count()
        self.world.text(self.hand, self.world.invite(role, approve=approve))

    @rule()
    def loses_every_role(self) -> None:
        self.world.drop(self.hand)

    def _kept(self, answered: Answered, text: str) -> None:
        """An open report is still there after what is no answer, no move and no choice."""
        before, after, message = answered.before, answered.after, answered.message
        if before is None or after is None or message is None or message.group or text not in UNREADABLE:
            return
        was, now = before.form or before.draft, after.form or after.draft
        if was is None or not self._is_member(message):
            return
        assert now is not None, f"an open report is lost after {text!r}"
        lost = {name for name in was.answers if name not in now.answers and name != was.at}
        assert not lost, f"answers are lost after {text!r}: {lost}"

    def _is_member(self, message: InboundMessage) -> bool:
        known = self.world.database.read_now(lambda tx: people.find_speaker(tx, message))
        return bool(known and self.world.database.read_now(lambda tx: people.memberships(tx, known[0].person)))

    def teardown(self) -> None:
        if hasattr(self, "world") and not self.world.broken:
            self.world.look_back()


UNREADABLE: Final = frozenset(
    (
        *("", "\x00", "\ud800", "\u200b\u200c\ufeff", "👩‍👩‍👧‍👦" * 300, "x" * 100_000, "'; DROP TABLE report; --"),
        *("<script>alert(1)</script>", "{name} %s %(x)s", "٣", "²", "½", "…", "?", "!", ".", "💥", "\u2028\u2029"),
    )
)
"""Words nobody can mean anything by: a draft outlives them."""


def wander(fresh: Any, *, examples: int, steps: int, derandomize: bool) -> int:
    """Run so many conversations of at most so many steps; how many messages were sent."""
    Wandering.fresh, before = staticmethod(fresh), Wandering.steps
    bounds = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=derandomize,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Wandering, settings=bounds)
    return Wandering.steps - before


def _short(error: BaseException) -> Iterator[str]:
    """What broke, where, and after which steps, no line longer than a screen's."""
    yield f"BROKEN {type(error).__name__}: {str(error)[:600]}"
    for frame in traceback.extract_tb(error.__traceback__)[-6:]:
        yield f"  {frame.filename}:{frame.lineno} {frame.name}: {frame.line}"
    for note in getattr(error, "__notes__", ()):
        yield from (f"  {line[:160]}" for line in note.splitlines())


def main(wanted: int) -> int:
    """Wander on until so many messages were sent; how many conversations broke something."""
    begun, broken, told = time.monotonic(), 0, 0
    with worlds() as fresh:
        while Wandering.steps < wanted:
            try:
                wander(fresh, examples=200, steps=50, derandomize=False)
            except Exception as error:  # noqa: BLE001  told, and on with the next
                broken += 1
                print(*_short(error), sep="\n", flush=True)  # noqa: T201
            if Wandering.steps >= told:
                told += wanted // 50
                seconds = time.monotonic() - begun
                print(f"{Wandering.steps} messages, {broken} broken, {seconds:.0f} s", flush=True)  # noqa: T201
    print(f"{Wandering.steps} messages on {len(CHANNELS)} channels, {broken} conversations broke something")  # noqa: T201
    return broken


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))
