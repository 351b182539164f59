"""Requests about personal data, for the coordinator: read, answered, given more time; for who asked: the answer."""

import re

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.splitting import shorten
from bot.core.text import on_lines
from bot.core.working_days import EXTENSION
from bot.services.permissions import Action, allowed, require
from bot.services.personal_data import data_requests
from bot.services.personal_data.data_requests import Request
from bot.turn import Turn
from bot.words import Words
from handlers import menu
from handlers.awaiting import await_text, awaited, move

NAME = "datareq"
SHOWN = 5
_BY_NUMBER = re.compile(r"(?:yeu cau|request) (?P<number>\d{1,9})")


def meant(turn: Turn, words: str) -> str:
    """The payload of "Yêu cầu 12", typed where a message that nobody asked for named it; empty for everybody else."""
    found = _BY_NUMBER.fullmatch(words) if allowed(turn.roles, Action.ANSWER_DATA) else None
    return make(NAME, f"see={found['number']}") if found else ""


def tapped(turn: Turn) -> Reply:
    """A button of these pages: "verb" or "verb=number"."""
    verb, _, value = turn.payload.argument.partition("=")
    number = read_number(value)
    if verb == "see":
        return _one(turn, number)
    if verb == "answer":
        return _ask(turn, number)
    return _extended(turn, number) if verb == "more" else listed(turn)


def listed(turn: Turn, said: str = "") -> Reply:
    """What waits, the most urgent first."""
    _ = turn.say
    turn.state.awaited = None
    require(turn.roles, Action.ANSWER_DATA)
    found = data_requests.waiting(turn.tx, turn.roles, turn.speaker.person)
    head = _("Requests about personal data:") if found else _("No request about personal data waits.")
    lines = [line(turn.words, each) for each in found[:SHOWN]]
    choices = [Choice(_("Request {n}", n=str(each.id)), make(NAME, f"see={each.id}")) for each in found[:SHOWN]]
    text = on_lines(said, head, *lines)
    return Reply(text=text, choices=(*choices, menu.home(turn)))


def line(words: Words, request: Request) -> str:
    """One request, short."""
    return words.say(
        "Request {n}, {name}, due {day}: “{text}”",
        n=str(request.id),
        name=request.name or words.say("somebody"),
        day=request.due,
        text=shorten(request.text, 150),
    )


def _one(turn: Turn, number: int) -> Reply:
    _ = turn.say
    found = data_requests.one(turn.tx, number, turn.roles, turn.speaker.person)
    lines = (
        line(turn.words, found),
        _("Answer by {answer_by}, done by {finish_by}.", answer_by=found.answer_by, finish_by=found.finish_by),
    )
    more = () if found.extended else (Choice(_("It needs 15 days more"), make(NAME, f"more={number}")),)
    choices = (
        Choice(_("Write the answer"), make(NAME, f"answer={number}")),
        *more,
        Choice(_("Requests to answer"), make(NAME, "list")),
    )
    return Reply(text="\n".join(lines), choices=choices)


def _ask(turn: Turn, number: int) -> Reply:
    found = data_requests.one(turn.tx, number, turn.roles, turn.speaker.person)
    await_text(turn, NAME, request=found.id)
    text = turn.say(
        "Write what was done about request {n}, in one message. It is sent to who asked, and the request is closed.",
        n=str(number),
    )
    return Reply(text=text, choices=(move(turn, NAME, "cancel"),))


def typed(turn: Turn) -> Reply:
    """The answer: sent and closed."""
    number = int(awaited(turn, NAME).get("request", 0))
    turn.state.awaited = None
    found = data_requests.one(turn.tx, number, turn.roles, turn.speaker.person)
    if not data_requests.tidy(turn.message.text):
        return _ask(turn, number)
    said = answered(turn.library.words[found.locale], found, data_requests.tidy(turn.message.text))
    data_requests.answer(turn.tx, number, turn.message.text, said, person=turn.speaker.person, now=turn.now)
    return listed(turn, turn.say("Sent. Request {n} is closed.", n=str(number)))


def _extended(turn: Turn, number: int) -> Reply:
    found = data_requests.one(turn.tx, number, turn.roles, turn.speaker.person)
    said = delayed(turn.library.words[found.locale], found)
    day = data_requests.extend(turn.tx, number, said, person=turn.speaker.person, now=turn.now)
    return listed(turn, turn.say("Request {n} is to be done by {day} now; who asked is told.", n=str(number), day=day))


def answered(words: Words, request: Request, answer: str) -> Reply:
    """To who asked: the answer."""
    text = words.say("💬 Your request {n} about your data is answered: “{answer}”", n=str(request.id), answer=answer)
    return Reply(text=text, choices=(Choice(words.say("My data"), make("go", "dulieu"), numbered=False),))


def delayed(words: Words, request: Request) -> Reply:
    """To who asked: it takes longer."""
    day = request.finish_by + EXTENSION
    text = words.say(
        "💬 Your request {n} about your data is being worked on; it is done by {day}.", n=str(request.id), day=day
    )
    return Reply(text=text, choices=(Choice(words.say("My data"), make("go", "dulieu"), numbered=False),))


def told(words: Words, request: Request, *, late: bool) -> Reply:
    """To a coordinator: somebody asks, or time runs short."""
    head = (
        words.say("⚠️ A request about personal data is overdue.")
        if late
        else words.say("⚠️ Somebody of your team has a request about their personal data.")
    )
    see = Choice(words.say("Request {n}", n=str(request.id)), make(NAME, f"see={request.id}"), numbered=False)
    return Reply(text=f"{head}\n{line(words, request)}", choices=(see,))
