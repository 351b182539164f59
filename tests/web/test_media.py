import asyncio
import io
import zipfile

import httpx
import pytest

from bot.core.periods import period_of
from bot.library import Library
from bot.services import summary
from bot.services.files import charts, media
from bot.storage.database import Database, Transaction
from bot.web.application import build
from tests.commune import Commune
from tests.fakes.clock import ZONE, SettableClock
from tests.web.sites import site

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="#0072b2"/></svg>'


def get(database: Database, library: Library, *paths: str) -> list[httpx.Response]:
    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=build(site(database, library)))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            return [await http.get(path) for path in paths]

    return asyncio.run(run())


def test_a_picture_is_served_as_often_as_it_is_asked_for(
    database: Database, library: Library, clock: SettableClock
) -> None:
    name = database.write_now(lambda tx: media.promise_picture(tx, SVG, label="tuần.png", now=clock()))
    first, again = get(database, library, f"/media/{name}", f"/media/{name}")
    assert first.status_code == httpx.codes.OK
    assert first.content == again.content == charts.draw(SVG)
    assert first.headers["content-type"] == "image/png"
    assert first.headers["cache-control"] == "private, no-store"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["content-disposition"] == "inline; filename*=UTF-8''tu%E1%BA%A7n.png"
    assert "noindex" in first.headers["x-robots-tag"]


def test_a_file_is_saved_not_shown(database: Database, library: Library, clock: SettableClock) -> None:
    commune = Commune(database, library, clock())
    week = period_of("week", clock().date())

    def ask(tx: Transaction) -> str:
        found, _ = summary.of_period(tx, commune.team, period=week, now=clock(), zone=ZONE)
        return media.promise_paper(tx, found, locale="vi", zone=ZONE, now=clock())

    name = database.write_now(ask)
    (answer,) = get(database, library, f"/media/{name}")
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert zipfile.is_zipfile(io.BytesIO(answer.content))


@pytest.mark.parametrize(
    "path", ["/media/", "/media/x", f"/media/{'A' * 32}", "/media/..%2f..%2fetc", "/media/%00" * 2]
)
def test_nothing_is_listed_or_guessed(path: str, database: Database, library: Library) -> None:
    (answer,) = get(database, library, path)
    assert answer.status_code == httpx.codes.NOT_FOUND


def test_names_are_long_and_all_different(database: Database, clock: SettableClock) -> None:
    names = [database.write_now(lambda tx: media.promise_picture(tx, SVG, label="a", now=clock())) for _ in range(20)]
    assert len(set(names)) == 20
    assert {len(name) for name in names} == {media.NAME_LENGTH}
