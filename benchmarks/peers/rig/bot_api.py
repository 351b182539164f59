"""A Bot API that answers at once, or after a given time, and refuses what the real one would refuse a bot here."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qsl

import httptools
import orjson

TOKEN = "123456789:AAE-made-up-token-of-a-benchmark-no-bot"  # noqa: S105  made up
ME = {"id": 123456789, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
ABILITIES = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
SILENT = {"setwebhook", "deletewebhook", "setmycommands", "deletemycommands", "close", "logout"}
TEXTS = {"sendmessage", "editmessagetext"}
TEXT_LIMIT, PAYLOAD_LIMIT = 4096, 64

Heard = Callable[[float, str, dict[str, Any]], None]  # when, method, parameters


class Refused(Exception):
    """The real API would refuse this call; the words say why."""


class BotApi:
    """Takes calls; tells `heard` of those that people see. `delay` is seconds from a call to its answer."""

    def __init__(self, heard: Heard, *, delay: float = 0.0) -> None:
        self.delay = delay
        self.calls: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._heard = heard
        self._number = 1000
        self._sent: dict[int, int] = {}  # the bot's messages: by id, the chat

    def number(self) -> int:
        """A new message id."""
        self._number += 1
        return self._number

    def call(self, path: str, parameters: dict[str, Any]) -> tuple[int, bytes]:
        """Status and body of the answer to POST `path`."""
        method = path.rpartition("/")[2].lower()
        self.calls[method] += 1
        try:
            result = self._result(path.rpartition("/")[0], method, parameters)
        except (Refused, ValueError, KeyError, TypeError, AttributeError) as error:
            self.refused[f"{method}: {type(error).__name__} {error}"] += 1
            return 400, orjson.dumps({"ok": False, "error_code": 400, "description": f"Bad Request: {error}"})
        return 200, orjson.dumps({"ok": True, "result": result})

    def _result(self, bot: str, method: str, parameters: dict[str, Any]) -> Any:
        if bot != f"/bot{TOKEN}":
            msg = "Unauthorized"
            raise Refused(msg)
        if method in TEXTS or method == "editmessagereplymarkup":
            return self._message(method, parameters)
        if method == "answercallbackquery":
            parameters["callback_query_id"] = str(parameters["callback_query_id"])
            self._heard(time.perf_counter(), method, parameters)
            return True
        if method == "getme":
            return ME | ABILITIES
        if method == "getwebhookinfo":
            return {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
        if method in SILENT:
            return True
        msg = f"no such method: {method}"
        raise Refused(msg)

    def _message(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        now = time.perf_counter()
        chat = parameters["chat_id"] = int(parameters["chat_id"])
        check(method, parameters)
        if method == "sendmessage":
            message = parameters["message_id"] = self.number()
            self._sent[message] = chat
        else:
            message = parameters["message_id"] = int(parameters["message_id"])
            if self._sent.get(message) != chat:
                msg = "message to edit not found"
                raise Refused(msg)
        self._heard(now, method, parameters)
        there = {"id": chat, "type": "private", "first_name": "Hoa"}
        text = parameters.get("text") or "-"
        return {"message_id": message, "date": 1_795_000_000, "from": ME, "chat": there, "text": text}


def check(method: str, parameters: dict[str, Any]) -> None:
    """Raise Refused for a text or keyboard Telegram would not take; the keyboard becomes a list of rows."""
    text = parameters.get("text", "")
    if method in TEXTS and not 0 < len(text) <= TEXT_LIMIT:
        msg = "message text is empty or too long"
        raise Refused(msg)
    markup = parameters.get("reply_markup")
    if isinstance(markup, str):
        markup = orjson.loads(markup)
    rows = parameters["rows"] = (markup or {}).get("inline_keyboard", [])
    if any(not 0 < len(button["callback_data"].encode()) <= PAYLOAD_LIMIT for row in rows for button in row):
        msg = "BUTTON_DATA_INVALID"
        raise Refused(msg)


def read_parameters(content_type: bytes, body: bytes) -> dict[str, Any]:
    """The parameters of a call, in whichever of the three ways a library writes them."""
    if content_type.startswith(b"application/json"):
        parameters: dict[str, Any] = orjson.loads(body or b"{}")
        return parameters
    if not content_type.startswith(b"multipart/form-data"):
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    boundary = b"--" + content_type.partition(b"boundary=")[2].partition(b";")[0].strip(b'"')
    fields = {}
    for part in body.split(boundary)[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0]
        fields[name.decode()] = value[:-2].decode()
    return fields


class ApiConnection(asyncio.Protocol):
    """One kept-alive connection of a bot."""

    def __init__(self, api: BotApi) -> None:
        self._api = api

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A bot has connected."""
        self._transport, self._parser = cast("asyncio.Transport", transport), httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        """Bytes of a call."""
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        """A call begins."""
        self._url = self._type = b""
        self._body: list[bytes] = []

    def on_url(self, url: bytes) -> None:
        """Its path."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Only how the parameters are written matters."""
        if name.lower() == b"content-type":
            self._type = value

    def on_body(self, body: bytes) -> None:
        """A piece of it."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Answer, at once or after the delay."""
        path, _, query = self._url.decode().partition("?")
        parameters = {**dict(parse_qsl(query)), **read_parameters(self._type, b"".join(self._body))}
        status, body = self._api.call(path, parameters)
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        if self._api.delay:
            asyncio.get_running_loop().call_later(self._api.delay, self._write, head.encode() + body)
        else:
            self._write(head.encode() + body)

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)


async def serve(api: BotApi) -> tuple[asyncio.Server, str]:
    """The running server and its address, on a free port of this machine."""
    server = await asyncio.get_running_loop().create_server(lambda: ApiConnection(api), "127.0.0.1", 0, backlog=1024)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
