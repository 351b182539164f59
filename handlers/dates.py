"""Dates to remember: what is coming, what has passed, and whether to be reminded."""

from bot.core.calendar import Occurrence, next_occurrence
from bot.core.content import DateRule
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.services import consents, profile
from bot.turn import Turn

SHOWN = 6


def upcoming(turn: Turn) -> Reply:
    """The next dates with what to do about them."""
    _ = turn.say
    coming = sorted(
        (found for rule in turn.library.dates.values() if (found := next_occurrence(rule, turn.today))),
        key=lambda each: each.day,
    )
    lines = [_line(turn, each) for each in coming[:SHOWN]] or [_("No date is coming up.")]
    wants = "remind" in consents.given(turn.tx, turn.speaker.person) and not turn.speaker.quiet
    reminding = (
        Choice(_("No more reminders"), make("go", "dung"))
        if wants
        else Choice(_("Remind me of these"), make("remind", "on"))
    )
    choices = (reminding, Choice(_("Dates that have passed"), make("past", "")), Choice(_("Menu"), make("go", "menu")))
    return Reply(text="📅 " + _("Dates to remember:") + "\n" + "\n".join(lines), choices=choices)


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
    choices = (Choice(_("Dates to remember"), make("go", "hanchot")), Choice(_("Menu"), make("go", "menu")))
    return Reply(text=text, choices=choices)


def remind(turn: Turn) -> Reply:
    """Turn reminders on; a consent of its own."""
    consents.require(turn.tx, turn.speaker.person, "remind")
    profile.set_quiet(turn.tx, turn.speaker.person, quiet=False)
    _ = turn.say
    text = _("Done. Reminders come between 07:00 and 20:30. Type “stop” to end them.")
    return Reply(
        text=text,
        choices=(Choice(_("Dates to remember"), make("go", "hanchot")), Choice(_("Menu"), make("go", "menu"))),
    )


def _line(turn: Turn, each: Occurrence) -> str:
    days = (each.day - turn.today).days
    exact = each.rule.precision == "day"
    when = turn.words.day_long(each.day) if exact else each.rule.day_text or turn.show(each.day)
    left = turn.say("today") if days == 0 else turn.count("in {n} day", "in {n} days", days)
    source = turn.library.sources[each.rule.source].short
    return turn.say(
        "**{title}**: {when} ({left}). {todo} Source: {source}.",
        title=each.rule.title,
        when=when,
        left=left,
        todo=each.rule.todo,
        source=source,
    )


def _day(turn: Turn, rule: DateRule) -> str:
    return rule.day_text or turn.show(rule.day)
