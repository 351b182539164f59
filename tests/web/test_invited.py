"""The link of an invitation: the page opens the chat with its code, and with nothing else."""

import asyncio
import re

import httpx
import pytest

from bot.app import Program
from bot.library import Library
from bot.search.finder import Finder
from bot.services import invitations, teams
from bot.services.files import media
from bot.settings import Settings
from bot.storage.database import Database, Transaction
from bot.web.application import build
from bot.web.site import Site
from tests.fakes.clock import SettableClock
from tests.services.commune import add_team


@pytest.fixture
def program(database: Database, library: Library, index: Finder, clock: SettableClock) -> Program:
    settings = Settings(_env_file=None, telegram_bot_token="", public_url="https://a.vn")
    return Program(
        settings=settings,
        clock=clock,
        database=database,
        library=library,
        index=index,
        started=clock(),
        secret=b"k" * 32,
    )


def opened(program: Program, address: str) -> str:
    """What the page says first."""
    site = Site(
        database=program.database,
        library=program.library,
        web=program.web,
        receive=program.receiver().receive,
        commune="Xã Bản Mẫu",
        locale="vi",
        secure=False,
        clock=program.clock,
        secret=program.secret,
    )

    async def get() -> str:
        transport = httpx.ASGITransport(app=build(site))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            return (await http.get(address)).text

    return str(re.findall(r'data-start="([^"]*)"', asyncio.run(get()))[0])


def test_the_page_begins_with_the_code_of_its_link(program: Program) -> None:
    assert opened(program, "/?start=ABCDE-FGHJK") == "start:ABCDE-FGHJK"
    assert opened(program, "/") == "start:"
    assert opened(program, "/?start=bai-L1") == "start:bai-L1"
    for forged in ("x", "ABCDE-FGHJ0", "%22%3E%3Cscript%3E", "A" * 4000, "bai-", "bai-%22%3E", f"bai-{'a' * 41}"):
        assert opened(program, f"/?start={forged}") == "start:"


def test_the_picture_of_an_invitation_can_be_had(program: Program, clock: SettableClock) -> None:
    def work(tx: Transaction) -> str:
        add_team(tx, clock())
        code = teams.invite(tx, team="TM", role="volunteer", uses=1, days=7, now=clock())
        return invitations.picture(tx, invitations.links(tx, code, "https://a.vn"), now=clock())

    name = program.database.write_now(work)
    found = media.load_now(program.database, program.library, name)
    assert found
    assert found.content.startswith(b"\x89PNG")
