"""How Telegram is reached: a fast transport under python-telegram-bot."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import orjson
from telegram import Bot
from telegram.error import BadRequest, NetworkError
from telegram.request import BaseRequest, RequestData

from bot.channels.http_client import HttpClient, NoReply, NotSent
from bot.channels.telegram_errors import Json, NoAnswer, NotConnected, refusal

if TYPE_CHECKING:
    import aiohttp

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
POLL_MARGIN_SECONDS = 10.0  # how much longer than the long poll itself an answer may take
CONNECTIONS = 256
_CLOSED, _UNREADABLE, _NOT_TEXT = "the session is closed", "not an answer of the Bot API", "not encodable"


class Request(BaseRequest):
    """The transport. No error it raises holds the address, because the address holds the token.

    Calls in JSON take our own client (decision 0045); files, and everything through a proxy, take aiohttp.
    """

    def __init__(self, root: str, *, proxy: str | None = None) -> None:
        """`root` is the server's: http://host, https://host."""
        self._root, self._proxy = root, proxy
        self._session: aiohttp.ClientSession | None = None
        self._http: HttpClient | None = None
        self._open = False

    @property
    def read_timeout(self) -> float:
        """Seconds an answer may take when the call does not say."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """Open the session; doing it twice changes nothing."""
        self._open = True
        if self._http is None and not self._proxy:
            with suppress(ValueError):  # no address: each call says so
                self._http = HttpClient(self._root, agent=self.USER_AGENT)

    async def shutdown(self) -> None:
        """Close the session and its connections."""
        self._open = False
        http, self._http = self._http, None
        if http is not None:
            http.close()
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
        if self._proxy or (request_data and request_data.contains_files) or not url.startswith(self._root):
            status, body = await self._general(url, method, _content(request_data), seconds)
        else:
            status, body = await self._post(url, _json_body(request_data.parameters if request_data else {}), seconds)
        if error := refusal(status, _json(body)):
            raise error
        return status, body

    async def call(self, url: str, parameters: Json) -> Any:
        """The result of a call whose parameters are JSON already: what the typed methods would make of it is left out.

        Raises as `do_request`.
        """
        body = _json_body(parameters)
        if self._proxy:
            headers = {"Content-Type": "application/json"}
            status, answer = await self._general(url, "POST", {"data": body, "headers": headers}, READ_SECONDS)
        else:
            status, answer = await self._post(url, body, READ_SECONDS)
        if error := refusal(status, _json(answer)):
            raise error
        return self.parse_json_payload(answer)["result"]

    async def _post(self, url: str, body: bytes, seconds: float) -> tuple[int, bytes]:
        """By our own client."""
        if self._http is None:
            raise NotConnected(_CLOSED)
        error: NetworkError
        try:
            path = urlsplit(self._root).path + url[len(self._root) :]
            return await self._http.post(path, body, connect=CONNECT_SECONDS, answer=seconds)
        except NotSent as cause:
            error = NotConnected(str(cause))
        except NoReply as cause:
            error = NoAnswer(str(cause))
        raise error  # outside the handler: the cause's own words may hold the address

    async def _general(self, url: str, method: str, content: Json, seconds: float) -> tuple[int, bytes]:
        """By aiohttp, which is imported by the first who needs it."""
        import aiohttp  # noqa: PLC0415

        if not self._open:
            raise NotConnected(_CLOSED)
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS)
            self._session = aiohttp.ClientSession(connector=connector, headers={"User-Agent": self.USER_AGENT})
        before_writing = (
            aiohttp.ClientConnectorError,  # refused, no route, no name, bad certificate, proxy out of reach
            aiohttp.ClientHttpProxyError,  # the proxy would not connect us
            aiohttp.ConnectionTimeoutError,  # also: no free connection in time
            aiohttp.InvalidURL,
        )
        timeout = aiohttp.ClientTimeout(total=CONNECT_SECONDS + seconds, connect=CONNECT_SECONDS)
        error: NetworkError
        try:
            async with self._session.request(method, url, proxy=self._proxy, timeout=timeout, **content) as answer:
                return answer.status, await answer.read()
        except before_writing as cause:
            error = NotConnected(type(cause).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as cause:
            error = NoAnswer(type(cause).__name__)
        raise error  # as above

    @staticmethod
    def parse_json_payload(payload: bytes) -> Json:
        """The answer's object. NoAnswer when it is cut short or not the Bot API's."""
        answer = _json(payload)
        if "result" not in answer:
            raise NoAnswer(_UNREADABLE)
        return answer


def _content(data: RequestData | None) -> Json:
    """What aiohttp is given."""
    import aiohttp  # noqa: PLC0415

    if data is None:
        return {}
    if data.contains_files:
        form = aiohttp.FormData(data.json_parameters)
        for field, (filename, content, mime) in data.multipart_data.items():
            form.add_field(field, content, filename=filename, content_type=mime)
        return {"data": form}
    return {"data": _json_body(data.parameters), "headers": {"Content-Type": "application/json"}}


def _json_body(parameters: Json) -> bytes:
    try:
        return orjson.dumps(parameters)
    except TypeError:  # a lone surrogate, say: it will never be text
        pass
    raise BadRequest(_NOT_TEXT)


def _json(payload: bytes) -> Json:
    try:
        answer = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


class Client(Bot):
    """telegram.Bot over our transport: updates come raw, and its name does not show the token."""

    def __init__(self, token: str, *, api_base_url: str, proxy: str | None = None) -> None:
        root = api_base_url.rstrip("/")
        self._hot = Request(root, proxy=proxy)
        super().__init__(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=self._hot,
            get_updates_request=Request(root, proxy=proxy),
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

    async def call(self, method: str, parameters: Json) -> Any:
        """The result as it came: for the calls that every message makes, past the library's methods (decision 0045)."""
        return await self._hot.call(f"{self.base_url}/{method}", parameters)

    async def raw_updates(self, offset: int, *, seconds: int, allowed: tuple[str, ...]) -> list[Json]:
        """The next updates as they came, so that one that cannot be read does not hide the others."""
        asked = {"offset": offset, "timeout": seconds, "allowed_updates": list(allowed)}
        updates = await self._post("getUpdates", asked, read_timeout=seconds + POLL_MARGIN_SECONDS)
        if isinstance(updates, list) and all(isinstance(u, dict) and type(u.get("update_id")) is int for u in updates):
            return updates
        raise NoAnswer(_UNREADABLE)
