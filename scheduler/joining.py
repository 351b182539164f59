"""News of people who want to join a team, as true as they are now."""

from typing import Final

from bot.core.messages import Reply
from bot.services import membership, teams
from bot.services.membership import Request
from bot.services.news import News
from bot.services.permissions import Action, allowed
from bot.services.reminders import Waiting
from bot.storage.database import Transaction
from bot.words import Words
from handlers.teams import team_members

KINDS: Final = frozenset({News.JOIN.value, News.JOINED.value})


def render(tx: Transaction, waiting: Waiting, words: Words) -> Reply | None:
    """To coordinators: who wants to join, unless that is answered or they may not say. To who asked: the answer."""
    number = int(waiting.subject)
    request = membership.request(tx, number)
    if request is None:
        return None
    if waiting.kind == News.JOINED:
        return team_members.told(request, words) if request.status != "waiting" else None
    return team_members.asked(request, number, words) if _may_answer(tx, request, waiting.person) else None


def _may_answer(tx: Transaction, request: Request, person: int) -> bool:
    may = allowed(teams.roles(tx, person), Action.APPROVE, request.team_id)
    return request.status == "waiting" and may is not None
