"""A coordinator asks about a report; who filed it answers."""

import re

from bot.core.errors import KnownError
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.receipt import read_receipt
from bot.core.text import phrase
from bot.services import queries, reports
from bot.services.permissions import Action, allowed, require
from bot.services.queries import Query
from bot.turn import Turn
from handlers import menu
from handlers.awaiting import await_text, awaited, move

ASK, ANSWER = "hoilai", "traloi"
SHORTEST = 2
_WORDS = re.compile(r"(?:tra loi|answer) ([a-z0-9]{1,12} \d{4} \d{1,6})")


def listed(turn: Turn) -> Reply:
    """Questions that wait for an answer: mine to answer, and those of the team for its coordinator."""
    require(turn.roles, Action.FILE_REPORT)
    _, person = turn.say, turn.speaker.person
    mine = queries.waiting_for(turn.tx, person)
    asked = [
        query
        for role in turn.roles
        if allowed([role], Action.QUERY_REPORT)
        for query in queries.open_for_team(turn.tx, role.team)
        if query.filed_by != person
    ]
    lines = [_told(turn, query) for query in (*mine, *asked)]
    choices = [Choice(answer_label(turn, query), make(ANSWER, query.id)) for query in mine]
    choices += [
        Choice(_("Report {number}", number=number), make("rep", f"{report}=show"))
        for number, report in dict.fromkeys((query.number, query.report) for query in asked)
    ]
    head = _("Questions about reports that wait for an answer:") if lines else _("No question waits for an answer.")
    return Reply(text="\n".join((f"📋 {head}", *lines)), choices=(*choices[:8], menu.home(turn)))


def ask_tapped(turn: Turn) -> Reply:
    """The button under a report was tapped: type the question."""
    if turn.payload.argument == "cancel":
        return _dropped(turn)
    person = turn.speaker.person
    report = reports.open_for_change(turn.tx, read_number(turn.payload.argument), roles=turn.roles, person=person)
    require(turn.roles, Action.QUERY_REPORT, report.team)
    await_text(turn, ASK, report=report.id)
    text = turn.say("📋 What do you want to ask about report {number}? Type it.", number=report.number)
    return Reply(text=text, choices=(move(turn, ASK, "cancel"),))


def ask_typed(turn: Turn) -> Reply:
    """The question itself."""
    kept = awaited(turn, ASK)
    if len(turn.message.text.strip()) < SHORTEST:
        text = turn.say("That is too short to be understood. Type it in a few words.")
        return Reply(text=text, choices=(move(turn, ASK, "cancel"),))
    turn.state.awaited = None
    query = queries.ask(
        turn.tx,
        int(kept["report"]),
        turn.message.text,
        roles=turn.roles,
        person=turn.speaker.person,
        now=turn.now,
    )
    _ = turn.say
    return Reply(
        text=_(
            "📋 Asked about report {number}: “{text}”. The answer will be told here.",
            number=query.number,
            text=query.text,
        ),
        choices=(
            Choice(_("Report {number}", number=query.number), make("rep", f"{query.report}=show")),
            Choice(_("Open questions"), make("go", ASK)),
            menu.home(turn),
        ),
    )


def answer_tapped(turn: Turn) -> Reply:
    """The button under a question was tapped: type the answer."""
    if turn.payload.argument == "cancel":
        return _dropped(turn)
    query = queries.to_answer(turn.tx, read_number(turn.payload.argument), person=turn.speaker.person)
    await_text(turn, ANSWER, query=query.id)
    text = "\n".join((_told(turn, query), turn.say("Type the answer.")))
    fix = Choice(fix_label(turn, query.number), make("rep", f"{query.report}=fix"), numbered=False)
    return Reply(text=f"📋 {text}", choices=(fix, move(turn, ANSWER, "cancel")))


def answer_typed(turn: Turn) -> Reply:
    """The answer itself; who asked is told."""
    kept, text = awaited(turn, ANSWER), turn.message.text
    if not text.strip():
        return Reply(text=turn.say("Type the answer."), choices=(move(turn, ANSWER, "cancel"),))
    turn.state.awaited = None
    query = queries.answer(turn.tx, int(kept["query"]), text, person=turn.speaker.person, now=turn.now)
    _ = turn.say
    return Reply(
        text=_("📋 Answered about report {number}: “{text}”.", number=query.number, text=query.answer),
        choices=(Choice(_("My reports"), make("go", "phieu")), menu.home(turn)),
    )


def meant(turn: Turn) -> str:
    """The button that "trả lời TM-2026-0042" stands for, for who has a question there; empty otherwise."""
    found = _WORDS.fullmatch(phrase(turn.message.text))
    if not found:
        return ""
    wanted = read_receipt(found[1])
    for query in queries.waiting_for(turn.tx, turn.speaker.person):
        if wanted and read_receipt(query.number) == wanted:
            return make(ANSWER, query.id)
    raise KnownError(queries.GONE)


def answer_label(turn: Turn, query: Query) -> str:
    """The words of the button that begins an answer."""
    return turn.say("Answer {number}", number=query.number)


def fix_label(turn: Turn, number: str) -> str:
    """The words of the button that corrects a report."""
    return turn.say("Change report {number}", number=number)


def _told(turn: Turn, query: Query) -> str:
    _ = turn.say
    return _("{name} about report {number}: “{text}”", name=query.asker or "?", number=query.number, text=query.text)


def _dropped(turn: Turn) -> Reply:
    turn.state.awaited = None
    _ = turn.say
    return Reply(
        text=_("📋 Nothing was sent."),
        choices=(Choice(_("My reports"), make("go", "phieu")), menu.home(turn)),
    )
