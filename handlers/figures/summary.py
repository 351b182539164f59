"""/tuan: the summary of a period in words and as a picture, this one's so far or the one before."""

from datetime import date
from zoneinfo import ZoneInfo

from bot.core.forms import Form
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.people import Membership
from bot.core.periods import Period, before, period_of
from bot.services import periods, summary
from bot.services.files import media
from bot.services.permissions import Action, allowed, require
from bot.services.summary import Since, Summary
from bot.turn import Turn
from bot.words import Words
from handlers import menu
from handlers.figures import summary_words
from handlers.figures.summary_picture import picture
from handlers.teams import which_team

NAME = "week"
YEARS = (2000, 2100)  # what a button can mean


def now(turn: Turn) -> Reply:
    """/tuan: this period as it stands."""
    role = which_team.pick(turn, Action.SEE_SUMMARY)
    return show(turn, role, periods.current(turn.tx, role.team, turn.today))


def tapped(turn: Turn) -> Reply:
    """A button: "team" or "team=first day of a period"."""
    team, _, first = turn.payload.argument.partition("=")
    role = require(turn.roles, Action.SEE_SUMMARY, read_number(team) or None)
    return show(turn, role, periods.current(turn.tx, role.team, day_of(first) or turn.today))


def show(turn: Turn, role: Membership, period: Period) -> Reply:
    """The period in words, its picture, and what may be done with it."""
    if period.first > turn.today:
        period = periods.current(turn.tx, role.team, turn.today)
    found, since = summary.of_role(turn.tx, role, period=period, now=turn.now, zone=turn.zone, roles=turn.roles)
    drawn = picture(found, turn.words, turn.zone)
    return Reply(
        text=summary_words.render(found, since, turn.words, turn.library.forms["outreach"], turn.zone),
        picture=media.promise_picture(turn.tx, drawn, label=picture_name(period), now=turn.now),
        choices=_choices(turn, role, period),
    )


def by_itself(
    team: int, found: Summary, since: Since | None, form: Form, words: Words, *, zone: ZoneInfo, picture: str
) -> Reply:
    """The summary that comes when a period is closed."""
    text = summary_words.render(found, since, words, form, zone)
    return Reply(text=text, picture=picture, choices=_files(team, found.period, words))


def nudge(period: Period, words: Words) -> Reply:
    """A word to who has filed nothing, before the period closes."""
    _ = words.say
    text = "📋 " + _(
        "{period} ends today and has no report of yours yet. One line is enough, for example: {line}",
        period=summary_words.title(period, words),
        line="bc t3 5ho 8ng vneid",
    )
    choices = (
        Choice(_("File a report"), make("go", "baocao")),
        Choice(_("No more reminders"), make("go", "dung")),
    )
    return Reply(text=text, choices=choices)


def picture_name(period: Period) -> str:
    """The file name of a picture."""
    return f"tung-ngo-{period.first}.png"


def day_of(text: str) -> date | None:
    """The day of a button; None for what is none, or is further away than anybody reports."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if YEARS[0] <= found.year <= YEARS[1] else None


def _files(team: int, period: Period, words: Words) -> tuple[Choice, ...]:
    return (
        Choice(words.say("Excel file"), make("xuat", f"xlsx={team}={period.first}")),
        Choice(words.say("Word report"), make("xuat", f"docx={team}={period.first}")),
    )


def _choices(turn: Turn, role: Membership, period: Period) -> tuple[Choice, ...]:
    _ = turn.say
    present = period == period_of(period.rule, turn.today)
    found = (
        *_files(role.team, period, turn.words),
        Choice(_("The period before"), make(NAME, f"{role.team}={before(period).first}"))
        if present
        else Choice(_("This period"), make(NAME, role.team)),
        Choice(_("Totals"), make("tong", f"unit={role.team}={period.first}=new")),
        Choice(_("Goals"), make("go", "muctieu")),
        Choice(_("Reporting period"), make("ky", role.team)),
    )
    others = [each for each in turn.roles if allowed([each], Action.SEE_SUMMARY) and each.team != role.team]
    more = tuple(Choice(each.team_name, make(NAME, each.team)) for each in others[:5])
    return (*found, *more, menu.home(turn))
