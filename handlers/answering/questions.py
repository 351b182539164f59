"""Questions: one answer with its source and date, a choice between close ones, or an honest "not in the documents"."""

from collections.abc import Sequence
from datetime import date

from bot.core.answers import quote
from bot.core.content import Fact, FactKind
from bot.core.follow_up import follow
from bot.core.markup import guard
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.privacy import mask
from bot.core.splitting import shorten
from bot.search.entry import Hit
from bot.services import answers, asking, local_answers
from bot.services.local_answers import LocalAnswer
from bot.turn import Turn
from handlers import menu

LABEL = 40
QUESTION = 200  # characters of the last question that are remembered
OFFERED = 3


def invite(turn: Turn) -> Reply:
    """/hoi without a question."""
    _ = turn.say
    return Reply(
        text="💬 "
        + _(
            "What would you like to know? Just type it, with or without marks. For example: {example}",
            example="10/10 là ngày gì?",
        ),
        choices=(menu.home(turn),),
    )


def ask(turn: Turn) -> Reply:
    """/hoi TEXT."""
    question = turn.message.text.partition(" ")[2].strip() if turn.message.text.startswith("/") else turn.message.text
    return answer(turn, question) if question else invite(turn)


def answer(turn: Turn, question: str) -> Reply:
    """What the documents say to a question typed freely; "còn năm 2022?" leans on the question before."""
    asked = mask(question).text
    asked = follow(turn.state.question, asked, year=turn.today.year) or asked
    if turn.index.is_english(asked):
        turn.locale = "en"  # of this answer only
    turn.state.question, turn.state.answer = asked[:QUESTION], {"locale": turn.locale}
    verdict = asking.verdict(
        turn.tx,
        asked,
        index=turn.index,
        shelf=turn.local,
        library=turn.library,
        person=turn.speaker.person,
        today=turn.today,
    )
    if verdict.outcome == "answer":
        return show(turn, verdict.hits[0])
    return choose(turn, verdict.hits) if verdict.outcome == "choose" else refuse(turn, asked, verdict.hits)


def show(turn: Turn, hit: Hit) -> Reply:
    """One thing found, with source and date."""
    return tell(turn, key_of(hit)) or invite(turn)


def tell(turn: Turn, key: str) -> Reply | None:
    """What is known by that key, marked as the last answer; None when it is told no more."""
    reply: Reply | None = None
    if fact := turn.library.facts.get(key):
        asking.note_told(turn.tx, person=turn.speaker.person, fact=fact, now=turn.now)
        reply = _fact(turn, fact)
    elif lesson := turn.library.lessons.get(key):
        text = "📘 " + turn.say("There is a lesson on this: {lesson}", lesson=lesson.title)
        reply = Reply(text=text, choices=(Choice(turn.say("Open the lesson"), make("lesson", lesson.id)),))
    elif local := local_answers.told_now(turn.tx, key, person=turn.speaker.person, today=turn.today):
        reply = Reply(text=local_text(turn, local))
    elif passage := asking.passage(turn.tx, key):
        as_of = f"{passage.source.date:%d/%m/%Y}" if passage.source.date else turn.say("no date given")
        text = turn.say("💬 A document says: “{text}”", text=shorten(guard(passage.text), 700))
        source = turn.say("As of {as_of}. Source: {source}.", as_of=as_of, source=passage.source.short)
        reply = Reply(text=f"{text}\n{source}")
    if reply is None:
        return None
    turn.state.answer = {**(turn.state.answer or {}), "key": key}
    marks = (
        Choice(turn.say("That is it"), make("mark", f"right={key}")),
        Choice(turn.say("Not what I meant"), make("mark", f"wrong={key}")),
    )
    choices = (*reply.choices, *marks) if key in turn.library.lessons else (*marks, *reply.choices)
    return Reply(text=reply.text, choices=(*choices, menu.home(turn)))


def _fact(turn: Turn, fact: Fact) -> Reply:
    """A fact: statement, date, source, and what it does not mean."""
    _ = turn.say
    said = (
        fact.statement if turn.locale == "vi" else _("The documents say, in Vietnamese: “{text}”", text=fact.statement)
    )
    lines = ["💬 " + said]
    if fact.kind is FactKind.BRIEF:
        lines.insert(0, _("From a short news item only, not checked:"))
    if fact.kind is FactKind.TARGET and fact.due and fact.due < turn.today:
        lines.append(_("This was a target. Its date has passed; the documents do not say what was reached."))
    source = turn.library.sources[fact.source].short
    lines.append(_("As of {as_of}. Source: {source}.", as_of=fact.as_of_text, source=source))
    if fact.caution:
        lines.append(_("Note: {note}", note=fact.caution))
    choices = []
    if fact.replaced_by:
        newer = answers.current(turn.library, fact)
        lines.append(_("There is a newer one: {label}.", label=newer.label))
        choices.append(Choice(newer.label, make("fact", newer.id)))
    choices += [
        Choice(_("Lesson: {title}", title=shorten(lesson.title, LABEL - 10)), make("lesson", lesson.id))
        for lesson in turn.library.lessons.values()
        if fact.id in lesson.facts
    ][:1]
    return Reply(text="\n".join(lines), choices=tuple(choices))


def local_text(turn: Turn, local: LocalAnswer) -> str:
    """An answer of a team: what it says, who says so, when, from where."""
    _ = turn.say
    said = local.text if turn.locale == "vi" else _("In Vietnamese: “{text}”", text=local.text)
    day = local.written_on.astimezone(turn.zone).date()
    told = signed(turn, local.team_name, day, local.as_of, local.source)
    return f"💬 {said}\n{told}"


def signed(turn: Turn, team: str, day: date, as_of: date, source: str) -> str:
    """Who answered, when, as of when, from where."""
    return turn.say(
        "{team} answered on {day}. As of {as_of}. Source: {source}.",
        team=team,
        day=day,
        as_of=as_of,
        source=source.rstrip("."),
    )


def choose(turn: Turn, hits: Sequence[Hit]) -> Reply:
    """Two or three things fit about as well: the person knows which is meant."""
    facts = [turn.library.facts[hit.entry.id] for hit in hits if hit.entry.id in turn.library.facts]
    if periods := answers.by_period(facts, first=hits[0].entry.id):
        text = (
            turn.say("💬 {you}, which period do you mean?", you=turn.you.capitalize())
            if turn.you
            else turn.say("💬 Which period do you mean?")
        )
        choices = tuple(Choice(label, make("fact", fact.id)) for label, fact in periods)
    else:
        text, choices = turn.say("💬 Which of these do you mean?"), nearest(turn, hits)
    return Reply(text=text, choices=(*choices, menu.home(turn)))


def refuse(turn: Turn, question: str, hits: Sequence[Hit]) -> Reply:
    """Nothing fits: say so, offer the nearest, keep the question for the coordinator."""
    kept = answers.keep_question(turn.tx, person=turn.speaker.person, question=question, now=turn.now)
    text = turn.say(
        "The documents at hand do not speak of “{question}”, so Từng Ngõ does not guess.", question=quote(question)
    )
    near = nearest(turn, hits)
    if near:
        text += " " + turn.say("Nearest to the question:")
    return Reply(text=f"{text}\n{passed_on(turn)}", choices=(*near, *hush(turn, kept), menu.home(turn)))


def passed_on(turn: Turn) -> str:
    """What became of a question that is kept; who said stop is not promised a message."""
    if turn.speaker.quiet:
        return turn.say("The question was passed on to the person in charge, without your name.")
    return turn.say(
        "The question was passed on to the person in charge, without your name; you are told when there is an answer."
    )


def hush(turn: Turn, question: int) -> tuple[Choice, ...]:
    """The button for who does not want to be told."""
    return () if turn.speaker.quiet else (Choice(turn.say("No need to tell me"), make("hush", question)),)


def fact(turn: Turn) -> Reply:
    """A fact, an answer of a team or a passage chosen from those that were offered."""
    return tell(turn, turn.payload.argument) or invite(turn)


def key_of(hit: Hit) -> str:
    """How what was found is named in a button: without a passage's source and day."""
    return hit.entry.id.partition("\n")[0]


def nearest(turn: Turn, hits: Sequence[Hit]) -> tuple[Choice, ...]:
    """Up to three things found, as choices that look different."""
    found: dict[str, Choice] = {}
    for hit in hits:
        key = key_of(hit)
        if known := turn.library.facts.get(key):
            choice = Choice(known.label, make("fact", known.id))
        elif lesson := turn.library.lessons.get(key):
            choice = Choice(shorten(lesson.title, LABEL), make("lesson", lesson.id))
        elif key.startswith(local_answers.PREFIX):
            choice = Choice(shorten(hit.entry.extra, LABEL), make("fact", key))
        else:
            continue
        found.setdefault(choice.label, choice)
    return tuple(found.values())[:OFFERED]
