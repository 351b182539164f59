"""One answer of a form, read from what a person typed or tapped."""

from collections.abc import Iterable
from typing import Any

from bot.core.days import UnclearDay, parse_day
from bot.core.errors import N_
from bot.core.forms import AnswerRejected, Context, FormChoice, Place, Question
from bot.core.markup import guard
from bot.core.messages import Choice, numbered
from bot.core.numbers import UnclearNumber, parse_count
from bot.core.privacy import mask
from bot.core.text import clean, phrase

DONE = "="  # the button that ends a multiple choice
TODAY, YESTERDAY = "hôm nay", "hôm qua"


def choices(question: Question, context: Context, current: Any = None) -> list[tuple[str, str]]:
    """(label, value) of everything that may be tapped; a chosen entry of a multiple choice is marked."""
    match question.type:
        case "place":
            return [(place.label, str(place.id)) for place in context.places]
        case "select_one":
            return [(choice.label.in_locale(context.locale), choice.name) for choice in question.choices]
        case "select_multiple":
            chosen = current or {}
            return [
                (("✓ " if choice.name in chosen else "") + choice.label.in_locale(context.locale), choice.name)
                for choice in question.choices
            ]
    return []


def tapped(question: Question, value: str, context: Context, current: Any = None) -> Any:
    """The answer a button stands for. AnswerRejected when the button is none of this question's."""
    if question.type == "date":
        return read_day(value, context)
    known = {each for _, each in choices(question, context)}
    if value not in known:
        raise AnswerRejected(N_("That button is no longer in use. Please choose again."))
    if question.type == "place":
        return int(value)
    if question.type == "select_multiple":
        chosen: dict[str, Any] = dict(current or {})
        if value in chosen:
            del chosen[value]
        else:
            chosen[value] = None
        return chosen
    return value


def typed(question: Question, text: str, context: Context) -> Any:
    """The answer a text stands for: a number of the list, its words, or the thing itself."""
    text = clean(text).strip()
    match question.type:
        case "date":
            return read_day(text, context)
        case "integer":
            return read_count(question, text)
        case "place":
            return _one_place(text, context.places).id
        case "select_one":
            return _one_choice(text, question.choices).name
        case "select_multiple":
            return _many_choices(text, question.choices)
    if len(text) > question.maximum:
        raise AnswerRejected(N_("That is too long. Say it in at most {limit} characters."), limit=question.maximum)
    return guard(mask(text).text)


def read_day(text: str, context: Context) -> str:
    """A day as ISO text."""
    try:
        return parse_day(text, context.today).isoformat()
    except UnclearDay as unclear:
        raise AnswerRejected(
            N_("“{text}” is not clear as a day. Type it as day/month, for example: 18/11"), text=quote(text)
        ) from unclear


def read_count(question: Question, text: str) -> int:
    """A whole number within the question's limit."""
    try:
        value = parse_count(text)
    except UnclearNumber as unclear:
        raise AnswerRejected(
            N_("“{text}” is not clear as a number. Please type it in digits, for example: 50"), text=quote(text)
        ) from unclear
    if value > question.maximum:
        raise AnswerRejected(
            N_("{value} is more than this form takes ({limit} at most). Type it again, or split the report."),
            value=value,
            limit=question.maximum,
        )
    return value


def match_number(text: str, total: int) -> int | None:
    """The position (from 0) that a typed list number names; None when the text is no such number."""
    text = text.strip().rstrip(".)")
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len("100") else 0
    return number - 1 if 0 < number <= total else None


def match_choice(text: str, offered: tuple[Choice, ...]) -> Choice | None:
    """The choice of a menu that a text names, by its number or by its words with or without marks."""
    by_number = numbered(offered)
    position = match_number(text, len(by_number))
    if position is not None:
        return by_number[position]
    wanted = phrase(text)
    found = [choice for choice in offered if wanted and phrase(choice.label) == wanted]
    return found[0] if len(found) == 1 else None


def quote(text: str) -> str:
    """What was typed, short, on one line and harmless, for saying it back."""
    line = " ".join(text.split())
    return guard(line if len(line) <= 40 else line[:39] + "…")  # noqa: PLR2004  a line on a small phone


def _one_place(text: str, places: tuple[Place, ...]) -> Place:
    wanted = phrase(text)
    exact = [place for place in places if text.lower() == place.label.lower()]
    named = [place for place in places if wanted in {phrase(word) for word in (place.label, *place.words)}]
    found = exact or named
    if len(found) == 1:
        return found[0]
    position = match_number(text, len(places))
    if not found and position is not None:
        return places[position]
    if found:
        names = ", ".join(place.label for place in found)
        raise AnswerRejected(N_("“{text}” may be: {names}. Type the whole name."), text=quote(text), names=names)
    raise AnswerRejected(
        N_("“{text}” is not a place of this team. Tap a button, or type its number or its name."), text=quote(text)
    )


def _one_choice(text: str, offered: tuple[FormChoice, ...]) -> FormChoice:
    position = match_number(text, len(offered))
    if position is not None:
        return offered[position]
    found = _by_words(phrase(text), offered)
    if found is None:
        raise AnswerRejected(
            N_("“{text}” is not one of the choices. Tap a button, or type its number or its words."), text=quote(text)
        )
    return found


def _many_choices(text: str, offered: tuple[FormChoice, ...]) -> dict[str, None]:
    numbers = text.replace(",", " ").replace(";", " ").split()
    positions = [match_number(number, len(offered)) for number in numbers]
    if positions and None not in positions:
        return {offered[position].name: None for position in positions if position is not None}
    parts = [part for part in text.replace(";", ",").replace("\n", ",").split(",") if part.strip()] or [text]
    return {_one_choice(part, offered).name: None for part in parts}


def _by_words(wanted: str, offered: Iterable[FormChoice]) -> FormChoice | None:
    found = [
        choice
        for choice in offered
        if wanted and wanted in {phrase(word) for word in (choice.label.vi, choice.label.en, *choice.words)}
    ]
    return found[0] if len(found) == 1 else None
