"""The coordinator's page: opened once by a link, seen with the roles of this moment, ended everywhere at once."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.app import Program
from bot.core.messages import InboundMessage
from bot.library import Library
from bot.search.finder import Finder
from bot.services import dashboards, teams
from bot.settings import Settings
from bot.storage import people
from bot.storage.database import Database, Transaction
from bot.web.application import build
from tests.commune import Commune
from tests.fakes.clock import SettableClock
from tests.web.sites import site

HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock) -> Commune:
    made = Commune(database, library, clock())
    made.file("2026-11-17", unit=3)
    made.file("2026-11-10", unit=2, households=7)
    made.add("Páo", "volunteer")
    return made


@pytest.fixture
def browser(database: Database, library: Library, clock: SettableClock) -> Callable[[], httpx.AsyncClient]:
    app = build(site(database, library, clock))
    return lambda: httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


@pytest.fixture
def program(commune: Commune, library: Library, index: Finder, clock: SettableClock) -> Program:
    return Program(
        settings=Settings(_env_file=None, telegram_bot_token="", public_url="https://a.vn/"),
        clock=clock,
        database=commune.database,
        library=library,
        index=index,
        started=clock(),
        secret=b"k" * 32,
    )


def link(commune: Commune, person: int) -> str:
    def work(tx: Transaction) -> str:
        return dashboards.make_link(tx, roles=teams.roles(tx, person), person=person, now=commune.now)

    return commune.database.write_now(work)


async def opened(http: httpx.AsyncClient, key: str) -> httpx.Response:
    return await http.post("/dashboard/open", data={"key": key}, headers=HERE, follow_redirects=True)


Browser = Callable[[], httpx.AsyncClient]


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_a_link_opens_the_page_once(commune: Commune, browser: Browser) -> None:
    async def work() -> None:
        key = link(commune, commune.minh)
        async with browser() as http, browser() as other:
            for _ in range(3):  # a robot that previews links uses nothing up
                seen = await other.get(f"/dashboard?key={key}")
                assert seen.status_code == httpx.codes.OK
                assert "set-cookie" not in seen.headers
                assert "Mở trang số liệu" in seen.text
            page = await opened(http, key)
            assert page.status_code == httpx.codes.OK
            for word in (
                "Tổ Bản Mẫu",
                "Tuần 16–22/11/2026",
                "Tuần 09–15/11/2026",
                "Thành viên: Páo.",
                "VNeID",
                "Thôn 3",
            ):
                assert word in page.text
            assert page.headers["cache-control"] == "no-store"
            assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
            cookie = page.history[0].headers["set-cookie"]
            for word in ("HttpOnly", "SameSite=lax", "Path=/dashboard", "Max-Age=28800"):
                assert word in cookie
            assert (await opened(other, key)).status_code == httpx.codes.FORBIDDEN
            assert (await other.get(f"/dashboard?key={key}")).status_code == httpx.codes.FORBIDDEN
            assert (await http.get("/dashboard")).status_code == httpx.codes.OK

    run(work())


def test_a_link_ends_after_ten_minutes_and_a_session_after_eight_hours(
    commune: Commune, browser: Browser, clock: SettableClock
) -> None:
    async def work() -> None:
        old, key = link(commune, commune.minh), link(commune, commune.minh)
        async with browser() as http:
            assert (await opened(http, key)).status_code == httpx.codes.OK
            clock.move(timedelta(minutes=10))
            assert (await opened(http, old)).status_code == httpx.codes.FORBIDDEN
            clock.move(timedelta(hours=7, minutes=49))
            assert (await http.get("/dashboard")).status_code == httpx.codes.OK
            clock.move(timedelta(minutes=1))
            assert (await http.get("/dashboard")).status_code == httpx.codes.FORBIDDEN

    run(work())


def test_what_hangs_on_the_page_is_for_the_same_eyes(commune: Commune, browser: Browser) -> None:
    async def work() -> None:
        async with browser() as http, browser() as stranger:
            page = await opened(http, link(commune, commune.minh))
            chart, file = (
                re.findall(pattern, page.text)[0] for pattern in (r'src="(/d[^"]+png)"', r'href="(/d[^"]+xlsx)"')
            )
            png = await http.get(chart)
            assert png.content.startswith(b"\x89PNG")
            assert png.headers["cache-control"] == "no-store"
            assert (await http.get(file, follow_redirects=True)).content.startswith(b"PK")
            for path in (chart, file):
                assert (await stranger.get(path)).status_code == httpx.codes.FORBIDDEN
            for path in (chart.replace("/1/", "/2/"), chart.replace("week", "day"), chart.replace("2026", "9999")):
                assert (await http.get(path)).status_code == httpx.codes.FORBIDDEN
            empty = await http.get(file.replace("2026-11-16", "2026-01-05"))
            assert empty.status_code == httpx.codes.NOT_FOUND
            assert "05/01/2026" in empty.text

    run(work())


def test_who_lost_the_role_sees_nothing_any_more(commune: Commune, browser: Browser, clock: SettableClock) -> None:
    async def work() -> None:
        async with browser() as http:
            assert (await opened(http, link(commune, commune.minh))).status_code == httpx.codes.OK
            await commune.database.write(
                lambda tx: people.add_member(tx, team=commune.team, person=commune.minh, role="volunteer", now=clock())
            )
            page = await http.get("/dashboard")
            assert page.status_code == httpx.codes.FORBIDDEN
            assert "dành cho người điều phối" in page.text

    run(work())


def test_leaving_ends_every_session_and_link(commune: Commune, browser: Browser) -> None:
    async def work() -> None:
        unused = link(commune, commune.minh)
        async with browser() as office, browser() as home:
            for http in (office, home):
                assert (await opened(http, link(commune, commune.minh))).status_code == httpx.codes.OK
            assert (await office.post("/dashboard/leave", headers={"sec-fetch-site": "cross-site"})).status_code == 403
            assert (await home.get("/dashboard")).status_code == httpx.codes.OK
            left = await office.post("/dashboard/leave", headers=HERE)
            assert "Đã thoát ở mọi máy." in left.text
            for http in (office, home):
                assert (await http.get("/dashboard")).status_code == httpx.codes.FORBIDDEN
            assert (await opened(home, unused)).status_code == httpx.codes.FORBIDDEN

    run(work())


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_form_of_another_site_opens_nothing(commune: Commune, browser: Browser, headers: dict[str, str]) -> None:
    async def work() -> None:
        key = link(commune, commune.minh)
        async with browser() as http:
            answer = await http.post("/dashboard/open", data={"key": key}, headers=headers)
            assert answer.status_code == httpx.codes.FORBIDDEN
            assert "set-cookie" not in answer.headers
            assert (
                await http.post("/dashboard/open", data={"key": key}, headers={"origin": "http://test"})
            ).is_redirect

    run(work())


@pytest.mark.parametrize("channel", ["telegram", "zalo", "web"])
def test_the_link_is_given_on_every_channel(channel: str, commune: Commune, browser: Browser, program: Program) -> None:
    if channel != "web":
        commune.database.write_now(
            lambda tx: people.add_contact(tx, person=commune.minh, channel=channel, chat="Minh", now=commune.now)
        )

    async def work() -> None:
        said = InboundMessage(channel=channel, chat="Minh", external_id="1", text="/bang")
        (answer,) = await program.receiver().receive(said)
        start, _, key = answer.reply.link.partition("?key=")
        assert start == "https://a.vn/dashboard"
        async with browser() as http:
            assert "Tổ Bản Mẫu" in (await opened(http, key)).text

    run(work())


def test_only_hashes_are_kept(commune: Commune, browser: Browser) -> None:
    async def work() -> None:
        key = link(commune, commune.minh)
        async with browser() as http:
            await opened(http, key)
            secret = http.cookies["tungngo-bang"]
        kept = await commune.database.read(
            lambda tx: str(tx.connection.exec_driver_sql("SELECT * FROM dashboard_pass").all())
        )
        assert key not in kept
        assert secret not in kept

    run(work())


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard?key=x", "/dashboard/chart/1/week/2026-11-16.png"])
def test_without_a_session_the_page_says_how_to_get_one(path: str, commune: Commune, browser: Browser) -> None:
    async def work() -> None:
        async with browser() as http:
            answer = await http.get(path)
            assert answer.status_code == httpx.codes.FORBIDDEN
            assert "gõ “bảng”" in answer.text
            assert "Páo" not in answer.text

    run(work())
    assert commune
