"""One person on Zalo and on Telegram at once: both channels for real, one program, both databases."""

import asyncio
import re
from dataclasses import replace
from typing import Self

from bot import demo
from bot.app import Program, with_platforms
from bot.core.messages import InboundMessage
from bot.library import Library
from bot.search.finder import Finder
from bot.services import consents
from bot.settings import Settings
from bot.storage import people
from bot.storage.database import Database, Transaction
from bot.storage.reports import latest_of
from tests.fakes.clock import SettableClock
from tests.fakes.platform import Hand
from tests.fakes.platforms import Telegram
from tests.fakes.zalo_platform import Zalo


class Beside(Telegram):
    """Telegram in a program that has Zalo already."""

    def add_channel(self, program: Program) -> None:
        assert program.platforms
        zalo = program.platforms.zalo
        with_platforms(program)
        program.platforms = replace(program.platforms, zalo=zalo)


class Room:
    """A commune with one volunteer on Zalo, who opens Telegram too."""

    def __init__(self, url: str, library: Library, index: Finder, clock: SettableClock) -> None:
        self.zalo, self.telegram, self.clock = Zalo(clock), Beside(clock), clock
        self._url, self._library, self._index = url, library, index

    async def __aenter__(self) -> Self:
        await self.zalo.open()
        await self.telegram.open()
        own = {**self.telegram.settings, **self.zalo.settings}
        self.program = Program(
            settings=Settings(_env_file=None, database_url=self._url, public_url="", **own),  # type: ignore[arg-type]
            clock=self.clock,
            database=Database(self._url),
            library=self._library,
            index=self._index,
            started=self.clock(),
            secret=b"k" * 32,
        )
        await self.zalo.connect(self.program)
        await self.telegram.connect(self.program)
        self.hoa, self.there = await self.zalo.join("Hoa", "vi"), await self.telegram.join("Hoa", "vi")
        self.program.database.write_now(self._commune)
        return self

    def _commune(self, tx: Transaction) -> None:
        demo.add_commune(tx, self.clock())
        hello = InboundMessage(channel="zalo", bot=self.zalo.bot, chat=self.hoa.chat, external_id="")
        speaker = people.add_speaker(tx, hello, locale="vi", now=self.clock())
        for purpose in ("learn", "report"):
            consents.give(tx, speaker, purpose, name="Hoa", now=self.clock())
        people.add_member(tx, team=1, person=speaker.person, role="volunteer", now=self.clock())

    async def __aexit__(self, *_: object) -> None:
        for platform in (self.telegram, self.zalo):
            await platform.disconnect()
            await platform.close()
        self.program.close()

    async def on_zalo(self, *texts: str) -> str:
        """What Zalo shows after the last of them."""
        heard = [await self.zalo.do(self.hoa, "say", text) for text in texts]
        return heard[-1][0].text

    async def on_telegram(self, *acts: tuple[str, str]) -> str:
        """What Telegram shows after the last of them."""
        heard = [await self.telegram.do(self.there, act, value) for act, value in acts]
        return heard[-1][0].text

    def person(self, channel: str, bot: str, hand: Hand) -> int:
        """Whose that chat is."""
        hello = InboundMessage(channel=channel, bot=bot, chat=hand.chat, external_id="")
        found = self.program.database.read_now(lambda tx: people.find_speaker(tx, hello))
        assert found
        return found[0].person


async def finish_elsewhere(room: Room) -> None:
    asked = await room.on_zalo("bao cao", "hom nay", "3")
    assert "3/8" in asked
    shown = await room.on_zalo("/lienket")
    code = re.findall(r"/lienket (\S+)", shown)[0]
    offered = await room.on_telegram(("say", "/start"), ("say", code))
    assert "H•• ở Zalo" in offered
    assert "Hoa" not in offered

    goes_on = await room.on_telegram(("tap", "Đúng, cả hai là của mình"))
    assert "Kênh này và Zalo đã nối với nhau" in goes_on
    assert "3/8 · Đã ghi: hôm nay, Thôn 3" in goes_on
    await room.zalo.send_waiting()
    (told,) = await room.zalo.told(room.hoa)
    assert "Kênh này và Telegram đã nối với nhau" in told.text

    assert "4/8" in await room.on_zalo("tai nha"), "the one conversation goes on in both"
    filed = await room.on_telegram(
        ("say", "5"), ("say", "8"), ("tap", "Bỏ qua"), ("tap", "VNeID"), ("tap", "Chọn xong"), ("tap", "Tự làm được"),
        ("tap", "Gửi"),
    )  # fmt: skip
    assert "✅ Phiếu TM-2026-0001" in filed
    person = room.person("zalo", room.zalo.bot, room.hoa)
    assert room.person("telegram", room.telegram.bot, room.there) == person
    (report,) = room.program.database.read_now(lambda tx: latest_of(tx, person, 9))
    assert (report.households, report.people, report.answers["kind"]) == (5, 8, "home")
    assert "TM-2026-0001" in await room.on_zalo("phieu cua toi")
    assert not room.zalo.faults()
    assert not room.telegram.faults()


def test_a_report_begun_on_zalo_is_finished_on_telegram(
    database_url: str, library: Library, index: Finder, clock: SettableClock
) -> None:
    async def run() -> None:
        async with Room(database_url, library, index, clock) as room:
            await finish_elsewhere(room)

    asyncio.run(run())


def test_a_number_of_the_other_channels_menu_is_asked_again(
    sqlite_url: str, library: Library, index: Finder, clock: SettableClock
) -> None:
    async def run() -> None:
        async with Room(sqlite_url, library, index, clock) as room:
            code = re.findall(r"/lienket (\S+)", await room.on_zalo("/lienket"))[0]
            await room.on_telegram(("say", "/start"), ("say", code), ("tap", "Đúng, cả hai là của mình"))
            await room.zalo.send_waiting()
            await room.zalo.told(room.hoa)
            await room.on_telegram(("say", "menu"))
            assert "Chưa rõ" in await room.on_zalo("1"), "the menu was shown on Telegram"
            assert "1/8" in await room.on_zalo("1"), "this one is Zalo's own"

    asyncio.run(run())
