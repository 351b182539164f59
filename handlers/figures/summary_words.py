"""The summary of a period in words: one message of every channel, in the five parts that officers use."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.core import periods
from bot.core.forms import Form
from bot.core.markup import guard
from bot.core.periods import Period
from bot.core.splitting import length
from bot.services.goals import Progress
from bot.services.summary import Since, Summary
from bot.words import Words

ROOM = 1700  # UTF-16 units, so that the choices' numbered lines fit into one message of Zalo too
APART = " · "  # between things that have numbers of their own
LISTED = (12, 8, 5, 3, 2, 1)  # how many items of a list are named, the most that fits


def title(period: Period, words: Words) -> str:
    """The period's name: "Tuần 16–22/11/2026"."""
    _ = words.say
    span = periods.span(period)
    match period.rule:
        case "week":
            return _("Week {span}", span=span)
        case "month":
            return _("Month {span}", span=span)
        case "mid_month":
            return _("Period {span}", span=span)
        case "quarter":
            return _("Quarter {span}", span=span)


def render(found: Summary, since: Since | None, words: Words, form: Form, zone: ZoneInfo) -> str:
    """The whole summary; lists are shortened until it fits."""
    text = ""
    for limit in LISTED:
        text = "\n".join(str(line) for line in _lines(found, since, words, form, zone=zone, limit=limit) if line)
        if length(text) <= ROOM:
            break
    return text


def goal_line(goal: Progress, words: Words, form: Form) -> str:
    """How far a goal is: "31/120 hộ ở Thôn 3 (25,8 %)"."""
    _ = words.say
    done = f"{words.number(goal.done)}/{words.number(goal.target)}"
    counted = _("{done} households", done=done) if goal.measure == "households" else _("{done} people", done=done)
    where = _(" in {place}", place=goal.place) if goal.place else _(" in all places")
    labels = {choice.name: choice.label.in_locale(words.locale) for choice in form["skills"].choices}
    skill = f", {labels.get(goal.skill, goal.skill)}" if goal.skill else ""
    return f"{counted}{where}{skill} ({words.percent(goal.share)})"


def moment(at: datetime, words: Words, zone: ZoneInfo) -> str:
    """A moment as "07:30 23/11/2026"."""
    local = at.astimezone(zone)
    return f"{local:%H:%M} {words.day(local.date())}"


def listing(items: Sequence[str], words: Words, limit: int, sign: str = ", ") -> str:
    """The first items, and how many more places (or, where `sign` is APART, others) there are; never just one."""
    if len(items) <= limit + 1:
        return sign.join(items)
    some, n = sign.join(items[:limit]), len(items) - limit
    return words.say("{some} and {n} others" if sign == APART else "{some} and {n} more", some=some, n=n)


def _lines(
    found: Summary, since: Since | None, words: Words, form: Form, *, zone: ZoneInfo, limit: int
) -> list[object]:
    _ = words.say
    active = sorted((unit for unit in found.units if unit.reports), key=lambda unit: -unit.households)
    following = periods.after(found.period)
    coming = sum(1 for _place, day in found.visits if following.first <= day <= following.last)
    places = [_("{place} {n} households", place=unit.label, n=unit.households) for unit in active]
    return [
        f"📋 {title(found.period, words)} · {found.team}",
        _done(found, words),
        places and _("By place: {places}.", places=listing(places, words, limit)),
        found.skills and _("By skill: {skills}", skills=_named(found.skills, form, "skills", words, limit)),
        *(
            _("Goal to {day}: {goal}.", day=goal.last, goal=goal_line(goal, words, form))
            for goal in found.goals[:limit]
        ),
        _visits(found, words, zone),
        _("Waiting: {waiting}.", waiting=_waiting(found, words) or _("nobody")),
        found.corrections and _("Corrected: {n} reports.", n=found.corrections),
        _(
            "Difficulties: {difficulties}.",
            difficulties=_named(found.difficulties, form, "difficulties", words, limit) or _("none reported"),
        ),
        _with_dates(
            _("Next week: {n} visits to make.", n=coming)
            if found.period.rule == "week"
            else _("Next period: {n} visits to make.", n=coming),
            found.dates[:limit],
        ),
        found.silent_units and _("No report from: {units}.", units=listing(found.silent_units, words, limit)),
        found.silent_members and _("Members without a report: {n}.", n=found.silent_members),
        _since(found, since, words, zone),
    ]


def _done(found: Summary, words: Words) -> str:
    _ = words.say
    earlier = {
        "week": _("the week before"),
        "month": _("the month before"),
        "mid_month": _("the period before"),
        "quarter": _("the quarter before"),
    }[found.period.rule]
    totals = found.totals
    return _(
        "Done: {reports} reports ({earlier} {before}), {households} households, {people} people{elderly}.",
        reports=totals.reports,
        earlier=earlier,
        before=found.before.reports,
        households=totals.households,
        people=totals.people,
        elderly="" if totals.elderly is None else _(", {n} aged 60 or older", n=totals.elderly),
    )


def _since(found: Summary, since: Since | None, words: Words, zone: ZoneInfo) -> str:
    if since is None:
        return ""
    return words.say(
        "Closed at {at}. Since then {filed} more reports and {corrected} corrections; now {reports} reports, "
        "{households} households.",
        at=moment(found.as_of, words, zone),
        filed=since.filed,
        corrected=since.corrected,
        reports=since.totals.reports,
        households=since.totals.households,
    )


def _with_dates(said: str, dates: Sequence[tuple[str, date]]) -> str:
    """What the team has planned, behind the visits: "Tuần tới: 4 hẹn; nộp báo cáo quý 25/12."."""
    named = [f"{guard(title[:1].lower() + title[1:])} {day:%d/%m}" for title, day in dates]
    return "; ".join((said.rstrip("."), *named)) + "." if named else said


def _visits(found: Summary, words: Words, zone: ZoneInfo) -> str:
    _ = words.say
    today = found.as_of.astimezone(zone).date()
    coming = [day for _place, day in found.visits if day >= today]
    late = len(found.visits) - len(coming)
    return _(
        "In progress: {n} visits to make{next}{late}.",
        n=len(found.visits),
        next=_(", the next one {day}", day=words.day_long(coming[0])) if coming else "",
        late=_(", {n} are late", n=late) if late else "",
    )


def _waiting(found: Summary, words: Words) -> str:
    _ = words.say
    parts = (
        found.open_questions and _("{n} questions without an answer", n=found.open_questions),
        found.queries and _("{n} reports asked about", n=found.queries),
    )
    return APART.join(part for part in parts if part)


def _named(counts: Sequence[tuple[str, int]], form: Form, question: str, words: Words, limit: int) -> str:
    labels = {choice.name: choice.label.in_locale(words.locale) for choice in form[question].choices}
    return listing([f"{labels.get(name, name)} {words.number(count)}" for name, count in counts], words, limit, APART)
