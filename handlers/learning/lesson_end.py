"""The end of a lesson: how it went, what to do now, and what comes next; the lesson on paper."""

from bot.core.content import Lesson, Track
from bot.core.conversation import LessonState
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.text import on_lines
from bot.services import consents, invitations, learning
from bot.services import reviews as review_rules
from bot.services.files import media
from bot.services.files.lesson_sheet import Order, file_name
from bot.turn import Turn
from handlers import menu
from handlers.learning import certificates, reviews


def end(turn: Turn, lesson: Lesson, state: LessonState, verdict: str) -> Reply:
    """After the last answer."""
    _ = turn.say
    review_rules.remember(turn.tx, turn.library, turn.speaker.person)
    sources = "; ".join(turn.library.sources[each].short for each in lesson.sources)
    parts = [
        verdict,
        "📘 " + _("Lesson finished: {right} of {total} right.", right=state.right, total=len(lesson.quiz)),
        lesson.do_now and _("To do now: {what}", what=lesson.do_now),
        lesson.caution and "⚠️ " + lesson.caution,
        _("Source: {source}. Checked on {day}.", source=sources, day=lesson.checked_on),
    ]
    return Reply(text=on_lines(*parts), choices=tuple(_choices(turn, lesson)))


def sheet(turn: Turn) -> Reply:
    """The lesson as a file to print."""
    consents.require(turn.tx, turn.speaker.person, "learn")
    lesson = learning.find(turn.library, turn.payload.argument, turn.audience)
    if lesson is None:
        return turn_to_list(turn)
    links = invitations.links(turn.tx, learning.link_code(lesson.id), turn.public_url)
    order = Order(lesson=lesson.id, link=next(iter(links.values()), ""), locale=turn.locale)
    return Reply(
        text="📘 " + turn.say("The lesson “{lesson}” on paper: A5, in large type.", lesson=lesson.title),
        file=media.promise_sheet(turn.tx, turn.library, order, now=turn.now),
        file_name=file_name(lesson.id),
        choices=tuple(each for each in _choices(turn, lesson) if not each.payload.startswith("sheet:")),
    )


def turn_to_list(turn: Turn) -> Reply:
    """The lesson is gone, or for others."""
    text = turn.say("This lesson is not to be had any more. Please choose another.")
    return Reply(text=text, choices=(Choice(turn.say("Take a short lesson"), make("go", "baihoc")),))


def _choices(turn: Turn, lesson: Lesson) -> list[Choice]:
    _ = turn.say
    track = turn.library.tracks[lesson.track]
    taken = learning.progress(turn.tx, turn.speaker.person)
    following = _following(turn, track, lesson)
    return [
        *([Choice(_("Next lesson"), make("lesson", following))] if following else []),
        *certificates.offered(turn, track, taken),
        Choice(_("Print it on paper"), make("sheet", lesson.id)),
        *reviews.reminding(turn),
        menu.home(turn),
    ]


def _following(turn: Turn, track: Track, lesson: Lesson) -> str:
    names = [each.id for each in learning.lessons(turn.library, track, turn.audience)]
    after = names[names.index(lesson.id) + 1 :] if lesson.id in names else []
    return after[0] if after else ""
