"""/xuat: the reports of a period as a file, or the summary as a paper to pass on."""

import re
from datetime import date

from bot.core.answers import quote
from bot.core.days import UnclearDay, parse_day
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.people import Membership
from bot.core.periods import Period, before, period_of
from bot.core.text import fold
from bot.services import periods, summary
from bot.services.files import exports, media
from bot.services.permissions import Action, require
from bot.turn import Turn
from handlers import menu
from handlers.awaiting import await_text, awaited
from handlers.figures.summary import day_of
from handlers.figures.summary_words import title
from handlers.teams import which_team

NAME = "xuat"
_SPAN = re.compile(r"(?:tu )?(?:ngay )?(.+?) ?(?:\bden\b|\btoi\b|\bto\b| - |–) ?(?:ngay )?(.+)")


def start(turn: Turn) -> Reply:
    """Which days? With text behind the command, at once: "/xuat 1/10 đến 31/10"."""
    role = which_team.pick(turn, Action.EXPORT)
    text = turn.message.text.partition(" ")[2] if turn.message.text.startswith("/") else ""
    if text.strip() and (days := _days(text, turn.today)):
        return _made(turn, role, "xlsx", days)
    return ask(turn, role)


def ask(turn: Turn, role: Membership, wrong: str = "") -> Reply:
    """The periods that are asked for most, or two days."""
    _ = turn.say
    await_text(turn, NAME, team=role.team)
    present = periods.current(turn.tx, role.team, turn.today)
    quarter = period_of("quarter", turn.today)
    shown = [present, before(present), *([] if present.rule == "quarter" else [quarter])]
    choices = [Choice(title(each, turn.words), make(NAME, f"xlsx={role.team}={_span(each)}")) for each in shown]
    year = f"{date(turn.today.year, 1, 1)}_{date(turn.today.year, 12, 31)}"
    choices.append(Choice(_("Year {year}", year=str(turn.today.year)), make(NAME, f"xlsx={role.team}={year}")))
    text = "📋 " + _("Reports of which days? Tap a button, or type two days, for example: 1/10 to 31/10")
    return Reply(text=f"{wrong}\n{text}".strip(), choices=(*choices, menu.home(turn)))


def tapped(turn: Turn) -> Reply:
    """A button: "format=team=first day" of a period of the team, or "format=team=first_last"."""
    format_, _, rest = turn.payload.argument.partition("=")
    team, _, days = rest.partition("=")
    role = require(turn.roles, Action.EXPORT, read_number(team) or None)
    first, _, last = days.partition("_")
    begins, ends = day_of(first), day_of(last)
    if format_ not in ("xlsx", "csv", "docx") or begins is None:
        turn.state.awaited = None
        return menu.show(turn) if format_ == "cancel" else ask(turn, role)
    period = periods.current(turn.tx, role.team, begins)
    return _made(turn, role, format_, (begins, ends) if ends and begins <= ends else (period.first, period.last))


def typed(turn: Turn) -> Reply:
    """Two days."""
    role = require(turn.roles, Action.EXPORT, awaited(turn, NAME).get("team"))
    days = _days(turn.message.text, turn.today)
    if days is None:
        return ask(turn, role, turn.say("“{text}” are not two clear days.", text=quote(turn.message.text)))
    return _made(turn, role, "xlsx", days)


def _made(turn: Turn, role: Membership, format_: str, days: tuple[date, date]) -> Reply:
    turn.state.awaited = None
    if format_ == "docx":
        return _paper(turn, role, periods.current(turn.tx, role.team, days[0]))
    wanted, found = exports.order(
        turn.tx,
        "csv" if format_ == "csv" else "xlsx",
        role,
        days=days,
        roles=turn.roles,
        zone=turn.zone,
        locale=turn.locale,
        now=turn.now,
    )
    _ = turn.say
    text = "📋 " + turn.count(
        "{n} report, {first} to {last}. The file holds the names of those who filed: keep it inside the team. "
        "It can be fetched for 14 days.",
        "{n} reports, {first} to {last}. The file holds the names of those who filed: keep it inside the team. "
        "It can be fetched for 14 days.",
        found,
        first=days[0],
        last=days[1],
    )
    span = f"{role.team}={days[0]}_{days[1]}"
    other = Choice(_("As CSV"), make(NAME, f"csv={span}"))
    if format_ == "csv":
        other = Choice(_("As Excel"), make(NAME, f"xlsx={span}"))
    return Reply(
        text=text,
        file=media.promise_export(turn.tx, wanted),
        file_name=exports.file_name(wanted),
        choices=(other, Choice(_("Other days"), make("go", NAME)), menu.home(turn)),
    )


def _paper(turn: Turn, role: Membership, period: Period) -> Reply:
    _ = turn.say
    found, _since = summary.of_role(turn.tx, role, period=period, now=turn.now, zone=turn.zone, roles=turn.roles)
    text = "📋 " + _(
        "{period} as a Word file to pass on. Counts of residents below 5 are hidden. Read it, complete the proposals, "
        "and sign. It can be fetched for 14 days.",
        period=title(period, turn.words),
    )
    return Reply(
        text=text,
        file=media.promise_paper(turn.tx, found, locale="vi", zone=turn.zone, now=turn.now),
        file_name=media.paper_name(found),
        choices=(Choice(_("Back to the summary"), make("week", role.team)), menu.home(turn)),
    )


def _days(text: str, today: date) -> tuple[date, date] | None:
    found = _SPAN.fullmatch(" ".join(fold(text).split()))
    if not found:
        return None
    try:
        first, last = (parse_day(each, today) for each in found.groups())
    except UnclearDay:
        return None
    return (first, last) if first <= last else None


def _span(period: Period) -> str:
    return f"{period.first}_{period.last}"
