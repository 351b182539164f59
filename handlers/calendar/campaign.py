"""What comes with a reminder of a great day: the team's plan, a short quiz, a lesson."""

from bot.core.content import CampaignStep, DateRule, QuizItem
from bot.core.errors import KnownError
from bot.core.messages import Choice, InboundMessage, Reply
from bot.core.payload import make
from bot.services import consents
from bot.turn import Turn
from handlers import menu
from handlers.calendar import reminder_steps
from handlers.learning.quiz import verdict

PLAN, QUIZ = "kehoach", "caudo"


def plan(turn: Turn) -> Reply:
    """The plan of a date: what is to be settled."""
    found = _found(turn, turn.payload.argument if turn.payload.action == PLAN else "", "plan")
    if found is None:
        return _nothing(turn)
    rule, step = found
    lines = [turn.say("📅 Plan: {title}", title=rule.title), *(f"– {turn.show(item)}" for item in step.items)]
    return Reply(text="\n".join(lines), choices=_after(turn))


def quiz(turn: Turn) -> Reply:
    """One question about the day; another one each year."""
    name, _, rest = (turn.payload.argument if turn.payload.action == QUIZ else "").partition("=")
    found = _found(turn, name, "quiz")
    if found is None:
        return _nothing(turn)
    rule, step = found
    lesson = turn.library.lessons[step.lesson]
    asked, _, answer = rest.partition("=")
    if asked.isdecimal() and answer.isdecimal() and int(asked) < len(lesson.quiz):
        item = lesson.quiz[int(asked)]
        if int(answer) < len(item.choices):
            return _verdict(turn, item, step, right=int(answer) == item.right)
    index = turn.today.year % len(lesson.quiz)
    item = lesson.quiz[index]
    choices = [Choice(each, make(QUIZ, f"{rule.id}={index}={n}")) for n, each in enumerate(item.choices)]
    return Reply(text="📅 " + item.question, choices=tuple(choices))


def lesson(turn: Turn) -> Reply | InboundMessage:
    """In words, “học bài này”: the lesson of the newest reminder."""
    found = _found(turn, "", "lesson")
    if found is None:
        return _nothing(turn)
    return turn.message.as_tap(make("lesson", found[1].lesson))


def _verdict(turn: Turn, item: QuizItem, step: CampaignStep, *, right: bool) -> Reply:
    more = Choice(turn.say("Take this lesson"), make("lesson", step.lesson))
    return Reply(text=verdict(turn, item, right=right), choices=(more, menu.home(turn)))


def _found(turn: Turn, name: str, kind: str) -> tuple[DateRule, CampaignStep] | None:
    """The date of that name, or of the newest reminder, with its step of that kind, if it is for this person."""
    consents.require(turn.tx, turn.speaker.person, "learn")
    rules = [turn.library.dates.get(name)] if name else _newest(turn)
    for rule in rules:
        for step in rule.campaign if rule else ():
            if rule and step.kind == kind and turn.audience & set(step.audience):
                return rule, step
    return None


def _newest(turn: Turn) -> list[DateRule | None]:
    try:
        told = reminder_steps.newest(turn)
    except KnownError:
        return []
    return [reminder_steps.rule_of(turn, each) for each in told]


def _nothing(turn: Turn) -> Reply:
    return Reply(text=turn.say("There is nothing of that just now."), choices=_after(turn))


def _after(turn: Turn) -> tuple[Choice, ...]:
    dates = Choice(turn.say("Dates to remember"), make("go", "hanchot"))
    return (dates, menu.home(turn))
