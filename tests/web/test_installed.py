"""The page as something to keep on a phone: without a connection, after weeks, on the home screen."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from bot.core.clock import system_clock
from bot.library import Library
from bot.models import Contact, Report
from bot.search.finder import Finder
from bot.web import sessions
from tests.fakes.clock import SettableClock

from .running import Running
from .screen import CONTRASTS, choose, heard, said, say

READY = "async () => navigator.serviceWorker.controller && Boolean(await caches.match('/offline'))"
KEPT = """
async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
  }
  return found;
}
"""


@pytest.fixture
def running(sqlite_url: str, library: Library, index: Finder, clock: SettableClock) -> Iterator[Running]:
    with Running(sqlite_url, library=library, index=index, clock=clock) as running:
        yield running


def cookie(context: BrowserContext) -> str:
    return next(each["value"] for each in context.cookies() if each["name"] == sessions.COOKIE)


def join(context: BrowserContext, running: Running) -> Page:
    """The page of somebody who came by an invitation's link."""
    page = context.new_page()
    page.goto(f"{running.url}/?start={running.invite('volunteer')}")
    first = cookie(context)
    choose(page, "Đồng ý")
    choose(page, "Đồng ý")
    expect(heard(page).last).to_contain_text("Tổ Bản Mẫu")
    assert page.url == f"{running.url}/"
    assert cookie(context) != first  # another role, another secret
    page.wait_for_function(READY)
    return page


def filed(running: Running) -> list[Report]:
    return running.database.read_now(lambda tx: list(tx.session.scalars(select(Report))))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_a_report_typed_without_a_connection_is_filed_once_with_its_own_time(
    context: BrowserContext, running: Running
) -> None:
    page = join(context, running)
    context.set_offline(offline=True)
    typed_at = system_clock() - timedelta(hours=3)
    page.clock.set_system_time(typed_at)  # the service worker goes by the true time
    page.wait_for_function("before => !navigator.onLine && Date.now() < before", arg=_ms(typed_at + timedelta(hours=1)))
    say(page, "bc t3 5ho 8ng vneid tự làm được")
    expect(page.get_by_role("status")).to_contain_text("Chưa có mạng.")  # its own try is over when the page closes
    expect(page.locator(".waiting .mark")).to_have_text(re.compile(r"^chờ gửi · "))
    mark = page.locator(".waiting .mark").inner_text()
    before = heard(page).count()
    page.close()

    running.clock.move(timedelta(hours=4))
    page = context.new_page()
    page.goto(running.url)
    expect(page.locator(".waiting .mark")).to_have_text(mark)
    expect(page.get_by_role("status")).to_contain_text("Chưa có mạng.")
    expect(heard(page)).to_have_count(before)
    say(page, "sức khỏe 2")  # not understood as anything else: kept as well, and sent after the first
    assert filed(running) == []

    context.set_offline(offline=False)
    expect(page.locator(".waiting")).to_have_count(0)
    expect(page.get_by_role("status").locator("p")).to_be_hidden()
    expect(heard(page).nth(before)).to_contain_text("Ngày: 18/11/2026")
    page.get_by_role("button", name="1 Gửi").click()
    expect(heard(page).last).to_contain_text("Tới muộn")
    (report,) = filed(running)
    assert report.received_at - report.said_at > timedelta(hours=2, minutes=59)
    assert report.received_at - report.said_at < timedelta(hours=3, minutes=1)


def test_the_phone_keeps_the_page_and_nobodys_words(context: BrowserContext, running: Running) -> None:
    page = join(context, running)
    page.reload()
    kept = page.evaluate(KEPT)
    assert kept
    assert all(path == "/offline" or path.startswith("/static/") for path in kept)
    text = page.request.get(f"{running.url}/offline").text()
    assert 'data-chat=""' in text
    assert 'data-persona=""' in text
    assert page.request.get(running.url).headers["cache-control"] == "no-store"
    assert page.request.get(f"{running.url}/chat/session").headers["cache-control"] == "no-store"


def test_the_page_can_be_installed(context: BrowserContext, running: Running) -> None:
    page = context.new_page()
    page.goto(running.url)
    page.wait_for_function(READY)
    devtools = context.new_cdp_session(page)
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error for error in errors if error["errorId"] != "in-incognito"] == []  # every context here is private
    manifest = devtools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    address = re.findall(r'"src":"([^"]+)","sizes":"(\d+)x', manifest["data"])
    assert [size for _, size in address] == ["192", "512", "512"]
    for path, size in address:
        png = page.request.get(running.url + path)
        assert png.headers["content-type"] == "image/png"
        assert int.from_bytes(png.body()[16:20]) == int(size)


def test_no_server_is_said_plainly_and_what_came_meanwhile_is_shown(context: BrowserContext, running: Running) -> None:
    page = join(context, running)
    context.route("**/chat/**", lambda route: route.abort())  # the phone has a network, the server is not reached
    context.set_offline(offline=True)
    page.reload()
    context.set_offline(offline=False)
    expect(page.get_by_role("status")).to_contain_text("Chưa kết nối được. Cứ gõ như thường")
    page.emulate_media(reduced_motion="reduce")
    say(page, "menu")
    expect(page.locator(".waiting .mark")).to_have_text(re.compile("^chờ gửi"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert [pair for pair in page.evaluate(CONTRASTS) if pair[1] < 7] == []
    shown = heard(page).count()
    chat = running.database.read_now(lambda tx: tx.session.scalars(select(Contact)).one().chat)
    running.tell(chat, "📅 Còn 7 ngày.")
    context.unroute("**/chat/**")
    expect(page.locator(".waiting")).to_have_count(0)
    expect(heard(page)).to_have_count(shown + 2)
    running.tell(chat, "📅 Còn 1 ngày.")
    expect(heard(page).last).to_contain_text("Còn 1 ngày.")
    expect(said(page).last).to_contain_text("menu")
