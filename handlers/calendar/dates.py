"""Dates to remember: what is coming, what has passed, and whether to be reminded."""

from collections.abc import Callable, Mapping

from bot.core.calendar import Occurrence, next_occurrence
from bot.core.content import DateRule
from bot.core.messages import Choice, InboundMessage, Reply
from bot.core.payload import make
from bot.core.splitting import length
from bot.core.text import phrase
from bot.services import consents, profile, team_dates
from bot.services.permissions import Action, allowed
from bot.turn import Turn
from handlers import menu
from handlers.calendar import (
    calendar_link,
    campaign,
    date_words,
    follow,
    pauses,
    reminder_steps,
    reminders,
    team_date_steps,
)
from handlers.calendar import team_dates as of_team

SHOWN = 6
ROOM = 1200  # UTF-16 units, so that the choices' numbered lines fit into one message of Zalo too
CALLED = ("han chot", "hanchot", "han", "dates")  # what the command is called in words
NAMED: Mapping[str, str] = {  # sentences that mean a part of it without its name
    "them ngay": "them",
    "them han": "them",
    "add a date": "them",
    "theo doi": "theo doi",
    "reminder settings": "theo doi",
    "tam nghi nhac": "tam nghi",
    "pause reminders": "tam nghi",
    "nhac lai sau": "later",
    "remind me later": "later",
    "thoi nhac viec nay": "enough",
    "stop this reminder": "enough",
    "xem ke hoach": "plan",
    "see the plan": "plan",
    "tra loi cau do": "quiz",
    "answer the quiz": "quiz",
    "hoc bai nay": "lesson",
    "take this lesson": "lesson",
}


def upcoming(turn: Turn) -> Reply | InboundMessage:
    """The next dates with what to do about them; with words behind the command, a part of it."""
    text = turn.message.text
    rest = text.partition(" ")[2] if text.startswith("/") else ""
    if part := _part(phrase(rest)):
        return _PARTS[part](turn, _behind(rest, part))
    turn.state.wizard = None
    return listed(turn)


def is_meant(words: str) -> bool:
    """Whether the folded words are a part of this command: "hạn chót thêm …", "theo dõi"."""
    return bool(_in_words(words)[0])


def named(turn: Turn) -> Reply | InboundMessage:
    """A part of the command, or an answer to a reminder, that was said in words."""
    part, start = _in_words(phrase(turn.message.text))
    if part in _ABOUT_A_REMINDER:
        return _ABOUT_A_REMINDER[part](turn)
    return _PARTS[part](turn, _behind(turn.message.text, start))


def listed(turn: Turn) -> Reply:
    """The next dates, national ones and the team's, with what to do about them."""
    _ = turn.say
    coming = [
        (found.day, _line(turn, found))
        for rule in turn.library.dates.values()
        if (found := next_occurrence(rule, turn.today)) and _is_mine(turn, rule)
    ]
    coming += [
        (found.day, date_words.line(turn, each.rule, each.team_name))
        for each in team_dates.of_person(turn.tx, turn.roles, turn.today)
        if (found := next_occurrence(each.rule, turn.today))
    ]
    coming.sort(key=lambda each: each[0])
    lines = _fitting([line for _day, line in coming[:SHOWN]]) or [_("No date is coming up.")]
    return Reply(text="📅 " + _("Dates to remember:") + "\n" + "\n".join(lines), choices=_choices(turn))


def _fitting(lines: list[str]) -> list[str]:
    """The first lines, as many as fit one message."""
    while len(lines) > 1 and length("\n".join(lines)) > ROOM:
        lines = lines[:-1]
    return lines


def _choices(turn: Turn) -> tuple[Choice, ...]:
    _ = turn.say
    wants = "remind" in consents.given(turn.tx, turn.speaker.person) and not turn.speaker.quiet
    choices = [Choice(_("Choose what to hear of"), make(follow.NAME, "show"))] if wants else []
    choices.append(
        Choice(_("No more reminders"), make("go", "dung"))
        if wants
        else Choice(_("Remind me of these"), make("remind", "on"))
    )
    if turn.roles:
        choices.append(Choice(_("Dates of the team"), make(team_date_steps.NAME, "list")))
    if allowed(turn.roles, Action.SET_DATES):
        choices += [
            Choice(_("Add a date"), make(team_date_steps.NAME, "new")),
            Choice(_("Pause reminders"), make(pauses.NAME, "show")),
        ]
    choices += [
        Choice(_("Calendar on my telephone"), make(calendar_link.NAME, "show")),
        Choice(_("Dates that have passed"), make("past", "")),
        menu.home(turn),
    ]
    return tuple(choices)


def past(turn: Turn) -> Reply:
    """One-off dates that are over: told as over, never as a task."""
    _ = turn.say
    over = sorted(
        (rule for rule in turn.library.dates.values() if next_occurrence(rule, turn.today) is None),
        key=lambda rule: rule.day,
        reverse=True,
    )
    lines = [
        _(
            "{day}: {title} ({source})",
            day=_day(turn, rule),
            title=rule.title,
            source=turn.library.sources[rule.source].short,
        )
        for rule in over[:SHOWN]
    ]
    text = "📅 " + _("These have passed; the documents do not say what was reached:") + "\n" + "\n".join(lines)
    choices = (Choice(_("Dates to remember"), make("go", "hanchot")), menu.home(turn))
    return Reply(text=text, choices=choices)


def remind(turn: Turn) -> Reply:
    """Turn reminders on; a consent of its own."""
    consents.require(turn.tx, turn.speaker.person, "remind")
    profile.set_quiet(turn.tx, turn.speaker.person, quiet=False)
    _ = turn.say
    text = _("Done. Reminders come between 07:00 and 20:30. Type “stop” to end them.")
    return Reply(
        text=text,
        choices=(
            Choice(_("Choose what to hear of"), make(follow.NAME, "show")),
            Choice(_("Dates to remember"), make("go", "hanchot")),
            menu.home(turn),
        ),
    )


_PARTS: Mapping[str, Callable[[Turn, str], Reply | InboundMessage]] = {
    "them": of_team.add,
    "add": of_team.add,
    "theo doi": lambda turn, _: follow.show(turn),
    "follow": lambda turn, _: follow.show(turn),
    "tam nghi": pauses.start,
    "tam dung": pauses.start,
    "pause": pauses.start,
    "lich": lambda turn, _: calendar_link.show(turn),
    "calendar": lambda turn, _: calendar_link.show(turn),
    "cua to": lambda turn, _: of_team.listed(turn),
    "team": lambda turn, _: of_team.listed(turn),
    "da qua": lambda turn, _: past(turn),
    "past": lambda turn, _: past(turn),
}
_ABOUT_A_REMINDER: Mapping[str, Callable[[Turn], Reply | InboundMessage]] = {  # the newest one is meant
    "later": reminder_steps.later,
    "enough": reminder_steps.stop,
    "plan": campaign.plan,
    "quiz": campaign.quiz,
    "lesson": campaign.lesson,
}
BUTTONS: Mapping[str, Callable[[Turn], Reply]] = {
    "remind": remind,
    "past": past,
    team_date_steps.NAME: of_team.tapped,
    follow.NAME: follow.tapped,
    pauses.NAME: pauses.tapped,
    reminders.NAME: reminder_steps.tapped,
    calendar_link.NAME: calendar_link.tapped,
    campaign.PLAN: campaign.plan,
    campaign.QUIZ: campaign.quiz,
}
AWAITED: Mapping[str, Callable[[Turn], Reply]] = {
    team_date_steps.NAME: of_team.typed,
    follow.NAME: follow.typed,
    pauses.NAME: pauses.typed,
}


def _part(words: str) -> str:
    """The part of the command that the words begin with; empty for none."""
    return next((part for part in _PARTS if words == part or words.startswith(f"{part} ")), "")


def _in_words(words: str) -> tuple[str, str]:
    """(part, the words that named it) of a sentence without a slash."""
    for called in CALLED:
        rest = words.removeprefix(f"{called} ")
        if rest != words and (part := _part(rest)):
            return part, f"{called} {part}"
    for said, part in NAMED.items():
        if words == said or words.startswith(f"{said} "):
            return part, said
    return "", ""


def _behind(text: str, start: str) -> str:
    """What stands behind so many words of the text as typed."""
    return " ".join(text.split()[len(start.split()) :]).lstrip(" :,-–")


def _is_mine(turn: Turn, rule: DateRule) -> bool:
    """A date of one province is shown to teams there; who reminders are for does not matter here."""
    return not rule.province or rule.province in team_dates.provinces(turn.tx, turn.roles)


def _line(turn: Turn, each: Occurrence) -> str:
    """One national date; how many days are left only where the day is known."""
    days, rule = (each.day - turn.today).days, each.rule
    if rule.precision == "day":
        left = turn.say("today") if days == 0 else turn.count("in {n} day", "in {n} days", days)
        when = f"{turn.words.day_long(each.day)} ({left})"
    else:
        when = rule.day_text or turn.show(each.day)
    source = turn.library.sources[rule.source].short
    return turn.say(
        "**{title}**: {when}. {todo} Source: {source}.", title=rule.title, when=when, todo=rule.todo, source=source
    )


def _day(turn: Turn, rule: DateRule) -> str:
    return rule.day_text or turn.show(rule.day)
