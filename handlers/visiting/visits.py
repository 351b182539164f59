"""/viec: visits that are wanted near me: take, done, hand back."""

import re
from collections.abc import Callable

from bot.core.errors import N_
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.text import on_lines, phrase
from bot.services import followups, reports
from bot.services.permissions import Action, allowed, require
from bot.services.visit_views import Visit
from bot.turn import Turn
from handlers import menu
from handlers.reports.report_view import FORM
from handlers.visiting import visit_words

NAME = "vis"
PAGE = 5
_WORDS = (
    (re.compile(r"(?:nhan viec|take visit) (\d{1,9})"), "take"),
    (re.compile(r"xong viec (\d{1,9})|visit (\d{1,9}) done"), "done"),
    (re.compile(r"(?:tra lai viec|hand back visit) (\d{1,9})"), "back"),
    (re.compile(r"(?:viec|visit) (\d{1,9})"), "show"),
)


def meant(text: str) -> str:
    """The button that a text such as "nhận việc 12" stands for; empty when it is none."""
    words = phrase(text)
    for pattern, wanted in _WORDS:
        if found := pattern.fullmatch(words):
            return make(NAME, f"{next(filter(None, found.groups()))}={wanted}")
    return ""


def start(turn: Turn) -> Reply:
    """/viec: mine first, then what nobody has taken yet; with a number behind it, that one."""
    require(turn.roles, Action.TAKE_VISIT)
    number = read_number(turn.message.text.partition(" ")[2].strip())
    return act(turn, number, "show") if number else listed(turn, 0)


def tapped(turn: Turn) -> Reply:
    """A button: "12=take", or "0=5" for the list from its sixth entry on."""
    first, _, wanted = turn.payload.argument.partition("=")
    number = read_number(first)
    return act(turn, number, wanted) if number else listed(turn, read_number(wanted))


def listed(turn: Turn, offset: int) -> Reply:
    """Mine, then five that nobody has."""
    _, form, person = turn.say, turn.library.forms[FORM], turn.speaker.person
    mine = followups.taken(turn.tx, roles=turn.roles, person=person) if not offset else []
    found = followups.near(turn.tx, roles=turn.roles, person=person, offset=offset, limit=PAGE + 1)
    shown = [*mine, *found[:PAGE]]
    if not offset and allowed(turn.roles, Action.RUN_VISITS):
        shown += followups.held_by_others(turn.tx, roles=turn.roles, person=person)
    choices = [Choice(visit_words.label(visit, form, turn.words), make(NAME, f"{visit.id}=show")) for visit in shown]
    if found[PAGE:]:
        choices.append(Choice(_("Show more"), make(NAME, f"0={offset + PAGE}")))
    if not shown:
        text = _("No visit is waiting where your team works.")
    elif mine:
        text = _("Visits: those you took (✓) first, then those nobody has yet.")
    elif found:
        text = _("Visits nobody has yet:")
    else:
        text = _("Every visit is taken:")
    return Reply(text=f"🤝 {text}", choices=(*choices, menu.home(turn)))


def act(turn: Turn, number: int, wanted: str) -> Reply:
    """Do one thing with one visit; the service is asked each time."""
    if wanted.startswith("link."):
        return link(turn, number, wanted.removeprefix("link."))
    return _ACTS.get(wanted, show)(turn, number)


def show(turn: Turn, number: int, note: str = "") -> Reply:
    """One visit, and what may be done with it."""
    visit = followups.one(turn.tx, number, roles=turn.roles, person=turn.speaker.person)
    text = on_lines(note, "🤝 " + _told(turn, visit))
    return Reply(text=text, choices=(*_choices(turn, visit), *_ways_on(turn)))


def take(turn: Turn, number: int) -> Reply:
    """Take it, if nobody was faster."""
    followups.take(turn.tx, number, roles=turn.roles, person=turn.speaker.person, now=turn.now)
    return show(
        turn, number, turn.say("✅ It is yours. When it is done, type: {words}", words=_label(turn, "done", number))
    )


def hand_back(turn: Turn, number: int) -> Reply:
    """Let others have it."""
    followups.hand_back(turn.tx, number, roles=turn.roles, person=turn.speaker.person, now=turn.now)
    text = turn.say("🤝 Visit {n} is open again; others may take it.", n=str(number))
    return Reply(text=text, choices=_ways_on(turn))


def finish(turn: Turn, number: int) -> Reply:
    """Done; the report that tells of it may be named."""
    followups.finish(turn.tx, number, roles=turn.roles, person=turn.speaker.person, now=turn.now)
    _ = turn.say
    mine = reports.mine(turn.tx, turn.speaker.person, limit=2)
    linked = [
        Choice(_("It is in report {number}", number=report.number), make(NAME, f"{number}=link.{report.id}"))
        for report in mine
        if report.status == "filed"
    ]
    return Reply(
        text=_("✅ Visit {n} is done. Thank you! Is there a report of it?", n=str(number)),
        choices=(*linked, Choice(_("File a report"), make("go", "baocao")), *_ways_on(turn)),
    )


def link(turn: Turn, number: int, report: str) -> Reply:
    """Name the report."""
    wanted = read_number(report)
    followups.link(turn.tx, number, wanted, person=turn.speaker.person, now=turn.now)
    return Reply(text=turn.say("✅ Noted with visit {n}.", n=str(number)), choices=_ways_on(turn))


_ACTS: dict[str, Callable[[Turn, int], Reply]] = {"take": take, "back": hand_back, "done": finish}


def _told(turn: Turn, visit: Visit) -> str:
    _, form = turn.say, turn.library.forms[FORM]
    since = visit.since.astimezone(turn.zone).date()
    status = {
        "open": _("nobody has it yet"),
        "taken": _("taken by {name}", name=visit.taker or _("somebody")),
        "done": _("done"),
        "cancelled": _("no longer wanted"),
    }[visit.status]
    lines = [
        f"{_('Visit {n}', n=str(visit.id))} · {visit_words.line(visit, form, turn.words)} · {status}",
        _("From a report: another visit is needed.") if visit.from_report else _(visit_words.WISHES[visit.wish]),
        _("Waiting since {since}; should be done by {due}.", since=since, due=visit.due_on),
        _("Asked by: {name}", name=visit.resident) if visit.resident else "",
        _("They add: {note}", note=visit.note) if visit.note else "",
    ]
    return on_lines(*lines)


def _choices(turn: Turn, visit: Visit) -> list[Choice]:
    wanted = {"open": ["take"], "taken": ["done", "back"] if visit.mine else []}.get(visit.status, [])
    if visit.status == "taken" and not visit.mine and allowed(turn.roles, Action.RUN_VISITS):
        wanted = ["back"]
    return [Choice(_label(turn, each, visit.id), make(NAME, f"{visit.id}={each}")) for each in wanted]


def _label(turn: Turn, wanted: str, number: int) -> str:
    return turn.say(LABELS[wanted], n=str(number))


LABELS = {
    "take": N_("Take visit {n}"),
    "done": N_("Visit {n} done"),
    "back": N_("Hand back visit {n}"),
}


def _ways_on(turn: Turn) -> tuple[Choice, Choice]:
    return Choice(turn.say("Visits wanted"), make("go", "viec")), menu.home(turn)
