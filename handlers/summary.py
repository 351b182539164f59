"""The weekly summary in words: done, in progress, waiting, difficulties, next week."""

from bot.core.forms import Form
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.services import summary
from bot.services.permissions import Action, require
from bot.services.summary import Summary
from bot.turn import Turn
from bot.words import Words


def now(turn: Turn) -> Reply:
    """/tuan: this week as it stands."""
    role = require(turn.roles, Action.SEE_SUMMARY)
    week = summary.week(turn.tx, role, day=turn.today, zone=turn.zone, roles=turn.roles)
    text = render(week, turn.words, turn.library.forms["outreach"])
    return Reply(text=text, choices=(Choice(turn.say("Menu"), make("go", "menu")),))


def render(week: Summary, words: Words, form: Form) -> str:
    """The five parts as one message of every channel."""
    _ = words.say
    totals, before = week.totals, week.before
    lines = [
        _("📋 Week {week} · {team}", week=words.week(week.first, week.last), team=week.team),
        _(
            "Done: {reports} reports ({before} the week before), {households} households, {people} people{elderly}.",
            reports=totals.reports,
            before=before.reports,
            households=totals.households,
            people=totals.people,
            elderly="" if totals.elderly is None else _(", {n} aged 60 or older", n=totals.elderly),
        ),
        week.skills and _("By skill: {skills}", skills=_named(week.skills, form, "skills", words)),
        _("In progress: {n} visits to repeat.", n=len(week.again)),
        _(
            "Waiting: {questions} questions without an answer · {corrections} reports corrected.",
            questions=week.open_questions,
            corrections=week.corrections,
        ),
        _(
            "Difficulties: {difficulties}.",
            difficulties=_named(week.difficulties, form, "difficulties", words) or _("none reported"),
        ),
        _("Next week: {n} visits to repeat.", n=len(week.again)),
        week.silent_units and _("No report from: {units}.", units=", ".join(week.silent_units)),
        week.silent_members and _("Members without a report: {n}.", n=week.silent_members),
    ]
    return "\n".join(line for line in lines if line)


def _named(counts: tuple[tuple[str, int], ...], form: Form, question: str, words: Words) -> str:
    labels = {choice.name: choice.label.in_locale(words.locale) for choice in form[question].choices}
    return " · ".join(f"{labels.get(name, name)} {words.number(count)}" for name, count in counts)
