"""`tungngo doctor`: what is well, what is not, over both stand-ins; it changes nothing and names no token."""

import asyncio
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from bot import library, words
from bot.commands import doctor
from bot.commands.doctor import BAD, GOOD, NOTE, Finding, examine
from bot.core.clock import system_clock
from bot.core.messages import InboundMessage
from bot.services import usage
from bot.settings import Settings
from bot.storage import people
from bot.storage.database import Database
from tests.fakes.bot_api import FakeBotApi
from tests.fakes.zalo_api import FakeZaloApi

PUBLIC = {
    "public_url": "https://bot.example.vn/",
    "telegram_webhook_secret": "bi-mat-cua-to",
    "zalo_webhook_secret": "bi-mat-cua-to",
}
BOT = "1900000000000000001"
READ, MISSING = cache(library.read), cache(words.missing)


@pytest.fixture(autouse=True)
def _content_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every examination checks the same content, which takes a second."""
    monkeypatch.setattr(library, "read", READ)
    monkeypatch.setattr(words, "missing", MISSING)


def settings(url: str, **more: Any) -> Settings:
    plain = {"telegram_bot_token": "", "zalo_bot_tokens": "", "public_url": ""}
    return Settings(_env_file=None, **{"database_url": url, **plain, **more})


async def see(wanted: Settings, ahead: float = 0) -> list[Finding]:
    return [each async for each in examine(wanted, lambda: system_clock() + timedelta(seconds=ahead))]


def has(found: list[Finding], mark: str, *parts: str) -> bool:
    return any(each.mark == mark and all(part in each.text for part in parts) for each in found)


def marks(found: list[Finding], mark: str) -> list[str]:
    return [each.text for each in found if each.mark == mark]


def test_everything_is_well(database_url: str) -> None:
    async def run() -> None:
        async with FakeBotApi() as telegram, FakeZaloApi() as zalo:
            wanted = settings(
                database_url,
                telegram_bot_token=telegram.token,
                telegram_api_base_url=telegram.url,
                zalo_bot_tokens=zalo.token,
                zalo_api_base_url=zalo.url,
            )
            found = await see(wanted)
            assert marks(found, BAD) == []
            assert has(found, GOOD, "Cơ sở dữ liệu")
            assert has(found, GOOD, "0 lỗi")
            assert has(found, GOOD, "@tung_ngo_bot")
            assert has(found, GOOD, BOT, "bot.ThuNghiem")
            assert has(found, GOOD, "0/3000 tin; 0/50 người")
            assert len([each for each in found if each.mark == GOOD and "Đồng hồ" in each.text]) == 2
            assert len([each for each in found if "polling." in each.text]) == 2
            assert has(found, NOTE, "t.me/tung_ngo_bot")
            assert has(found, NOTE, BOT, "xin chào")
            told = "\n".join(each.text for each in found)
            assert telegram.token.partition(":")[2] not in told
            assert zalo.token.partition(":")[2] not in told
            assert {name for name, _ in telegram.calls} == {"getMe", "getWebhookInfo"}
            assert {name for name, _ in zalo.calls} == {"getMe", "getWebhookInfo"}
            assert not telegram.violations + zalo.violations

    asyncio.run(run())


def test_what_a_bot_has_used(database_url: str) -> None:
    def use(calls: int, chats: int) -> None:
        database = Database(database_url)
        database.write_now(lambda tx: usage.count(tx, {("zalo", BOT): calls}, system_clock()))
        for number in range(chats):
            hello = InboundMessage(channel="zalo", bot=BOT, chat=f"{calls}-{number}", external_id="")
            database.write_now(partial(people.add_speaker, message=hello, locale="vi", now=system_clock()))
        database.close()

    async def run() -> None:
        async with FakeZaloApi() as zalo:
            wanted = settings(database_url, zalo_bot_tokens=zalo.token, zalo_api_base_url=zalo.url)
            use(17, 2)
            assert has(await see(wanted), GOOD, "17/3000 tin; 2/50 người")
            use(2383, 0)
            assert has(await see(wanted), NOTE, "2400/3000", "90%")
            use(600, 48)
            assert has(await see(wanted), BAD, "3000/3000 tin; 50/50 người")

    asyncio.run(run())


@pytest.mark.parametrize(("ahead", "mark", "way"), [(-30, NOTE, "chậm"), (90, BAD, "nhanh")])
def test_a_clock_that_is_wrong(ahead: float, mark: str, way: str, sqlite_url: str) -> None:
    async def run() -> None:
        async with FakeZaloApi() as zalo:
            found = await see(settings(sqlite_url, zalo_bot_tokens=zalo.token, zalo_api_base_url=zalo.url), ahead)
            assert has(found, mark, "Đồng hồ", way, "Zalo")

    asyncio.run(run())


def test_wrong_tokens_are_named_without_their_secret_and_the_others_go_on(sqlite_url: str) -> None:
    async def run() -> None:
        async with FakeBotApi() as telegram, FakeZaloApi() as zalo:
            wanted = settings(
                sqlite_url,
                telegram_bot_token="999999:KHOA-TELEGRAM-SAI",
                telegram_api_base_url=telegram.url,
                zalo_bot_tokens=f"1900000000000000002:KHOA-ZALO-SAI,{zalo.token},khong-phai-token",
                zalo_api_base_url=zalo.url,
            )
            found = await see(wanted)
            assert len(marks(found, BAD)) == 3
            assert has(found, BAD, "Telegram")
            assert has(found, BAD, "1900000000000000002")
            assert has(found, BAD, "token thứ 3")
            assert has(found, GOOD, BOT, "bot.ThuNghiem")
            told = "\n".join(each.text for each in found)
            assert not [secret for secret in ("KHOA", "khong-phai-token") if secret in told]

    asyncio.run(run())


def test_platforms_out_of_reach(sqlite_url: str) -> None:
    nowhere = "http://127.0.0.1:9"
    wanted = settings(
        sqlite_url,
        telegram_bot_token="123456:KHOA",
        telegram_api_base_url=nowhere,
        zalo_bot_tokens=f"{BOT}:KHOA",
        zalo_api_base_url=nowhere,
    )
    found = asyncio.run(see(wanted))
    assert has(found, BAD, "Telegram", "không tới được")
    assert has(found, BAD, "Zalo", "không tới được")
    assert has(found, NOTE, "TELEGRAM_PROXY")
    assert has(found, GOOD, "0/3000")


def test_webhooks(sqlite_url: str) -> None:
    async def run() -> None:
        async with FakeBotApi() as telegram, FakeZaloApi() as zalo:
            wanted = settings(
                sqlite_url,
                telegram_bot_token=telegram.token,
                telegram_api_base_url=telegram.url,
                zalo_bot_tokens=zalo.token,
                zalo_api_base_url=zalo.url,
                **PUBLIC,
            )
            assert len([each for each in await see(wanted) if "chưa đặt webhook" in each.text]) == 2
            telegram.webhook = {"url": "https://bot.example.vn/telegram/webhook"}
            zalo.webhook = {"url": "https://bot.example.vn/zalo/webhook"}
            found = await see(wanted)
            assert len([each for each in found if "webhook đúng địa chỉ" in each.text]) == 2
            assert marks(found, BAD) == []
            zalo.webhook = {"url": "https://khac.example.vn/zalo/webhook?khoa=bi-mat"}
            found = await see(wanted)
            assert has(found, BAD, "khac.example.vn")
            assert "bi-mat" not in "".join(each.text for each in found)
            found = await see(wanted.model_copy(update={"public_url": ""}))
            assert len([each for each in found if "sẽ gỡ" in each.text]) == 2

    asyncio.run(run())


def test_webhooks_that_anybody_could_call(sqlite_url: str) -> None:
    wanted = settings(
        sqlite_url,
        public_url="http://bot.example.vn",
        telegram_bot_token="123456:KHOA",
        telegram_api_base_url="http://127.0.0.1:9",
        zalo_bot_tokens=f"{BOT}:KHOA",
        zalo_api_base_url="http://127.0.0.1:9",
        zalo_webhook_secret="ngan",
    )
    found = asyncio.run(see(wanted))
    for needed in ("https://", "TELEGRAM_WEBHOOK_SECRET", "ZALO_WEBHOOK_SECRET"):
        assert has(found, BAD, needed)


def test_a_database_of_another_version(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    assert has(asyncio.run(see(settings(database_url))), BAD, "tungngo db upgrade")


def test_the_command_tells_by_its_exit_code(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "read_settings", lambda: settings(sqlite_url))
    assert doctor.run() == 0
    assert "Không có việc gì phải sửa." in capsys.readouterr().out
    monkeypatch.setattr(doctor, "read_settings", lambda: settings(f"sqlite:///{tmp_path / 'missing.db'}"))
    assert doctor.run() == 1
    assert "1 việc phải sửa." in capsys.readouterr().out
    assert not (tmp_path / "missing.db").exists()


def test_an_address_with_a_slash_at_its_end_is_the_same_address() -> None:
    """Else a calendar's link had two of them, and no calendar behind it."""
    assert Settings(public_url="https://bot.example.vn/").public_url == "https://bot.example.vn"
