"""/hanchot tạm nghỉ: days on which the team is left alone, and why."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from bot.core.answers import quote
from bot.core.date_line import parse_date_line
from bot.core.days import UnclearDay, parse_day
from bot.core.errors import N_, KnownError
from bot.core.goal_line import coming_day
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.text import clean, fold, on_lines
from bot.services import pauses
from bot.services.pauses import Pause
from bot.services.permissions import Action, require
from bot.turn import Turn
from handlers import menu
from handlers.awaiting import await_text
from handlers.teams import which_team

NAME = "nghi"
REASONS: Mapping[str, str] = {
    "mourning": N_("Mourning"),
    "storm": N_("Storm or flood"),
    "harvest": N_("Harvest"),
    "other": N_("Another reason"),
}
_WORDS: Mapping[str, tuple[str, ...]] = {
    "mourning": ("tang", "dam ma", "mourning"),
    "storm": ("bao", "lu", "lut", "storm", "flood"),
    "harvest": ("mua gat", "mua vu", "thu hoach", "harvest"),
}
_DATE = re.compile(r"\d{1,2} ?[/.-] ?\d{1,2}(?: ?[/.-] ?\d{2,4})?")
RECENT = timedelta(days=14)  # a pause may have begun before it is said


def start(turn: Turn, text: str = "") -> Reply:
    """The pauses there are; with a text, "bão từ 20/11 đến 22/11", a new one."""
    role = which_team.pick(turn, Action.PAUSE_TEAM)
    turn.state.wizard = {"name": NAME, "team": role.team}
    if text.strip():
        return _take(turn, text)
    _ = turn.say
    found = pauses.of_team(turn.tx, role.team, turn.today)
    lines = [_line(turn, each) for each in found]
    text = "\n".join(
        (
            "📅 "
            + _("While {team} pauses, reminders wait until it is over; only urgent ones go out.", team=role.team_name),
            *lines,
            _("Why a pause?"),
        )
    )
    choices = [Choice(_(label), make(NAME, f"why={key}")) for key, label in REASONS.items()]
    choices += [
        Choice(
            _("End: {pause}", pause=f"{turn.show(each.first)[:5]}–{turn.show(each.last)[:5]}"),
            make(NAME, f"end={each.id}"),
        )
        for each in found
    ]
    await_text(turn, NAME)
    return Reply(text=text, choices=(*choices, Choice(_("Dates to remember"), make("go", "hanchot"))))


def tapped(turn: Turn) -> Reply:
    """A button of this command."""
    verb, _, value = turn.payload.argument.partition("=")
    if verb == "end" and (number := read_number(value)):
        ended = pauses.end(turn.tx, number, roles=turn.roles, person=turn.speaker.person, now=turn.now)
        return _done(turn, turn.say("Ended: {pause} Reminders go on.", pause=_line(turn, ended)))
    wizard = turn.state.wizard_of(NAME)
    if wizard is None or verb not in ("why", "save"):
        turn.state.end_wizard()
        return start(turn) if verb != "cancel" else _done(turn, turn.say("Cancelled. Nothing was changed."))
    require(turn.roles, Action.PAUSE_TEAM, wizard["team"])
    if verb == "why" and value in REASONS:
        wizard["reason"] = value
    if verb == "save" and {"reason", "first", "last"} <= wizard.keys():
        return _save(turn, wizard)
    return _ask(turn, wizard)


def typed(turn: Turn) -> Reply:
    """The days, or the reason, that were typed."""
    return _take(turn, turn.message.text) if turn.state.wizard_of(NAME) else start(turn, turn.message.text)


def _take(turn: Turn, text: str) -> Reply:
    wizard = turn.state.wizard_of(NAME) or {}
    require(turn.roles, Action.PAUSE_TEAM, wizard["team"])
    folded = f" {' '.join(fold(clean(text)).split())} "
    reason = next((key for key, words in _WORDS.items() if any(f" {word} " in folded for word in words)), None)
    days = _days(text, turn.today)
    if reason:
        wizard["reason"] = reason
    if days:
        wizard["first"], wizard["last"] = (day.isoformat() for day in days)
    wrong = "" if reason or days else turn.say("“{text}” is not clear as days.", text=quote(text))
    return _ask(turn, wizard, wrong)


def _ask(turn: Turn, wizard: dict[str, Any], wrong: str = "") -> Reply:
    """What is missing; with nothing missing, whether it is right."""
    _ = turn.say
    await_text(turn, NAME)
    cancel = Choice(_("Cancel"), make(NAME, "cancel"), numbered=False)
    if "first" not in wizard:
        asked = _("From which day to which day? Type for example: 20/11 to 25/11")
        return Reply(text=on_lines(wrong, asked), choices=(cancel,))
    if "reason" not in wizard:
        choices = [Choice(_(label), make(NAME, f"why={key}")) for key, label in REASONS.items()]
        return Reply(text=on_lines(wrong, _("Why a pause?")), choices=(*choices, cancel))
    shown = _("Pause {pause} Is that right?", pause=_line(turn, _pause(wizard)))
    save = Choice(_("Yes, pause"), make(NAME, "save"))
    return Reply(text=on_lines(wrong, f"📅 {shown}"), choices=(save, cancel))


def _save(turn: Turn, wizard: dict[str, Any]) -> Reply:
    try:
        kept = pauses.begin(
            turn.tx, _pause(wizard), roles=turn.roles, person=turn.speaker.person, today=turn.today, now=turn.now
        )
    except KnownError as known:
        wizard.pop("first")
        return _ask(turn, wizard, turn.say(known.say, **known.values))
    return _done(turn, turn.say("The team pauses {pause} Reminders come after it.", pause=_line(turn, kept)))


def _done(turn: Turn, text: str) -> Reply:
    turn.state.end_wizard()
    choices = (
        Choice(turn.say("Dates to remember"), make("go", "hanchot")),
        menu.home(turn),
    )
    return Reply(text=f"📅 {text}", choices=choices)


def _days(text: str, today: date) -> tuple[date, date] | None:
    """Two days, or one: "20/11 đến 25/11", "từ mai đến thứ sáu", "3 ngày"."""
    folded = " ".join(fold(clean(text)).split())
    parts = [part for part in folded.replace(" toi ", " den ").replace(" - ", " den ").split(" den ") if part]
    found = [_day(part, today) for part in parts]
    if len(found) == 2 and found[0] and found[1]:  # noqa: PLR2004  from, to
        return found[0], found[1]
    if len(found) == 1 and found[0]:
        return found[0], found[0]
    number = next((word for word, unit in zip(folded.split(), folded.split()[1:], strict=False) if unit == "ngay"), "")
    if number.isascii() and number.isdecimal() and 0 < int(number) <= pauses.LONGEST:
        return today, today + timedelta(days=int(number) - 1)
    return None


def _day(text: str, today: date) -> date | None:
    """A day to come; with its number it may be one of the last days."""
    if text.endswith("hom nay") or text in ("nay", "today"):
        return today
    if not any(char.isdigit() for char in text):
        return parse_date_line(text, today).day or coming_day(text, today)
    with suppress(UnclearDay):
        written = _DATE.search(text)
        if written and today - RECENT <= (day := parse_day(written[0], today)) <= today:
            return day
    return coming_day(text, today) or parse_date_line(text, today).day


def _pause(wizard: Mapping[str, Any]) -> Pause:
    first, last = (date.fromisoformat(wizard[name]) for name in ("first", "last"))
    return Pause(id=0, team=wizard["team"], first=first, last=last, reason=wizard["reason"])


def _line(turn: Turn, pause: Pause) -> str:
    return turn.say(
        "{first} to {last} ({why}).", first=pause.first, last=pause.last, why=turn.say(REASONS[pause.reason]).lower()
    )
