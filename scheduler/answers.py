"""News about answers, in words: an open question was answered, an answer ends, a fact was replaced or is corrected."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.library import Library
from bot.services import local_answers, recalls, teams
from bot.services.news import News
from bot.services.permissions import Action, allowed
from bot.services.reminders import Waiting
from bot.storage.database import Transaction
from bot.words import Words
from handlers.answering import recall as recall_words

KINDS: Final = frozenset({News.ANSWERED.value, News.ANSWER_ENDS.value, News.RECALL.value, News.CORRECTED.value})
log = structlog.get_logger(__name__)


def look(tx: Transaction, library: Library, *, now: datetime, today: date) -> None:
    """Find what has to be corrected and what ends soon, tell coordinators of each once."""
    for each in recalls.find(tx, library, now=now):
        if not each.confirmed:
            log.info("a told fact was replaced", old=each.old.id, new=each.new.id, people=each.people)
    local_answers.tell_of_ends(tx, now=now, today=today)


def render(
    tx: Transaction, library: Library, waiting: Waiting, words: Words, *, now: datetime, zone: ZoneInfo
) -> Reply | None:
    """One piece of news; None when it is true no more."""
    number, today = int(waiting.subject), now.astimezone(zone).date()
    match News(waiting.kind):
        case News.ANSWERED:
            return answered(tx, number, waiting.person, words, today=today, zone=zone)
        case News.ANSWER_ENDS:
            return ends(tx, number, waiting, words)
        case News.RECALL:
            found = recalls.one(tx, library, number, now=now)
            may = allowed(teams.roles(tx, waiting.person), Action.CORRECT_FACTS)
            return recall_words.found(found, words) if found and found.people and may else None
    told = recalls.to_tell(tx, library, number, person=waiting.person, now=now)
    return recall_words.correction(told, library, words) if told else None


def answered(tx: Transaction, number: int, person: int, words: Words, *, today: date, zone: ZoneInfo) -> Reply | None:
    """To who asked and wants to know: the answer of the team."""
    answer = local_answers.told_now(tx, f"{local_answers.PREFIX}{number}", person=person, today=today)
    asked = local_answers.asked(tx, number, person)
    if answer is None or not asked:
        return None
    _ = words.say
    told = _(
        "{team} answered on {day}. As of {as_of}. Source: {source}.",
        team=answer.team_name,
        day=answer.written_on.astimezone(zone).date(),
        as_of=answer.as_of,
        source=answer.source.rstrip("."),
    )
    return Reply(text="\n".join((_("💬 Your question “{question}” has an answer:", question=asked), answer.text, told)))


def ends(tx: Transaction, number: int, waiting: Waiting, words: Words) -> Reply | None:
    """To a coordinator of the team that owns an answer: it ends soon."""
    answer = local_answers.one(tx, number)
    if answer is None or answer.withdrawn or answer.expires_on != waiting.occurrence:
        return None
    if not allowed(teams.roles(tx, waiting.person), Action.ANSWER_QUESTIONS, answer.team):
        return None
    _ = words.say
    text = _(
        "💬 The answer to “{question}” ends on {day}; then it is not told any more. Is it still true?",
        question=answer.question,
        day=answer.expires_on,
    )
    return Reply(text=text, choices=(Choice(_("People's questions"), make("go", "cauhoi"), numbered=False),))
