"""Secrets of browsers: replaced in time, never lost with an answer, worth nothing once they are replaced."""

from datetime import timedelta

import pytest

from bot.core.messages import InboundMessage
from bot.services import web_sessions
from bot.storage import people
from bot.storage.database import Database, Transaction
from tests.fakes.clock import SettableClock
from tests.services.commune import add_team

KEY = b"k" * 32
FIRST = "first-secret-of-a-browser"
CHAT = web_sessions.first_chat(FIRST)


class Browser:
    """Shows its cookie, and takes another one when it is given one and the answer arrives."""

    def __init__(self, database: Database, clock: SettableClock) -> None:
        self.database, self.clock, self.token = database, clock, FIRST

    def asks(self, *, token: str = "", arrives: bool = True) -> str:
        """The chat that was opened; empty when none was."""
        shown = token or self.token
        chat, new = self.database.write_now(lambda tx: self._ask(tx, shown))
        if arrives and not token and new:
            self.token = new
        return chat

    def _ask(self, tx: Transaction, token: str) -> tuple[str, str]:
        opened = web_sessions.enter(tx, token, self.clock())
        if opened is None:
            return "", ""
        if opened.confirm:
            web_sessions.confirm(tx, token, self.clock())
        return opened.chat, web_sessions.replace(tx, token, key=KEY, now=self.clock())

    def speaks(self) -> int:
        """The person of its chat, from now on known."""
        hello = InboundMessage(channel="web", chat=CHAT, external_id="1")
        now = self.clock()
        return self.database.write_now(lambda tx: people.add_speaker(tx, hello, locale="vi", now=now).person)


@pytest.fixture
def browser(database: Database, clock: SettableClock) -> Browser:
    return Browser(database, clock)


def rows(database: Database) -> int:
    count = "SELECT count(*) FROM web_session"
    return int(database.read_now(lambda tx: tx.connection.exec_driver_sql(count).scalar_one()))


def test_who_never_speaks_leaves_nothing_behind(browser: Browser, clock: SettableClock) -> None:
    for _ in range(3):
        assert browser.asks() == CHAT
        clock.move(timedelta(days=40))
    assert browser.token == FIRST
    assert rows(browser.database) == 0


def test_a_secret_is_replaced_after_thirty_days(browser: Browser, clock: SettableClock) -> None:
    browser.speaks()
    clock.move(timedelta(days=29))
    assert browser.asks() == CHAT
    assert browser.token == FIRST
    clock.move(timedelta(days=1))
    assert browser.asks() == CHAT
    second = browser.token
    assert second != FIRST
    assert browser.asks() == CHAT  # the new one is shown for the first time
    clock.move(timedelta(minutes=9))
    assert browser.asks(token=FIRST) == CHAT  # what was under way still arrives
    clock.move(timedelta(minutes=2))
    assert browser.asks(token=FIRST) == ""
    clock.move(timedelta(days=31))
    assert browser.asks() == CHAT
    assert browser.token not in (FIRST, second)
    assert browser.asks() == CHAT
    clock.move(timedelta(days=1))
    assert browser.asks(token=FIRST) == browser.asks(token=second) == ""
    assert browser.asks() == CHAT


def test_a_lost_answer_logs_nobody_out(browser: Browser, clock: SettableClock) -> None:
    browser.speaks()
    clock.move(timedelta(days=30))
    for _ in range(3):
        assert browser.asks(arrives=False) == CHAT
        clock.move(timedelta(days=5))
    assert rows(browser.database) == 2  # the same new secret each time
    assert browser.asks() == browser.asks() == CHAT
    assert browser.token != FIRST


def test_who_shows_a_replaced_secret_is_not_given_the_new_one(browser: Browser, clock: SettableClock) -> None:
    browser.speaks()
    clock.move(timedelta(days=30))
    browser.asks()
    browser.asks()
    thief = Browser(browser.database, clock)
    assert thief.asks() == CHAT  # within the ten minutes
    assert thief.token == FIRST


def test_another_role_is_another_secret(browser: Browser, clock: SettableClock) -> None:
    person = browser.speaks()
    assert browser.asks() == CHAT
    assert browser.token == FIRST

    def join(tx: Transaction) -> None:
        people.add_member(tx, team=add_team(tx, clock()), person=person, role="volunteer", now=clock())

    browser.database.write_now(join)
    browser.asks()
    volunteer = browser.token
    assert volunteer != FIRST
    browser.asks()
    assert browser.token == volunteer  # once
    browser.database.write_now(lambda tx: people.end_member(tx, team=1, person=person, now=clock()))
    browser.asks()
    assert browser.token not in (FIRST, volunteer)


def test_another_chat_of_the_person_is_another_secret(browser: Browser, clock: SettableClock) -> None:
    person = browser.speaks()
    browser.asks()
    now = clock()
    browser.database.write_now(lambda tx: people.add_contact(tx, person=person, channel="zalo", chat="7", now=now))
    browser.asks()
    assert browser.token != FIRST


def test_what_was_not_used_for_months_opens_nothing(browser: Browser, clock: SettableClock) -> None:
    browser.speaks()
    clock.move(timedelta(days=30))
    browser.asks()
    browser.asks()
    clock.move(timedelta(days=120))
    assert browser.asks() == ""
    assert browser.asks(token=FIRST) == ""


def test_made_up_secrets_open_a_chat_of_nobody(browser: Browser) -> None:
    browser.speaks()
    other = browser.asks(token="another-secret-of-a-browser")
    assert other not in ("", CHAT)
