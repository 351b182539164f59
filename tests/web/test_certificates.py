"""Anybody can check a certificate, by its address or by the code typed from paper."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

import httpx
import pytest

from bot.core import certificates as rules
from bot.core.certificates import Shown
from bot.library import Library
from bot.models import Certificate
from bot.services import certificates
from bot.storage import certificates as storage
from bot.storage.database import Database
from bot.web.application import build
from tests.fakes.clock import SettableClock
from tests.web import sites

NAME = "Nguyễn Thị <Lan>"


class Page:
    """The page, and one certificate."""

    def __init__(self, database: Database, library: Library, clock: SettableClock) -> None:
        self.database, self.site = database, sites.site(database, library, clock)
        row = Certificate(
            track="ky-nang",
            locale="vi",
            title="Kỹ năng số hằng ngày",
            name=NAME,
            team="Tổ Bản Mẫu",
            lessons=13,
            questions=39,
            right_answers=35,
            issued_on=clock().date(),
            created_at=clock(),
        )
        number = database.write_now(lambda tx: storage.add(tx, row).id or 0)
        self.shown: Shown = database.read_now(lambda tx: certificates.of_number(tx, number))
        self.code = rules.code_of(self.site.secret, self.shown)

    def get(self, path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=build(self.site))
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                return await http.get(path)

        return asyncio.run(ask())


@pytest.fixture
def page(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Page]:
    with closing(Database(sqlite_url)) as database:
        yield Page(database, library, clock)


def test_a_genuine_one_says_in_both_languages_what_was_signed(page: Page) -> None:
    for path in (f"/certificates/{page.code}", f"/certificates?code={quote(rules.printed(page.code).upper())}"):
        found = page.get(path)
        assert found.status_code == httpx.codes.OK
        for words in (
            "Giấy chứng nhận này là thật",
            "This certificate is genuine",
            "Nguyễn Thị &lt;Lan&gt;",
            "Tổ Bản Mẫu",
            "35/39",
            "35 of 39",
            "18/11/2026",
            "binhdanhocvuso.gov.vn",
            "TN-00001",
        ):
            assert words in found.text
        assert found.headers["cache-control"] == "no-store"
        assert re.findall(r'<section lang="(\w+)">', found.text) == ["vi", "en"]


def test_a_withdrawn_one_says_so_and_nothing_of_the_person(page: Page, clock: SettableClock) -> None:
    page.database.write_now(lambda tx: certificates.withdraw(tx, page.shown.number, now=clock(), forget=True))
    found = page.get(f"/certificates/{page.code}")
    assert found.status_code == httpx.codes.GONE
    assert "không còn giá trị" in found.text
    assert "holds no more" in found.text
    assert "Lan" not in found.text.replace("lang", "")


def test_what_is_not_ours_says_so_kindly(page: Page) -> None:
    signature = page.code.partition("-")[2]
    flipped = signature[:-2] + ("a" if signature[-2] != "a" else "b") + signature[-1]
    for code in (f"1-{flipped}", f"2-{signature}", "1", "x" * 5000, "<script>", "1-" + "%00" * 26):
        found = page.get(f"/certificates/{quote(code, safe='%')}")
        assert found.status_code == httpx.codes.NOT_FOUND
        assert "không phải giấy chứng nhận do tổ cấp" in found.text
        assert "<script>" not in found.text
        assert "Nguyễn" not in found.text


def test_the_form_is_there_without_a_code(page: Page) -> None:
    for path in ("/certificates", "/certificates?code=%20"):
        found = page.get(path)
        assert found.status_code == httpx.codes.OK
        assert 'name="code"' in found.text
        assert "Kiểm tra giấy chứng nhận" in found.text
