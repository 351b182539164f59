"""/phieu: filed reports; see, change, withdraw, bring back; for the coordinator, ask about them."""

import re

from bot.core.errors import N_, KnownError
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.receipt import read_receipt
from bot.core.text import phrase
from bot.services import queries, report_lists, reports
from bot.services.permissions import Action, allowed, require
from bot.services.report_lists import Filter
from bot.services.reports import Filed
from bot.turn import Turn
from handlers import menu
from handlers.reports import report_history, report_list, report_queries, report_view
from handlers.reports.report_words import shown_answer

_BY_NUMBER = re.compile(r"(?P<fix>(?:sua|change) )?(?:phieu|report) (?P<number>[a-z0-9]{1,12} \d{4} \d{1,6})")
_REASON = re.compile(r"^\s*(?:l[ýy] do|reason)\s*[:\-]\s*(?P<reason>\S.*)$", re.IGNORECASE | re.DOTALL)


def listed(turn: Turn) -> Reply:
    """The newest five; with words behind it a period, a place, withdrawn ones, or one report by its number."""
    require(turn.roles, Action.FILE_REPORT)
    text = turn.message.text
    rest = text.partition(" ")[2].strip() if text.startswith("/") else report_list.after_word(text)
    if read_receipt(rest):
        return by_number(turn, rest, "show")
    wanted = report_list.meant(turn, rest) if rest else None
    if wanted is None and phrase(rest) not in ("", "cua toi"):
        return report_list.choose(turn)
    return report_list.show(turn, wanted or Filter())


def is_meant(turn: Turn) -> bool:
    """Whether free text names filed reports: "phiếu tuần này", "phiếu TM-2026-0042", "sửa phiếu TM-2026-0042"."""
    if not allowed(turn.roles, Action.FILE_REPORT):
        return False
    words = phrase(turn.message.text)
    rest = report_list.after_word(words)
    return bool(_BY_NUMBER.fullmatch(words)) or bool(rest and report_list.meant(turn, rest))


def named(turn: Turn) -> Reply:
    """What free text named."""
    found = _BY_NUMBER.fullmatch(phrase(turn.message.text))
    return by_number(turn, found["number"], "fix" if found["fix"] else "show") if found else listed(turn)


def by_number(turn: Turn, number: str, wanted: str) -> Reply:
    """One report by its receipt number; the same refusal whether it is somebody else's or nobody's."""
    report = report_lists.open_by_number(turn.tx, number, roles=turn.roles, person=turn.speaker.person)
    return act(turn, report.id, wanted)


def one(turn: Turn) -> Reply:
    """One report and what to do with it, "id=show|fix|withdraw|restore"; asked of the service each time."""
    argument, _, wanted = turn.payload.argument.partition("=")
    number = read_number(argument)
    return act(turn, number, wanted) if number else report_list.show(turn, Filter())


def latest(turn: Turn) -> Reply:
    """Change the newest report: “sửa” after the receipt."""
    require(turn.roles, Action.FILE_REPORT)
    mine = reports.mine(turn.tx, turn.speaker.person, limit=1)
    return act(turn, mine[0].id, "fix") if mine else report_list.show(turn, Filter())


def reason_of(text: str) -> str:
    """What stands behind "lý do:"; empty when the text is no reason."""
    found = _REASON.match(text)
    return found["reason"].strip() if found else ""


def give_reason(turn: Turn) -> Reply:
    """“lý do: …”: why the last change was made, kept with it."""
    reason = reason_of(turn.message.text)
    number = reports.give_reason(turn.tx, reason, person=turn.speaker.person, now=turn.now)
    if number is None:
        raise KnownError(N_("There is no change of today to which this reason belongs."))
    _ = turn.say
    return Reply(
        text=_("✏️ Report {number}: the reason is kept.", number=number),
        choices=(Choice(_("My reports"), make("go", "phieu")), menu.home(turn)),
    )


def act(turn: Turn, report_id: int, wanted: str) -> Reply:
    """Do one thing with one report."""
    person = turn.speaker.person
    if wanted in ("withdraw", "restore"):
        number = reports.set_withdrawn(
            turn.tx, report_id, withdrawn=wanted == "withdraw", roles=turn.roles, person=person, now=turn.now
        )
        said = (
            N_("Report {number} is withdrawn and counts nowhere.")
            if wanted == "withdraw"
            else N_("Report {number} counts again.")
        )
        return Reply(text="📋 " + turn.say(said, number=number), choices=_after(turn, report_id, wanted))
    report = reports.open_for_change(turn.tx, report_id, roles=turn.roles, person=person)
    return fix(turn, report) if wanted == "fix" else shown(turn, report)


def fix(turn: Turn, report: Filed) -> Reply:
    """Open it for correction; a report that was being filled in is put aside, not lost."""
    if report.status == "withdrawn":
        raise KnownError(N_("This report is withdrawn. Bring it back first."))
    if turn.state.form and turn.state.form.report != report.id:
        turn.state.put_aside()
    return report_view.show(turn, turn.library.forms[report.state.form], report.state)


def shown(turn: Turn, report: Filed) -> Reply:
    """One report: its answers, when it was received, what happened to it."""
    _ = turn.say
    form = turn.library.forms[report.state.form]
    lines = [
        f"{turn.show(question.short)}: {shown_answer(turn, question, report.state.answers[question.name], report.team)}"
        for question in form.survey
        if report.state.answers.get(question.name) is not None
    ]
    status = _("withdrawn") if report.status == "withdrawn" else _("filed")
    head = "📋 " + _(
        "Report {number} ({status}, version {version})",
        number=report.number,
        status=status,
        version=report.version,
    )
    received = report.received_at.astimezone(turn.zone)
    arrived = _("Received: {time} {day}", time=f"{received:%H:%M}", day=received.date())
    late = " · " + _("sent late") if report.late else ""
    filer = report_lists.filer(turn.tx, report) if report.person != turn.speaker.person else ""
    by = [_("Filed by: {name}", name=filer)] if filer else []
    return Reply(
        text="\n".join((head, *lines, arrived + late, *by, *report_history.lines(turn, report))),
        choices=(
            *_queries(turn, report),
            *_after(turn, report.id, "restore" if report.status == "filed" else "withdraw"),
        ),
    )


def _queries(turn: Turn, report: Filed) -> tuple[Choice, ...]:
    """To ask, for the coordinator; to answer, for who filed it."""
    if report.person != turn.speaker.person:
        may = allowed(turn.roles, Action.QUERY_REPORT, report.team)
        return (Choice(turn.say("Ask about it"), make(report_queries.ASK, report.id)),) if may else ()
    return tuple(
        Choice(report_queries.answer_label(turn, query), make(report_queries.ANSWER, query.id))
        for query in queries.of_report(turn.tx, report.id)
        if query.status == "open"
    )[:1]


def _after(turn: Turn, report_id: int, done: str) -> tuple[Choice, ...]:
    _ = turn.say
    first: tuple[Choice, ...]
    if done == "withdraw":
        first = (Choice(_("Bring it back"), make("rep", f"{report_id}=restore")),)
    else:
        first = (
            Choice(_("Change"), make("rep", f"{report_id}=fix")),
            Choice(_("Withdraw"), make("rep", f"{report_id}=withdraw")),
        )
    return (*first, Choice(_("My reports"), make("go", "phieu")), menu.home(turn))
