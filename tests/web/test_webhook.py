"""What a platform posts to us: its secret is asked for; only the trial of an address may come without it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, OutboundMessage
from bot.library import Library
from bot.storage.database import Database
from bot.web.application import build
from bot.web.webhooks import BODY_LIMIT, Webhook
from tests.web.sites import site

SECRET = {"x-secret": "bi-mat-it-nhat-8"}
HOOK = Webhook(
    path="/zalo/webhook",
    header="x-secret",
    secret=SECRET["x-secret"],
    read=lambda data: InboundMessage(channel="zalo", chat="c", external_id=data["id"]),
    answer=lambda _: {"ok": True},
    tried_empty=True,
)


class Desk:
    """Counts what is received; may be away."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.away = False

    async def receive(self, message: InboundMessage) -> Sequence[OutboundMessage]:
        if self.away:
            raise DatabaseAway
        self.received.append(message.external_id)
        return ()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def post(desk: Desk, sqlite_url: str, library: Library) -> Iterator[Any]:
    with closing(Database(sqlite_url)) as database:
        hooks = (HOOK, replace(HOOK, path="/telegram/webhook", tried_empty=False))
        app = build(replace(site(database, library), receive=desk.receive, webhooks=hooks))

        async def call(content: Any, headers: dict[str, str] | None = None, path: str = HOOK.path) -> tuple[int, str]:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as http:
                answer = await http.post(path, content=content, headers=headers or {})
                return answer.status_code, answer.text

        yield call


def run(work: Any) -> Any:
    return asyncio.run(work)


@pytest.mark.parametrize("headers", [{}, {"x-secret": "sai"}, SECRET])
def test_an_empty_post_is_answered_and_does_nothing(post: Any, desk: Desk, headers: dict[str, str]) -> None:
    assert run(post(b"", headers)) == (200, "ok")
    assert desk.received == []


@pytest.mark.parametrize("headers", [{}, {"x-secret": ""}, {"x-secret": "sai"}, {"x-secret": SECRET["x-secret"][:-1]}])
@pytest.mark.parametrize("body", [b'{"id":"1"}', b" ", b"\n", b"{}", b"x" * (BODY_LIMIT + 1)])
def test_nothing_else_is_taken_without_the_secret(post: Any, desk: Desk, headers: dict[str, str], body: bytes) -> None:
    assert run(post(body, headers)) == (403, "wrong secret")
    assert desk.received == []


def test_a_body_that_comes_in_pieces_is_not_empty(post: Any, desk: Desk) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"", b"", b'{"id":"1"}'):
            yield piece

    assert run(post(pieces())) == (403, "wrong secret")
    assert desk.received == []


def test_a_platform_that_always_sends_its_secret_is_asked_for_it(post: Any) -> None:
    assert run(post(b"", path="/telegram/webhook")) == (403, "wrong secret")


def test_with_the_secret_a_message_is_received_before_it_is_confirmed(post: Any, desk: Desk) -> None:
    assert run(post(b'{"id":"7"}', SECRET)) == (200, '{"ok":true}')
    assert desk.received == ["7"]
    desk.away = True
    assert run(post(b'{"id":"8"}', SECRET))[0] == 503


@pytest.mark.parametrize("body", [b"not json", b"\xff", b"x" * (BODY_LIMIT + 1)])
def test_what_nobody_can_read_is_not_repeated(post: Any, desk: Desk, body: bytes) -> None:
    assert run(post(body, SECRET)) == (200, "ok")
    assert desk.received == []
