"""A real Chromium on a small phone."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect, sync_playwright

expect.set_options(timeout=30_000)  # ms; reached only where something is wrong, on however slow a machine
PHONE = ViewportSize(width=360, height=740)


@pytest.fixture(scope="module")  # while one is open, asyncio.run is refused in its thread
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if not path:
        missing = "no Chromium here; install it, for example: apt-get install chromium"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--headless", "--no-sandbox", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, timezone_id="Asia/Ho_Chi_Minh", locale="vi-VN")
    context.set_default_timeout(30_000)
    yield context
    context.close()
