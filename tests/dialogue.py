"""Plays a dialogue file: who says what, what is heard, what must then be true. See tests/dialogues/README.md."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from sqlalchemy import Select, Table, Text, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import col

from bot import demo
from bot.app import Program
from bot.core.keyring import Keyring
from bot.core.messages import InboundMessage, Reply
from bot.library import Library
from bot.models import METADATA, Contact, OpenQuestion, Report, Unit
from bot.search.finder import Finder
from bot.services import consents, reports
from bot.settings import Settings
from bot.storage import people
from bot.storage.database import Database, Transaction
from bot.turn import Turn
from handlers import routes
from handlers.table import Handler
from tests import arrange
from tests.fakes.news import told
from tests.fakes.platform import Hand, Heard, Platform

Step = dict[str, Any]
ACTS = ("say", "tap", "tap_old", "edit", "send", "forge")
CHECKS = ("hear", "not_hear", "choices", "offers", "not_offers", "silence", "late")
OTHERS = (
    "now",
    "wait",
    "as",
    "restart",
    "breaks",
    "invite",
    "member",
    "area",
    "report",
    "reports",
    "asked",
    "only",
    "told",
)
PURPOSES = {"resident": ("learn",), "volunteer": ("learn", "report"), "coordinator": ("learn", "report")}
SPANS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
SECRET = b"a key that only the tests know"
KEYRING = Keyring([SECRET])
CODE = re.compile(r"\b[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}\b")
BETWEEN = timedelta(seconds=1)  # from one act to the next


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One file: its steps, and the channels it is for (empty: all)."""

    name: str
    steps: tuple[Step, ...]
    channels: tuple[str, ...] = ()


def read(path: Path) -> Dialogue:
    """The dialogue in a file. ValueError, with the number of the step, for a key that means nothing."""
    steps = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    for number, step in enumerate(steps, 1):
        acts = [key for key in step if key in ACTS]
        unknown = set(step) - {*ACTS, *CHECKS, *OTHERS}
        unread = [value for key, value in step.items() if key in ACTS and not isinstance(value, str | int)]
        if unknown or unread or len(acts) > 1 or (set(step) & set(CHECKS) and not acts):
            msg = f"{path.name}, step {number} cannot be played: {step}"
            raise ValueError(msg)
    return Dialogue(path.stem, tuple(steps), tuple(steps[0].get("only", {}).get("channels", ())))


class Play:
    """One dialogue on one platform and one database."""

    def __init__(
        self, *, platform: Platform, database_url: str, library: Library, index: Finder, twice: bool = False
    ) -> None:
        self._platform, self._url, self._twice = platform, database_url, twice
        self._library, self._index = library, index
        self._clock = platform.clock
        self._hands: dict[str, Hand] = {}
        self._hand = Hand("")
        self._code = ""  # the newest invitation
        self._shown = ""  # the newest code anybody heard
        self._offered: list[str] = []  # what the person may choose now
        self._breaks = False  # the next handler breaks
        self._said: list[str] = []

    def run(self, dialogue: Dialogue) -> None:
        """Play it. AssertionError, with what was said last, at the first step that comes out differently."""
        asyncio.run(self._run(dialogue))

    async def _run(self, dialogue: Dialogue) -> None:
        await self._platform.open()
        await self._start()
        try:
            self._program.database.write_now(lambda tx: demo.add_commune(tx, self._clock()))
            for number, step in enumerate(dialogue.steps, 1):
                try:
                    await self._step(step)
                except (AssertionError, LookupError) as error:
                    so_far = "\n".join(self._said[-8:])
                    msg = f"{dialogue.name}, step {number} {step}: {error}\n--- so far\n{so_far}"
                    raise AssertionError(msg) from error
            assert not self._platform.faults()
        finally:
            await self._end()
            await self._platform.close()

    async def _start(self) -> None:
        own: dict[str, Any] = {"telegram_bot_token": "", **self._platform.settings}
        self._program = Program(
            settings=Settings(_env_file=None, database_url=self._url, public_url="", **own),
            clock=self._clock,
            database=Database(self._url, KEYRING),
            library=self._library,
            index=self._index,
            started=self._clock(),
            secret=SECRET,
        )
        await self._platform.connect(self._program)

    async def _end(self) -> None:
        await self._platform.disconnect()
        self._program.close()

    # ---- steps

    async def _step(self, step: Step) -> None:
        if "now" in step:
            self._clock.set(str(step["now"]))
        if "wait" in step:
            self._clock.move(_span(step["wait"]))
        if "as" in step:
            await self._become(str(step["as"]))
        if "restart" in step:
            await self._end()
            await self._start()
        self._arrange(step)
        self._breaks = self._breaks or bool(step.get("breaks"))
        for act in ACTS:
            if act in step:
                value = str(step[act]).replace("{code}", self._code).replace("{shown}", self._shown)
                if act == "tap":
                    value = next((label for label in self._offered if _is(label, value)), value)
                heard = await self._do(act, value, step)
                _check(step, heard)
        if "told" in step:
            await self._told(step["told"])
        self._look(step)

    def _arrange(self, step: Step) -> None:
        """What the operator does meanwhile."""
        if "invite" in step:
            self._code = self._program.database.write_now(lambda tx: arrange.invite(tx, step["invite"], self._clock()))
        if "member" in step:
            chat = self._hand.chat
            self._program.database.write_now(lambda tx: arrange.join(tx, step["member"], chat, self._clock()))
        if "area" in step:
            self._program.database.write_now(lambda tx: arrange.change(tx, step["area"], self._clock()))

    async def _become(self, who: str) -> None:
        """ "volunteer Hoa", "resident Lan", "stranger Nam", "stranger Tom en": made when they are first named."""
        if who not in self._hands:
            role, name, language, *_ = (*who.split(), "", "")
            hand = await self._platform.join(name or "Khách", language or "vi")
            self._hands[who] = hand
            if role != "stranger":
                self._program.database.write_now(lambda tx: self._add(tx, role, name, hand))
        self._hand = self._hands[who]

    def _add(self, tx: Transaction, role: str, name: str, hand: Hand) -> None:
        platform, now = self._platform, self._clock()
        hello = InboundMessage(channel=platform.name, bot=platform.bot, chat=hand.chat, external_id="")
        speaker = people.add_speaker(tx, hello, locale="vi", now=now)
        for purpose in PURPOSES[role]:
            consents.give(tx, speaker, purpose, name=name, now=now)
        if role != "resident":
            people.add_member(tx, team=1, person=speaker.person, role=role, now=now)

    async def _do(self, act: str, value: str, step: Step) -> list[Heard]:
        assert act in self._platform.can, f"nobody can {act} on {self._platform.name}: say so in `only`"
        self._clock.move(BETWEEN)
        self._platform.late = _span(step["late"]) if "late" in step else timedelta()
        with _broken_handler() if self._breaks else _nothing():
            heard = await self._platform.do(self._hand, act, value)
        self._breaks = False
        self._offered = [label for each in heard for label in each.offered]
        self._shown = next((code[0] for each in heard if (code := CODE.search(each.text))), self._shown)
        self._said += [f"> {act} {value}", *(f"{each.text}\n{list(each.offered)}" for each in heard)]
        if self._twice:
            before = stored(self._program.database)
            assert await self._platform.again() == [], "the second delivery was answered"
            assert stored(self._program.database) == before, "the second delivery changed something"
        return heard

    # ---- what must then be true

    def _look(self, step: Step) -> None:
        if "report" in step:
            seen = self._program.database.read_now(self._newest_report)
            wanted = {name: _plain(value) for name, value in step["report"].items()}
            found = {name: seen.get(name) for name in wanted}
            assert found == wanted, f"the report says {found}"
        if "reports" in step:
            filed = self._program.database.read_now(self._reports)
            assert len(filed) == step["reports"], f"{len(filed)} reports"
        if "asked" in step:
            newest = select(col(OpenQuestion.text)).order_by(col(OpenQuestion.id).desc()).limit(1)
            text = self._program.database.read_now(lambda tx: tx.connection.execute(newest).scalar())
            assert text == step["asked"], f"kept was {text!r}"

    async def _told(self, wanted: Any) -> None:
        """What this person is told unasked: a text, or {hear, offers, not_hear}; false: nothing."""
        heard = await told(self._platform, self._program, self._hand)
        self._said += [f"< {each.text}\n{list(each.offered)}" for each in heard]
        self._offered = [label for each in heard for label in each.offered]
        if wanted is False:
            assert heard == [], f"told {heard}"
        else:
            _check(wanted if isinstance(wanted, dict) else {"hear": wanted}, heard)

    def _reports(self, tx: Transaction) -> list[Report]:
        mine = select(col(Contact.person_id)).where(col(Contact.chat) == self._hand.chat)
        query = select(Report).where(col(Report.person_id).in_(mine), col(Report.status) == "filed")
        return list(tx.session.scalars(query.order_by(col(Report.id))))

    def _newest_report(self, tx: Transaction) -> dict[str, Any]:
        newest = self._reports(tx)[-1]
        unit = tx.session.get_one(Unit, newest.unit_id)
        late = newest.received_at - newest.said_at > reports.LATE
        return {**newest.answers, "place": f"{unit.kind} {unit.name}", "version": newest.version, "late": late}


def stored(database: Database) -> Any:
    """What the database holds, to be compared: SQLite's files as they are, PostgreSQL's rows in one question.

    Both take a tenth of the time that reading all rows takes.
    """
    if not database.is_sqlite:
        return database.read_now(lambda tx: tuple(tx.connection.execute(ALL_ROWS).one()))
    path = Path(str(database.engine.url.database))
    return [each.read_bytes() if each.exists() else b"" for each in (path, path.with_name(f"{path.name}-wal"))]


def _rows(table: Table) -> Select[Any]:
    row = cast(literal_column(f'"{table.name}"'), Text)
    return select(func.array_agg(aggregate_order_by(row, row))).select_from(table)


ALL_ROWS = select(*(_rows(table).scalar_subquery() for table in METADATA.sorted_tables))  # of PostgreSQL


def everything(tx: Transaction) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    rows = {table.name: tx.connection.execute(table.select()).all() for table in METADATA.sorted_tables}
    return {name: sorted(map(tuple, found), key=repr) for name, found in rows.items()}


def _check(step: Step, heard: list[Heard]) -> None:
    if step.get("silence"):
        assert heard == [], f"heard {heard}"
        return
    assert len(heard) == 1, f"one answer was expected, heard {heard}"
    text, offered = heard[0].text, list(heard[0].offered)
    for each in _several(step.get("hear", [])):
        assert each in text, f"not heard: {each}"
    for each in _several(step.get("not_hear", [])):
        assert each not in text, f"heard: {each}"
    for each in _several(step.get("offers", [])):
        assert any(_is(label, each) for label in offered), f"not offered: {each}"
    for each in _several(step.get("not_offers", [])):
        assert not any(_is(label, each) for label in offered), f"offered: {each}"
    if "choices" in step:
        assert offered == step["choices"], f"offered {offered}"
    assert text.strip()
    assert not re.search(r"\{\w*\}|\*\*|\bNone\b", text), "a placeholder or mark-up is left"
    assert len(set(offered)) == len(offered), f"two choices look the same: {offered}"


def _is(label: str, wanted: str) -> bool:
    """Whether a label is the one that is meant; "Thôn…" is any that begins so."""
    return label.startswith(wanted[:-1]) if wanted.endswith("…") else label == wanted


def _several(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _span(text: str) -> timedelta:
    """ "90s", "20m", "3h", "2d"."""
    return timedelta(**{SPANS[text[-1]]: float(text[:-1])})


@contextmanager
def _broken_handler() -> Iterator[None]:
    """The handler of the next message breaks, after it has done its work."""
    find = routes.find

    def broken(turn: Turn) -> Handler:
        handler = find(turn)

        def run(turn: Turn) -> Reply:
            handler(turn)
            msg = "broken on purpose"
            raise RuntimeError(msg)

        return run

    with patch.object(routes, "find", broken):
        yield


@contextmanager
def _nothing() -> Iterator[None]:
    yield
