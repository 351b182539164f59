"""The Telegram channel: what comes in by poll or webhook, and how a Reply looks there."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from telegram import InlineKeyboardMarkup, Message
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels.telegram_errors import Flood, MarkupRejected, NotModified, failure
from bot.channels.telegram_polling import BadToken, Monotonic, Poller, Receive, SecondPoller, Sleep
from bot.channels.telegram_rendering import CAPABILITIES, Piece, chat_id, keyboard, pieces
from bot.channels.telegram_request import Client
from bot.channels.telegram_updates import ALLOWED_UPDATES, UnreadableUpdate, read_update
from bot.channels.waiting import longer, unless
from bot.core.channel import SendFailure, Sent, WebhookSeen
from bot.core.errors import SetupFault
from bot.core.markup import html, plain
from bot.core.messages import Choice, InboundMessage, Kind, OutboundMessage

__all__ = ["BadToken", "SecondPoller", "TelegramChannel", "UnreadableUpdate", "WebhookRefused", "read_update"]

log = logging.getLogger(__name__)

T = TypeVar("T")

DEFAULT_API = "https://api.telegram.org"
WEBHOOK_CONNECTIONS = 40
FAREWELL_SECONDS = 5.0  # how long stop() waits for calls nobody waits for
_NO_PREVIEW = {"is_disabled": True}  # LinkPreviewOptions


class WebhookRefused(SetupFault):
    """Telegram will not deliver to that address; its words say why."""

    def __init__(self, words: str) -> None:
        super().__init__(f"Telegram will not deliver to the webhook address: {words}")


class TelegramChannel:
    """One bot account. Start it before sending; stop it before the loop ends."""

    name = "telegram"
    capabilities = CAPABILITIES

    def __init__(
        self,
        token: str,
        *,
        api_base_url: str = DEFAULT_API,
        proxy: str | None = None,
        picture: Callable[[str], Awaitable[bytes | None]] | None = None,
        sleep: Sleep = asyncio.sleep,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        """`api_base_url` is the server's root, without /bot. `picture` gives the bytes of a Reply's picture or file."""
        if proxy and not proxy.startswith(("http://", "https://")):
            msg = "the Telegram proxy must be an http:// or https:// address"
            raise SetupFault(msg)
        self.bot_id, self.username = token.partition(":")[0], ""
        self._client = Client(token, api_base_url=api_base_url, proxy=proxy)
        self._picture = picture
        self._sleep, self._monotonic = sleep, monotonic
        self._aside: set[asyncio.Task[None]] = set()
        self._pieces_sent: dict[tuple[str, int], int] = {}  # of replies that failed half way

    # ---- life

    async def start(self) -> None:
        """Open the connection and learn who we are, however long it takes. BadToken when Telegram does not know us."""
        await self._client.open()
        try:
            me = await self._insist(self._client.get_me, "start")
        except BaseException:
            await self._client.close_sessions()
            raise
        self.bot_id, self.username = str(me.id), me.username or ""

    async def stop(self) -> None:
        """Finish or drop the calls nobody waits for, and close."""
        if self._aside:
            _, late = await asyncio.wait(self._aside, timeout=FAREWELL_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._client.close_sessions()

    async def set_commands(self, commands: Mapping[str, Sequence[tuple[str, str]]]) -> bool:
        """Tell Telegram the command menu, by locale; Vietnamese is also everybody else's. False when it would not."""
        try:
            for locale, menu in commands.items():
                for code in (None, "vi") if locale == "vi" else (locale,):
                    await self._client.set_my_commands(menu, language_code=code)
        except TelegramError as error:
            log.warning("telegram: the command menu was not taken (%s)", type(error).__name__)
            return False
        return True

    # ---- in

    def read(self, data: Mapping[str, Any]) -> InboundMessage | None:
        """What a webhook's body says; see read_update."""
        return read_update(data, self.bot_id, self.username)

    async def poll(
        self,
        receive: Receive,
        *,
        stop: asyncio.Event,
        on_unreadable: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        """Give every update to `receive` until `stop`; an update is confirmed only after `receive` returned.

        What `receive` raises is tried again, later ones of its chat wait. Raises SecondPoller and BadToken.
        """
        if await unless(stop, self._insist(self._client.delete_webhook, "polling")) is None:
            return
        poller = Poller(
            client=self._client,
            bot_id=self.bot_id,
            read=self.read,
            receive=receive,
            received=self._answer_tap,
            on_unreadable=on_unreadable,
            sleep=self._sleep,
            monotonic=self._monotonic,
        )
        await poller.run(stop)

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates posted to `url` with `secret` in their header. BadToken, WebhookRefused."""
        call = partial(
            self._client.set_webhook,
            url,
            secret_token=secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=WEBHOOK_CONNECTIONS,
        )
        try:
            await self._insist(call, "set webhook")
        except BadRequest as error:
            raise WebhookRefused(error.message) from None

    async def webhook_seen(self) -> WebhookSeen | None:
        """What Telegram says about the webhook now; None when it does not say."""
        try:
            info = await self._client.get_webhook_info()
        except TelegramError:
            return None
        return WebhookSeen(url=info.url, waiting=info.pending_update_count, fault=info.last_error_message or "")

    @staticmethod
    def webhook_answer(inbound: InboundMessage) -> dict[str, str] | None:
        """The body of our 200 to a webhook: a tap is answered in it, at the cost of no call."""
        if inbound.kind is not Kind.TAP or not inbound.callback:
            return None
        return {"method": "answerCallbackQuery", "callback_query_id": inbound.callback}

    async def answer_callback(self, callback_id: str) -> None:
        """Stop the button's little clock. It may be too late for that: nobody minds."""
        try:
            await self._client.call("answerCallbackQuery", {"callback_query_id": callback_id})
        except TelegramError as error:
            log.debug("telegram: a tap was not answered (%s)", type(error).__name__)

    def _answer_tap(self, inbound: InboundMessage) -> None:
        if inbound.kind is Kind.TAP and inbound.callback:
            self._do_aside(self.answer_callback(inbound.callback))

    # ---- out

    async def send(self, message: OutboundMessage) -> Sent | SendFailure:
        """Send or edit; the message whose buttons are used up loses them in the background."""
        reply = message.reply
        whole = pieces(reply, await self._bytes(reply.picture), await self._bytes(reply.file))
        try:
            if outcome := await self._edit(message, whole):
                return outcome
            ref = await self._send_pieces(message, whole)
        except TelegramError as error:
            return failure(error)
        except Exception as error:  # noqa: BLE001  an answer the library cannot read must not stop the sender
            log.warning("telegram: an answer could not be read (%s)", type(error).__name__)
            return SendFailure(reason="no_answer", retryable=True, maybe_sent=True)
        if message.retire.isdecimal():
            self._do_aside(self._retire(message.chat, int(message.retire)))
        return Sent(ref)

    async def _edit(self, message: OutboundMessage, whole: list[Piece]) -> Sent | SendFailure | None:
        """Replace the tapped message; None when it is not asked for or not possible, and a new one must be sent."""
        asked = message.reply.edit and message.retire.isdecimal()
        if not asked or len(whole) > 1 or whole[0].picture or whole[0].file:
            return None
        edit = {"chat_id": chat_id(message.chat), "message_id": int(message.retire)}
        try:
            await self._say("editMessageText", edit, whole[0].text, message.reply.choices)
        except NotModified:
            pass
        except BadRequest:
            return None  # too old, deleted, or a picture: say it anew
        except TelegramError as error:
            return replace(failure(error), maybe_sent=False)  # an edit made twice is an edit made once
        return Sent(message.retire)

    async def _send_pieces(self, message: OutboundMessage, whole: list[Piece]) -> str:
        """Send what is left to send, the buttons with the last piece; its id."""
        key, ref = (message.chat, message.id), ""
        begin = min(self._pieces_sent.pop(key, 0), len(whole) - 1)
        for number, piece in enumerate(whole[begin:], begin):
            choices = message.reply.choices if number == len(whole) - 1 else ()
            try:
                ref = str(await self._send_piece(message.chat, piece, choices))
            except TelegramError:
                if number:
                    self._pieces_sent[key] = number  # trying again begins here, so that nothing is said twice
                raise
        return ref

    async def _send_piece(self, chat: str, piece: Piece, choices: Sequence[Choice]) -> int:
        """Its id."""
        to = chat_id(chat)
        if piece.file is None and piece.picture is None:
            sent = await self._say("sendMessage", {"chat_id": to}, piece.text, choices)
            return int(sent["message_id"])
        rows = keyboard(choices)
        markup = InlineKeyboardMarkup.de_json(rows, None) if rows else None
        send: partial[Coroutine[Any, Any, Message]]
        if piece.file is not None:
            send = partial(self._client.send_document, to, piece.file, filename=piece.file_name, reply_markup=markup)
        else:
            assert piece.picture is not None
            send = partial(self._client.send_photo, to, piece.picture, reply_markup=markup)
        return (await (_captioned(send, piece.text) if piece.text else send())).message_id

    async def _say(self, method: str, parameters: dict[str, Any], text: str, choices: Sequence[Choice]) -> Any:
        """The result of a call that shows a text: as HTML, or as it is where Telegram cannot read that."""
        parameters |= {"link_preview_options": _NO_PREVIEW}
        if markup := keyboard(choices):
            parameters["reply_markup"] = markup
        try:
            return await self._client.call(method, {**parameters, "text": html(text), "parse_mode": "HTML"})
        except MarkupRejected:
            return await self._client.call(method, {**parameters, "text": plain(text)})

    async def _bytes(self, name: str) -> bytes | None:
        if not name or not self._picture:
            return None
        try:
            return await self._picture(name)
        except Exception as error:  # noqa: BLE001  the text alone is better than nothing
            log.warning("telegram: a picture or file is not to be had (%s)", type(error).__name__)
            return None

    async def _retire(self, chat: str, message_id: int) -> None:
        try:
            await self._client.call("editMessageReplyMarkup", {"chat_id": chat_id(chat), "message_id": message_id})
        except TelegramError as error:
            log.debug("telegram: buttons were not taken away (%s)", type(error).__name__)

    # ---- ways of calling

    async def _insist(self, call: Callable[[], Awaitable[T]], what: str) -> T:
        """The call's result, however long Telegram is out of reach. BadToken; BadRequest is the caller's."""
        pause = 0.0
        while True:
            try:
                return await call()
            except InvalidToken:
                raise BadToken(self.bot_id) from None
            except Flood as flood:
                pause = flood.wait.total_seconds()
            except BadRequest:
                raise
            except TelegramError as error:
                pause = longer(pause)
                log.warning("telegram: %s failed (%s), again in %.0f s", what, type(error).__name__, pause)
            await self._sleep(pause)

    def _do_aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)


async def _captioned(call: Callable[..., Awaitable[T]], text: str) -> T:
    """The call with the text as HTML, or as it is where Telegram cannot read that."""
    try:
        return await call(caption=html(text), parse_mode="HTML")
    except MarkupRejected:
        return await call(caption=plain(text))
