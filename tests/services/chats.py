"""Persons with chats on several channels, for tests of linking."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bot.core.conversation import State
from bot.core.errors import KnownError
from bot.core.messages import InboundMessage
from bot.core.people import Speaker
from bot.services import linking
from bot.services.linking import Linked
from bot.storage import people
from bot.storage.database import Transaction
from tests.services.commune import Commune


def refused(call: Callable[[], object]) -> str:
    """What a person is told who may not do that."""
    with pytest.raises(KnownError) as known:
        call()
    return known.value.say


@dataclass(frozen=True, slots=True)
class Chats:
    """Who speaks where, in a commune."""

    commune: Commune

    def speaker(self, chat: str, channel: str = "web") -> Speaker:
        """Who uses that chat now; somebody new where nobody is known."""

        def work(tx: Transaction) -> Speaker:
            hello = InboundMessage(channel=channel, chat=chat, external_id="")
            known = people.find_speaker(tx, hello)
            return known[0] if known else people.add_speaker(tx, hello, locale="vi", now=self.commune.clock())

        return self.commune.database.write_now(work)

    def code(self, of: Speaker) -> str:
        now = self.commune.clock()
        return self.commune.database.write_now(lambda tx: linking.new_code(tx, of, now))

    def take(self, by: Speaker, code: str) -> linking.Offer:
        now = self.commune.clock()
        return self.commune.database.write_now(lambda tx: linking.take(tx, by, code, now))

    def confirm(self, by: Speaker, code: int, state: State | None = None) -> Linked:
        commune = self.commune
        now, today, mine = commune.clock(), commune.today, state or State()
        return commune.database.write_now(lambda tx: linking.confirm(tx, by, code, mine, now=now, today=today))

    def link(self, shown: Speaker, typed: Speaker, state: State | None = None) -> Linked:
        """The code of one chat is typed and confirmed in the other."""
        return self.confirm(typed, self.take(typed, self.code(shown)).code, state)
