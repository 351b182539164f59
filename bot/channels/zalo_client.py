"""The Zalo Bot Platform, one typed method a call."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

from bot.channels.zalo_request import Json, NoAnswer, NotConnected, Refused, TimedOut, ZaloRequest

Sleep = Callable[[float], Coroutine[Any, Any, None]]

DEFAULT_API = "https://bot-api.zaloplatforms.com"
POLL_MARGIN_SECONDS = 10.0  # how much longer than the long poll itself an answer may take
RETRIES, RETRY_PAUSE = 3, 0.5  # of calls that change nothing: 0.5, 1, 1.5 seconds apart


@dataclass(frozen=True, slots=True)
class BotInfo:
    """Who we are."""

    id: str
    account_name: str
    account_type: str
    can_join_groups: bool


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message Zalo took; `date` is in milliseconds. Without an id where Zalo told none."""

    message_id: str
    date: int


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of Zalo's own call to our webhook. `outcome` is a code like webhook.http.403, `hint` is for people."""

    ok: bool
    outcome: str
    hint: str
    status_code: int | None


@dataclass(frozen=True, slots=True)
class WebhookInfo:
    """Where Zalo posts updates; `verification` only right after setting it, and perhaps not even then."""

    url: str
    verification: Verification | None = None


class ZaloClient:
    """One bot's calls. Open it on the event loop it is used on."""

    def __init__(
        self,
        token: str,
        *,
        api_base_url: str = DEFAULT_API,
        proxy: str | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """`api_base_url` is the server's root, without /bot."""
        self.bot_id = token.partition(":")[0]
        self._request = ZaloRequest(token, api_base_url=api_base_url, proxy=proxy)
        self._call, self._sleep = self._request.call, sleep

    def __repr__(self) -> str:
        return f"ZaloClient({self.bot_id!r})"

    async def open(self) -> Self:
        """Open the connections; doing it twice changes nothing. Asks Zalo nothing."""
        await self._request.open()
        return self

    async def close(self) -> None:
        """Close the connections."""
        await self._request.close()

    # ---- who we are, and how updates come

    async def get_me(self) -> BotInfo:
        """Who we are."""
        me = _object(await self._ask("getMe"))
        name, kind = str(me.get("account_name") or ""), str(me.get("account_type") or "")
        return BotInfo(_text(me, "id"), name, kind, bool(me.get("can_join_groups")))

    async def get_updates(self, seconds: int) -> Json | None:
        """The next update as it came, or None when there was none for so many seconds. Zalo gives each one once."""
        try:
            result = await self._call("getUpdates", {"timeout": seconds}, read_seconds=seconds + POLL_MARGIN_SECONDS)
        except TimedOut:
            return None
        return _object(result) if result else None

    async def set_webhook(self, url: str, secret: str) -> WebhookInfo:
        """Have updates posted to `url` with `secret` in their header. Zalo tries it at once."""
        result = _object(await self._call("setWebhook", {"url": url, "secret_token": secret}))
        found = result.get("verification")
        return WebhookInfo(str(result.get("url") or ""), _verification(found) if isinstance(found, dict) else None)

    async def delete_webhook(self) -> None:
        """Have no updates posted any more."""
        await self._ask("deleteWebhook")

    async def get_webhook_info(self) -> WebhookInfo | None:
        """Where updates are posted; None when they are not."""
        try:
            result = await self._ask("getWebhookInfo")
        except Refused as refused:
            if refused.code == HTTPStatus.NOT_FOUND:
                return None
            raise
        url = str(_object(result).get("url") or "")
        return WebhookInfo(url) if url else None

    async def test_webhook(self) -> Verification:
        """Have Zalo call our webhook once. How often a day it may be asked is not documented."""
        return _verification(_object(await self._call("testWebhook", {})))

    # ---- sending

    async def send_message(self, chat: str, text: str) -> SentMessage:
        """Send plain text, 1-2000 UTF-16 units."""
        return _sent(await self._call("sendMessage", {"chat_id": chat, "text": text}))

    async def send_photo(self, chat: str, photo: str, caption: str = "") -> SentMessage:
        """Send the picture at a public address, with a caption of at most 2000 UTF-16 units."""
        told = {"caption": caption} if caption else {}
        return _sent(await self._call("sendPhoto", {"chat_id": chat, "photo": photo, **told}))

    async def send_sticker(self, chat: str, sticker: str) -> SentMessage:
        """Send a sticker of Zalo's own by its id."""
        return _sent(await self._call("sendSticker", {"chat_id": chat, "sticker": sticker}))

    async def send_voice(self, chat: str, voice_url: str) -> SentMessage:
        """Send the sound at a public address ending in .aac; in a group it is lost without a word."""
        return _sent(await self._call("sendVoice", {"chat_id": chat, "voice_url": voice_url}))

    async def send_chat_action(self, chat: str, action: str = "typing") -> None:
        """Show that the bot is typing."""
        await self._call("sendChatAction", {"chat_id": chat, "action": action})

    # ---- ways of calling

    async def _ask(self, method: str) -> Any:
        """A call that asked twice is as good as asked once: tried again when the network or the server fails."""
        for attempt in range(1, RETRIES + 1):
            try:
                return await self._call(method, {})
            except (NotConnected, NoAnswer):
                await self._sleep(RETRY_PAUSE * attempt)
        return await self._call(method, {})


def _object(result: object) -> Json:
    if isinstance(result, dict):
        return result
    raise NoAnswer


def _text(found: Json, key: str) -> str:
    value = found.get(key)
    if isinstance(value, (str, int)) and str(value):
        return str(value)
    raise NoAnswer


def _sent(result: object) -> SentMessage:
    """Zalo said ok: it is sent, whatever else the answer lacks."""
    found = result if isinstance(result, dict) else {}
    date = found.get("date")
    return SentMessage(str(found.get("message_id") or ""), date if isinstance(date, int) else 0)


def _verification(found: Json) -> Verification:
    status = found.get("status_code")
    outcome, hint = str(found.get("outcome") or ""), str(found.get("hint") or "")
    return Verification(found.get("ok") is True, outcome, hint, status if isinstance(status, int) else None)
