"""Questions: one answer with its source and date, a choice between close ones, or an honest "not in the documents"."""

from bot.core.answers import quote
from bot.core.content import Fact, FactKind
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.privacy import mask
from bot.core.splitting import shorten
from bot.search.entry import Hit
from bot.services import answers
from bot.turn import Turn

LABEL = 40


def invite(turn: Turn) -> Reply:
    """/hoi without a question."""
    _ = turn.say
    return Reply(
        text="💬 "
        + _(
            "What would you like to know? Just type it, with or without marks. For example: {example}",
            example="10/10 là ngày gì?",
        ),
        choices=(Choice(_("Menu"), make("go", "menu")),),
    )


def ask(turn: Turn) -> Reply:
    """/hoi TEXT."""
    question = turn.message.text.partition(" ")[2].strip() if turn.message.text.startswith("/") else turn.message.text
    return answer(turn, question) if question else invite(turn)


def answer(turn: Turn, question: str) -> Reply:
    """What the documents say to a question typed freely."""
    masked = mask(question)
    verdict = turn.index.verdict(masked.text)
    turn.state.question = masked.text[:200]
    if verdict.outcome == "answer":
        reply = show(turn, verdict.hits[0])
    elif verdict.outcome == "choose":
        reply = choose(turn, list(verdict.hits))
    else:
        reply = refuse(turn, masked.text, list(verdict.hits))
    if masked.kinds:
        warning = turn.say("⚠️ Personal numbers were left out. Please never type ID numbers, cards or codes here.")
        return Reply(text=f"{warning}\n{reply.text}", choices=reply.choices)
    return reply


def show(turn: Turn, hit: Hit) -> Reply:
    """One thing found, with source and date."""
    if fact := turn.library.facts.get(hit.entry.id):
        return tell(turn, fact)
    _ = turn.say
    menu = Choice(_("Menu"), make("go", "menu"))
    if lesson := turn.library.lessons.get(hit.entry.id):
        text = "📘 " + _("There is a lesson on this: {lesson}", lesson=lesson.title)
        return Reply(text=text, choices=(Choice(_("Open the lesson"), make("lesson", lesson.id)), menu))
    found = answers.found(turn.library, hit)
    text = _("💬 A document says: “{text}”", text=shorten(found.text, 700))
    source = _("As of {as_of}. Source: {source}.", as_of=found.as_of or _("no date given"), source=found.source)
    return Reply(text=f"{text}\n{source}", choices=(menu,))


def tell(turn: Turn, fact: Fact) -> Reply:
    """A fact: statement, date, source, and what it does not mean."""
    _ = turn.say
    lines = ["💬 " + fact.statement]
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
    return Reply(text="\n".join(lines), choices=(*choices, Choice(_("Menu"), make("go", "menu"))))


def choose(turn: Turn, hits: list[Hit]) -> Reply:
    """Two or three things fit about as well: the person knows which is meant."""
    return Reply(text=turn.say("💬 Which of these do you mean?"), choices=_nearest(turn, hits))


def refuse(turn: Turn, question: str, hits: list[Hit]) -> Reply:
    """Nothing fits: say so, offer the nearest, keep the question for the coordinator."""
    answers.keep_question(turn.tx, person=turn.speaker.person, question=question, now=turn.now)
    _ = turn.say
    text = _(
        "The documents at hand do not speak of “{question}”, so Từng Ngõ does not guess.", question=quote(question)
    )
    near = _nearest(turn, hits)
    if near:
        text += " " + _("Nearest to the question:")
    text += "\n" + _("The question was passed on to the person in charge, without your name.")
    return Reply(text=text, choices=(*near, Choice(_("Menu"), make("go", "menu"))))


def fact(turn: Turn) -> Reply:
    """A fact chosen from those that were offered."""
    chosen = turn.library.facts.get(turn.payload.argument)
    return tell(turn, chosen) if chosen else invite(turn)


def _nearest(turn: Turn, hits: list[Hit]) -> tuple[Choice, ...]:
    choices = []
    for hit in hits[:3]:
        if known := turn.library.facts.get(hit.entry.id):
            choices.append(Choice(known.label, make("fact", known.id)))
        elif lesson := turn.library.lessons.get(hit.entry.id):
            choices.append(Choice(shorten(lesson.title, LABEL), make("lesson", lesson.id)))
    return tuple(choices)
