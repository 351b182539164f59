"""The one-line report in the dialogue: read, shown, mended by editing the line."""

from dataclasses import replace

from bot.core import answers
from bot.core.errors import N_, KnownError
from bot.core.forms import FormState
from bot.core.messages import Reply
from bot.core.text import on_lines
from bot.services import consents, reports
from bot.services.permissions import Action, allowed, require
from bot.services.reports import Filed
from bot.turn import Turn
from handlers.reports import report_line
from handlers.reports.report_filing import changed
from handlers.reports.report_view import FORM, show
from handlers.reports.report_words import said
from handlers.teams import which_team


def from_line(turn: Turn, text: str, *, team: int, before: FormState | None = None) -> Reply:
    """The one-line report: show what was understood, ask for what is missing."""
    form = turn.library.forms[FORM]
    fresh = FormState(form=form.id, version=form.version, team=team, said_at=said_at(turn), line=_line_key(turn))
    line = report_line.read(form, before or fresh, text, places=turn.places(team), today=turn.said_on)
    return show(turn, form, line.state, note=_doubts(turn, line))


def is_line(turn: Turn) -> bool:
    """Whether a member's free text is clearly a one-line report without its first word."""
    form = turn.library.forms[FORM]
    teams = [role.team for role in turn.roles if allowed([role], Action.FILE_REPORT)]
    return any(report_line.looks_like_report(turn.message.text, form, turn.places(team), turn.today) for team in teams)


def team_of_line(turn: Turn, text: str) -> int:
    """The team a line is for: the one that has its place, where only one has."""
    form = turn.library.forms[FORM]
    return which_team.pick(
        turn,
        Action.FILE_REPORT,
        lambda role: report_line.names_place(text, form, turn.places(role.team), turn.today),
    ).team


def start_line(turn: Turn) -> Reply:
    """A one-line report without its first word."""
    require(turn.roles, Action.FILE_REPORT)
    consents.require(turn.tx, turn.speaker.person, "report")
    return from_line(turn, turn.message.text, team=team_of_line(turn, turn.message.text))


def is_mend(turn: Turn) -> bool:
    """Whether a free text says what to change in the newest report: "sửa phiếu cuối, 6 hộ"."""
    if not allowed(turn.roles, Action.FILE_REPORT) or not (text := report_line.mend_of(turn.message.text)):
        return False
    form = turn.library.forms[FORM]
    return any(report_line.says_something(text, form, turn.places(role.team), turn.said_on) for role in turn.roles)


def mend(turn: Turn) -> Reply:
    """Change the newest report by a line: the difference, or the card where something is not clear."""
    mine = reports.mine(turn.tx, turn.speaker.person, limit=1)
    if not mine:
        raise KnownError(N_("No report yet. Type “report” to file the first one."))
    report = reports.open_for_change(turn.tx, mine[0].id, roles=turn.roles, person=turn.speaker.person)
    return _change_by(turn, report, report_line.mend_of(turn.message.text))


def edited(turn: Turn) -> Reply:
    """A sent message was edited: a one-line report follows its line."""
    key, text = _line_key(turn), report_line.text_of(turn.message.text) or turn.message.text
    state = turn.state.form
    if state and state.line == key and not state.report:
        return from_line(turn, text, team=state.team, before=replace(state, answers={}, at=""))
    person = turn.speaker.person
    report = reports.of_line(turn.tx, key, roles=turn.roles, person=person) if key else None
    if report is None:
        return Reply(
            text=turn.say("The edit was seen, but nothing follows from it. Please type it again as a new message.")
        )
    return _change_by(turn, report, text)


def _change_by(turn: Turn, report: Filed, text: str) -> Reply:
    form = turn.library.forms[FORM]
    line = report_line.read(form, report.state, text, places=turn.places(report.team), today=turn.said_on)
    if line.unclear or line.refused or line.state.at:
        return show(turn, form, line.state, note=_doubts(turn, line))
    return changed(turn, form, line.state)


def _doubts(turn: Turn, line: report_line.Line) -> str:
    unclear = (
        turn.say("Not clear: {pieces}", pieces=", ".join(map(answers.quote, line.unclear))) if line.unclear else ""
    )
    return on_lines(unclear, *(said(turn, each) for each in line.refused))


def said_at(turn: Turn) -> str:
    """The message's own time, as ISO text."""
    return (turn.message.sent_at or turn.now).isoformat()


def _line_key(turn: Turn) -> str:
    message = turn.message
    return f"{message.channel}:{message.bot}:{message.chat}:{message.message_ref}" if message.message_ref else ""
