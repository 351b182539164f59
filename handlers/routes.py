"""Which handler answers what: tables you can print, and the one order in which they are asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.core.answers import match_choice
from bot.core.errors import N_, ConsentNeeded, KnownError
from bot.core.messages import Choice, InboundMessage, Kind, Reply
from bot.core.payload import make
from bot.core.text import phrase
from bot.services import contacts, teams
from bot.services.permissions import Action, allowed
from bot.turn import Turn
from bot.words import Words
from handlers import (
    dates,
    lessons,
    menu,
    my_reports,
    profile,
    questions,
    report,
    report_by_line,
    report_line,
    start,
    summary,
)
from handlers import help as help_page
from handlers.report_words import said

Handler = Callable[[Turn], Reply | InboundMessage | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One command: its name on every channel, the words that mean it, and what it does."""

    name: str
    words: tuple[str, ...]
    handler: Handler
    help: str  # English msgid of one line; empty: not listed
    action: Action | None = None  # the role it needs; the service asks again


COMMANDS: tuple[Route, ...] = (
    Route(
        name="start",
        words=("bat dau", "start", "xin chao", "chao", "hello"),
        handler=start.start,
        help=N_("begin; with a code, join a team"),
    ),
    Route(name="menu", words=("menu", "tro ve menu"), handler=menu.show, help=N_("what I may do")),
    Route(
        name="baihoc",
        words=("bai hoc", "hoc", "hoc bai", "lesson", "lessons", "learn"),
        handler=lessons.tracks,
        help=N_("short lessons with a quiz"),
    ),
    Route(
        name="hoi",
        words=("hoi", "cau hoi", "ask"),
        handler=questions.ask,
        help=N_("ask a question; the answer names its source and date"),
    ),
    Route(
        name="hanchot",
        words=("han", "han chot", "lich", "sap toi", "dates"),
        handler=dates.upcoming,
        help=N_("dates to remember, reminders"),
    ),
    Route(
        name="baocao",
        words=("bao cao", "bc", "report", "phieu moi"),
        handler=report.start,
        help=N_("file an outreach report, step by step or in one line"),
        action=Action.FILE_REPORT,
    ),
    Route(
        name="phieu",
        words=("phieu", "phieu cua toi", "my reports"),
        handler=my_reports.listed,
        help=N_("my reports: see, change, withdraw"),
        action=Action.FILE_REPORT,
    ),
    Route(
        name="sua", words=("sua", "sua phieu", "change"), handler=my_reports.latest, help="", action=Action.FILE_REPORT
    ),
    Route(
        name="tuan",
        words=("tuan", "tong ket tuan", "week", "summary"),
        handler=summary.now,
        help=N_("the team's week so far"),
        action=Action.SEE_SUMMARY,
    ),
    Route(
        name="dulieu",
        words=("du lieu cua toi", "du lieu", "my data"),
        handler=profile.data,
        help=N_("what is kept about me; withdraw consent"),
    ),
    Route(name="xungho", words=("xung ho", "cach xung ho"), handler=profile.address, help=""),
    Route(
        name="ngonngu",
        words=("english", "tieng anh", "tieng viet", "vietnamese", "ngon ngu", "language"),
        handler=profile.language,
        help=N_("Vietnamese or English"),
    ),
    Route(
        name="dung",
        words=("dung", "dung lai", "stop"),
        handler=profile.stop,
        help=N_("no more messages that I did not ask for"),
    ),
    Route(name="them", words=("them", "more"), handler=menu.more, help=""),
    Route(
        name="trogiup", words=("tro giup", "giup", "help", "huong dan"), handler=help_page.show, help=N_("this list")
    ),
)
"""Stop words come before everything else; the other words count only where no form or lesson is open."""

STOP = "dung"
BUTTONS: Mapping[str, Handler] = {
    "agree": start.agree,
    "details": start.details,
    "refuse": start.refuse,
    "addr": profile.set_address,
    "withdraw": profile.withdraw,
    "remind": dates.remind,
    "past": dates.past,
    "track": lessons.track,
    "lesson": lessons.begin,
    "step": lessons.step,
    "quiz": lessons.answer,
    "next": lessons.resume,
    "fact": questions.fact,
    "f": report.tapped,
    "fix": report.correct,
    "do": report.move,
    "rep": my_reports.one,
}
MOVES: Mapping[str, str] = {
    "quay lai": "back",
    "lui": "back",
    "back": "back",
    "bo qua": "skip",
    "skip": "skip",
    "huy": "cancel",
    "cancel": "cancel",
    "gui": "send",
    "send": "send",
}
RETRY = ("tiep", "tiep tuc", "go on", "continue")
DEEPEST = 3  # messages a handler may put in the place of another, one after the other
HOME = make("go", "menu")

_BY_NAME = {route.name: route for route in COMMANDS}
_BY_WORDS = {words: route for route in COMMANDS for words in route.words}


def command_list(words: Words) -> list[tuple[str, str]]:
    """(name, what it does) of every listed command in one language, for a platform's own command menu."""
    return [(route.name, words.say(route.help)) for route in COMMANDS if route.help]


def respond(turn: Turn) -> Reply | None:
    """The answer to one message. What a person can mend is said in words; everything else is the receiver's."""
    try:
        return _settle(turn, find(turn)(turn))
    except ConsentNeeded as needed:
        return start.ask_consent(turn, needed.purpose)
    except KnownError as known:
        return Reply(text=said(turn, known), choices=(Choice(turn.say("Menu"), HOME),))


def sorry(turn: Turn) -> Reply:
    """Something of ours broke: what was typed is kept."""
    text = turn.say("Từng Ngõ has a problem just now; what you typed **was kept**. Type “go on” in a few minutes.")
    return Reply(text=text)


def find(turn: Turn) -> Handler:  # noqa: PLR0911  the order of the questions is the point
    """The handler of a message, in the one fixed order."""
    message = turn.message
    words = phrase(message.text)
    if message.kind in (Kind.STOPPED, Kind.RETURNED):
        return reachable
    if message.group:
        return help_page.group
    if message.kind is Kind.TEXT and words in _BY_NAME[STOP].words:
        return profile.stop
    if message.kind is Kind.TEXT and message.text.startswith("/"):
        return _command(message.text)
    if message.kind is Kind.TAP:
        return _button(turn)
    if message.kind is Kind.EDIT:
        return report_by_line.edited
    if message.kind is Kind.MEDIA:
        return help_page.media
    return _typed(turn, words)


def _command(text: str) -> Handler:
    name = text[1:].split(maxsplit=1)[0].lower() if len(text) > 1 else ""
    route = _BY_NAME.get(name.partition("@")[0])
    return route.handler if route else help_page.unknown


def _button(turn: Turn) -> Handler:
    payload = turn.payload
    if payload.action == "go" and payload.argument in _BY_NAME:
        return _without_text(_BY_NAME[payload.argument].handler)
    if payload.action == "start":
        return start.start
    return BUTTONS.get(payload.action, help_page.old_button)


def _typed(turn: Turn, words: str) -> Handler:  # noqa: PLR0911  as in `find`
    if words in _BY_NAME["menu"].words:
        return menu.show
    if turn.state.menu_contact == turn.speaker.contact and (choice := match_choice(turn.message.text, turn.state.menu)):
        return _tap(choice.payload)
    if words in RETRY:
        return again
    if turn.state.form and words in MOVES:
        return _tap(make("do", MOVES[words]))
    if turn.state.form:
        return report.typed
    if turn.state.lesson:
        return _in_lesson(words)
    return _free(turn, words)


def _in_lesson(words: str) -> Handler:
    """In a lesson a number or a button's words were tried already; commands by words work, the rest is a question."""
    if MOVES.get(words) == "cancel":
        return menu.show
    if words in _BY_WORDS:
        return _BY_WORDS[words].handler
    return lessons.resume if words.isdigit() or not words else questions.ask


def _free(turn: Turn, words: str) -> Handler:
    if words in _BY_WORDS:
        return _BY_WORDS[words].handler
    if report_line.text_of(turn.message.text):
        return report.start
    if teams.looks_like_code(turn.message.text):
        return start.typed_code
    if words.isdigit() or not words or words in MOVES:
        return help_page.not_understood
    if allowed(turn.roles, Action.FILE_REPORT) and report_by_line.is_line(turn):
        return report_by_line.start_line
    return questions.ask


def again(turn: Turn) -> Reply | InboundMessage:
    """Answer “tiếp”: what was kept when something broke is tried again; else the open report goes on."""
    kept = contacts.take_kept(turn.tx, turn.message)
    if kept:
        return replace(turn.message, kind=Kind(kept["kind"]), text=kept["text"], payload=kept["payload"])
    if turn.state.form or turn.state.draft:
        return report.resume(turn)
    return lessons.resume(turn) if turn.state.lesson else menu.show(turn)


def reachable(turn: Turn) -> None:
    """The person blocked the bot, or came back: noted, nothing is said."""
    contacts.set_reachable(turn.tx, turn.speaker.contact, turn.message, turn.now)


def _tap(payload: str) -> Handler:
    return lambda turn: replace(turn.message, kind=Kind.TAP, text="", payload=payload, message_ref="")


def _without_text(handler: Handler) -> Handler:
    def run(turn: Turn) -> Reply | InboundMessage | None:
        turn.message = replace(turn.message, text="")
        return handler(turn)

    return run


def _settle(turn: Turn, outcome: Reply | InboundMessage | None) -> Reply | None:
    """A handler may answer with another message to be understood instead: a typed number is a tapped button.

    The button may be "I agree", which goes on with what was held; and that may be a typed number again.
    """
    for _ in range(DEEPEST):
        if isinstance(outcome, InboundMessage):
            turn.message = outcome
            outcome = find(turn)(turn)
    return outcome if not isinstance(outcome, InboundMessage) else help_page.not_understood(turn)
