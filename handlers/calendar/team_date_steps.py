"""Making or changing a date of the team: in one line, or piece by piece; shown back before it is saved."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.core.answers import quote
from bot.core.calendar import next_occurrence
from bot.core.date_line import DateLine, Recurrence, parse_date_line, parse_leads
from bot.core.errors import N_, KnownError
from bot.core.markup import guard
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.people import Membership
from bot.core.text import on_lines
from bot.services import team_dates
from bot.services.permissions import Action, require
from bot.services.team_dates import TeamDateView, Wish
from bot.turn import Turn
from handlers import menu
from handlers.awaiting import await_text
from handlers.calendar import date_words

NAME = "ngay"
RECURRENCES: Mapping[Recurrence, str] = {
    "once": N_("Once"),
    "weekly": N_("Every week"),
    "monthly": N_("Every month"),
    "quarterly": N_("Every three months"),
    "yearly": N_("Every year"),
}
EXAMPLE = N_("quarterly report 25/12, remind 3 days before")
ASK: Mapping[str, str] = {
    "title": N_("What is to be done on that day? Type it in a few words."),
    "day": N_("On which day? Type for example: 25/12, 31/12/2027"),
    "leads": N_("How many days before should the team be reminded? Type for example: 7, 3, 1 or: on the day"),
    "again": N_("How often does it come?"),
}
UNCLEAR: Mapping[str, str] = {
    "title": N_("“{text}” is no name of a date."),
    "day": N_("“{text}” is not clear as a day."),
    "leads": N_("“{text}” is not clear as a number of days."),
    "again": N_("Tap a button, or type its number."),
}


def begin(turn: Turn, role: Membership, text: str = "") -> Reply:
    """A new date; with a text, what it says is taken from it."""
    turn.state.wizard = {"name": NAME, "team": role.team, "id": 0}
    return _take_line(turn, turn.state.wizard, text) if text.strip() else show(turn)


def change(turn: Turn, found: TeamDateView) -> Reply:
    """The date as it is, to be changed."""
    require(turn.roles, Action.SET_DATES, found.team)
    rule = found.rule
    turn.state.wizard = {
        "name": NAME,
        "team": found.team,
        "id": found.id,
        "title": rule.title.vi,
        "day": rule.day.isoformat(),
        "again": rule.recurrence,
        "leads": list(rule.lead_days),
    }
    return show(turn)


def show(turn: Turn, wrong: str = "") -> Reply:
    """The present step, after a kind word about what was wrong."""
    wizard = turn.state.wizard_of(NAME) or {}
    role = require(turn.roles, Action.SET_DATES, wizard["team"])
    await_text(turn, NAME)
    step = _step(wizard)
    if step == "check":
        return _check(turn, wizard, role, wrong)
    if step == "all":
        text = turn.say("Type the thing with its day, for example: {line}", line=turn.say(EXAMPLE))
    else:
        text = turn.say(ASK[step])
    choices: list[Choice] = []
    if step == "again":
        choices = [Choice(turn.say(label), make(NAME, f"again={key}")) for key, label in RECURRENCES.items()]
    cancel = Choice(turn.say("Cancel"), make(NAME, "cancel"), numbered=bool(choices))
    return Reply(text=on_lines(wrong, f"📅 {text}"), choices=(*choices, cancel))


def typed(turn: Turn) -> Reply:
    """What was typed at the present step."""
    wizard, text = turn.state.wizard_of(NAME), turn.message.text
    if wizard is None:
        return begin(turn, require(turn.roles, Action.SET_DATES), text)
    step = _step(wizard)
    if step in ("all", "check"):
        return _take_line(turn, wizard, text)
    value = _read(turn, wizard, step, text)
    return _set(turn, wizard, step, value) if value else show(turn, turn.say(UNCLEAR[step], text=quote(text)))


def _read(turn: Turn, wizard: dict[str, Any], step: str, text: str) -> Any:
    """The answer to that step; nothing when the text is none."""
    if step == "title":
        return _title(text)
    if step == "leads":
        leads = parse_leads(text)
        return list(leads) if leads else None
    found = parse_date_line(text, turn.today)
    if step == "again":
        return found.recurrence
    if found.day and found.recurrence:
        wizard["again"] = found.recurrence
    return found.day.isoformat() if found.day else None


def tapped(turn: Turn, verb: str, value: str) -> Reply | None:
    """A button of a step; None for what is none, or when nothing is being made."""
    wizard = turn.state.wizard_of(NAME)
    if wizard is None:
        return None
    require(turn.roles, Action.SET_DATES, wizard["team"])
    if verb in ("save", "send"):
        return _save(turn, wizard) if _step(wizard) == "check" else show(turn)
    if verb == "again" and value in RECURRENCES:
        return _set(turn, wizard, "again", value)
    if verb == "edit" and value in ASK:
        wizard["step"] = value
        return show(turn)
    if verb in ("back", "skip"):
        wizard.pop("step", None)
        return show(turn)
    return None


def _step(wizard: Mapping[str, Any]) -> str:
    """What is asked now: what was chosen to be changed, what is missing, or whether it is right."""
    if wizard.get("step"):
        return str(wizard["step"])
    missing = [name for name in ("title", "day") if not wizard.get(name)]
    if len(missing) > 1:
        return "all"
    return missing[0] if missing else "check"


def _take_line(turn: Turn, wizard: dict[str, Any], text: str) -> Reply:
    """Take what the line says; once it is shown back, a text without day or reminders changes nothing."""
    found = parse_date_line(text, turn.today)
    if _step(wizard) == "check":
        if found == DateLine(title=found.title):
            return show(turn, turn.say(UNCLEAR["again"]))
    elif found.title:
        wizard["title"] = _title(found.title)
    if found.day:
        wizard["day"] = found.day.isoformat()
    if found.recurrence:
        wizard["again"] = found.recurrence
    if found.leads is not None:
        wizard["leads"] = list(found.leads)
    return show(turn, "" if wizard.get("title") or wizard.get("day") else turn.say(UNCLEAR["day"], text=quote(text)))


def _title(text: str) -> str:
    """The title as it is kept; empty when it is none."""
    try:
        return team_dates.clean_title(text)
    except KnownError:
        return ""


def _set(turn: Turn, wizard: dict[str, Any], name: str, value: Any) -> Reply:
    wizard[name] = value
    wizard.pop("step", None)
    if name == "again":
        wizard.pop("leads", None)  # what is usual before a weekly date is not what is usual before a yearly one
    return show(turn)


def _wish(wizard: Mapping[str, Any]) -> Wish:
    leads = wizard.get("leads")
    return Wish(
        team=wizard["team"],
        title=wizard["title"],
        day=date.fromisoformat(wizard["day"]),
        recurrence=wizard.get("again") or "once",
        leads=tuple(leads) if leads is not None else None,
    )


def _check(turn: Turn, wizard: dict[str, Any], role: Membership, wrong: str) -> Reply:
    """The date as it will be, with its next reminders."""
    _ = turn.say
    try:
        wish = team_dates.check(_wish(wizard), turn.today)
    except KnownError as known:
        wizard["step"] = "leads" if wizard.get("leads") and "reminders" in known.say else "day"
        return show(turn, turn.say(known.say, **known.values))
    rule = team_dates.rule_of(wish)
    lines = (
        wrong,
        f"📅 {guard(wish.title)}",
        _(
            "Day: {day}, {often}",
            day=turn.words.day_long(_first(turn, wish)),
            often=date_words.how_often(rule, turn.words),
        ),
        _("Reminders: {before}", before=date_words.before(rule.lead_days, turn.words)),
        _("The next reminders: {moments}", moments=date_words.reminders(turn, rule)),
        _("They go to everybody in {team}, and to nobody else.", team=guard(role.team_name)),
    )
    choices = (
        Choice(_("Save"), make(NAME, "save")),
        Choice(_("Change the name"), make(NAME, "edit=title")),
        Choice(_("Change the day"), make(NAME, "edit=day")),
        Choice(_("Change how often"), make(NAME, "edit=again")),
        Choice(_("Change the reminders"), make(NAME, "edit=leads")),
        Choice(_("Cancel"), make(NAME, "cancel")),
    )
    return Reply(text=on_lines(*lines), choices=choices)


def _first(turn: Turn, wish: Wish) -> date:
    found = next_occurrence(team_dates.rule_of(wish), turn.today)
    return found.day if found else wish.day


def _save(turn: Turn, wizard: dict[str, Any]) -> Reply:
    _ = turn.say
    try:
        kept = team_dates.save(
            turn.tx,
            _wish(wizard),
            roles=turn.roles,
            person=turn.speaker.person,
            today=turn.today,
            now=turn.now,
            number=wizard["id"],
        )
    except KnownError as known:
        return show(turn, turn.say(known.say, **known.values))
    turn.state.end_wizard()
    text = "📅 " + _(
        "Saved: {title}. The next reminders: {moments}",
        title=guard(kept.rule.title.vi),
        moments=date_words.reminders(turn, kept.rule),
    )
    choices = (
        Choice(_("Change it"), make(NAME, f"edit!={kept.id}")),
        Choice(_("Dates of the team"), make(NAME, "list")),
        menu.home(turn),
    )
    return Reply(text=text, choices=choices)
