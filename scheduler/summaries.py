"""What falls due when a period ends, in words: the summary for coordinators, and before it a word to the silent."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.messages import Reply
from bot.library import Library
from bot.services import periods, summary
from bot.services.files import media
from bot.services.reminders import Waiting
from bot.storage.database import Transaction
from bot.words import Words
from handlers.figures import summary as summary_reply
from handlers.figures.summary_picture import picture


def by_itself(
    tx: Transaction, library: Library, waiting: Waiting, words: Words, *, now: datetime, zone: ZoneInfo
) -> Reply | None:
    """The summary of a period that is closed; None when the team is gone or counts by another rule now."""
    team = int(waiting.subject)
    period = periods.current(tx, team, waiting.occurrence)
    if period.first != waiting.occurrence:
        return None
    try:
        found, since = summary.of_period(tx, team, period=period, now=now, zone=zone)
    except KeyError:
        return None
    drawn = media.promise_picture(tx, picture(found, words, zone), label=summary_reply.picture_name(period), now=now)
    return summary_reply.by_itself(team, found, since, library.forms["outreach"], words, zone=zone, picture=drawn)


def nudge(tx: Transaction, waiting: Waiting, words: Words, *, now: datetime, zone: ZoneInfo) -> Reply | None:
    """A word to who has filed nothing; None once they have, or when the period is closed."""
    period = periods.still_silent(tx, int(waiting.subject), waiting.person, waiting.occurrence)
    return None if period is None or now >= period.closes_at(zone) else summary_reply.nudge(period, words)
