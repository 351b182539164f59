"""Which handler answers a message: the one order in which the tables are asked."""

from collections.abc import Mapping
from dataclasses import replace

from bot.core.answers import match_choice
from bot.core.errors import ConsentNeeded, KnownError
from bot.core.messages import InboundMessage, Kind, Reply
from bot.core.payload import make
from bot.core.text import phrase
from bot.services import contacts, usage
from bot.services.permissions import Action, allowed
from bot.turn import Turn
from bot.words import Words
from handlers import help as help_page
from handlers import menu, start
from handlers.answering import answer_talk, questions, scam_check
from handlers.buttons import AWAITED, BUTTONS, NAMES
from handlers.calendar import dates
from handlers.learning import lessons
from handlers.person import data_requests, link
from handlers.reports import my_reports, report, report_by_line, report_line, report_queries
from handlers.reports.report_words import said
from handlers.table import COMMANDS, STOP, Handler, Route
from handlers.teams import team_members, which_team
from handlers.visiting import visits

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
THANKS = ("cam on", "cam on nhe", "cam on nhieu", "thanks", "thank you", "ok", "da vang", "vang")
RETRY = ("tiep", "tiep tuc", "go on", "continue")
DEEPEST = 3  # messages a handler may put in the place of another, one after the other

_BY_NAME = {route.name: route for route in COMMANDS}
_BY_WORDS = {words: route for route in COMMANDS for words in route.words}


def command_list(words: Words) -> list[tuple[str, str]]:
    """(name, what it does) of every listed command in one language, for a platform's own command menu."""
    return [(route.name, words.say(route.help)) for route in COMMANDS if route.help]


def respond(turn: Turn) -> Reply | None:
    """The answer to one message. What a person can mend is said in words; everything else is the receiver's."""
    private = turn.message.private
    reply = _answer(turn)
    if reply and private:
        reply = help_page.numbers_left_out(turn, reply)
    return help_page.taught(turn, reply) if reply else None


def _answer(turn: Turn) -> Reply | None:
    try:
        return _settle(turn, find(turn)(turn))
    except ConsentNeeded as needed:
        return start.ask_consent(turn, needed.purpose)
    except which_team.TeamNeeded as needed:
        return which_team.ask(turn, needed)
    except KnownError as known:
        return Reply(text=said(turn, known), choices=(menu.home(turn),))


def sorry(turn: Turn) -> Reply:
    """Something of ours broke: what was typed is kept."""
    text = turn.say("Từng Ngõ has a problem just now; what you typed **was kept**. Type “go on” in a few minutes.")
    return Reply(text=text)


def slower(turn: Turn) -> Reply | None:
    """Somebody sends faster than anybody types. Said once; in a group not even that."""
    if turn.message.group:
        return None
    _ = turn.say
    text = _("That is very fast. Please wait half a minute, then send the last one again; what is open is kept.")
    return Reply(text=text)


def find(turn: Turn) -> Handler:  # noqa: PLR0911  the order of the questions is the point
    """The handler of a message, in the one fixed order."""
    message = turn.message
    words = phrase(message.text)
    if message.kind in (Kind.STOPPED, Kind.RETURNED):
        return reachable
    if message.group:
        return help_page.group
    if message.kind is Kind.TEXT and words in _BY_NAME[STOP].words and message.text.lower() not in answer_talk.YES:
        return _leaving(_BY_NAME[STOP])
    if turn.public_url and usage.is_full(turn.tx, message.channel, message.bot, turn.speaker.contact):
        return help_page.full
    if message.kind is Kind.TEXT and message.text.startswith("/"):
        return _command(message.text)
    if message.kind is Kind.TAP:
        return _button(turn)
    if message.kind is Kind.EDIT:
        return report_by_line.edited
    if message.kind is Kind.MEDIA:
        return scam_check.typed if scam_check.awaits(turn) else help_page.media
    return _typed(turn, words)


def _command(text: str) -> Handler:
    name = text[1:].split(maxsplit=1)[0].lower() if len(text) > 1 else ""
    route = _BY_NAME.get(name.partition("@")[0])
    return _leaving(route) if route else help_page.unknown


def _leaving(route: Route) -> Handler:
    """Who gives a command no longer says what was awaited."""

    def run(turn: Turn) -> Reply | InboundMessage | None:
        turn.state.awaited = None
        return route.handler(turn)

    return run


def _button(turn: Turn) -> Handler:
    payload = turn.payload
    if payload.action == "go" and payload.argument in _BY_NAME:
        return _without_text(_leaving(_BY_NAME[payload.argument]))
    if turn.state.awaited and payload.action != turn.state.awaited["for"]:
        turn.state.awaited = None
    if payload.action == "start":
        return start.start
    return BUTTONS.get(payload.action, help_page.old_button)


def _typed(turn: Turn, words: str) -> Handler:  # noqa: PLR0911  as in `find`
    if words in _BY_NAME["menu"].words:
        return _leaving(_BY_NAME["menu"])
    if turn.state.menu_contact == turn.speaker.contact and (choice := match_choice(turn.message.text, turn.state.menu)):
        return _tap(choice.payload)
    if scam_check.awaits(turn):
        return _awaited(scam_check.NAME, words)
    if words in RETRY:
        return again
    if link.is_plain_code(turn.message.text):
        return start.typed_code
    if turn.state.form:
        return _in_form(turn, words)
    if turn.state.awaited and turn.state.awaited["for"] in AWAITED:
        return _awaited(turn.state.awaited["for"], words)
    if turn.state.lesson:
        return _in_lesson(turn, words)
    return _free(turn, words)


def _in_form(turn: Turn, words: str) -> Handler:
    if words in MOVES:
        return _tap(make("do", MOVES[words]))
    return report.start if report_line.text_of(turn.message.text) else report.typed


def _awaited(name: str, words: str) -> Handler:
    if words in MOVES and name in BUTTONS:
        return _tap(make(name, MOVES[words]))
    return _leaving(_BY_WORDS[words]) if words in _BY_WORDS and name in NAMES else AWAITED[name]


def _in_lesson(turn: Turn, words: str) -> Handler:
    """In a lesson a number or a button's words were tried already; commands by words work, the rest is a question."""
    if MOVES.get(words) == "cancel":
        return menu.show
    if payload := answer_talk.meant(turn, words):
        return _tap(payload)
    if words in _BY_WORDS:
        return _BY_WORDS[words].handler
    if words.isdigit() or not words:
        return lessons.resume
    return scam_check.start if scam_check.is_meant(turn) else questions.ask


def _free(turn: Turn, words: str) -> Handler:  # noqa: PLR0911  as in `find`
    if words in THANKS:
        return help_page.welcome
    if payload := answer_talk.meant(turn, words):
        return _tap(payload)
    if words in _BY_WORDS:
        return _BY_WORDS[words].handler
    if named := _named(turn, words):
        return named
    if report_line.text_of(turn.message.text):
        return report.start
    if link.code_in(turn.message.text):
        return start.typed_code
    if words.isdigit() or not words or words in MOVES:
        return help_page.not_understood
    if allowed(turn.roles, Action.FILE_REPORT) and report_by_line.is_line(turn):
        return report_by_line.start_line
    return scam_check.start if scam_check.is_meant(turn) else questions.ask


def _named(turn: Turn, words: str) -> Handler | None:
    """What names one visit, one question about a report, or filed reports by its words."""
    meant = visits.meant(words) or team_members.meant(words) or report_queries.meant(turn)
    if payload := meant or data_requests.meant(turn, words):
        return _tap(payload)
    if dates.is_meant(words):
        return dates.named
    if my_reports.reason_of(turn.message.text):
        return my_reports.give_reason
    if my_reports.is_meant(turn):
        return my_reports.named
    return report_by_line.mend if report_by_line.is_mend(turn) else None


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
    return lambda turn: turn.message.as_tap(payload)


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
