"""/phieu: the person's own reports; see, change, withdraw, bring back."""

from bot.core.errors import N_, KnownError
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.services import reports
from bot.services.permissions import Action, require
from bot.services.reports import Filed
from bot.turn import Turn
from handlers import report_view
from handlers.report_words import shown_answer

LONGEST = 18  # digits of an id that every database takes


def listed(turn: Turn) -> Reply:
    """The newest five."""
    require(turn.roles, Action.FILE_REPORT)
    _ = turn.say
    mine = reports.mine(turn.tx, turn.speaker.person)
    menu = Choice(_("Menu"), make("go", "menu"))
    if not mine:
        return Reply(text="📋 " + _("No report yet. Type “report” to file the first one."), choices=(menu,))
    choices = [Choice(_line(turn, report), make("rep", f"{report.id}=show")) for report in mine]
    return Reply(text="📋 " + _("Your newest reports:"), choices=(*choices, menu))


def one(turn: Turn) -> Reply:
    """One report and what to do with it, "id=show|fix|withdraw|restore"; asked of the service each time."""
    argument, _, wanted = turn.payload.argument.partition("=")
    if not argument.isdecimal() or len(argument) > LONGEST:
        return listed(turn)
    return act(turn, int(argument), wanted)


def latest(turn: Turn) -> Reply:
    """Change the newest report: “sửa” after the receipt."""
    require(turn.roles, Action.FILE_REPORT)
    mine = reports.mine(turn.tx, turn.speaker.person, limit=1)
    return act(turn, mine[0].id, "fix") if mine else listed(turn)


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
    if wanted == "fix":
        if report.status == "withdrawn":
            raise KnownError(N_("This report is withdrawn. Bring it back first."))
        return report_view.show(turn, turn.library.forms[report.state.form], report.state)
    return shown(turn, report)


def shown(turn: Turn, report: Filed) -> Reply:
    """One report with all its answers."""
    _ = turn.say
    form = turn.library.forms[report.state.form]
    places = {place.id: place.label for place in turn.places(report.team)}
    lines = [
        f"{turn.show(question.short)}: {shown_answer(turn, question, report.state.answers[question.name], places)}"
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
    return Reply(
        text="\n".join((head, *lines)),
        choices=_after(turn, report.id, "restore" if report.status == "filed" else "withdraw"),
    )


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
    return (*first, Choice(_("My reports"), make("go", "phieu")), Choice(_("Menu"), make("go", "menu")))


def _line(turn: Turn, report: Filed) -> str:
    mark = turn.say(" (withdrawn)") if report.status == "withdrawn" else ""
    return f"{report.number} · {turn.show(report.day)}{mark}"
