"""/tong: sums of a period by place (old map or new), team, commune, province or day, for who coordinates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal, get_args

from bot.core.errors import N_
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.periods import Period, before, period_of
from bot.core.splitting import length
from bot.services import areas, periods, totals
from bot.services.permissions import Action, require
from bot.services.totals import Coverage, Total
from bot.turn import Turn
from handlers import menu
from handlers.figures.summary import day_of
from handlers.figures.summary_words import ROOM, title

NAME: Final = "tong"
By = Literal["unit", "team", "commune", "province", "day"]
BY: Final[dict[By, str]] = {
    "unit": N_("By place"),
    "team": N_("By team"),
    "commune": N_("By commune"),
    "province": N_("By province"),
    "day": N_("By day"),
}
SHOWN: Final = (40, 25, 15, 10, 5)  # how many lines, the most that fits


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is looked at: whose reports (0: of every team one coordinates), which period, put together how."""

    team: int
    by: By
    first: date
    old: bool = False  # the map before its newest change

    @property
    def payload(self) -> str:
        """As a button says it."""
        return make(NAME, f"{self.by}={self.team}={self.first}={'old' if self.old else 'new'}")


def start(turn: Turn) -> Reply:
    """/tong: by place for one team, by team for several."""
    require(turn.roles, Action.SEE_SUMMARY)
    mine = totals.coordinated(turn.roles)
    first = periods.current(turn.tx, mine[0], turn.today).first
    return show(turn, View(team=mine[0] if len(mine) == 1 else 0, by="unit" if len(mine) == 1 else "team", first=first))


def tapped(turn: Turn) -> Reply:
    """A button: "by=team=first day=old or new". What it cannot mean shows the first view."""
    by, team, first, map_ = [*turn.payload.argument.split("="), "", "", ""][:4]
    day, known = day_of(first), next((each for each in get_args(By) if each == by), None)
    if known is None or day is None:
        return start(turn)
    return show(turn, View(team=read_number(team), by=known, first=day, old=map_ == "old"))


def show(turn: Turn, view: View) -> Reply:
    """The sums, and the other ways to look at them. NotAllowed unless the person coordinates the team."""
    require(turn.roles, Action.SEE_SUMMARY, view.team or None)
    teams = (view.team,) if view.team else totals.coordinated(turn.roles)
    period = periods.current(turn.tx, teams[0], min(view.first, turn.today))
    changed = areas.last_change(turn.tx, teams, turn.today) if view.by == "unit" else None
    on = changed - timedelta(days=1) if changed and view.old else turn.today
    found = totals.of_teams(
        turn.tx, teams, turn.roles, days=(period.first, min(period.last, turn.today)), by=view.by, on=on
    )
    covered = totals.coverage(turn.tx, teams)
    head = ["📋 " + _head(turn, view, period, covered)]
    if changed:
        note = turn.say("The map of {day}, before it changed:", day=on) if view.old else turn.say("The map of today:")
        head.append(note)
    return Reply(
        text=_fitted(turn, head, found),
        choices=_choices(turn, replace(view, first=period.first), period, covered, changed=changed),
    )


def _head(turn: Turn, view: View, period: Period, covered: Sequence[Coverage]) -> str:
    _ = turn.say
    if view.team:
        whose = next(role.team_name for role in turn.roles if role.team == view.team)
    elif len(covered) == 1:
        (one,) = covered
        whose = (
            _("{commune}, all {n} teams", commune=one.commune, n=one.teams)
            if one.mine == one.teams
            else _("{commune}, {mine} of {n} teams", commune=one.commune, mine=one.mine, n=one.teams)
        )
    else:
        whose = _(
            "{n} teams of {communes} communes",
            n=sum(each.mine for each in covered),
            communes=len(covered),
        )
    return f"{title(period, turn.words)} · {whose}"


def _fitted(turn: Turn, head: Sequence[str], found: Sequence[Total]) -> str:
    """The lines, most households first where not all fit; the sum of all at the end."""
    if not found:
        return "\n".join((*head, turn.say("No report yet.")))
    _, text = turn.say, ""
    sum_line = _line(turn, totals.add_up(found, _("All together")))
    largest = sorted(found, key=lambda row: -row.households)
    for limit in SHOWN:
        shown, rest = (found, []) if len(found) <= limit else (largest[:limit], largest[limit:])
        more = [_line(turn, totals.add_up(rest, _("{n} others", n=len(rest))))] if rest else []
        lines = (*head, *(_line(turn, row) for row in shown), *more, *([sum_line] if len(found) > 1 else []))
        text = "\n".join(lines)
        if length(text) <= ROOM:
            break
    return text


def _line(turn: Turn, row: Total) -> str:
    return turn.say(
        "{label}: {reports} reports, {households} households, {people} people{elderly}",
        label=row.label,
        reports=row.reports,
        households=row.households,
        people=row.people,
        elderly="" if row.elderly is None else turn.say(", {n} aged 60 or older", n=row.elderly),
    )


def _choices(
    turn: Turn, view: View, period: Period, covered: Sequence[Coverage], *, changed: date | None
) -> tuple[Choice, ...]:
    _ = turn.say
    useful: list[By] = ["unit", "day"] if view.team else ["team", "unit", "day"]
    if len(covered) > 1:
        useful.insert(1, "commune")
    if len({each.province for each in covered}) > 1:
        useful.insert(2, "province")
    found = [Choice(_(BY[by]), replace(view, by=by, old=False).payload) for by in useful if by != view.by]
    if changed:
        other = _("The map of today") if view.old else _("The map before {day}", day=changed)
        found.insert(0, Choice(other, replace(view, old=not view.old).payload))
    if period == period_of(period.rule, turn.today):
        found.append(Choice(_("The period before"), replace(view, first=before(period).first).payload))
    else:
        found.append(Choice(_("This period"), replace(view, first=turn.today).payload))
    if view.team and len(totals.coordinated(turn.roles)) > 1:
        found.append(Choice(_("All my teams"), replace(view, team=0, by="team").payload))
    return (*found, menu.home(turn))
