"""What the coordinator's page says: figures in words, tables in order."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.core.forms import Form
from bot.services.dashboards import PeriodView, TeamView
from bot.services.summary import Summary
from bot.words import Words
from handlers.figures import summary as week
from handlers.figures import summary_picture, summary_words

day_of = week.day_of
moment = summary_words.moment
chart = summary_picture.picture


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPeriod:
    """One period, ready for the page."""

    title: str
    chart: str  # address of the picture
    file: str  # address of the workbook; empty without a report
    as_of: str
    totals: tuple[tuple[str, str, str], ...]  # what, now, the period before
    units: tuple[tuple[str, str, str, str], ...]  # place, reports, households, people
    skills: tuple[tuple[str, str], ...]
    silent: tuple[str, ...]
    silent_units: tuple[str, ...]
    goals: tuple[str, ...]
    visits: tuple[tuple[str, str], ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTeam:
    """One team, ready for the page."""

    name: str
    commune: str
    periods: tuple[ShownPeriod, ...]


def team(view: TeamView, words: Words, form: Form, zone: ZoneInfo) -> ShownTeam:
    """A team's part of the page."""
    return ShownTeam(
        name=view.role.team_name,
        commune=view.role.commune,
        periods=tuple(_period(view.role.team, each, words, form, zone) for each in view.periods),
    )


def _period(team_id: int, view: PeriodView, words: Words, form: Form, zone: ZoneInfo) -> ShownPeriod:
    _, found, number = words.say, view.found, words.number
    totals = view.since.totals if view.since else found.totals
    place = f"{team_id}/{found.period.rule}/{found.period.first}"
    labels = {choice.name: choice.label.in_locale(words.locale) for choice in form["skills"].choices}
    return ShownPeriod(
        title=summary_words.title(found.period, words),
        chart=f"/dashboard/chart/{place}.png",
        file=f"/dashboard/file/{place}.xlsx" if totals.reports else "",
        as_of=moment(found.as_of, words, zone),
        totals=(
            (_("Reports"), number(found.totals.reports), number(found.before.reports)),
            (_("Households"), number(found.totals.households), number(found.before.households)),
            (_("People"), number(found.totals.people), number(found.before.people)),
            (_("Aged 60 or older"), _blank(found.totals.elderly, words), _blank(found.before.elderly, words)),
        ),
        units=tuple(
            (unit.label, number(unit.reports), number(unit.households), number(unit.people))
            for unit in found.units
            if unit.reports
        ),
        skills=tuple((labels.get(name, name), number(count)) for name, count in found.skills),
        silent=view.silent,
        silent_units=found.silent_units,
        goals=tuple(
            f"{summary_words.goal_line(goal, words, form)}, {_('until {day}', day=goal.last)}" for goal in found.goals
        ),
        visits=tuple((label, words.day(day)) for label, day in found.visits),
        note=_since(view, found, words),
    )


def _since(view: PeriodView, found: Summary, words: Words) -> str:
    if view.since is None:
        return ""
    return words.say(
        "Closed; since then {filed} more reports and {corrected} corrections: now {reports} reports, {households} "
        "households instead of {before}.",
        filed=view.since.filed,
        corrected=view.since.corrected,
        reports=view.since.totals.reports,
        households=view.since.totals.households,
        before=found.totals.households,
    )


def _blank(value: int | None, words: Words) -> str:
    """A count nobody gave is not zero."""
    return "–" if value is None else words.number(value)
