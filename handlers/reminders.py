"""Reminders in words: how long until, what to do, and how to be left alone."""

from bot.core.content import DateRule
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.services.reminders import Waiting
from bot.words import Words


def render(rule: DateRule, waiting: Waiting, words: Words) -> Reply:
    """One reminder."""
    _ = words.say
    day = words.day_long(waiting.occurrence)
    if waiting.left:
        head = words.say_many(
            "{n} day left: {title}, {day}.", "{n} days left: {title}, {day}.", waiting.left, title=rule.title, day=day
        )
    else:
        head = _("Today: {title}, {day}.", title=rule.title, day=day)
    todo = rule.lead_todo.get(waiting.lead, rule.todo).in_locale(words.locale)
    late = _("This reminder comes late.") if waiting.late else ""
    text = "\n".join(part for part in (f"📅 {head}", todo, late) if part)
    choices = (
        Choice(_("Dates to remember"), make("go", "hanchot")),
        Choice(_("No more reminders"), make("go", "dung")),
    )
    return Reply(text=text, choices=choices)
