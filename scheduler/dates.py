"""Reminders of dates, national and a team's own, as true as they are when they go out."""

from collections.abc import Sequence

from bot.core.calendar import is_reminded, occurrences
from bot.core.content import DateRule
from bot.core.messages import Reply
from bot.library import Library
from bot.services import campaigns, reminders, team_dates, teams
from bot.services.reminders import Waiting
from bot.services.reminding import Ready
from bot.storage.database import Transaction
from handlers.calendar import reminders as reminder_words


def ready(tx: Transaction, waiting: Waiting, library: Library) -> Ready:
    """One reminder in words; without them when the date is gone, was moved, or is not theirs any more."""
    rule, team = _rule(tx, waiting, library)
    if rule is None or not is_reminded(rule) or not occurrences(rule, waiting.occurrence, waiting.occurrence):
        return Ready(waiting=waiting, reply=None)
    if waiting.lead < 0:
        return Ready(waiting=waiting, reply=_thanks(tx, rule, waiting, library), topic=rule.topic)
    roles = teams.roles(tx, waiting.person)
    audience = {"resident", *(role.role for role in roles)}
    steps = [step for step in rule.campaign if step.lead == waiting.lead and audience & set(step.audience)]
    words = library.words[waiting.locale]
    reply = reminder_words.render(rule, waiting, words, steps=steps, library=library, team=team, resident=not roles)
    return Ready(waiting=waiting, reply=reply, topic=rule.topic)


def join(pairs: Sequence[tuple[Waiting, Reply]], library: Library) -> Reply:
    """What is due together for one person, as one message."""
    return reminder_words.join(pairs, library.words[pairs[0][0].locale])


def _rule(tx: Transaction, waiting: Waiting, library: Library) -> tuple[DateRule | None, str]:
    """The rule it is about, and the team's name where it is a team's."""
    kind, name = waiting.kind, waiting.subject
    if kind == reminders.AGAIN:
        kind, _, name = name.partition(":")
    if kind == reminders.DATE:
        return library.dates.get(name), ""
    found = team_dates.find(tx, int(name))
    role = next((role for role in teams.roles(tx, waiting.person) if found and role.team == found[0]), None)
    return (found[1], role.team_name) if found and role else (None, "")


def _thanks(tx: Transaction, rule: DateRule, waiting: Waiting, library: Library) -> Reply | None:
    """The word of thanks to who is in a team that has figures to show."""
    step = next((step for step in rule.campaign if step.lead == waiting.lead), None)
    team = campaigns.team_of(tx, waiting.person)
    figures = campaigns.year_so_far(tx, team[0], waiting.occurrence) if team else None
    if step is None or team is None or figures is None:
        return None
    return reminder_words.thanks(
        rule,
        step,
        library.words[waiting.locale],
        year=waiting.occurrence.year,
        team=team[1],
        reports=figures.reports,
        households=figures.households,
        people=figures.people,
    )
