"""The dates of the team: every member sees them, its coordinator makes, changes, skips and deletes them."""

from bot.core.calendar import next_occurrence
from bot.core.markup import guard
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.splitting import shorten
from bot.services import team_dates
from bot.services.permissions import Action, allowed
from bot.services.team_dates import TeamDateView
from bot.turn import Turn
from handlers import menu
from handlers.calendar import date_words, team_date_steps
from handlers.calendar.team_date_steps import NAME
from handlers.teams import which_team

SHOWN = 8
LABEL = 40  # characters of a button


def add(turn: Turn, text: str = "") -> Reply:
    """Begin a new date."""
    return team_date_steps.begin(turn, which_team.pick(turn, Action.SET_DATES), text)


def listed(turn: Turn) -> Reply:
    """The dates to come of the teams the person is in."""
    _ = turn.say
    turn.state.end_wizard()
    found = team_dates.of_person(turn.tx, turn.roles, turn.today)[:SHOWN]
    lines = [date_words.line(turn, each.rule, each.team_name) for each in found]
    text = _("Dates of the team:") if found else _("The team has no date of its own yet.")
    choices = [Choice(_label(turn, each), make(NAME, f"one={each.id}")) for each in found]
    if allowed(turn.roles, Action.SET_DATES):
        choices.append(Choice(_("Add a date"), make(NAME, "new")))
    return Reply(
        text="📅 " + "\n".join((text, *lines)),
        choices=(
            *choices,
            Choice(_("Dates to remember"), make("go", "hanchot")),
            menu.home(turn),
        ),
    )


def tapped(turn: Turn) -> Reply:  # noqa: PLR0911  one line a button
    """A button of this command: "verb" or "verb=value"."""
    verb, _, value = turn.payload.argument.partition("=")
    number = read_number(value)
    match verb:
        case "new":
            return add(turn)
        case "list":
            return listed(turn)
        case "one":
            return _one(turn, number)
        case "edit!":
            return team_date_steps.change(turn, team_dates.one(turn.tx, number, roles=turn.roles))
        case "skip!":
            return _skip(turn, number)
        case "drop":
            return _sure(turn, number)
        case "drop!":
            return _remove(turn, number)
        case "cancel":
            turn.state.end_wizard()
            return menu.show(turn)
    return team_date_steps.tapped(turn, verb, value) or listed(turn)


def typed(turn: Turn) -> Reply:
    """What was typed while a date is being made."""
    return team_date_steps.typed(turn)


def _one(turn: Turn, number: int) -> Reply:
    _ = turn.say
    turn.state.end_wizard()
    found = team_dates.one(turn.tx, number, roles=turn.roles)
    rule = found.rule
    coming = next_occurrence(rule, turn.today)
    lines = (
        f"📅 {guard(rule.title.vi)}",
        _(
            "Day: {day}, {often}",
            day=turn.words.day_long(coming.day if coming else rule.day),
            often=date_words.how_often(rule, turn.words),
        ),
        _("Reminders: {before}", before=date_words.before(rule.lead_days, turn.words)),
        _("The next reminders: {moments}", moments=date_words.reminders(turn, rule)),
    )
    choices: list[Choice] = []
    if found.mine:
        choices = [
            Choice(_("Change it"), make(NAME, f"edit!={number}")),
            Choice(_("Skip it once"), make(NAME, f"skip!={number}")),
            Choice(_("Delete it"), make(NAME, f"drop={number}")),
        ]
        if not coming or rule.recurrence == "once":
            del choices[1]
    return Reply(text="\n".join(lines), choices=(*choices, Choice(_("Dates of the team"), make(NAME, "list"))))


def _skip(turn: Turn, number: int) -> Reply:
    _ = turn.say
    kept, day = team_dates.skip_next(
        turn.tx, number, roles=turn.roles, person=turn.speaker.person, today=turn.today, now=turn.now
    )
    coming = next_occurrence(kept.rule, turn.today)
    following = turn.words.day_long(coming.day) if coming else _("none")
    text = _(
        "Skipped: {title}, {day}. The next one: {next}.",
        title=guard(kept.rule.title.vi),
        day=turn.words.day_long(day),
        next=following,
    )
    return Reply(text="📅 " + text, choices=_after(turn))


def _sure(turn: Turn, number: int) -> Reply:
    _ = turn.say
    found = team_dates.one(turn.tx, number, roles=turn.roles)
    return Reply(
        text=_("Delete {title}? Nobody will be reminded of it any more.", title=guard(found.rule.title.vi)),
        choices=(
            Choice(_("Yes, delete it"), make(NAME, f"drop!={number}")),
            Choice(_("No, keep it"), make(NAME, f"one={number}")),
        ),
    )


def _remove(turn: Turn, number: int) -> Reply:
    was = team_dates.remove(turn.tx, number, roles=turn.roles, person=turn.speaker.person, now=turn.now)
    text = turn.say("Deleted: {title}.", title=guard(was.rule.title.vi))
    return Reply(text="📅 " + text, choices=_after(turn))


def _after(turn: Turn) -> tuple[Choice, ...]:
    return (
        Choice(turn.say("Dates of the team"), make(NAME, "list")),
        Choice(turn.say("Dates to remember"), make("go", "hanchot")),
        menu.home(turn),
    )


def _label(turn: Turn, each: TeamDateView) -> str:
    """At most forty letters, told apart by their day."""
    coming = next_occurrence(each.rule, turn.today)
    day = turn.show(coming.day if coming else each.rule.day)
    return f"{day} {shorten(each.rule.title.vi, LABEL - len(day) - 1)}"
