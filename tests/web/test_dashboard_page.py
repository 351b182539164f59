"""The coordinator's page in a real Chromium, on a phone and on a desk, with the reports of a week."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from bot.library import Library
from bot.search.finder import Finder
from bot.services import dashboards, teams
from tests.commune import Commune
from tests.fakes.clock import SettableClock

from .conftest import PHONE
from .running import Running
from .screen import CONTRASTS

DESK = ViewportSize(width=1280, height=800)


@pytest.fixture
def page(
    context: BrowserContext, sqlite_url: str, library: Library, index: Finder, clock: SettableClock
) -> Iterator[Page]:
    """The page, opened by its link; whatever was done there, the console must have stayed clean."""
    with Running(sqlite_url, library=library, index=index, clock=clock, empty=True) as running:
        commune = Commune(running.database, library, clock())
        commune.file("2026-11-17", unit=3)
        commune.file("2026-11-10", unit=2, households=7)
        key = running.database.write_now(
            lambda tx: dashboards.make_link(tx, roles=teams.roles(tx, commune.minh), person=commune.minh, now=clock())
        )
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{running.url}/dashboard?key={key}")
        page.get_by_role("button", name="Mở trang số liệu").click()
        expect(page.get_by_role("article")).to_have_count(2)
        yield page
        assert complaints == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_figures_can_be_read(page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    week = page.get_by_role("article").first
    expect(week.get_by_role("row").filter(has_text="Số hộ")).to_contain_text("5")
    expect(week.get_by_role("row").filter(has_text="Số hộ")).to_contain_text("7")
    closed = page.locator("details:not([open]) > summary")
    assert closed.count() > 4
    while closed.count():
        closed.first.click()
    for chart in page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_js_property("complete", value=True)
        assert chart.evaluate("(image) => image.naturalWidth") > 0
    page.get_by_role("button", name="Chữ to hơn").click()
    expect(page.locator("html")).to_have_css("font-size", "22px")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    for target in page.locator("button, summary, a.button").all():
        box = target.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 48, target
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 40
        assert [(name, ratio) for name, ratio in contrasts if ratio < 7] == []


def test_the_sheet_is_taken_along_and_the_page_closed_everywhere(page: Page, context: BrowserContext) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Tệp Excel").first.click()
    assert download.value.path().read_bytes().startswith(b"PK")
    other = context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("article").first).to_be_visible()
    page.get_by_role("button", name="Thoát ở mọi nơi").click()
    expect(page.get_by_role("article")).to_have_count(0)
    other.reload()
    expect(other.get_by_role("article")).to_have_count(0)
