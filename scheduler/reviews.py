"""The reminder to review, as true as it is when it goes out."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.library import Library
from bot.services import consents, reviews, teams
from bot.services.reminders import Waiting
from bot.storage.database import Transaction


def render(tx: Transaction, library: Library, waiting: Waiting, *, now: datetime, zone: ZoneInfo) -> Reply | None:
    """How many questions wait; None on another day, when nothing is due any more, or for who wants no more of these."""
    if waiting.occurrence != now.astimezone(zone).date() or not reviews.wants_reminder(tx, waiting.person):
        return None
    if "learn" not in consents.given(tx, waiting.person):
        return None
    audience = {"resident", *(role.role for role in teams.roles(tx, waiting.person))}
    due = reviews.due(tx, library, waiting.person, audience=audience, now=now, zone=zone)
    if not due:
        return None
    words = library.words[waiting.locale]
    text = words.say_many("{n} question to review today.", "{n} questions to review today.", len(due))
    choices = (
        Choice(words.say("Review now"), make("rev", "start"), numbered=False),
        Choice(words.say("Do not remind me to review"), make("rev", "off"), numbered=False),
    )
    return Reply(text=f"📘 {text}", choices=choices)
