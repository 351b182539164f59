"""How Telegram is reached: a fast transport under python-telegram-bot, and its refusals as error classes."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any, Self

import aiohttp
import orjson
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

from bot.core.channel import SendFailure

Json = dict[str, Any]

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
POLL_MARGIN_SECONDS = 10.0  # how much longer than the long poll itself an answer may take
CONNECTIONS = 256
UNNAMED_WAIT = timedelta(seconds=5)  # a 429 that names no time
_CLOSED, _UNREADABLE, _NOT_TEXT = "the session is closed", "not an answer of the Bot API", "not encodable"


class NotConnected(NetworkError):
    """No connection: nothing was sent."""


class NoAnswer(NetworkError):
    """The request was written, but no answer that can be read came back: it may have been carried out."""


class Flood(TelegramError):
    """Too many requests; `wait` is Telegram's own demand."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("Too many requests")
        self.wait = wait


class MarkupRejected(BadRequest):
    """Telegram could not read our HTML."""


class NotModified(BadRequest):
    """The edit would change nothing."""


class ChatGone(BadRequest):
    """There is no such chat."""


# The Bot API tells these apart by words only (github.com/tdlib/telegram-bot-api): this is the one place that reads them
_BY_WORDS: tuple[tuple[str, type[BadRequest]], ...] = (
    ("can't parse entities", MarkupRejected),
    ("message is not modified", NotModified),
    ("chat not found", ChatGone),
    ("peer_id_invalid", ChatGone),
)


def failure(error: TelegramError) -> SendFailure:
    """What a refused or lost call means to the sender."""
    match error:
        case Flood():
            return SendFailure(reason="flood", retryable=True, retry_after=error.wait)
        case Forbidden() | ChatGone() | ChatMigrated():
            return SendFailure(reason="unreachable", unreachable=True)
        case InvalidToken():
            return SendFailure(reason="token", retryable=True)  # waits until the operator has mended it
        case BadRequest():
            return SendFailure(reason="refused")
        case NotConnected():
            return SendFailure(reason="no_connection", retryable=True)
        case _:
            return SendFailure(reason="no_answer", retryable=True, maybe_sent=True)


class AiohttpRequest(BaseRequest):
    """The transport. No error it raises holds the address, because the address holds the token."""

    def __init__(self, *, proxy: str | None = None) -> None:
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds an answer may take when the call does not say."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """Open the session; doing it twice changes nothing."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS)
            self._session = aiohttp.ClientSession(connector=connector, headers={"User-Agent": self.USER_AGENT})

    async def shutdown(self) -> None:
        """Close the session and its connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0917  the library's own order
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  one limit for the whole call is enough
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """One call. Raises a TelegramError subclass for everything but a 2xx."""
        seconds = READ_SECONDS if read_timeout is BaseRequest.DEFAULT_NONE else float(read_timeout or 0)
        status, body = await self._exchange(url, method, _content(request_data), seconds)
        if error := _refusal(status, body):
            raise error
        return status, body

    async def _exchange(self, url: str, method: str, content: Json, seconds: float) -> tuple[int, bytes]:
        if self._session is None:
            raise NotConnected(_CLOSED)
        timeout = aiohttp.ClientTimeout(total=CONNECT_SECONDS + seconds, connect=CONNECT_SECONDS)
        error: NetworkError
        try:
            async with self._session.request(method, url, proxy=self._proxy, timeout=timeout, **content) as answer:
                return answer.status, await answer.read()
        except _BEFORE_WRITING as cause:
            error = NotConnected(type(cause).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as cause:
            error = NoAnswer(type(cause).__name__)
        raise error  # outside the handler: the cause's own words may hold the address

    @staticmethod
    def parse_json_payload(payload: bytes) -> Json:
        """The answer's object. NoAnswer when it is cut short or not the Bot API's."""
        answer = _json(payload)
        if "result" not in answer:
            raise NoAnswer(_UNREADABLE)
        return answer


_BEFORE_WRITING = (
    aiohttp.ClientConnectorError,  # refused, no route, no name, bad certificate, proxy out of reach
    aiohttp.ClientHttpProxyError,  # the proxy would not connect us
    aiohttp.ConnectionTimeoutError,  # also: no free connection in time
    aiohttp.InvalidURL,
)


def _content(data: RequestData | None) -> Json:
    if data is None:
        return {}
    if data.contains_files:
        form = aiohttp.FormData(data.json_parameters)
        for field, (filename, content, mime) in data.multipart_data.items():
            form.add_field(field, content, filename=filename, content_type=mime)
        return {"data": form}
    try:
        return {"data": orjson.dumps(data.parameters), "headers": {"Content-Type": "application/json"}}
    except TypeError:  # a lone surrogate, say: it will never be text
        pass
    raise BadRequest(_NOT_TEXT)


def _json(payload: bytes) -> Json:
    try:
        answer = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(status: int, body: bytes) -> TelegramError | None:
    """What an HTTP status and its body mean; None for a success."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    answer = _json(body)
    told = answer.get("parameters") or {}
    if status == HTTPStatus.TOO_MANY_REQUESTS or "retry_after" in told:
        return Flood(timedelta(seconds=told["retry_after"]) if "retry_after" in told else UNNAMED_WAIT)
    if "migrate_to_chat_id" in told:
        return ChatMigrated(told["migrate_to_chat_id"])
    words = str(answer.get("description", "")).removeprefix("Bad Request: ")
    if not words or status < HTTPStatus.BAD_REQUEST or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NoAnswer(f"HTTP {status}")  # a gateway's page, or a server in trouble
    return _named(status, words)


def _named(status: int, words: str) -> TelegramError:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
        return InvalidToken(words)
    if status == HTTPStatus.FORBIDDEN:
        return Forbidden(words)
    if status == HTTPStatus.CONFLICT:
        return Conflict(words)
    folded = words.lower()
    return next((kind for part, kind in _BY_WORDS if part in folded), BadRequest)(words)


class Client(Bot):
    """telegram.Bot over our transport: updates come raw, and its name does not show the token."""

    def __init__(self, token: str, *, api_base_url: str, proxy: str | None = None) -> None:
        root = api_base_url.rstrip("/")
        super().__init__(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=AiohttpRequest(proxy=proxy),
            get_updates_request=AiohttpRequest(proxy=proxy),
        )

    def __repr__(self) -> str:
        return "telegram.Bot"

    async def open(self) -> Self:
        """Open both sessions. Unlike initialize() it asks Telegram nothing."""
        for request in self._request:
            await request.initialize()
        return self

    async def close_sessions(self) -> None:
        """Close both sessions."""
        for request in self._request:
            await request.shutdown()

    async def reopen_polling(self) -> None:
        """A fresh session for getUpdates; calls under way elsewhere are not disturbed."""
        await self._request[0].shutdown()
        await self._request[0].initialize()

    async def raw_updates(self, offset: int, *, seconds: int, allowed: tuple[str, ...]) -> list[Json]:
        """The next updates as they came, so that one that cannot be read does not hide the others."""
        asked = {"offset": offset, "timeout": seconds, "allowed_updates": list(allowed)}
        updates = await self._post("getUpdates", asked, read_timeout=seconds + POLL_MARGIN_SECONDS)
        if isinstance(updates, list) and all(isinstance(u, dict) and type(u.get("update_id")) is int for u in updates):
            return updates
        raise NoAnswer(_UNREADABLE)
