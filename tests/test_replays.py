"""What works once works once: fifty at the same moment, on both databases, in threads of their own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.core.conversation import State
from bot.core.errors import KnownError
from bot.core.messages import InboundMessage
from bot.core.people import Speaker
from bot.library import Library
from bot.services import codes, dashboards, linking, teams, web_sessions
from bot.storage import people
from bot.storage.database import Database, Transaction
from tests.fakes.clock import SettableClock
from tests.services.commune import TEAM, Commune

MANY = 50


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock) -> Commune:
    return Commune(database, library, clock).build()


def strangers(commune: Commune) -> list[Speaker]:
    def work(tx: Transaction) -> list[Speaker]:
        hellos = [InboundMessage(channel="zalo", chat=f"khách-{n}", external_id="") for n in range(MANY)]
        return [people.add_speaker(tx, hello, locale="vi", now=commune.clock()) for hello in hellos]

    return commune.database.write_now(work)


def at_once(commune: Commune, tries: list[Callable[[Transaction], Any]]) -> list[Any]:
    """What came of each: its result, or the error. They begin together."""
    ready = threading.Barrier(len(tries))

    def run(work: Callable[[Transaction], Any]) -> Any:
        ready.wait()
        try:
            return commune.database.write_now(work)
        except KnownError as known:
            return known

    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(run, tries))


@pytest.mark.fault("an invitation for one, used by fifty", "fifty threads with the same code")
def test_of_fifty_who_use_an_invitation_for_one_exactly_one_joins(commune: Commune) -> None:
    now = commune.clock()
    code = commune.database.write_now(
        lambda tx: teams.invite(tx, team=TEAM, role="coordinator", uses=1, days=7, now=now)
    )
    before = len(commune.rows("member"))
    came = at_once(
        commune,
        [lambda tx, who=who: teams.join(tx, person=who.person, code=code, now=now) for who in strangers(commune)],  # type: ignore[misc]
    )
    assert sum(isinstance(each, teams.Joined) for each in came) == 1
    assert {each.say for each in came if isinstance(each, KnownError)} <= {codes.WRONG}
    assert len(commune.rows("member")) == before + 1
    assert commune.rows("invite")[0]["uses_left"] == 0


def test_one_person_who_sends_it_fifty_times_uses_it_once(commune: Commune) -> None:
    now, lan = commune.clock(), commune.persons["Lan"]
    code = commune.database.write_now(lambda tx: teams.invite(tx, team=TEAM, role="volunteer", uses=3, days=7, now=now))
    came = at_once(commune, [lambda tx: teams.join(tx, person=lan, code=code, now=now)] * MANY)
    assert all(isinstance(each, teams.Joined) for each in came)
    assert commune.rows("invite")[0]["uses_left"] == 2
    assert len([row for row in commune.rows("member") if row["person_id"] == lan and row["until"] is None]) == 1


@pytest.mark.fault("a code that links two chats, typed by fifty", "fifty threads with the same code")
def test_of_fifty_who_type_a_link_code_exactly_one_is_linked(commune: Commune) -> None:
    now, today = commune.clock(), commune.today
    hello = InboundMessage(channel="web", chat="Hoa", external_id="")
    hoa, _ = commune.database.read_now(lambda tx: people.find_speaker(tx, hello)) or (None, "")
    assert hoa
    code = commune.database.write_now(lambda tx: linking.new_code(tx, hoa, now))

    def link(tx: Transaction, who: Speaker) -> Any:
        offer = linking.take(tx, who, code, now)
        return linking.confirm(tx, who, offer.code, State(), now=now, today=today)

    came = at_once(commune, [lambda tx, who=who: link(tx, who) for who in strangers(commune)])  # type: ignore[misc]
    assert sum(isinstance(each, linking.Linked) for each in came) == 1
    owners = [row["person_id"] for row in commune.rows("contact") if row["channel"] == "zalo"]
    assert len(set(owners)) == MANY
    chats = [row for row in commune.rows("contact") if row["person_id"] in set(owners) and row["chat"] == "Hoa"]
    assert len(chats) == 1  # with one of them, and with nobody else


@pytest.mark.fault("a link to the page with figures, opened by fifty", "fifty threads with the same link")
def test_of_fifty_who_open_a_link_exactly_one_gets_a_session(commune: Commune) -> None:
    now, minh = commune.clock(), commune.persons["Minh"]
    link = commune.database.write_now(
        lambda tx: dashboards.make_link(tx, roles=teams.roles(tx, minh), person=minh, now=now)
    )
    came = at_once(commune, [lambda tx: dashboards.use(tx, link, now)] * MANY)
    assert len([each for each in came if each]) == 1
    commune.database.write_now(lambda tx: web_sessions.end_all(tx, minh, now))
    assert commune.rows("dashboard_pass") == []
