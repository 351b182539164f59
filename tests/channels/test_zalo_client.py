"""The Zalo client: every call as it goes over the wire, every answer, and what is said about the token: nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import orjson
import pytest
from aiohttp import web

from bot.channels import zalo_client, zalo_request
from bot.channels.zalo_client import BotInfo, SentMessage, Verification, WebhookInfo, ZaloClient
from bot.channels.zalo_request import (
    NoAnswer,
    NotConnected,
    QuotaExceeded,
    Refused,
    TimedOut,
    TokenRefused,
    ZaloError,
)

Json = dict[str, Any]
TOKEN = "1900000000000000001:KHOA-THU"
SENT = {"ok": True, "result": {"message_id": "82599fa32f56d00e0001", "date": 1795312801234}}
HOOK = "https://bot.example.vn/zalo/webhook"
OK_OUTCOME = {"outcome": "webhook.ok", "hint": "Your endpoint responded successfully."}


class Wire:
    """A server that notes what it is asked and answers what it was told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []  # path, content type, body
        self.root, self.status, self.answer = "", 200, b""
        self.open = asyncio.Event()  # until then no answer comes
        self.open.set()

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append((request.raw_path, request.content_type, await request.text()))
        await self.open.wait()
        return web.Response(status=self.status, body=self.answer, content_type="application/json")


def on_the_wire(test: Callable[[ZaloClient, Wire], Awaitable[None]]) -> list[float]:
    """Run the test; the pauses the client made."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def run() -> None:
        wire, app = Wire(), web.Application()
        app.router.add_post("/{path:.*}", wire.handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        wire.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
        client = await ZaloClient(TOKEN, api_base_url=wire.root + "/", sleep=sleep).open()
        try:
            await test(client, wire)
        finally:
            await client.close()
            await runner.cleanup()

    asyncio.run(run())
    return pauses


def dumps(body: Any) -> bytes:
    return body if isinstance(body, bytes) else orjson.dumps(body)


UPDATE = {"event_name": "message.text.received", "message": {"message_id": "1"}}
VERIFIED = {"ok": True, "url": HOOK, **OK_OUTCOME}
REJECTED = {"ok": False, "url": HOOK, "status_code": 403, "outcome": "webhook.http.403", "hint": "Rejected with 403."}
REACHED = Verification(ok=True, status_code=None, **OK_OUTCOME)
NOT_REACHED = Verification(ok=False, outcome="webhook.http.403", hint="Rejected with 403.", status_code=403)
Call = Callable[[ZaloClient], Awaitable[Any]]
# label: the call, the method and body it sends, the answer, what is made of it
CALLS: dict[str, tuple[Call, str, str, Any, Any]] = {
    "getMe": (
        lambda c: c.get_me(),
        "getMe",
        "{}",
        {
            "ok": True,
            "result": {
                "id": "1900000000000000001",
                "account_name": "bot.ThuNghiem",
                "account_type": "BASIC",
                "can_join_groups": False,
            },
        },
        BotInfo("1900000000000000001", "bot.ThuNghiem", "BASIC", can_join_groups=False),
    ),
    "getUpdates": (
        lambda c: c.get_updates(30),
        "getUpdates",
        '{"timeout":30}',
        {"ok": True, "result": UPDATE},
        UPDATE,
    ),
    "getUpdates, nothing": (lambda c: c.get_updates(30), "getUpdates", '{"timeout":30}', {"ok": True}, None),
    "setWebhook": (
        lambda c: c.set_webhook(HOOK, "bi-mat-it-nhat-8"),
        "setWebhook",
        f'{{"url":"{HOOK}","secret_token":"bi-mat-it-nhat-8"}}',
        {"ok": True, "result": {"url": HOOK, "updated_at": 1795312700000, "verification": VERIFIED}},
        WebhookInfo(HOOK, REACHED),
    ),
    "setWebhook, not reached": (
        lambda c: c.set_webhook(HOOK, "bi-mat-it-nhat-8"),
        "setWebhook",
        f'{{"url":"{HOOK}","secret_token":"bi-mat-it-nhat-8"}}',
        {"ok": True, "result": {"url": HOOK, "updated_at": 1795312700000, "verification": REJECTED}},
        WebhookInfo(HOOK, NOT_REACHED),
    ),
    "setWebhook, as in the docs": (
        lambda c: c.set_webhook(HOOK, "bi-mat-it-nhat-8"),
        "setWebhook",
        f'{{"url":"{HOOK}","secret_token":"bi-mat-it-nhat-8"}}',
        {"ok": True, "result": {"url": HOOK, "updated_at": 1795312700000}},
        WebhookInfo(HOOK),
    ),
    "deleteWebhook": (
        lambda c: c.delete_webhook(),
        "deleteWebhook",
        "{}",
        {"ok": True, "result": {"url": "", "updated_at": 1795312750000}},
        None,
    ),
    "getWebhookInfo": (
        lambda c: c.get_webhook_info(),
        "getWebhookInfo",
        "{}",
        {"ok": True, "result": {"url": HOOK, "updated_at": 1795312700000}, "error_code": 0},
        WebhookInfo(HOOK),
    ),
    "getWebhookInfo, none": (
        lambda c: c.get_webhook_info(),
        "getWebhookInfo",
        "{}",
        {"ok": False, "description": "Not Found", "error_code": 404},
        None,
    ),
    "getWebhookInfo, empty": (
        lambda c: c.get_webhook_info(),
        "getWebhookInfo",
        "{}",
        {"ok": True, "result": {"url": "", "updated_at": 1}},
        None,
    ),
    "testWebhook": (
        lambda c: c.test_webhook(),
        "testWebhook",
        "{}",
        {"ok": True, "result": VERIFIED},
        REACHED,
    ),
    "sendMessage": (
        lambda c: c.send_message("a1c0ffee00112233aabb", "Chào bác! Trả lời 1 để học bài, 2 để báo cáo."),
        "sendMessage",
        '{"chat_id":"a1c0ffee00112233aabb","text":"Chào bác! Trả lời 1 để học bài, 2 để báo cáo."}',
        SENT,
        SentMessage("82599fa32f56d00e0001", 1795312801234),
    ),
    "sendMessage, a poor answer": (
        lambda c: c.send_message("a1", "a"),
        "sendMessage",
        '{"chat_id":"a1","text":"a"}',
        {"ok": True},
        SentMessage("", 0),
    ),
    "sendPhoto": (
        lambda c: c.send_photo("a1", "https://bot.example.vn/media/tuan-47-9f3c.png", "Tuần 47: 18 hộ đã hỗ trợ"),
        "sendPhoto",
        '{"chat_id":"a1","photo":"https://bot.example.vn/media/tuan-47-9f3c.png","caption":"Tuần 47: 18 hộ đã hỗ trợ"}',
        SENT,
        SentMessage("82599fa32f56d00e0001", 1795312801234),
    ),
    "sendPhoto without caption": (
        lambda c: c.send_photo("a1", "https://a.vn/1.png"),
        "sendPhoto",
        '{"chat_id":"a1","photo":"https://a.vn/1.png"}',
        SENT,
        SentMessage("82599fa32f56d00e0001", 1795312801234),
    ),
    "sendSticker": (
        lambda c: c.send_sticker("a1", "0e078a2fb66a5f340001"),
        "sendSticker",
        '{"chat_id":"a1","sticker":"0e078a2fb66a5f340001"}',
        SENT,
        SentMessage("82599fa32f56d00e0001", 1795312801234),
    ),
    "sendVoice": (
        lambda c: c.send_voice("a1", "https://bot.example.vn/media/bai1.aac"),
        "sendVoice",
        '{"chat_id":"a1","voice_url":"https://bot.example.vn/media/bai1.aac"}',
        SENT,
        SentMessage("82599fa32f56d00e0001", 1795312801234),
    ),
    "sendChatAction": (
        lambda c: c.send_chat_action("a1"),
        "sendChatAction",
        '{"chat_id":"a1","action":"typing"}',
        {"ok": True},
        None,
    ),
}


@pytest.mark.parametrize("label", CALLS)
def test_a_call(label: str) -> None:
    call, method, body, answer, expected = CALLS[label]

    async def test(client: ZaloClient, wire: Wire) -> None:
        wire.answer = dumps(answer)
        assert await call(client) == expected
        assert wire.asked == [(f"/bot{TOKEN}/{method}", "application/json", body)]

    assert on_the_wire(test) == []


TOO_LATE = {"ok": False, "description": "Request timeout", "error_code": 408}


@pytest.mark.parametrize(
    ("status", "answer"),
    [(408, TOO_LATE), (200, TOO_LATE), (200, {"ok": True, "result": {}}), (200, b""), (408, b"<html>")],
)
def test_an_idle_poll_is_none(status: int, answer: Any) -> None:
    async def test(client: ZaloClient, wire: Wire) -> None:
        wire.status, wire.answer = status, dumps(answer)
        assert await client.get_updates(1) is None

    on_the_wire(test)


def no(code: Any, words: str = "words", key: str = "error_code") -> Json:
    return {"ok": False, "description": words, key: code}


# label: HTTP status, body, what is raised, its text
REFUSALS: dict[str, tuple[int, Any, type[ZaloError], str]] = {
    "bad token": (401, no(401), TokenRefused, "words"),
    "bad token, a page": (401, b"<html>401</html>", TokenRefused, "HTTP 401"),
    "bad token, HTTP 200": (200, no(401), TokenRefused, "words"),
    "quota": (429, no(429, "Quota exceeded"), QuotaExceeded, "Quota exceeded"),
    "quota, digits in quotes": (200, no("429", "Quota exceeded"), QuotaExceeded, "Quota exceeded"),
    "too many, a gateway's page": (429, b"slow down", NoAnswer, "HTTP 429"),
    "bad request": (400, no(400, "Bad request"), Refused, "400 Bad request"),
    "bad request, HTTP 200": (200, no(400, "Bad request"), Refused, "400 Bad request"),
    "the body's code comes first": (400, no(429), QuotaExceeded, "words"),
    "no code": (400, {"ok": False, "description": "Bad request"}, Refused, "400 Bad request"),
    "no code, HTTP 200": (200, {"ok": False}, Refused, "200"),
    "an odd code": (400, no([]), Refused, "400 words"),
    "errorCode": (426, no(426, "Upgrade Required", "errorCode"), Refused, "426 Upgrade Required"),
    "too late": (200, TOO_LATE, TimedOut, "Request timeout"),
    "internal error": (403, no(403, "Internal server error"), NoAnswer, "error 403"),
    "server error": (500, no(500), NoAnswer, "error 500"),
    "server error that says ok": (500, SENT, NoAnswer, "HTTP 500"),
    "a gateway's page": (502, b"<html>502</html>", NoAnswer, "HTTP 502"),
    "a page": (200, b"<html></html>", NoAnswer, "HTTP 200"),
    "half an answer": (200, b'{"ok":true,"resu', NoAnswer, "HTTP 200"),
    "no object": (200, b"[]", NoAnswer, "HTTP 200"),
    "no ok": (200, {"message": "hello"}, NoAnswer, "HTTP 200"),
    "elsewhere": (302, b"", NoAnswer, "HTTP 302"),
    "the token in its words": (400, no(400, f"no /bot{TOKEN}/ here"), Refused, "400 no /bot[token]/ here"),
}


@pytest.mark.parametrize("label", REFUSALS)
def test_a_refusal(label: str) -> None:
    status, answer, kind, words = REFUSALS[label]

    async def test(client: ZaloClient, wire: Wire) -> None:
        wire.status, wire.answer = status, dumps(answer)
        with pytest.raises(ZaloError) as caught:
            await client.send_message("a1", "a")
        assert (type(caught.value), str(caught.value)) == (kind, words)
        assert len(wire.asked) == 1

    assert on_the_wire(test) == []


@pytest.mark.parametrize("result", [[], "x", {"account_name": "a"}, {"id": ""}])
def test_an_answer_that_lacks_what_it_is_for(result: Any) -> None:
    async def test(client: ZaloClient, wire: Wire) -> None:
        wire.answer = dumps({"ok": True, "result": result})
        with pytest.raises(NoAnswer):
            await client.get_me()

    on_the_wire(test)


def test_only_what_changes_nothing_is_tried_again() -> None:
    async def test(client: ZaloClient, wire: Wire) -> None:
        wire.status = 503
        reads: list[Call] = [ZaloClient.get_me, ZaloClient.get_webhook_info, ZaloClient.delete_webhook]
        for read in reads:
            wire.asked.clear()
            with pytest.raises(NoAnswer):
                await read(client)
            assert len(wire.asked) == 4
        once: list[Call] = [lambda c: c.get_updates(1), lambda c: c.set_webhook(HOOK, "x" * 8), ZaloClient.test_webhook]
        sends: list[Call] = [
            lambda c: c.send_message("a", "b"),
            lambda c: c.send_photo("a", HOOK),
            lambda c: c.send_voice("a", HOOK),
            lambda c: c.send_sticker("a", "b"),
            lambda c: c.send_chat_action("a"),
        ]
        for call in once + sends:
            wire.asked.clear()
            with pytest.raises(NoAnswer):
                await call(client)
            assert len(wire.asked) == 1

    assert on_the_wire(test) == [0.5, 1, 1.5] * 3


def test_a_refusal_is_not_tried_again() -> None:
    async def test(client: ZaloClient, wire: Wire) -> None:
        wire.status, wire.answer = 400, dumps(no(400))
        with pytest.raises(Refused):
            await client.get_webhook_info()
        assert len(wire.asked) == 1

    assert on_the_wire(test) == []


def test_a_poll_may_take_longer_than_it_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[Json] = []

    async def post(*_: Any, **told: Any) -> httpx.Response:
        limits.append(told["timeout"].as_dict())
        return httpx.Response(200, json={"ok": True})

    async def test(client: ZaloClient, _wire: Wire) -> None:
        monkeypatch.setattr(client._request._http, "post", post)
        await client.get_updates(25)
        await client.send_message("a", "b")

    on_the_wire(test)
    assert [limit["read"] for limit in limits] == [25 + zalo_client.POLL_MARGIN_SECONDS, zalo_request.READ_SECONDS]
    assert {limit["connect"] for limit in limits} == {zalo_request.CONNECT_SECONDS}


def test_what_is_no_text_is_not_sent() -> None:
    async def test(client: ZaloClient, wire: Wire) -> None:
        with pytest.raises(Refused) as caught:
            await client.send_message("a", "\ud83d")
        assert caught.value.__context__ is None
        assert wire.asked == []

    on_the_wire(test)


def test_without_a_connection_nothing_was_sent() -> None:
    async def run() -> None:
        runner = web.AppRunner(web.Application())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        nowhere = f"127.0.0.1:{runner.addresses[0][1]}"
        await runner.cleanup()
        closed = ZaloClient(TOKEN)
        clients = [
            await ZaloClient(TOKEN, api_base_url=f"http://{nowhere}").open(),
            await ZaloClient(TOKEN, api_base_url="https://bot.test", proxy=f"http://{nowhere}").open(),
            await ZaloClient(TOKEN, api_base_url=nowhere).open(),  # somebody forgot https://
            closed,
        ]
        for client in clients:
            with pytest.raises(NotConnected):
                await client.send_message("a", "b")
            await client.close()
            await client.close()

    asyncio.run(run())


def test_the_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(_client: ZaloClient, wire: Wire) -> None:
        wire.answer = dumps(SENT)
        through = await ZaloClient(TOKEN, api_base_url="http://bot.test", proxy=wire.root).open()
        await through.send_message("a", "b")
        await through.close()
        assert wire.asked[0][0] == f"http://bot.test/bot{TOKEN}/sendMessage"

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # not ours: only the setting counts
    on_the_wire(test)


def test_a_token_is_told_nowhere(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(zalo_request, "READ_SECONDS", 0.05)

    async def test(client: ZaloClient, wire: Wire) -> None:
        assert repr(client) == "ZaloClient('1900000000000000001')"
        wire.answer = dumps(SENT)
        await client.send_message("a", "b")
        wire.open.clear()
        for kind in (NoAnswer, NotConnected):  # no answer in time, then closed
            with pytest.raises(kind) as caught:
                await client.send_message("a", "b")
            await client.close()
            wire.open.set()
            error: BaseException | None = caught.value
            while error:
                assert "KHOA-THU" not in repr(error) + str(error)
                error = error.__cause__ or error.__context__

    on_the_wire(test)
    assert "sendMessage" in caplog.text  # httpx tells the address …
    assert "KHOA-THU" not in caplog.text  # … as far as it knows it


def test_an_odd_token_stays_in_its_place() -> None:
    async def test(_client: ZaloClient, wire: Wire) -> None:
        wire.answer = b'{"ok":true}'
        odd = await ZaloClient("1:a/b?c:d", api_base_url=f"{wire.root}/gateway/bot1/").open()
        await odd.send_chat_action("a")
        await odd.close()
        assert wire.asked[0][0] == "/gateway/bot1/bot1:a%2Fb%3Fc:d/sendChatAction"

    on_the_wire(test)
