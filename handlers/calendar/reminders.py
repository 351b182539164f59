"""Reminders in words: how long until, what to do, why so late, and how to be left alone."""

import re
from collections.abc import Mapping, Sequence

from bot.core.content import CampaignStep, DateRule
from bot.core.errors import N_
from bot.core.markup import guard
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.splitting import length
from bot.core.text import on_lines
from bot.library import Library
from bot.services.reminders import Waiting
from bot.words import Words

NAME = "rd"
ROOM = 1500  # UTF-16 units of one message, so that its choices fit too
SHOWN_CHOICES = 5
MOVED: Mapping[str, str] = {
    "night": N_("It was moved out of your quiet hours."),
    "weekend": N_("It was moved, because you want none at weekends."),
    "tet": N_("It was moved behind the Tết break."),
    "pause:mourning": N_("It was moved, because the team paused: mourning."),
    "pause:storm": N_("It was moved, because the team paused: storm or flood."),
    "pause:harvest": N_("It was moved, because the team paused: harvest."),
    "pause:other": N_("It was moved, because the team paused."),
}
_SIGN = re.compile(r"^\W+ ")
LATER, ENOUGH = N_("Remind me later"), N_("Stop this reminder")
PLAN, QUIZ, LESSON = N_("See the plan"), N_("Answer the quiz"), N_("Take this lesson")


def render(
    rule: DateRule,
    waiting: Waiting,
    words: Words,
    *,
    steps: Sequence[CampaignStep] = (),
    library: Library,
    team: str = "",
    resident: bool = False,
) -> Reply:
    """One reminder; of a team's own date with the team's name."""
    _ = words.say
    day, title = words.day_long(waiting.occurrence), guard(rule.title.in_locale(words.locale)) if team else rule.title
    if waiting.left > 0:
        head = words.say_many(
            "{n} day left: {title}, {day}.", "{n} days left: {title}, {day}.", waiting.left, title=title, day=day
        )
    else:
        head = _("Today: {title}, {day}.", title=title, day=day)
    todo = rule.lead_todo.get(waiting.lead, rule.todo)
    if resident and rule.resident_todo:
        todo = rule.resident_todo
    lines = (
        f"📅 {head}",
        _("A date of {team}.", team=guard(team)) if team else "",
        todo.in_locale(words.locale),
        _theme(rule, waiting, words, library),
        *(step.text.in_locale(words.locale) for step in steps),
        moved(waiting, words),
    )
    choices = [choice for step in steps if (choice := _choice(rule, step, words))]
    return Reply(text=on_lines(*lines), choices=(*choices, *quieter(waiting.due, words)))


def quieter(due: int, words: Words) -> tuple[Choice, Choice]:
    """Later, or never again. Chosen by their words: nobody waits for this message, a number would answer another."""
    return (
        Choice(words.say(LATER), make(NAME, f"{due}=later"), numbered=False),
        Choice(words.say(ENOUGH), make(NAME, f"{due}=stop"), numbered=False),
    )


def moved(waiting: Waiting, words: Words) -> str:
    """Why it does not come when it was planned; empty when it does."""
    parts = (
        words.say(MOVED[waiting.why]) if waiting.why in MOVED else "",
        words.say("This reminder comes late.") if waiting.late else "",
    )
    return " ".join(part for part in parts if part)


def join(pairs: Sequence[tuple[Waiting, Reply]], words: Words) -> Reply:
    """What is due together as one message: each with its head line, the whole of it as far as it fits."""
    texts = [_SIGN.sub("", reply.text) for _, reply in pairs]
    head = "📅 " + words.say_many("{n} reminder:", "{n} reminders:", len(pairs))
    text = "\n\n".join((head, *texts))
    if length(text) > ROOM:
        heads = [f"– {said.partition(chr(10))[0]}" for said in texts]
        while length("\n".join((head, *heads, "…"))) > ROOM:
            heads.pop()
        text = "\n".join((head, *heads, *(["…"] if len(heads) < len(texts) else [])))
    own = {
        choice.label: choice
        for _, reply in pairs
        for choice in reply.choices
        if not choice.payload.startswith(f"{NAME}:")
    }
    return Reply(text=text, choices=(*list(own.values())[:SHOWN_CHOICES], *quieter(pairs[0][0].due, words)))


def thanks(rule: DateRule, step: CampaignStep, words: Words, **figures: object) -> Reply:
    """The word of thanks with the year's figures."""
    text = step.text.in_locale(words.locale)
    shown = {name: str(value) if name == "year" else words.show(value) for name, value in figures.items()}
    title = rule.title.in_locale(words.locale)
    return Reply(text=f"📅 {title}\n{text.format(**shown)}")


def _theme(rule: DateRule, waiting: Waiting, words: Words, library: Library) -> str:
    """The theme of that year's day, where an editor has entered it, with its source."""
    theme = next((theme for theme in rule.themes if theme.year == waiting.occurrence.year), None)
    if theme is None:
        return ""
    return words.say(
        "Theme of {year}: {text} Source: {source}.",
        year=str(theme.year),
        text=theme.text,
        source=library.sources[theme.source].short,
    )


def _choice(rule: DateRule, step: CampaignStep, words: Words) -> Choice | None:
    match step.kind:
        case "lesson":
            return Choice(words.say(LESSON), make("lesson", step.lesson), numbered=False)
        case "plan":
            return Choice(words.say(PLAN), make("kehoach", rule.id), numbered=False)
        case "quiz":
            return Choice(words.say(QUIZ), make("caudo", rule.id), numbered=False)
    return None
