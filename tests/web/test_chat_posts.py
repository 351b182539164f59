"""What a browser posts to the chat: whose it is, when it was typed, which secret comes next."""

import asyncio
import dataclasses
import re
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot import demo
from bot.app import Program
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, OutboundMessage
from bot.library import Library
from bot.search.finder import Finder
from bot.settings import Settings
from bot.storage import people
from bot.storage.database import Database
from bot.web import sessions
from bot.web.application import build
from bot.web.site import Site
from tests.fakes.clock import SettableClock
from tests.services.commune import add_team
from tests.web.sites import site


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


class Asked:
    """A site that notes what it is told, and one browser."""

    def __init__(self, made: Site) -> None:
        self.taken: list[InboundMessage] = []
        made.receive = self._take
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=build(made)), base_url="https://test")

    async def _take(self, message: InboundMessage) -> Sequence[OutboundMessage]:
        self.taken.append(message)
        return ()

    async def open(self, path: str = "/") -> httpx.Response:
        page = await self.http.get(path, follow_redirects=True)
        found = re.findall(r'name="csrf" (?:content|value)="(\w+)"', page.text)
        self.csrf = found[0] if found else ""
        return page

    async def say(self, **body: Any) -> httpx.Response:
        said = {"id": f"message-{len(self.taken)}", "text": "bc", **body}
        return await self.http.post("/chat/messages", json=said, headers={"x-csrf-token": self.csrf})

    @property
    def token(self) -> str:
        return self.http.cookies[sessions.COOKIE]


@pytest.fixture
def asked(database: Database, library: Library, clock: SettableClock) -> Asked:
    return Asked(site(database, library, clock))


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


@pytest.mark.parametrize(
    ("waited", "sent"),
    [
        (0, timedelta(0)),
        (3 * 3600, timedelta(hours=3)),
        (31 * 86_400, timedelta(days=31)),
        (31 * 86_400 + 1, None),  # a clock that was wrong: the arrival counts
        (1e300, None),
    ],
)
def test_how_long_a_message_waited_is_believed_in_bounds(
    waited: float, sent: timedelta | None, asked: Asked, clock: SettableClock
) -> None:
    async def work() -> None:
        await asked.open()
        assert (await asked.say(waited=waited)).status_code == httpx.codes.OK
        assert asked.taken[0].sent_at == (None if sent is None else clock() - sent)

    run(work)


@pytest.mark.parametrize("body", [{"waited": -1}, {"waited": "x"}, {"id": "short"}, {"text": "x" * 20_000}])
def test_what_nobody_can_read_is_refused(body: dict[str, Any], asked: Asked) -> None:
    async def work() -> None:
        await asked.open()
        assert (await asked.say(**body)).status_code == httpx.codes.BAD_REQUEST
        assert asked.taken == []

    run(work)


def test_a_post_without_the_pages_word_or_cookie_is_not_taken(asked: Asked) -> None:
    async def work() -> None:
        await asked.open()
        for wrong in ("", "0" * 64):
            asked.csrf, right = wrong, asked.csrf
            assert (await asked.say()).status_code == httpx.codes.FORBIDDEN
            asked.csrf = right
        asked.http.cookies.clear()
        assert (await asked.say()).status_code == httpx.codes.FORBIDDEN
        assert (await asked.http.get("/chat/session")).status_code == httpx.codes.UNAUTHORIZED
        assert (await asked.http.get("/chat/events")).status_code == httpx.codes.UNAUTHORIZED
        assert asked.taken == []

    run(work)


def test_a_person_with_a_new_role_gets_a_new_cookie_and_the_old_one_ends(
    asked: Asked, database: Database, clock: SettableClock
) -> None:
    async def work() -> None:
        page = await asked.open()
        first, chat = asked.token, sessions.chat_of(asked.token)
        hello = InboundMessage(channel="web", chat=chat, external_id="")
        who = database.write_now(lambda tx: people.add_speaker(tx, hello, locale="vi", now=clock()))
        assert (await asked.say()).headers.get("set-cookie") is None
        team = database.write_now(lambda tx: add_team(tx, clock()))
        database.write_now(
            lambda tx: people.add_member(tx, team=team, person=who.person, role="volunteer", now=clock())
        )
        given = (await asked.say()).headers["set-cookie"]
        for word in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=7776000"):
            assert word in given
        assert asked.token != first
        assert (await asked.say()).status_code == httpx.codes.OK  # the open page goes on with its own word
        assert {message.chat for message in asked.taken} == {chat}
        assert (await asked.http.get("/chat/session")).json()["csrf"] == asked.csrf
        assert f'data-chat="{chat[:12]}"' in page.text
        clock.move(timedelta(minutes=11))
        asked.http.cookies.clear()
        asked.http.cookies.set(sessions.COOKIE, first)
        assert (await asked.say()).status_code == httpx.codes.FORBIDDEN
        again = await asked.open()
        assert f'data-chat="{chat[:12]}"' not in again.text

    run(work)


def test_the_cookie_is_for_https_alone_where_there_is_https(
    database: Database, library: Library, clock: SettableClock
) -> None:
    for secure in (True, False):
        asked = Asked(dataclasses.replace(site(database, library, clock), secure=secure))

        async def work(asked: Asked = asked, *, secure: bool = secure) -> None:
            page = await asked.open()
            assert ("Secure" in page.headers["set-cookie"]) is secure

        run(work)


def test_an_invitation_survives_the_demos_choice_of_a_person(
    database: Database, library: Library, index: Finder, clock: SettableClock
) -> None:
    program = Program(
        settings=Settings(_env_file=None, public_url=""),
        clock=clock,
        database=database,
        library=library,
        index=index,
        started=clock(),
        secret=b"k" * 32,
    )
    program.personas = database.write_now(lambda tx: demo.fill(tx, program, clock()))
    program.reached_at("http://127.0.0.1:8000/")
    assert program.settings.public_url == "http://127.0.0.1:8000"  # what links and pictures to scan begin with
    asked = Asked(dataclasses.replace(site(database, library, clock), personas=program.personas))

    async def work() -> None:
        page = await asked.open("/?start=ABCDE-FGHJK")
        assert str(page.url) == "https://test/personas?start=ABCDE-FGHJK"
        assert page.text.count('name="start" value="ABCDE-FGHJK"') == len(program.personas)
        form = {"csrf": asked.csrf, "start": "ABCDE-FGHJK"}
        chat = await asked.http.post("/demo/as/lan", data=form, follow_redirects=True)
        assert 'data-start="start:ABCDE-FGHJK"' in chat.text
        assert 'data-persona="Bà Lan' in chat.text
        form["csrf"] = sessions.csrf_of(asked.token)
        forged = await asked.http.post("/demo/as/lan", data={**form, "start": '"><script>'})
        assert forged.headers["location"] == "/"

    run(work)


def test_without_a_database_the_page_says_so_kindly(
    asked: Asked, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: object) -> object:
        raise DatabaseAway

    async def work() -> None:
        await asked.open()
        monkeypatch.setattr(database, "read", away)
        page = await asked.open()
        assert page.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert "Những gì đã gửi vẫn còn." in page.text
        for path in ("/chat/session", "/chat/events"):
            assert (await asked.http.get(path)).status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert (await asked.say()).status_code == httpx.codes.SERVICE_UNAVAILABLE

    run(work)
