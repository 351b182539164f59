"""A small HTTP/1.1 client for JSON calls to one server: connections that stay open, one call at a time on each.

It knows what a general client cannot tell: whether a call that failed was written already. See decision 0045.
"""

import asyncio
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit

import httptools

CONNECTIONS = 256
IDLE_SECONDS = 15.0  # a connection unused for so long may be half closed: it is not used again
BODY_LIMIT = 64 * 1024 * 1024


class NotSent(Exception):
    """No connection: nothing was written."""


class NoReply(Exception):
    """The call was written, but no answer that can be read came back."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where calls go."""

    host: str
    port: int
    secure: bool

    @property
    def name(self) -> str:
        """As the Host header names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


class HttpClient:
    """Connections to one server, as many as calls are under way."""

    def __init__(self, root: str, *, agent: str) -> None:
        """`root` is http://host or https://host, `agent` the User-Agent. ValueError when it is no such address."""
        parts = urlsplit(root)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            msg = "not an http:// or https:// address"
            raise ValueError(msg)
        secure = parts.scheme == "https"
        self._server = Server(parts.hostname, parts.port or (443 if secure else 80), secure)
        self._head = (
            f"Host: {self._server.name}\r\nUser-Agent: {agent}\r\nAccept: */*\r\nContent-Type: application/json\r\n"
        ).encode("ascii")
        self._idle: list[_Connection] = []
        self._open: set[_Connection] = set()
        self._room = asyncio.Semaphore(CONNECTIONS)
        self._tls: ssl.SSLContext | None = None

    async def post(self, path: str, body: bytes, *, connect: float, answer: float) -> tuple[int, bytes]:
        """Status and body of the answer. NotSent, NoReply. `connect` and `answer` are seconds each part may take."""
        async with self._room:
            connection = self._unused() or await self._connect(connect)
            request = b"POST %b HTTP/1.1\r\n%bContent-Length: %d\r\n\r\n%b" % (
                path.encode("ascii"),
                self._head,
                len(body),
                body,
            )
            reply = connection.call(request)
            late = asyncio.get_running_loop().call_later(answer, connection.fail, "TimeoutError")
            try:
                status, content = await reply
            except BaseException:
                connection.close()  # what comes now belongs to a call nobody waits for
                raise
            finally:
                late.cancel()
            if connection.keeps:
                self._idle.append(connection)
            else:
                connection.close()
            return status, content

    def close(self) -> None:
        """Close every connection; calls under way fail."""
        self._idle.clear()
        for connection in list(self._open):
            connection.close()

    def _unused(self) -> "_Connection | None":
        oldest = asyncio.get_running_loop().time() - IDLE_SECONDS
        while self._idle:
            connection = self._idle.pop()
            if connection.keeps and connection.used_at > oldest:
                return connection
            connection.close()
        return None

    async def _connect(self, seconds: float) -> "_Connection":
        server, loop = self._server, asyncio.get_running_loop()
        if server.secure and self._tls is None:
            self._tls = ssl.create_default_context()
        try:
            async with asyncio.timeout(seconds):
                _, connection = await loop.create_connection(
                    lambda: _Connection(self._open), server.host, server.port, ssl=self._tls
                )
        except (OSError, TimeoutError, ValueError) as error:  # ValueError: a name that cannot be one
            raise NotSent(type(error).__name__) from None
        return connection


class _Connection(asyncio.Protocol):
    """One connection. It takes a call when it has answered the one before."""

    def __init__(self, among: "set[_Connection]") -> None:
        self.keeps = False  # whether it can take another call
        self.used_at = 0.0
        self._among = among
        self._loop = asyncio.get_running_loop()
        self._reply: asyncio.Future[tuple[int, bytes]] | None = None
        self._parser: httptools.HttpResponseParser
        self._body = bytearray()

    def call(self, request: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        """Write it; what answers it."""
        self._reply, self._body, self.keeps = self._loop.create_future(), bytearray(), False
        self._parser = httptools.HttpResponseParser(self)
        if self._transport.is_closing():
            self._settle(NotSent("ServerDisconnected"))
        else:
            self._transport.write(request)
        return self._reply

    def fail(self, why: str) -> None:
        """Nobody waits any longer."""
        self._settle(NoReply(why))

    def close(self) -> None:
        """Let go."""
        self.keeps = False
        self._transport.close()
        self.fail("closed")

    def _settle(self, outcome: tuple[int, bytes] | Exception) -> None:
        if self._reply and not self._reply.done():
            if isinstance(outcome, Exception):
                self._reply.set_exception(outcome)
            else:
                self._reply.set_result(outcome)

    # ---- what asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is none by its class
        self._among.add(self)

    def data_received(self, data: bytes) -> None:
        """A piece of an answer; without a call the server says good-bye."""
        if self._reply is None or self._reply.done():
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.fail("not HTTP")
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self.keeps = False
        self._among.discard(self)
        self.fail(type(exc).__name__ if exc else "ServerDisconnected")

    # ---- what the parser tells

    def on_body(self, part: bytes) -> None:
        """A piece of the body."""
        self._body += part
        if len(self._body) > BODY_LIMIT:
            self.fail("too large")
            self.close()

    def on_message_complete(self) -> None:
        """The answer is whole; one below 200 only announces another."""
        if self._parser.get_status_code() < HTTPStatus.OK:
            return
        self.keeps, self.used_at = self._parser.should_keep_alive(), self._loop.time()
        self._settle((self._parser.get_status_code(), bytes(self._body)))
