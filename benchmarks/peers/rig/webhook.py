"""One connection on which updates are posted to a webhook, again and again until it says 2xx, as Telegram does."""

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

SECRET = "a-made-up-webhook-secret"  # noqa: S105  made up
PATH = "/telegram/webhook"
AGAIN_SECONDS = 0.02


class Connection(asyncio.Protocol):
    """Keeps at most one update in flight; a connection that breaks is opened anew and the update posted again."""

    def __init__(self, port: int, on_response: Callable[[int, bytes], None]) -> None:
        self._port, self._on_response = port, on_response
        self._transport: asyncio.Transport | None = None
        self._unconfirmed = b""
        self._opening: asyncio.Task[None] | None = None
        self._closed = False

    async def open(self) -> None:
        """Connect, however long nobody listens; what is unconfirmed is posted."""
        while not self._closed and self._transport is None:
            try:
                await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(AGAIN_SECONDS)
        if self._transport is not None and self._unconfirmed:
            self._transport.write(self._unconfirmed)

    async def close(self) -> None:
        """Hang up for good."""
        self._closed = True
        if self._opening:
            self._opening.cancel()
        if self._transport is not None:
            self._transport.close()

    def post(self, body: bytes) -> None:
        """Deliver an update."""
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._unconfirmed = head.encode() + body
        if self._transport is not None:
            self._transport.write(self._unconfirmed)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The bot took the call."""
        self._transport, self._parser = cast("asyncio.Transport", transport), httptools.HttpResponseParser(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """The bot hung up, or died."""
        self._transport = None
        if not self._closed:
            self._opening = asyncio.get_running_loop().create_task(self.open())

    def data_received(self, data: bytes) -> None:
        """Bytes of an answer."""
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        """An answer begins."""
        self._body: list[bytes] = []

    def on_body(self, body: bytes) -> None:
        """A piece of it."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """A 2xx confirms; everything else is delivered again, after a while."""
        status = self._parser.get_status_code()
        if status // 100 == 2:
            self._unconfirmed = b""
            self._on_response(status, b"".join(self._body))
            return
        asyncio.get_running_loop().call_later(1.0, self._again)
        self._on_response(status, b"")

    def _again(self) -> None:
        if self._transport is not None and self._unconfirmed:
            self._transport.write(self._unconfirmed)
