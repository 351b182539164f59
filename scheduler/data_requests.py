"""News for coordinators: somebody of their team has a request about their personal data."""

from typing import Final

from bot.core.messages import Reply
from bot.services import teams
from bot.services.news import News
from bot.services.personal_data import data_requests
from bot.services.reminders import Waiting
from bot.storage.database import Transaction
from bot.words import Words
from handlers.person import data_requests as words_of

KIND: Final = News.DATA.value


def render(tx: Transaction, waiting: Waiting, words: Words) -> Reply | None:
    """To a coordinator: a request that waits; None when it does not wait any more, or is not theirs."""
    mine = data_requests.waiting(tx, teams.roles(tx, waiting.person), waiting.person)
    found = next((each for each in mine if each.id == int(waiting.subject)), None)
    return words_of.told(words, found, late=waiting.occurrence > found.due) if found else None
