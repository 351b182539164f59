"""What `tungngo doctor` looks at: everything a person would have to ask three programs for. It changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import urlsplit

import httpx

from bot import library, logs, words
from bot.commands.settings import read_settings
from bot.core.channel import WebhookSeen
from bot.core.clock import Clock, system_clock
from bot.core.errors import DatabaseAway, SetupFault
from bot.platforms import telegram_of, zalo_of, zalo_path
from bot.secret import keyring
from bot.services import usage
from bot.services.personal_data import data_requests, key_rotation
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import Database

GOOD, NOTE, BAD = "✓", "!", "✗"
REACH_SECONDS, START_SECONDS = 10.0, 30.0
SKEW_NOTE, SKEW_BAD = 5, 60  # seconds
SECRET_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: how it is, and what to do where it is not well."""

    mark: str
    text: str


class Account(Protocol):
    """What the two platforms' accounts share."""

    async def start(self) -> None:
        """Learn who we are."""

    async def stop(self) -> None:
        """Let go."""

    async def webhook_seen(self) -> WebhookSeen | None:
        """What the platform says about the webhook."""


def run() -> int:
    """Print the findings; 1 when something must be mended."""
    settings = read_settings()
    logs.set_up("ERROR")
    return asyncio.run(_print(settings))


async def _print(settings: Settings) -> int:
    bad = 0
    async for finding in examine(settings):
        bad += finding.mark == BAD
        print(finding.mark, logs.redact(finding.text), flush=True)
    print(f"{bad} việc phải sửa." if bad else "Không có việc gì phải sửa.")
    return int(bool(bad))


async def examine(settings: Settings, clock: Clock = system_clock) -> AsyncIterator[Finding]:
    """Every finding, as soon as it is known."""
    database = None
    for finding in (_database(settings), *_content(settings), *_address(settings)):
        yield finding
    with suppress(SetupFault):
        schema.check(settings.database)
        database = Database(settings.database, keyring(settings))
    try:
        if database:
            yield await _requests(database, clock().astimezone(settings.zone).date())
            yield await asyncio.to_thread(_sealed, database, settings)
        async for finding in _accounts(settings, database, clock):
            yield finding
    finally:
        if database:
            database.close()


def _database(settings: Settings) -> Finding:
    try:
        schema.check(settings.database)
    except SetupFault as fault:
        return Finding(BAD, f"Cơ sở dữ liệu: {fault}")
    return Finding(GOOD, "Cơ sở dữ liệu: mở được, đúng phiên bản.")


def _sealed(database: Database, settings: Settings) -> Finding:
    """Whether names and words are sealed with the newest key, and can all be opened."""
    ring = keyring(settings)
    found = key_rotation.standing(database, ring.mark, ring.marks)
    if lost := [f"{each.column} ({each.lost})" for each in found if each.lost]:
        what = ", ".join(lost)
        return Finding(
            BAD, f"Khóa: có dòng niêm bằng khóa không còn ở đây, không đọc được: {what}. Tìm lại secret.key."
        )
    if damaged := [each.column for each in found if each.damaged]:
        return Finding(BAD, f"Khóa: có dòng hỏng, không mở được, trong {', '.join(damaged)}. Khôi phục bản sao lưu.")
    if waiting := sum(each.plain + each.older for each in found):
        hint = "Chạy: tungngo privacy rotate"
        return Finding(NOTE, f"Khóa: {waiting} giá trị chưa niêm bằng khóa mới nhất. {hint}")
    return Finding(GOOD, "Khóa: tên và lời nhắn đều được niêm, mở được.")


async def _requests(database: Database, today: date) -> Finding:
    waiting, late = await database.read(lambda tx: data_requests.overdue(tx, today))
    if late:
        return Finding(BAD, f"Yêu cầu về dữ liệu cá nhân: {late} đã quá hạn. Xem: tungngo privacy requests")
    mark = NOTE if waiting else GOOD
    return Finding(mark, f"Yêu cầu về dữ liệu cá nhân: {waiting} đang chờ, không có yêu cầu quá hạn.")


def _content(settings: Settings) -> Iterator[Finding]:
    read, faults = library.read(settings.content_dir)
    faults = [*faults, *words.missing(settings.content_dir, Path(__file__).resolve().parents[2])]
    if faults:
        yield Finding(BAD, f"Nội dung: {len(faults)} lỗi. Xem từng lỗi: tungngo content check")
    else:
        yield Finding(GOOD, f"Nội dung: 0 lỗi ({len(read.facts)} dữ kiện, {len(read.lessons)} bài).")


def _address(settings: Settings) -> Iterator[Finding]:
    if not settings.by_webhook:
        yield Finding(NOTE, "PUBLIC_URL để trống: bot tự hỏi tin (polling). Chạy thật với Zalo nên đặt PUBLIC_URL.")
        return
    if not settings.public_url.startswith("https://"):
        yield Finding(BAD, "PUBLIC_URL phải bắt đầu bằng https://, nếu không Zalo và Telegram không gọi tới.")
    telegram, zalo = settings.telegram_webhook_secret, settings.zalo_webhook_secret
    if settings.telegram_bot_token.get_secret_value() and not telegram.get_secret_value():
        yield Finding(BAD, "TELEGRAM_WEBHOOK_SECRET để trống: ai cũng giả danh được.")
    if settings.zalo_tokens and len(zalo.get_secret_value()) < SECRET_LENGTH:
        yield Finding(BAD, "ZALO_WEBHOOK_SECRET phải có 8 đến 256 ký tự.")


# ---- the platforms


async def _accounts(settings: Settings, database: Database | None, clock: Clock) -> AsyncIterator[Finding]:
    telegram, zalo = settings.telegram_bot_token.get_secret_value(), settings.zalo_tokens
    if not telegram and not zalo:
        yield Finding(NOTE, "Chưa có token nào: chỉ chạy chat trên web.")
    if telegram:
        async for finding in _telegram(settings, telegram, clock):
            yield finding
    if not zalo:
        return
    reached, found = await _reach("Zalo", settings.zalo_api_base_url, None, clock)
    for finding in found:
        yield finding
    for number, token in enumerate(zalo, 1):
        async for finding in _zalo(settings, token.get_secret_value(), number, reached=reached):
            yield finding
        bot = token.get_secret_value().partition(":")[0]
        if database and bot.isdecimal():
            yield await _used(database, bot, clock())


async def _telegram(settings: Settings, token: str, clock: Clock) -> AsyncIterator[Finding]:
    base, proxy = settings.telegram_api_base_url, settings.telegram_proxy or None
    try:
        account = telegram_of(settings, token)
    except SetupFault as fault:
        yield Finding(BAD, f"Telegram: {fault}")
        return
    reached, found = await _reach("Telegram", base, proxy, clock)
    for finding in found:
        yield finding
    if not reached:
        yield Finding(NOTE, "Telegram hay bị chặn ở Việt Nam: đặt TELEGRAM_PROXY hoặc TELEGRAM_API_BASE_URL.")
        return
    async with _Started("Telegram", account) as started:
        yield Finding(BAD, started.fault) if started.fault else Finding(GOOD, f"Telegram: bot @{account.username}.")
        if not started.fault:
            yield _webhook("Telegram", await started.ask(account.webhook_seen()), settings, "/telegram/webhook")
            hint = "gõ xin chào: phải có lời chào kèm nút trong vài giây; bấm một nút, nút phải đáp."
            yield Finding(NOTE, f"Telegram, thử đầu tiên: mở t.me/{account.username}, bấm Start, {hint}")


async def _zalo(settings: Settings, token: str, number: int, *, reached: bool) -> AsyncIterator[Finding]:
    try:
        account = zalo_of(settings, token)
    except SetupFault as fault:
        yield Finding(BAD, f"Zalo, token thứ {number}: {fault}")
        return
    if not reached:
        return
    name = f"Zalo, bot {account.bot_id}"
    async with _Started(name, account) as started:
        yield Finding(BAD, started.fault) if started.fault else Finding(GOOD, f"{name}: tên {account.account_name}.")
        if not started.fault:
            path = zalo_path(account.bot_id, len(settings.zalo_tokens))
            yield _webhook(name, await started.ask(account.webhook_seen()), settings, path)
            hint = "rồi gõ 1; sau đó chạy lại lệnh này: số tin đã gửi phải tăng đúng 2."
            yield Finding(NOTE, f"{name}, thử đầu tiên: từ máy khác nhắn cho bot: xin chào; {hint}")


class _Started:
    """An account that was started, within a limit; `fault` says why it was not."""

    def __init__(self, name: str, account: Account) -> None:
        self._name, self._account, self.fault = name, account, ""

    async def __aenter__(self) -> Self:
        try:
            await asyncio.wait_for(self._account.start(), START_SECONDS)
        except SetupFault as fault:
            self.fault = f"{self._name}: {fault}"
        except TimeoutError:
            self.fault = f"{self._name}: không trả lời getMe trong {START_SECONDS:.0f} giây."
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._account.stop()

    @staticmethod
    async def ask(question: Awaitable[WebhookSeen | None]) -> WebhookSeen | None:
        """The answer, within the same limit."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(question, START_SECONDS)
        return None


async def _reach(name: str, base: str, proxy: str | None, clock: Clock) -> tuple[bool, list[Finding]]:
    """Whether there is an answer at all, without a token; and by how much our clock differs from its Date."""
    host = urlsplit(base).hostname or ""
    try:
        async with httpx.AsyncClient(timeout=REACH_SECONDS, proxy=proxy, trust_env=False) as http:
            answer = await http.head(base)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return False, [Finding(BAD, f"{name}: không tới được {host} ({type(error).__name__}).")]
    reached = Finding(GOOD, f"{name}: tới được {host}.")
    try:
        skew = round((clock() - parsedate_to_datetime(answer.headers["date"])).total_seconds())
    except (KeyError, TypeError, ValueError):
        return True, [reached]
    return True, [reached, _skew(name, skew)]


def _skew(name: str, skew: int) -> Finding:
    if abs(skew) <= SKEW_NOTE:
        return Finding(GOOD, f"Đồng hồ: khớp với {name}.")
    way = "nhanh" if skew > 0 else "chậm"
    mark = BAD if abs(skew) > SKEW_BAD else NOTE
    return Finding(mark, f"Đồng hồ máy này {way} {abs(skew)} giây so với {name}: bật đồng bộ giờ (NTP).")


def _webhook(  # noqa: PLR0911  a line a case
    name: str, seen: WebhookSeen | None, settings: Settings, path: str
) -> Finding:
    if seen is None:
        return Finding(NOTE, f"{name}: không hỏi được tình trạng webhook.")
    if not settings.by_webhook:
        if not seen.url:
            return Finding(GOOD, f"{name}: không có webhook, nhận tin bằng polling.")
        return Finding(NOTE, f"{name}: đang có webhook tới {_host(seen.url)}; tungngo run sẽ gỡ nó để polling.")
    if not seen.url:
        return Finding(NOTE, f"{name}: chưa đặt webhook; tungngo run sẽ đặt.")
    if seen.url != settings.public_url + path:
        return Finding(BAD, f"{name}: webhook đang trỏ tới nơi khác ({_host(seen.url)}); tungngo run sẽ đặt lại.")
    if seen.fault:
        return Finding(BAD, f"{name}: gọi webhook không được, {seen.waiting} tin đang chờ: {seen.fault}")
    return Finding(GOOD, f"{name}: webhook đúng địa chỉ, {seen.waiting} tin đang chờ.")


def _host(address: str) -> str:
    return urlsplit(address).hostname or "?"


async def _used(database: Database, bot: str, now: datetime) -> Finding:
    limit, name = usage.LIMITS["zalo"], f"Zalo, bot {bot}"
    try:
        sent = await database.read(lambda tx: usage.sent(tx, "zalo", bot, now))
        people = await database.read(lambda tx: usage.people(tx, "zalo", bot))
    except DatabaseAway:
        return Finding(BAD, f"{name}: không đọc được số tin đã gửi.")
    text = f"{name}: tháng này đã gửi {sent}/{limit.messages} tin; {people}/{limit.people} người."
    if sent >= limit.messages:
        return Finding(BAD, f"{text} Hết tin: thêm một bot, hoặc mời mọi người sang chat trên web.")
    if sent >= limit.messages * usage.WARN_AT or people >= limit.people:
        return Finding(NOTE, f"{text} Gần hết: tin không ai hỏi được giữ lại từ {usage.HOLD_AT:.0%}.")
    return Finding(GOOD, text)
