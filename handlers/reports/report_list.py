"""/phieu: filed reports, five at a time, by period and place; a coordinator's whole team."""

import re
from dataclasses import replace

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.text import phrase
from bot.services import queries, report_lists
from bot.services.permissions import Action, allowed, require
from bot.services.report_lists import PAGE, Filter
from bot.services.reports import Filed
from bot.turn import Turn
from handlers import menu
from handlers.teams import which_team

NAME = "reps"
ASK = 0  # a team: the only one, or which one is asked
_START = re.compile(r"(?:phieu|my reports)(?: cua toi| cua to| o| tai)? ")
_SPANS = {
    "tuan nay": "week",
    "tuan": "week",
    "this week": "week",
    "thang nay": "month",
    "thang": "month",
    "this month": "month",
}
_WITHDRAWN = ("da rut", "rut", "withdrawn")
_TEAM = ("cua to", "ca to", "cua ca to", "team")


def meant(turn: Turn, text: str) -> Filter | None:
    """The filter that words such as "tuần này", "thôn 3", "đã rút" name; None when they name none."""
    words = phrase(text)
    if words in _SPANS:
        return Filter(span="week" if _SPANS[words] == "week" else "month")
    if words in _WITHDRAWN:
        return Filter(withdrawn=True)
    if words in _TEAM:
        return Filter(team=ASK)
    for role in turn.roles:
        for place in turn.places(role.team):
            if words in {phrase(each) for each in (place.label, *place.words) if not each.isdecimal()}:
                return Filter(unit=place.id)
    return None


def after_word(text: str) -> str:
    """What stands behind "phiếu": "tuần này"; empty when nothing does, or when the word is not there."""
    words = phrase(text)
    found = _START.match(words)
    return words[found.end() :] if found else ""


def tapped(turn: Turn) -> Reply:
    """A button: a filter, or the choice of filters."""
    if turn.payload.argument == "choose":
        return choose(turn)
    return show(turn, _parse(turn.payload.argument))


def show(turn: Turn, wanted: Filter) -> Reply:
    """One page."""
    require(turn.roles, Action.FILE_REPORT)
    if wanted.team is not None:
        role = (
            require(turn.roles, Action.QUERY_REPORT, wanted.team)
            if wanted.team
            else which_team.pick(turn, Action.QUERY_REPORT)
        )
        wanted = replace(wanted, team=role.team)
    person = turn.speaker.person
    page = report_lists.page(turn.tx, wanted, roles=turn.roles, person=person, today=turn.today)
    _ = turn.say
    plain = wanted == Filter(offset=wanted.offset)
    if not page.reports and plain and not allowed(turn.roles, Action.QUERY_REPORT):
        return Reply(text="📋 " + _("No report yet. Type “report” to file the first one."), choices=(menu.home(turn),))
    choices = [Choice(_line(turn, report), make("rep", f"{report.id}=show")) for report in page.reports]
    if page.more:
        choices.append(Choice(_("Show more"), _payload(replace(wanted, offset=wanted.offset + PAGE))))
    if queries.waiting_for(turn.tx, person):
        choices.append(Choice(_("Open questions"), make("go", "hoilai")))
    choices.append(Choice(_("Choose others"), make(NAME, "choose")))
    head = _("Your newest reports:") if plain else _("Reports, {which}:", which=_named(turn, wanted))
    text = head if page.reports else _("No report here: {which}.", which=_named(turn, wanted))
    return Reply(text=f"📋 {text}", choices=(*choices, menu.home(turn)))


def choose(turn: Turn) -> Reply:
    """Which reports? Of a period, of a place, withdrawn, the team's."""
    require(turn.roles, Action.FILE_REPORT)
    _ = turn.say
    found = [
        Choice(_("This week"), _payload(Filter(span="week"))),
        Choice(_("This month"), _payload(Filter(span="month"))),
        Choice(_("Withdrawn"), _payload(Filter(withdrawn=True))),
    ]
    if allowed(turn.roles, Action.QUERY_REPORT):
        found.append(Choice(_("The whole team's"), _payload(Filter(team=ASK))))
        found.append(Choice(_("The team's this week"), _payload(Filter(team=ASK, span="week"))))
        found.append(Choice(_("Open questions"), make("go", "hoilai")))
    places = report_lists.my_places(turn.tx, turn.speaker.person)
    found += [Choice(label, _payload(Filter(unit=unit))) for unit, label in places.items()]
    return Reply(text="📋 " + _("Which reports?"), choices=(*found, menu.home(turn)))


def _named(turn: Turn, wanted: Filter) -> str:
    _ = turn.say
    places = report_lists.place_names(turn.tx, [wanted.unit]) if wanted.unit else {}
    parts = (
        _team_named(turn, wanted.team),
        {"week": _("this week"), "month": _("this month"), "": ""}[wanted.span],
        places.get(wanted.unit, ""),
        _("withdrawn") if wanted.withdrawn else "",
    )
    return ", ".join(part for part in parts if part) or _("all")


def _team_named(turn: Turn, team: int | None) -> str:
    """Its name, where there could be another."""
    names = {role.team: role.team_name for role in turn.roles if allowed([role], Action.QUERY_REPORT)}
    if team is None or len(names) > 1:
        return names.get(team or 0, "")
    return turn.say("the whole team's")


def _line(turn: Turn, report: Filed) -> str:
    mark = turn.say(" (withdrawn)") if report.status == "withdrawn" else ""
    late = " · " + turn.say("sent late") if report.late else ""
    return f"{report.number} · {turn.show(report.day)}{late}{mark}"


def _payload(wanted: Filter) -> str:
    team = "" if wanted.team is None else f".{wanted.team}"
    flags = f"{wanted.span[:1] or 'a'}{int(wanted.withdrawn)}{int(bool(team))}"
    return make(NAME, f"{flags}.{wanted.unit}.{wanted.offset}{team}")


def _parse(argument: str) -> Filter:
    found = re.fullmatch(r"([awm])([01])([01])\.(\d{1,7})\.(\d{1,7})(?:\.(\d{1,7}))?", argument, re.ASCII)
    if not found:
        return Filter()
    return Filter(
        span="week" if found[1] == "w" else "month" if found[1] == "m" else "",
        withdrawn=found[2] == "1",
        team=int(found[6] or ASK) if found[3] == "1" else None,
        unit=int(found[4]),
        offset=int(found[5]),
    )
