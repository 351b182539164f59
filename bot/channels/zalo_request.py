"""How the Zalo Bot Platform is reached: the transport under the client, and its refusals as error classes."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx
import orjson

Json = dict[str, Any]

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
CONNECTIONS = 128
_CLOSED, _UNREADABLE, _NOT_TEXT = "the client is closed", "not an answer of the Bot API", "not encodable"
_INTERNAL = 403  # the platform's own table: "Internal server error"


class ZaloError(Exception):
    """A call that did not succeed. Its text names no token, no address and nothing a person wrote."""


class NotConnected(ZaloError):
    """No connection: nothing was sent."""


class NoAnswer(ZaloError):
    """The request was written, but no answer that can be read came back: it may have been carried out."""

    def __init__(self, words: str = _UNREADABLE) -> None:
        super().__init__(words)


class TimedOut(NoAnswer):
    """Zalo itself gave up waiting; for getUpdates that means there is nothing new."""


class TokenRefused(ZaloError):
    """Zalo does not know this token."""


class QuotaExceeded(ZaloError):
    """This month's messages are used up, or this is one person more than the plan allows."""


class Refused(ZaloError):
    """Zalo's own no. `code` is its error code, or the HTTP status where it named none."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code} {words}".strip())
        self.code, self.words = code, words


class ZaloRequest:
    """Calls methods of one bot. No error it raises holds the address, because the address holds the token."""

    def __init__(self, token: str, *, api_base_url: str, proxy: str | None = None) -> None:
        self._token, self._proxy = token, proxy
        self._url = f"{api_base_url.rstrip('/')}/bot{token.partition(':')[0]}"  # the rest of the token: see _AddToken
        self._http: httpx.AsyncClient | None = None

    async def open(self) -> None:
        """Open the connections; doing it twice changes nothing."""
        if self._http is None:
            limits = httpx.Limits(max_connections=CONNECTIONS)
            below = httpx.AsyncHTTPTransport(limits=limits, proxy=self._proxy, trust_env=False)
            self._http = httpx.AsyncClient(transport=_AddToken(below, self._token), trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    async def call(self, method: str, params: Mapping[str, Any], *, read_seconds: float = 0.0) -> Any:
        """The call's result, None where Zalo gives none. Raises a ZaloError subclass for everything but a success."""
        try:
            body = orjson.dumps(params)
        except TypeError:  # a lone surrogate, say: it will never be text
            body = b""
        if not body:
            raise Refused(HTTPStatus.BAD_REQUEST, _NOT_TEXT)
        status, answer = await self._exchange(method, body, read_seconds or READ_SECONDS)
        return _read(status, answer, self._token)

    async def _exchange(self, method: str, body: bytes, read_seconds: float) -> tuple[int, bytes]:
        if self._http is None:
            raise NotConnected(_CLOSED)
        timeout = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)
        headers = {"Content-Type": "application/json"}
        error: ZaloError
        try:
            answer = await self._http.post(f"{self._url}/{method}", content=body, headers=headers, timeout=timeout)
        except _BEFORE_WRITING as cause:
            error = NotConnected(type(cause).__name__)
        except (httpx.HTTPError, OSError) as cause:
            error = NoAnswer(type(cause).__name__)
        else:
            return answer.status_code, answer.content
        raise error  # outside the handler: the cause's own words are the library's


class _AddToken(httpx.AsyncBaseTransport):
    """Completes /bot<id>/ to /bot<id>:<secret>/ below httpx, so that neither its log nor its errors hold the token."""

    def __init__(self, below: httpx.AsyncBaseTransport, token: str) -> None:
        self._below = below
        self._rest = quote("".join(token.partition(":")[1:]), safe=":")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        bot, slash, method = request.url.raw_path.decode().rpartition("/")
        url = request.url.copy_with(raw_path=f"{bot}{self._rest}{slash}{method}".encode())
        stream, extensions = request.stream, request.extensions
        return await self._below.handle_async_request(
            httpx.Request(request.method, url, headers=request.headers, stream=stream, extensions=extensions)
        )

    async def aclose(self) -> None:
        await self._below.aclose()


_BEFORE_WRITING = (
    httpx.ConnectError,  # refused, no route, no name, bad certificate
    httpx.ConnectTimeout,
    httpx.PoolTimeout,  # no free connection in time
    httpx.ProxyError,  # the proxy would not connect us
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


def _read(status: int, body: bytes, token: str) -> Any:
    """What an HTTP status and its body mean: the result, or a ZaloError. The body's error code comes first."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        raise _unreadable(status, body)
    if answer.get("ok") is True and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return answer.get("result")
    code = _code(answer)
    if not code and answer.get("ok") is not False:
        raise _unreadable(status, body)
    raise _named(code or status, str(answer.get("description") or "").replace(token, "[token]"))


def _unreadable(status: int, body: bytes) -> ZaloError:
    if status == HTTPStatus.UNAUTHORIZED:
        return TokenRefused(f"HTTP {status}")
    if status == HTTPStatus.REQUEST_TIMEOUT or (status == HTTPStatus.OK and not body):
        return TimedOut(f"HTTP {status}")
    return NoAnswer(f"HTTP {status}")  # a gateway's page, or half an answer


def _code(answer: Json) -> int:
    """The error code: a number, or digits in quotes; also spelt errorCode. 0 when there is none."""
    code = answer.get("error_code", answer.get("errorCode"))
    return int(code) if type(code) is int or (isinstance(code, str) and code.isdecimal()) else 0


def _named(code: int, words: str) -> ZaloError:
    match code:
        case HTTPStatus.UNAUTHORIZED:
            return TokenRefused(words)
        case HTTPStatus.TOO_MANY_REQUESTS:
            return QuotaExceeded(words)
        case HTTPStatus.REQUEST_TIMEOUT:
            return TimedOut(words)
    if code == _INTERNAL or code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NoAnswer(f"error {code}")
    return Refused(code, words)
