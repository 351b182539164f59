"""News in words, as true as it is when it goes out; nothing where it is true no more."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.errors import KnownError
from bot.core.forms import Form
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.services import followups, queries, teams
from bot.services.news import News
from bot.services.permissions import Action, allowed
from bot.services.reminders import Waiting
from bot.storage.database import Transaction
from bot.words import Words
from handlers.visiting import visit_words

LISTED = 5


def render(tx: Transaction, waiting: Waiting, *, words: Words, form: Form, zone: ZoneInfo) -> Reply | None:
    """One piece of news; None when there is nothing to say any more."""
    match News(waiting.kind):
        case News.WANTED:
            return wanted(tx, waiting, words, form)
        case News.DROPPED:
            return dropped(tx, waiting, words, form)
        case News.LATE:
            return late(tx, waiting, words, form, zone)
        case News.QUERY:
            return asked(tx, waiting, words)
        case News.REPLY:
            return answered(tx, waiting, words)
    return to_resident(tx, waiting, words, form)


def wanted(tx: Transaction, waiting: Waiting, words: Words, form: Form) -> Reply | None:
    """To a volunteer: somebody waits for a visit, and nobody has it yet. No name is said."""
    try:
        visit = followups.one(tx, int(waiting.subject), roles=teams.roles(tx, waiting.person), person=waiting.person)
    except KnownError:
        return None
    if visit.status != "open":
        return None
    _, what = words.say, visit_words.line(visit, form, words)
    if visit.from_report:
        text = _("🤝 Another visit is needed: {what}.", what=what)
    else:
        text = _("🤝 Somebody asks for help: {what}. {wish}.", what=what, wish=_(visit_words.WISHES[visit.wish]))
    take = Choice(_("Take visit {n}", n=str(visit.id)), make("vis", f"{visit.id}=take"), numbered=False)
    return Reply(text=text, choices=(take, Choice(_("Visits wanted"), make("go", "viec"), numbered=False)))


def to_resident(tx: Transaction, waiting: Waiting, words: Words, form: Form) -> Reply | None:
    """To who asked: somebody will come, cannot come, or was there."""
    visit = followups.of_resident(tx, int(waiting.subject), waiting.person)
    if visit is None or visit.status != _STATUS[News(waiting.kind)]:
        return None
    _, what = words.say, visit_words.line(visit, form, words)
    match visit.status:
        case "taken":
            text = _("🤝 {name} of the team will come: {what}.", name=visit.taker or _("somebody"), what=what)
            text += "\n" + _("Nobody of the team ever asks for an OTP, a password or money.")
        case "open":
            text = _("🤝 Who wanted to come cannot: {what}. It is open again for others of the team.", what=what)
        case _:
            text = _("🤝 Done: {what}. Ask again at any time with “help me”.", what=what)
    return Reply(text=text, choices=(Choice(_("Help me"), make("go", "nho"), numbered=False),))


_STATUS = {News.TAKEN: "taken", News.GIVEN_BACK: "open", News.DONE: "done"}


def dropped(tx: Transaction, waiting: Waiting, words: Words, form: Form) -> Reply | None:
    """To who took it: it is not wanted any more."""
    visit = followups.of_taker(tx, int(waiting.subject), waiting.person)
    if visit is None or visit.status != "cancelled":
        return None
    what = visit_words.line(visit, form, words)
    text = words.say("🤝 Visit {n} is not wanted any more: {what}.", n=str(visit.id), what=what)
    return Reply(text=text, choices=(Choice(words.say("Visits wanted"), make("go", "viec"), numbered=False),))


def late(tx: Transaction, waiting: Waiting, words: Words, form: Form, zone: ZoneInfo) -> Reply | None:
    """To a coordinator: visits whose day has passed."""
    team = int(waiting.subject)
    if not allowed(teams.roles(tx, waiting.person), Action.RUN_VISITS, team):
        return None
    since = datetime.combine(waiting.occurrence, time(), tzinfo=zone)
    visits = followups.found_late(tx, team, since=since, until=since + timedelta(days=1))
    if not visits:
        return None
    _ = words.say
    lines = [
        f"{_('Visit {n}', n=str(visit.id))} · {visit_words.line(visit, form, words)} · "
        + (_("taken by {name}", name=visit.taker or _("somebody")) if visit.taker else _("nobody has it yet"))
        for visit in visits[:LISTED]
    ]
    head = words.say_many("🤝 {n} visit is overdue:", "🤝 {n} visits are overdue:", len(visits))
    more = [_("and {n} more", n=len(visits) - LISTED)] if visits[LISTED:] else []
    choices = (Choice(_("Visits wanted"), make("go", "viec"), numbered=False),)
    return Reply(text="\n".join((head, *lines, *more)), choices=choices)


def asked(tx: Transaction, waiting: Waiting, words: Words) -> Reply | None:
    """To who filed a report: the coordinator's question."""
    query = queries.one(tx, int(waiting.subject))
    if query is None or query.status != "open" or query.filed_by != waiting.person:
        return None
    _ = words.say
    text = _(
        "📋 {name} asks about report {number}: “{text}”",
        name=query.asker or _("The coordinator"),
        number=query.number,
        text=query.text,
    )
    fix = Choice(_("Change report {number}", number=query.number), make("rep", f"{query.report}=fix"), numbered=False)
    answer = Choice(_("Answer {number}", number=query.number), make("traloi", query.id), numbered=False)
    return Reply(text=text, choices=(fix, answer))


def answered(tx: Transaction, waiting: Waiting, words: Words) -> Reply | None:
    """To who asked: the answer, or that the report was corrected."""
    query = queries.one(tx, int(waiting.subject))
    if query is None or query.asked_by != waiting.person or query.status == "open":
        return None
    _, name = words.say, query.filer or words.say("somebody")
    if query.status == "changed":
        text = _("📋 Report {number} was corrected after your question “{text}”.", number=query.number, text=query.text)
    else:
        text = _("📋 {name} answers about report {number}: “{text}”", name=name, number=query.number, text=query.answer)
    see = Choice(_("Report {number}", number=query.number), make("rep", f"{query.report}=show"), numbered=False)
    return Reply(text=text, choices=(see,))
