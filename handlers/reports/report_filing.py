"""Filing a report: the receipt, the twin, the difference of a change."""

from bot.core.forms import AnswerRejected, Form, FormState
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.text import on_lines
from bot.services import reports
from bot.turn import Turn
from handlers import menu
from handlers.reports import report_history
from handlers.reports.report_view import show


def send(turn: Turn, form: Form, state: FormState) -> Reply:
    """File the report, or write the change; what is missing is asked instead."""
    try:
        if state.report:
            return changed(turn, form, state)
        role = reports.check(turn.tx, form, state, roles=turn.roles, today=turn.today)
        if not state.twin_seen and (
            number := reports.twin(turn.tx, state, role=role, person=turn.speaker.person, now=turn.now)
        ):
            return ask_twin(turn, state, number)
        receipt = reports.file(
            turn.tx, form, state, roles=turn.roles, person=turn.speaker.person, now=turn.now, today=turn.today
        )
    except AnswerRejected as rejected:
        return show(turn, form, state, rejected)
    turn.state.form = None
    _ = turn.say
    time = turn.now.astimezone(turn.zone).strftime("%H:%M")
    lines = [
        _("✅ Report {number} saved at {time}.", number=receipt.number, time=time),
        _("Sent late: the message was written earlier and waited for a signal.") if receipt.late else "",
        _(
            "This week: {reports} reports, {households} households. Type “change” to change this report.",
            reports=receipt.week_reports,
            households=receipt.week_households,
        ),
        _("Another visit is noted. Whoever goes takes it first.") if receipt.visit else "",
    ]
    choices = (
        *(
            (Choice(_("Take visit {n}", n=str(receipt.visit)), make("vis", f"{receipt.visit}=take")),)
            if receipt.visit
            else ()
        ),
        Choice(_("Change this report"), make("rep", f"{receipt.report}=fix")),
        Choice(_("Another report"), make("go", "baocao")),
        menu.home(turn),
    )
    return Reply(text=on_lines(*lines), choices=choices)


def ask_twin(turn: Turn, state: FormState, number: str) -> Reply:
    """It says the same as a report of the last days: was it meant?"""
    turn.state.form = state
    _ = turn.say
    return Reply(
        text=_("This is the same as report {number}. Send it all the same?", number=number),
        choices=(
            Choice(_("Send it too"), make("do", "anyway")),
            Choice(_("Change"), make("do", "fix")),
            Choice(_("Drop it"), make("do", "cancel")),
        ),
    )


def changed(turn: Turn, form: Form, state: FormState) -> Reply:
    """Write a new version and show the difference."""
    done = reports.change(
        turn.tx, form, state, roles=turn.roles, person=turn.speaker.person, now=turn.now, today=turn.today
    )
    turn.state.form = None
    _ = turn.say
    if not done.changes:
        text = _("✏️ Report {number}: nothing was changed.", number=done.number)
    else:
        listed = report_history.differences(turn, form, done.changes, state.team)
        text = _(
            "✏️ Report {number}, change {count}: {changes}. Everything else stays.",
            number=done.number,
            count=done.count,
            changes=listed,
        )
        text += "\n" + (
            _("Reason: {reason}", reason=state.reason) if state.reason else _("To say why, type “reason: …”.")
        )
    return Reply(text=text, choices=(Choice(_("My reports"), make("go", "phieu")), menu.home(turn)))
