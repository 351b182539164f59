"""What every page and every post must have, walked over the list of routes: a new one is looked at by itself."""

import asyncio
import dataclasses
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from bot.core.messages import InboundMessage, Reply
from bot.library import Library
from bot.services import calendars, codes, dashboards, web_sessions
from bot.services.files import media
from bot.services.personal_data import erasing, my_data
from bot.storage import messages, people
from bot.storage.database import Database
from bot.web import sessions
from bot.web.application import build
from bot.web.hosts import our_hosts
from bot.web.limits import KEYS, SESSION, Buckets
from bot.web.personas import Persona
from bot.web.rendering import HERE
from bot.web.site import Site
from bot.web.webhooks import Webhook, Webhooks
from tests.dialogue import everything
from tests.fakes.clock import SettableClock
from tests.services.commune import Commune
from tests.web.sites import site

PARAMETERS = {
    "name": "x" * 32, "code": "12-abcd", "version": "1", "team:int": "1", "rule": "week", "day": "2026-11-16",
}  # fmt: skip
KEPT = ("/static", "/icons/", "/manifest.webmanifest", "/sw.js", "/offline")  # nothing personal stands in them
WEBHOOK = Webhook(path="/zalo/webhook", header="x-secret", secret="s" * 32, read=lambda _: None, answer=lambda _: None)
Ask = Callable[[httpx.AsyncClient], Awaitable[None]]


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def made(database: Database, library: Library, clock: SettableClock) -> Site:
    """A site with everything that a site may have."""
    return dataclasses.replace(
        site(database, library, clock),
        webhooks=(WEBHOOK,),
        personas=(Persona(name="lan", title="Bà Lan", about="", chat="c" * 32),),
        hosts=our_hosts("https://to.example", "127.0.0.1"),
        secure=True,
    )


def ask(made: Site, work: Ask, *, host: str = "to.example", client: tuple[str, int] = ("203.0.113.9", 5)) -> None:
    async def run() -> None:
        transport = httpx.ASGITransport(app=build(made), client=client)
        async with httpx.AsyncClient(transport=transport, base_url=f"https://{host}") as http:
            await work(http)

    asyncio.run(run())


def paths(made: Site, method: str) -> list[str]:
    """An address for every route of the site."""
    found = [webhook.path for webhook in made.webhooks] if method == "POST" else []
    app = build(made)
    assert isinstance(app, Webhooks)
    assert isinstance(app._app, Starlette)
    for route in app._app.routes:
        if isinstance(route, Route) and method in (route.methods or ()):
            found.append(re.sub(r"\{([\w:]+)\}", lambda part: PARAMETERS[part[1]], route.path))
        elif isinstance(route, Mount) and method == "GET":
            found.append(f"{route.path}/chat.css")
    return found


def test_every_page_keeps_itself_to_itself(made: Site) -> None:
    async def work(http: httpx.AsyncClient) -> None:
        for path in [*paths(made, "GET"), "/nothing", "/calendar/quoc-gia.ics", "/dashboard?key=x"]:
            answer = await http.get(path)
            policy = answer.headers["content-security-policy"]
            assert "unsafe" not in policy, path
            assert "default-src 'none'" in policy, path
            assert "frame-ancestors 'none'" in policy, path
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer"), path
            public = path.startswith(KEPT) or path == "/calendar/quoc-gia.ics"
            assert public or "no-store" in answer.headers["cache-control"], path
            for cookie in answer.headers.get_list("set-cookie"):
                assert {"httponly", "secure", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}

    ask(made, work)


@pytest.mark.fault("a foreign page posts to us", "every route that takes posts, with and without cookies")
def test_no_post_is_taken_from_a_foreign_page(made: Site, database: Database) -> None:
    posts = paths(made, "POST")
    assert len(posts) >= 5

    async def work(http: httpx.AsyncClient) -> None:
        await http.get("/personas")
        before = database.read_now(everything)
        nobody = hashlib.sha256(b"csrf:").hexdigest()  # what a browser without a cookie would have to show
        for path in posts:
            for cookies in (True, False):
                if not cookies:
                    http.cookies.clear()
                for headers in (
                    {},
                    {"origin": "https://evil.example"},
                    {"sec-fetch-site": "cross-site"},
                    {"x-csrf-token": nobody},
                ):
                    for body in ({"csrf": nobody, "key": "x"}, {"id": "12345678", "text": "menu"}):
                        answer = await http.post(path, data=body, headers=headers)
                        assert answer.status_code in (401, 403, 429), (path, headers)
        assert database.read_now(everything) == before

    ask(made, work)


def test_what_is_not_offered_is_not_allowed(made: Site) -> None:
    async def work(http: httpx.AsyncClient) -> None:
        for path in paths(made, "GET"):
            for method in ("PUT", "DELETE", "PATCH", "TRACE"):
                assert (await http.request(method, path)).status_code in (404, 405), (method, path)
        for path in ("/ready", "/metrics"):
            assert (await http.get(path)).status_code == httpx.codes.NOT_FOUND

    ask(made, work)


def test_no_page_has_a_script_or_style_of_its_own() -> None:
    for template in (HERE / "templates").glob("*.html"):
        page = template.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=|[^>]*application/json)", page), template.name
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), template.name
    for script in Path(HERE / "static").glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", script.read_text("utf-8")
        ), script.name


@pytest.mark.parametrize(
    ("host", "taken"),
    [
        ("to.example", True), ("TO.example:443", True), ("to.example.", True), ("localhost:8000", True),
        ("127.0.0.1:8000", True), ("[::1]:8000", True), ("evil.example", False), ("to.example.evil.example", False),
        ("to.example@evil.example", False), ("evil.example/to.example", False), ("192.168.1.5", False), ("", False),
        ("to.example:x", True), ("[::1", False),
    ],
)  # fmt: skip
def test_only_our_own_name_is_answered(host: str, taken: bool, made: Site) -> None:  # noqa: FBT001
    async def work(http: httpx.AsyncClient) -> None:
        answer = await http.get("/certificates", headers={"host": host})
        assert (answer.status_code == httpx.codes.OK) is taken, answer.status_code
        assert taken or answer.status_code == httpx.codes.MISDIRECTED_REQUEST
        assert "content-security-policy" in answer.headers
        assert (await http.get("/health", headers={"host": host})).status_code == httpx.codes.OK

    ask(made, work)


def test_without_a_public_name_a_phone_on_the_same_net_may_ask_by_address(made: Site) -> None:
    made.hosts = our_hosts("", "0.0.0.0")  # noqa: S104

    async def work(http: httpx.AsyncClient) -> None:
        for host, status in (("192.168.1.5:8000", 200), ("[fe80::1]", 200), ("evil.example", 421), ("1.2.3", 421)):
            assert (await http.get("/certificates", headers={"host": host})).status_code == status, host

    ask(made, work)


def test_a_browser_that_posts_too_fast_waits_and_others_do_not(made: Site, clock: SettableClock) -> None:
    made.personas = ()

    async def work(http: httpx.AsyncClient) -> None:
        async def post(number: int, csrf: str) -> int:
            body = {"id": f"message-{number}", "text": "menu"}
            return (await http.post("/chat/messages", json=body, headers={"x-csrf-token": csrf})).status_code

        await http.get("/")
        csrf = sessions.csrf_of(sessions.chat_of(http.cookies[sessions.COOKIE]))
        found = [await post(number, csrf) for number in range(SESSION.burst + 5)]
        assert found == [200] * SESSION.burst + [429] * 5
        clock.move(timedelta(seconds=2))
        assert [await post(100 + n, csrf) for n in range(3)] == [200, 200, 429]
        http.cookies.clear()
        await http.get("/")
        csrf = sessions.csrf_of(sessions.chat_of(http.cookies[sessions.COOKIE]))
        assert await post(200, csrf) == httpx.codes.OK

    ask(made, work)


def test_secrets_are_not_tried_by_the_thousand(made: Site) -> None:
    async def work(http: httpx.AsyncClient) -> None:
        found = [(await http.get(f"/dashboard?key={n}")).status_code for n in range(KEYS.burst + 3)]
        assert found[-3:] == [429] * 3
        assert (await http.get("/certificates/1-a")).headers["retry-after"].isdigit()
        assert (await http.get("/certificates")).status_code == httpx.codes.OK

    ask(made, work)

    async def unlimited(http: httpx.AsyncClient) -> None:
        """Behind a proxy that does not say for whom it asks everybody has the same address."""
        assert {(await http.get(f"/dashboard?key={n}")).status_code for n in range(60)} == {403}

    ask(made, unlimited, client=("127.0.0.1", 5))


def test_buckets_forget_and_hold_no_more_than_they_may(clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.limits.KNOWN", 3)
    buckets = Buckets(SESSION, clock)
    for name in "abcdef":
        assert buckets.wait(name) == 0
    assert len(buckets._left) == 3
    clock.move(timedelta(days=-1))
    assert buckets.wait("f") == 0


@pytest.mark.parametrize(
    "posted",
    [{"id": "abcdefg\x00"}, {"id": "12345678", "ref": "5\x00"}, {"id": "12345678", "ref": "x"}, {"id": "ậ" * 9}],
)
def test_what_no_database_can_keep_is_refused_at_the_door(posted: dict[str, str], made: Site) -> None:
    made.personas = ()

    async def work(http: httpx.AsyncClient) -> None:
        await http.get("/")
        csrf = sessions.csrf_of(sessions.chat_of(http.cookies[sessions.COOKIE]))
        answer = await http.post("/chat/messages", json=posted, headers={"x-csrf-token": csrf})
        assert answer.status_code == httpx.codes.BAD_REQUEST

    ask(made, work)


def test_names_that_open_something_have_128_bits_or_more() -> None:
    assert min(media.NAME_BYTES, calendars.NAME_BYTES, dashboards.SECRET_BYTES) * 8 >= 128
    assert len(sessions.new_token()) >= 43
    assert len(codes.ALPHABET) ** codes.CODE_LENGTH > 2**49  # typed, slowed after five wrong ones, and short-lived


def test_a_file_about_somebody_is_gone_with_them(
    made: Site, database: Database, library: Library, clock: SettableClock
) -> None:
    commune = Commune(database, library, clock).build()
    lan = InboundMessage(channel="web", chat="Lan", external_id="")
    found = database.read_now(lambda tx: people.find_speaker(tx, lan))
    assert found
    order = my_data.Order(
        mydata=found[0].person, format="json", locale="vi", zone="Asia/Ho_Chi_Minh", at=clock().isoformat()
    )
    name = database.write_now(lambda tx: media.promise_my_data(tx, order, now=clock()))
    answer = messages.Outgoing(contact=found[0].contact, reply=Reply(text="Đây là tệp.", file=name))
    database.write_now(lambda tx: messages.put_out(tx, answer, clock()))
    feed = database.write_now(lambda tx: calendars.name_of(tx, found[0].person, clock()))

    async def work(http: httpx.AsyncClient) -> None:
        paths = (f"/media/{name}", f"/calendar/{feed}.ics")
        assert [(await http.get(path)).status_code for path in paths] == [200, 200]
        await database.write(
            lambda tx: erasing.erase(tx, library, found[0], key=b"k" * 32, now=clock(), today=commune.today)
        )
        assert [(await http.get(path)).status_code for path in paths] == [404, 404]

    ask(made, work)


def test_logged_out_everywhere(made: Site, database: Database, clock: SettableClock) -> None:
    """Every browser of the person, replaced secrets and first ones, and the page with figures."""
    made.personas = ()

    async def work(http: httpx.AsyncClient) -> None:
        await http.get("/")
        token = http.cookies[sessions.COOKIE]
        chat = sessions.chat_of(token)
        hello = InboundMessage(channel="web", chat=chat, external_id="")
        who = database.write_now(lambda tx: people.add_speaker(tx, hello, locale="vi", now=clock()))
        database.write_now(lambda tx: people.add_contact(tx, person=who.person, channel="zalo", chat="z", now=clock()))
        assert (await http.get("/chat/session")).status_code == httpx.codes.OK  # gives another secret: two chats now
        renewed = http.cookies[sessions.COOKIE]
        assert renewed != token
        found = database.read_now(lambda tx: web_sessions.browsers(tx, who.person))
        assert (len(found.contacts), found.only) == (1, False)
        database.write_now(lambda tx: web_sessions.end_all(tx, who.person, clock()))
        assert not database.read_now(lambda tx: web_sessions.browsers(tx, who.person))
        for secret in (token, renewed):
            http.cookies.clear()
            http.cookies.set(sessions.COOKIE, secret, domain="to.example")
            assert (await http.get("/chat/session")).status_code == httpx.codes.UNAUTHORIZED
            page = await http.get("/")
            assert f'data-chat="{chat[:12]}"' not in page.text
        assert database.read_now(lambda tx: people.preferred_contacts(tx, [who.person])) == {
            who.person: database.read_now(lambda tx: people.contact_id(tx, channel="zalo", bot="", chat="z"))
        }
        database.write_now(lambda tx: web_sessions.end_all(tx, who.person, clock()))  # twice is once

    ask(made, work)
