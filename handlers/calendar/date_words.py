"""Dates in words: when one falls, how often, and when it is reminded of."""

from bot.core.calendar import next_occurrence, next_reminders
from bot.core.content import DateRule
from bot.core.decency import decent
from bot.core.markup import guard
from bot.turn import Turn
from bot.words import Words
from handlers.teams.broadcast_words import moment

NEXT = 3  # reminders that are shown before a date is saved


def how_often(rule: DateRule, words: Words) -> str:
    """How often it comes: "every week"."""
    _ = words.say
    match rule.recurrence:
        case "weekly":
            return _("every week")
        case "monthly":
            return _("every month")
        case "quarterly":
            return _("every three months")
        case "yearly":
            return _("every year")
    return _("once")


def before(leads: tuple[int, ...], words: Words) -> str:
    """When it is reminded of: "7 days before, 1 day before, on the day"."""
    parts = [
        words.say_many("{n} day before", "{n} days before", lead) if lead else words.say("on the day")
        for lead in sorted(leads, reverse=True)
    ]
    return ", ".join(parts)


def reminders(turn: Turn, rule: DateRule, number: int = NEXT) -> str:
    """When the next reminders go out; behind the night and Tết already."""
    found = [
        moment(turn.words, decent(at, turn.zone)[0], turn.zone)
        for at, _ in next_reminders(rule, turn.now, turn.zone, number)
    ]
    return "; ".join(found) or turn.say("none before that day")


def line(turn: Turn, rule: DateRule, team: str) -> str:
    """One date of a team on a line."""
    found = next_occurrence(rule, turn.today)
    day = found.day if found else rule.day
    days = (day - turn.today).days
    left = turn.say("today") if days == 0 else turn.count("in {n} day", "in {n} days", days)
    return turn.say(
        "**{title}**: {when} ({left}). Date of {team}.",
        title=guard(rule.title.vi),
        when=turn.words.day_long(day),
        left=left,
        team=guard(team),
    )
