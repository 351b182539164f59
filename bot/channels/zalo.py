"""The Zalo channel: what comes in by poll or webhook, and how a Reply looks there."""

import asyncio
import logging
import re
import time
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TypeVar

from bot.channels.rendering import as_text
from bot.channels.waiting import longer, unless
from bot.channels.zalo_client import DEFAULT_API, SentMessage, Sleep, Verification, ZaloClient
from bot.channels.zalo_polling import BadToken, Monotonic, Poller, Receive, WebhookTaken
from bot.channels.zalo_request import NoAnswer, NotConnected, QuotaExceeded, Refused, TokenRefused, ZaloError
from bot.channels.zalo_updates import UnreadableUpdate, read_update
from bot.core.channel import Capabilities, SendFailure, Sent, WebhookSeen
from bot.core.errors import SetupFault
from bot.core.messages import InboundMessage, OutboundMessage, Reply
from bot.core.splitting import length, split

__all__ = [
    "BadToken",
    "UnreadableUpdate",
    "WebhookRefused",
    "WebhookState",
    "WebhookTaken",
    "ZaloChannel",
    "failure",
    "pieces",
    "read_update",
]

log = logging.getLogger(__name__)

T = TypeVar("T")

CAPABILITIES = Capabilities(buttons=False, edit=False, text_limit=2000)
CAPTION_LIMIT = 2000  # UTF-16 code units
SECRET_LIMITS = (8, 256)  # characters of a webhook's secret
TESTS = 3  # how often Zalo is asked to try the webhook again, 1, 2, 4 seconds apart: our server may be starting
_TOKEN = re.compile(r"\d+:\S+")


class WebhookRefused(SetupFault):
    """Zalo will not deliver to that address; its words say why."""

    def __init__(self, words: str) -> None:
        super().__init__(f"Zalo will not deliver to the webhook address: {words}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookState:
    """Whether updates come. `outcome` is Zalo's code, like webhook.http.403; `hint` is one line for the operator."""

    ok: bool
    outcome: str
    hint: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One message as Zalo takes it."""

    text: str
    picture: str = ""  # its public address


class ZaloChannel:
    """One bot account. Start it before sending; stop it before the loop ends."""

    name = "zalo"
    capabilities = CAPABILITIES

    def __init__(
        self,
        token: str,
        *,
        api_base_url: str = DEFAULT_API,
        proxy: str | None = None,
        bot_name: str = "",
        media_url: Callable[[str], str] | None = None,
        sleep: Sleep = asyncio.sleep,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        """`api_base_url` is the server's root, without /bot. `media_url` gives the public address of a picture.

        `bot_name` is what people see; the platform does not tell, and a mention in a group begins with it.
        """
        if not _TOKEN.fullmatch(token):
            msg = "the Zalo token must look like 1900000000000000001:secret"
            raise SetupFault(msg)
        if proxy and not proxy.startswith(("http://", "https://")):
            msg = "the Zalo proxy must be an http:// or https:// address"
            raise SetupFault(msg)
        self.bot_id, self.account_name, self.bot_name = token.partition(":")[0], "", bot_name
        self.calls_sent = 0  # messages Zalo took: what its monthly quota counts
        self._client = ZaloClient(token, api_base_url=api_base_url, proxy=proxy, sleep=sleep)
        self._media_url = media_url
        self._sleep, self._monotonic = sleep, monotonic
        self._webhook: tuple[str, str] | None = None  # address and secret that are set and work
        self._pieces_sent: dict[tuple[str, int], int] = {}  # of replies that failed half way

    # ---- life

    async def start(self) -> None:
        """Open the connection and learn who we are, however long it takes. BadToken when Zalo does not know us."""
        await self._client.open()
        try:
            me = await self._insist(self._client.get_me, "start")
        except BaseException as error:
            await self._client.close()
            if isinstance(error, Refused):
                msg = f"Zalo refuses getMe of bot {self.bot_id} ({error}): is the address of its API right?"
                raise SetupFault(msg) from None
            raise
        self.account_name = me.account_name

    async def stop(self) -> None:
        """Close the connections."""
        await self._client.close()

    # ---- in

    def read(self, data: object) -> InboundMessage | None:
        """What a webhook's body or a poll's answer says; see read_update."""
        return read_update(data, self.bot_id, (self.bot_name, self.account_name))

    async def poll(self, receive: Receive, *, stop: asyncio.Event) -> None:
        """Give every update to `receive` until `stop`. What `receive` raises is tried again, later ones wait.

        A webhook that is set is taken away first. Raises WebhookTaken and BadToken. Zalo gives every update once: one
        that is on its way when the program dies is lost, so for real people use the webhook.
        """
        await unless(stop, self._insist(self._take_webhook_away, "polling"))
        poller = Poller(
            client=self._client, read=self.read, receive=receive, sleep=self._sleep, monotonic=self._monotonic
        )
        await poller.run(stop)

    async def _take_webhook_away(self) -> None:
        try:
            if await self._client.get_webhook_info():
                await self._client.delete_webhook()
        except Refused as refused:
            log.warning("zalo: a webhook may still be set (%s)", refused)  # then polling will tell

    async def webhook_seen(self) -> WebhookSeen | None:
        """What Zalo says about the webhook now; None when it does not say."""
        try:
            info = await self._client.get_webhook_info()
        except ZaloError:
            return None
        return WebhookSeen(url=info.url if info else "")

    @staticmethod
    def webhook_answer(_: InboundMessage) -> dict[str, bool]:
        """The body of our 200 to a webhook."""
        return {"ok": True}

    async def ensure_webhook(self, url: str, secret: str) -> WebhookState:
        """Have updates posted to `url` with `secret` in their header, and have Zalo try it.

        May be called again and again: it is set anew only where it is gone or did not work.
        Raises BadToken, WebhookRefused, and SetupFault for a secret Zalo would not take.
        """
        if not SECRET_LIMITS[0] <= len(secret) <= SECRET_LIMITS[1]:
            msg = "the secret of the Zalo webhook must have 8 to 256 characters"
            raise SetupFault(msg)
        there = False
        try:
            info = await self._insist(self._client.get_webhook_info, "webhook")
            there = info is not None and info.url == url
            if there and self._webhook == (url, secret):
                return WebhookState(ok=True, outcome="webhook.kept", hint="The webhook is still set.")
            found = await self._insist(lambda: self._client.set_webhook(url, secret), "webhook")
        except Refused as refused:
            if there and refused.code == HTTPStatus.UPGRADE_REQUIRED:  # as often as the platform allows a day
                return WebhookState(ok=True, outcome="webhook.cap", hint=f"It was set before; untried now ({refused}).")
            raise WebhookRefused(str(refused)) from None
        state = _state(await self._tried(found.verification))
        self._webhook = (url, secret) if state.ok else None
        return state

    async def _tried(self, tried: Verification | None) -> Verification | None:
        """What came of Zalo's call, the best of a few; None when it would not try."""
        pause = 0.0
        for _ in range(TESTS):
            if tried and tried.ok:
                break
            pause = longer(pause)
            await self._sleep(pause)
            try:
                tried = await self._client.test_webhook()
            except ZaloError as error:
                log.info("zalo: the webhook was not tried (%s)", type(error).__name__)
                break
        return tried

    # ---- out

    async def send(self, message: OutboundMessage) -> Sent | SendFailure:
        """Send the reply as numbered text, in one message wherever it fits."""
        whole = pieces(message.reply, self._address(message.reply.picture), self._media_url)
        if not whole:
            return SendFailure(reason="empty")
        return await self._send_pieces(message, whole)

    async def _send_pieces(self, message: OutboundMessage, whole: list[Piece]) -> Sent | SendFailure:
        """Send what is left to send; the last one's id."""
        key, ref, calls = (message.chat, message.id), "", 0
        begin = min(self._pieces_sent.pop(key, 0), len(whole) - 1)
        for number, piece in enumerate(whole[begin:], begin):
            try:
                sent = await self._send_piece(message.chat, piece)
            except ZaloError as error:
                if number:
                    self._pieces_sent[key] = number  # trying again begins here, so that nothing is said twice
                return replace(failure(error), calls=calls)
            if sent:
                ref, calls = sent.message_id or ref, calls + 1
        return Sent(ref, calls)

    async def _send_piece(self, chat: str, piece: Piece) -> SentMessage | None:
        if piece.picture:
            try:
                return self._count(await self._client.send_photo(chat, piece.picture, piece.text))
            except Refused as refused:
                log.warning("zalo: a picture was refused (%s)", refused.code)  # the text alone is better than nothing
        return self._count(await self._client.send_message(chat, piece.text)) if piece.text else None

    def _count(self, sent: SentMessage) -> SentMessage:
        self.calls_sent += 1
        return sent

    def _address(self, picture: str) -> str:
        if not picture or not self._media_url:
            return ""
        try:
            return self._media_url(picture)
        except Exception as error:  # noqa: BLE001  the text alone is better than nothing
            log.warning("zalo: picture %s is not to be had (%s)", picture, type(error).__name__)
            return ""

    # ---- ways of calling

    async def _insist(self, call: Callable[[], Awaitable[T]], what: str) -> T:
        """The call's result, however long Zalo is out of reach. BadToken; Refused is the caller's."""
        pause = 0.0
        while True:
            try:
                return await call()
            except TokenRefused:
                raise BadToken(self.bot_id) from None
            except Refused:
                raise
            except ZaloError as error:
                pause = longer(pause)
                log.warning("zalo: %s failed (%s), again in %.0f s", what, type(error).__name__, pause)
            await self._sleep(pause)


def pieces(reply: Reply, picture: str = "", media_url: Callable[[str], str] | None = None) -> list[Piece]:
    """The reply as messages; a picture carries the text where it fits a caption, else it comes last."""
    text = unicodedata.normalize("NFC", as_text(reply, media_url, seen=bool(picture))).strip()
    if picture and length(text) <= CAPTION_LIMIT:
        return [Piece(text, picture)]
    parts = [Piece(part) for part in split(text, CAPABILITIES.text_limit)]
    return [*parts, Piece("", picture)] if picture else parts


def failure(error: ZaloError) -> SendFailure:
    """What a refused or lost call means to the sender."""
    match error:
        case QuotaExceeded():
            return SendFailure(reason="quota")
        case TokenRefused():
            return SendFailure(reason="token", retryable=True)  # waits until the operator has mended it
        case NotConnected():
            return SendFailure(reason="no_connection", retryable=True)
        case NoAnswer():
            return SendFailure(reason="no_answer", retryable=True, maybe_sent=True)
        case _:
            return SendFailure(reason="refused")


def _state(tried: Verification | None) -> WebhookState:
    if tried is None:
        hint = "The webhook is set; Zalo did not say whether it could reach it."
        return WebhookState(ok=True, outcome="webhook.untried", hint=hint)
    return WebhookState(ok=tried.ok, outcome=tried.outcome, hint=" ".join(tried.hint.split()))
