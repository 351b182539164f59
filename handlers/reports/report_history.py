"""What happened to a report: who, when, what changed."""

from bot.core.forms import Form
from bot.services import queries, report_lists
from bot.services.report_lists import Event
from bot.services.reports import Change, Filed
from bot.turn import Turn
from handlers.reports.report_words import shown_answer

SHOWN = 6  # the newest events on one page


def lines(turn: Turn, report: Filed) -> list[str]:
    """The newest events, the oldest of them first, and every question with its answer."""
    events = report_lists.history(turn.tx, report.id, roles=turn.roles, person=turn.speaker.person)
    form = turn.library.forms[report.state.form]
    found = [line(turn, form, event, report.team) for event in events[-SHOWN:]] if len(events) > 1 else []
    _ = turn.say
    for query in queries.of_report(turn.tx, report.id):
        found.append(_("Asked: “{text}”", text=query.text))
        if query.answer:
            found.append(_("Answered: “{text}”", text=query.answer))
    return found


def line(turn: Turn, form: Form, event: Event, team: int) -> str:
    """One event: "10:05 18/11/2026 · Hoa · sửa: Số hộ 5 → 6 (nhầm số)"."""
    _ = turn.say
    done = {
        "file": _("filed"),
        "change": _("changed"),
        "withdraw": _("withdrawn"),
        "restore": _("brought back"),
    }.get(event.action, event.action)
    what = f"{done}: {differences(turn, form, event.changes, team)}" if event.changes else done
    reason = f" ({event.reason})" if event.reason else ""
    return f"{moment(turn, event)} · {event.name or '?'} · {what}{reason}"


def differences(turn: Turn, form: Form, changes: tuple[Change, ...] | list[Change], team: int) -> str:
    """What changed, as people read it: "Số hộ 5 → 6; Kết quả …"."""
    known = {question.name: question for question in form.survey}
    return "; ".join(
        f"{turn.show(known[each.name].short)} {shown_answer(turn, known[each.name], each.before, team)} → "
        f"{shown_answer(turn, known[each.name], each.after, team)}"
        for each in changes
        if each.name in known
    )


def moment(turn: Turn, event: Event) -> str:
    """A moment as people read it."""
    local = event.at.astimezone(turn.zone)
    return f"{local:%H:%M} {turn.show(local.date())}"
