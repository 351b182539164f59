"""What the models alone cannot see: references, what was replaced, what does not add up."""

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from bot.content.files import Entry, Fault, ModelT
from bot.content.limits import CHOICE_LIMIT, ID_LIMIT, STEP_LIMIT, fits, name_of, shown, words
from bot.core import forms, payload, text
from bot.core.content import DateRule, Fact, FactKind, Lesson, QuizItem, Source, Track
from bot.core.forms import Form

ACTION_ROOM = "x" * 12  # a choice's payload needs an action before it

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_AS_OF = re.compile(r"\d{4}(-[A-Za-z0-9]+)*")
LEAP_DAY = (2, 29)
THANKS = {"year", "team", "reports", "households", "people"}  # filled in for the word of thanks


@dataclass(frozen=True, slots=True)
class Group(Generic[ModelT]):
    """Everything read of one kind, by id, with where it stands.

    `spoilt`: the ids that are there and could not be read; None when nobody knows which they are.
    """

    entries: Mapping[str, Entry[ModelT]]
    spoilt: frozenset[str] | None = frozenset()

    def __contains__(self, name: str) -> bool:
        """Whether that id may be referred to: one fault is told once, not again at everything that refers to it."""
        return name in self.entries or self.spoilt is None or name in self.spoilt


@dataclass(frozen=True, slots=True)
class Parts:
    """The whole content."""

    sources: Group[Source]
    facts: Group[Fact]
    dates: Group[DateRule]
    tracks: Group[Track]
    lessons: Group[Lesson]
    forms: Group[Form]


def check(parts: Parts) -> Iterator[Fault]:
    """Every fault of the content as a whole."""
    for found in _everything(parts):
        yield from identity(found)
        yield from words(found)
    for fact in parts.facts.entries.values():
        yield from _fact(fact, parts)
    for rule in parts.dates.entries.values():
        yield from _date(rule, parts)
    for lesson in parts.lessons.entries.values():
        yield from _lesson(lesson, parts)
    for form in parts.forms.entries.values():
        yield from _form(form)
    yield from _tracks(parts)


def _everything(parts: Parts) -> Iterator[Entry[Any]]:
    groups = (parts.sources, parts.facts, parts.dates, parts.tracks, parts.lessons, parts.forms)
    for group in groups:
        yield from group.entries.values()


def identity(found: Entry[Any]) -> Iterator[Fault]:
    """What is wrong with an id, or with whom it is for."""
    if not _ID.fullmatch(found.value.id):
        yield found.fault("An id holds letters without marks, digits, '-', '_' and '.'. Change it.", "id")
    elif len(found.value.id) > ID_LIMIT:
        yield found.fault(f"The id must fit a button: at most {ID_LIMIT} characters. Shorten it.", "id")
    if getattr(found.value, "audience", True) == ():
        yield found.fault("audience names nobody. Add: audience: [resident, volunteer, coordinator]", "audience")


def _refers(found: Entry[Any], key: str, names: Sequence[str], known: Group[Any], *place: str | int) -> Iterator[Fault]:
    for name in names:
        if name not in known:
            yield found.fault(f"{key}: there is no {name}. Correct the id, or add it.", *place)


def _leans(found: Entry[Any], facts: Sequence[str], parts: Parts, *place: str | int) -> Iterator[Fault]:
    """A fact that was replaced must not be taught or reminded of, unless it is compared with what replaced it."""
    yield from _refers(found, "facts", facts, parts.facts, *place)
    for name in facts:
        fact = parts.facts.entries.get(name)
        newer = fact.value.replaced_by if fact else ""
        if newer and newer not in facts:
            message = (
                f"The fact {name} was replaced. Rewrite this after {newer} and name that, or name both to compare."
            )
            yield found.fault(message, *place)


def _fact(found: Entry[Fact], parts: Parts) -> Iterator[Fault]:
    fact = found.value
    yield from _refers(found, "source", [fact.source], parts.sources, "source")
    if not _AS_OF.fullmatch(fact.as_of):
        yield found.fault(
            "as_of must begin with the year, so that it sorts. Write 2025-02-06, 2025-02, 2022-Q1 or 2024.", "as_of"
        )
    if fact.kind is FactKind.TARGET and not fact.due:
        yield found.fault("due is missing: for when was the target set? Add: due: '2025-12-31'", "kind")
    if fact.kind is not FactKind.TARGET and fact.due:
        yield found.fault("Only a target has a due date. Write kind: target, or remove due.", "due")
    statement = _close(fact.statement)
    for index, figure in enumerate(fact.figures):
        if _close(figure) not in statement:
            yield found.fault(f"The statement does not hold the figure {figure}. Write both alike.", "figures", index)
    yield from _replacement(found, parts)
    source = parts.sources.entries.get(fact.source)
    answer = [fact.statement, fact.as_of_text, source.value.short if source else "", fact.caution]
    yield from fits(found, "The answer (statement, as_of_text, source, caution)", answer, "statement")


def _close(words: str) -> str:
    return "".join(words.split()).casefold()


def _replacement(found: Entry[Fact], parts: Parts) -> Iterator[Fault]:
    """Following replaced_by must end at a fact that holds."""
    newer = found.value.replaced_by
    if not newer:
        return
    yield from _refers(found, "replaced_by", [newer], parts.facts, "replaced_by")
    chain = [found.value.id]
    while newer in parts.facts.entries and newer not in chain:
        chain.append(newer)
        newer = parts.facts.entries[newer].value.replaced_by
    if newer == found.value.id:
        circle = " → ".join([*chain, newer])
        yield found.fault(f"The facts replace each other in a circle: {circle}. Remove one replaced_by.", "replaced_by")


def _date(found: Entry[DateRule], parts: Parts) -> Iterator[Fault]:
    rule = found.value
    yield from _refers(found, "source", [rule.source], parts.sources, "source")
    yield from _leans(found, rule.facts, parts, "facts")
    if rule.recurrence == "yearly" and (rule.day.month, rule.day.day) == LEAP_DAY:
        yield found.fault("29 February does not come every year. Choose 28 February or 1 March.", "day")
    if rule.precision != "day" and rule.lead_days:
        yield found.fault("Only a date known to the day is reminded. Remove lead_days, or give the day.", "lead_days")
    if rule.precision != "day" and not rule.day_text:
        yield found.fault("day_text is missing: how is the date said? Add: day_text: 'quý IV/2025'", "precision")
    if any(lead < 0 for lead in rule.lead_days) or len(set(rule.lead_days)) < len(rule.lead_days):
        yield found.fault("lead_days are days before the date, each once: [30, 7, 1, 0]. Correct them.", "lead_days")
    for lead in rule.lead_todo:
        if lead not in rule.lead_days:
            yield found.fault(
                f"{lead} is not one of the lead_days. Add it there, or remove it here.", "lead_todo", str(lead)
            )
    for locale in ("vi", "en"):
        for todo in filter(None, (rule.todo, rule.resident_todo, *rule.lead_todo.values())):
            reminder = [rule.title.in_locale(locale), todo.in_locale(locale), rule.day_text]
            yield from fits(found, "The reminder (title and todo)", reminder, "todo")
    yield from _campaign(found, parts)


def _campaign(found: Entry[DateRule], parts: Parts) -> Iterator[Fault]:
    rule = found.value
    if rule.until and rule.until < rule.day:
        yield found.fault("until comes before the first day. Correct one of the two.", "until")
    for index, theme in enumerate(rule.themes):
        yield from _refers(found, "source", [theme.source], parts.sources, "themes", index, "source")
    for index, step in enumerate(rule.campaign):
        place = ("campaign", index)
        if step.kind in ("lesson", "quiz"):
            yield from _refers(found, "lesson", [step.lesson], parts.lessons, *place)
        if (step.kind == "thanks") != (step.lead < 0) or (step.lead >= 0 and step.lead not in rule.lead_days):
            message = "A campaign step comes with a reminder: its lead is one of lead_days; thanks comes after, -1."
            yield found.fault(message, *place, "lead")
        if step.kind == "plan" and not step.items:
            yield found.fault("A plan without items. Add items: what is to be settled.", *place)
        for said in (step.text.vi, step.text.en):
            named = {name for _, name, _, _ in string.Formatter().parse(said) if name} if "{" in said else set()
            if not named <= (THANKS if step.kind == "thanks" else set()):
                yield found.fault(f"Nothing is filled in for {', '.join(sorted(named))}. Remove the braces.", *place)


def _lesson(found: Entry[Lesson], parts: Parts) -> Iterator[Fault]:
    lesson = found.value
    yield from _refers(found, "track", [lesson.track], parts.tracks, "track")
    yield from _refers(found, "sources", lesson.sources, parts.sources, "sources")
    yield from _leans(found, lesson.facts, parts, "facts")
    yield from _skill(found, parts)
    for index, step in enumerate(lesson.steps):
        for name, shown_text in (("The step", step.text), ("The words for 'Chưa được'", step.fallback)):
            if len(shown_text) > STEP_LIMIT:
                yield found.fault(
                    f"{name} has {len(shown_text)} characters, at most {STEP_LIMIT}. Make two of it.", "steps", index
                )
    for index, item in enumerate(lesson.quiz):
        yield from _quiz(found, item, index)
        yield from _leans(found, item.facts, parts, "quiz", index)


def _skill(found: Entry[Lesson], parts: Parts) -> Iterator[Fault]:
    """A lesson's skill is one of the report's, so that help with it can be asked for."""
    questions = [each for form in parts.forms.entries.values() for each in form.value.survey if each.name == "skills"]
    known = sorted({choice.name for question in questions for choice in question.choices})
    if known and found.value.skill and found.value.skill not in known:
        yield found.fault(f"skill is one of the report's: {', '.join(known)}. Correct it, or remove it.", "skill")


def _quiz(found: Entry[Lesson], item: QuizItem, index: int) -> Iterator[Fault]:
    place = ("quiz", index)
    if not 0 <= item.right < len(item.choices):
        yield found.fault("No choice of this question is the right one. Mark one.", *place)
    for choice in item.choices:
        if len(choice) > CHOICE_LIMIT:
            yield found.fault(
                f"The choice '{choice}' has {len(choice)} characters, at most {CHOICE_LIMIT} fit. Shorten it.", *place
            )
    yield from _alike(found, item.choices, *place)
    yield from fits(found, "The question with its choices", (item.question, *item.choices), *place)


def _alike(found: Entry[Any], labels: Sequence[str], *place: str | int) -> Iterator[Fault]:
    """Choices are also typed without marks, so they must differ without them."""
    seen: dict[str, str] = {}
    for label in labels:
        first = seen.setdefault(text.phrase(label) or label, label)
        if first is not label:
            yield found.fault(f"'{first}' and '{label}' are the same when typed without marks. Reword one.", *place)


def _tracks(parts: Parts) -> Iterator[Fault]:
    home: dict[str, str] = {}
    for found in parts.tracks.entries.values():
        track = found.value
        for index, name in enumerate(track.lessons):
            place = ("lessons", index)
            yield from _refers(found, "lessons", [name], parts.lessons, *place)
            if name in home:
                yield found.fault(f"The lesson {name} is already in the track {home[name]}. Keep it in one.", *place)
            home.setdefault(name, track.id)
    for lesson in parts.lessons.entries.values():
        name, track_id = lesson.value.id, lesson.value.track
        if name not in home and parts.tracks.spoilt == frozenset():
            yield lesson.fault(
                f"No track holds this lesson. Add {name} to the lessons of a track in tracks.yaml.", "id"
            )
        elif name in home and home[name] != track_id and track_id in parts.tracks.entries:
            yield lesson.fault(
                f"tracks.yaml has this lesson in the track {home[name]}. Write the same track here.", "track"
            )


def _form(found: Entry[Form]) -> Iterator[Fault]:
    form = found.value
    for place, message in forms.faults(form):
        yield found.fault(f"{message[:1].upper()}{message[1:].rstrip('.')}.", *place)
    for place, english, _ in shown(form):
        if place[-1] == "en" and not english.strip() and not found.has(*place):
            yield found.fault(f"{name_of(place[:-1])} has no English. Add: en: …", *place[:-1])
    for index, question in enumerate(form.survey):
        yield from _question(found, question, "survey", index)


def _question(found: Entry[Form], question: forms.Question, *place: str | int) -> Iterator[Fault]:
    for index, choice in enumerate(question.choices):
        try:
            payload.make(ACTION_ROOM, f"{question.name}.{choice.name}")
        except ValueError:
            yield found.fault(
                "The names of question and choice do not fit a button. Shorten one.", *place, "choices", index
            )
    if len({choice.name for choice in question.choices}) < len(question.choices):
        yield found.fault("Two choices have the same name. Rename one.", *place, "choices")
    yield from _taken(found, question, *place)
    for locale in ("vi", "en"):
        labels = [choice.label.in_locale(locale) for choice in question.choices]
        yield from _alike(found, labels, *place, "choices")
        hint = question.hint.in_locale(locale) if question.hint else ""
        asked = (question.label.in_locale(locale), hint, *labels)
        yield from fits(found, "The question with its choices", asked, *place)


def _taken(found: Entry[Form], question: forms.Question, *place: str | int) -> Iterator[Fault]:
    """A word that people type must mean one choice."""
    owners: dict[str, str] = {}
    for index, choice in enumerate(question.choices):
        for word in choice.words:
            owner = owners.setdefault(text.phrase(word), choice.name)
            if owner != choice.name:
                message = f"The word {word} already means {owner}. Keep it at one of the two."
                yield found.fault(message, *place, "choices", index)
