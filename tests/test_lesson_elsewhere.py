"""A lesson begun on the web page is finished on Telegram by the same person, where they left it."""

import asyncio
from typing import Any

from bot import demo
from bot.app import Program
from bot.core.messages import InboundMessage
from bot.library import Library
from bot.models import Contact
from bot.search.finder import Finder
from bot.services import consents
from bot.settings import Settings
from bot.storage import people
from bot.storage.database import Database, Transaction
from tests.fakes.clock import SettableClock
from tests.fakes.platform import Hand, Heard, Platform
from tests.fakes.platforms import Page, Telegram

LESSON = "L1"


class Person:
    """Somebody with a browser and a phone, who is one person here."""

    def __init__(self, program: Program, page: Page, phone: Telegram) -> None:
        self._program, self.page, self.phone = program, page, phone

    async def join(self) -> None:
        self._hands: dict[Platform, Hand] = {each: await each.join("Lan", "vi") for each in (self.page, self.phone)}
        self._program.database.write_now(self._unite)

    def _unite(self, tx: Transaction) -> None:
        now = self._program.clock()
        demo.add_commune(tx, now)
        hello = InboundMessage(channel="web", chat=self._hands[self.page].chat, external_id="")
        speaker = people.add_speaker(tx, hello, locale="vi", now=now)
        consents.give(tx, speaker, "learn", name="Lan", now=now)
        chat = self._hands[self.phone].chat
        tx.session.add(
            Contact(person_id=speaker.person, channel="telegram", bot=self.phone.bot, chat=chat, created_at=now)
        )

    async def does(self, platform: Platform, act: str, value: str) -> Heard:
        (heard,) = await platform.do(self._hands[platform], act, value)
        return heard


def test_begun_on_the_web_finished_on_telegram(
    library: Library, index: Finder, clock: SettableClock, sqlite_url: str
) -> None:
    async def run() -> None:
        page, phone = Page(clock), Telegram(clock)
        for platform in (page, phone):
            await platform.open()
        own: dict[str, Any] = phone.settings
        program = Program(
            settings=Settings(_env_file=None, database_url=sqlite_url, public_url="", **own),
            clock=clock,
            database=Database(sqlite_url),
            library=library,
            index=index,
            started=clock(),
            secret=b"k" * 32,
        )
        await phone.connect(program)
        await page.connect(program)
        lan = Person(program, page, phone)
        await lan.join()
        await walk(lan, library)
        for platform in (page, phone):
            await platform.disconnect()
        program.close()
        assert phone.faults() == []
        for platform in (page, phone):
            await platform.close()

    asyncio.run(run())


async def walk(lan: Person, library: Library) -> None:
    lesson = library.lessons[LESSON]
    await lan.does(lan.page, "say", "bài học")
    await lan.does(lan.page, "tap", "Kỹ năng số hằng ngày (0/13)")
    await lan.does(lan.page, "tap", lesson.title)
    for _ in range(3):
        await lan.does(lan.page, "tap", "Xong")
    assert "bước 4/7" in (await lan.does(lan.phone, "say", "tiếp")).text
    for number in range(5, 8):
        assert f"bước {number}/7" in (await lan.does(lan.phone, "tap", "Xong")).text
    heard = await lan.does(lan.phone, "tap", "Xong")
    for item in lesson.quiz:
        assert item.question in heard.text
        heard = await lan.does(lan.phone, "tap", item.choices[item.right])
        if "Câu tiếp theo" in heard.offered:
            heard = await lan.does(lan.phone, "tap", "Câu tiếp theo")
    assert "Học xong bài: đúng 3/3 câu" in heard.text
    assert "Kỹ năng số hằng ngày (1/13)" in (await lan.does(lan.page, "say", "bài học")).offered
