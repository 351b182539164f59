"""Lessons: one card, one action, then three questions; left and taken up again at any time."""

from dataclasses import replace

from bot.core.content import Lesson
from bot.core.conversation import LessonState
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.text import on_lines
from bot.services import consents, learning
from bot.services.files import media
from bot.turn import Turn
from handlers import menu
from handlers.learning import certificates, lesson_end, quiz, reviews
from handlers.visiting import help_request


def tracks(turn: Turn) -> Reply:
    """What can be learned, with how far one is."""
    consents.require(turn.tx, turn.speaker.person, "learn")
    turn.state.lesson = None
    _ = turn.say
    taken = learning.progress(turn.tx, turn.speaker.person)
    choices = [
        Choice(
            f"{turn.show(track.title)} ({learning.done(track, taken)}/{len(track.lessons)})", make("track", track.id)
        )
        for track in learning.tracks(turn.library, turn.audience)
    ]
    return Reply(
        text="📘 " + _("What would you like to learn?"),
        choices=(*reviews.offered(turn), *choices, menu.home(turn)),
    )


def track(turn: Turn) -> Reply:
    """The lessons of a track, finished ones marked."""
    chosen = next(
        (each for each in learning.tracks(turn.library, turn.audience) if each.id == turn.payload.argument), None
    )
    if chosen is None:
        return tracks(turn)
    _ = turn.say
    taken = learning.progress(turn.tx, turn.speaker.person)
    choices = [
        Choice(("✓ " if each.id in taken and taken[each.id].finished_at else "") + each.title, make("lesson", each.id))
        for each in learning.lessons(turn.library, chosen, turn.audience)
    ]
    text = "📘 " + _("{track}: choose a lesson. Each takes a few minutes.", track=chosen.title)
    return Reply(
        text=text,
        choices=(*choices, *certificates.offered(turn, chosen, taken), menu.home(turn)),
    )


def begin(turn: Turn) -> Reply:
    """Open the lesson of a button."""
    return enter(turn, turn.payload.argument)


def enter(turn: Turn, name: str) -> Reply:
    """Open a lesson where it was left, or at its first card, with its drawing."""
    consents.require(turn.tx, turn.speaker.person, "learn")
    lesson = learning.find(turn.library, name, turn.audience)
    if lesson is None:
        return tracks(turn)
    taken = learning.progress(turn.tx, turn.speaker.person)
    turn.state.lesson = learning.resume(lesson, taken.get(lesson.id))
    shown = card(turn, lesson, turn.state.lesson)
    if turn.state.lesson.step:
        return shown
    picture = media.promise_drawing(turn.tx, turn.library, lesson.id, now=turn.now)
    return replace(shown, picture=picture, picture_alt=lesson.picture_alt)


def resume(turn: Turn) -> Reply:
    """Show the open lesson's card again."""
    state, lesson = turn.state.lesson, _open(turn)
    return card(turn, lesson, state) if state and lesson else tracks(turn)


def step(turn: Turn) -> Reply:
    """Answer “Xong”, “Chưa được”, one card back, or a wish for help. An older card's button shows the present one."""
    state, lesson = turn.state.lesson, _open(turn)
    if state is None or lesson is None:
        return tracks(turn)
    at, _, said = turn.payload.argument.partition("=")
    if at != str(state.step) or state.step >= len(lesson.steps):
        return card(turn, lesson, state)
    if said == "help":
        learning.keep(turn.tx, turn.speaker.person, state, finished=False, now=turn.now)
        return help_request.ask(turn, {"skill": lesson.skill} if lesson.skill else {})
    if said == "fail" and not state.fallback:
        state.fallback = True
        return fallback(turn, lesson, state)
    move = -1 if said == "back" else 1
    state.step, state.fallback = max(0, state.step + move), False
    learning.keep(turn.tx, turn.speaker.person, state, finished=False, now=turn.now)
    return card(turn, lesson, state)


def fallback(turn: Turn, lesson: Lesson, state: LessonState) -> Reply:
    """The other way for a step that did not work, then a person's help."""
    _ = turn.say
    hint = lesson.steps[state.step].fallback
    help_text = _("If it still does not work, that is fine: go on, or ask somebody of the team to come and help.")
    text = on_lines(_head(turn, lesson, state), hint, help_text)
    choices = (
        Choice(_("Done"), make("step", f"{state.step}=done")),
        Choice(_("Go on anyway"), make("step", f"{state.step}=fail")),
        Choice(_("Ask somebody to come"), make("step", f"{state.step}=help")),
        Choice(_("Leave the lesson"), make("go", "baihoc")),
    )
    return Reply(text=text, choices=choices)


def card(turn: Turn, lesson: Lesson, state: LessonState) -> Reply:
    """The present card, or the present question; the first card of a lesson that has become shorter meanwhile."""
    _ = turn.say
    if state.step >= len(lesson.steps) + len(lesson.quiz):
        state.step, state.right = 0, 0
    if state.step >= len(lesson.steps):
        return question(turn, lesson, state)
    choices = [
        Choice(_("Done"), make("step", f"{state.step}=done")),
        Choice(_("Not yet"), make("step", f"{state.step}=fail")),
    ]
    if state.step:
        choices.append(Choice(_("The step before"), make("step", f"{state.step}=back")))
    return Reply(text=_head(turn, lesson, state) + "\n" + lesson.steps[state.step].text, choices=tuple(choices))


def question(turn: Turn, lesson: Lesson, state: LessonState) -> Reply:
    """One quiz question."""
    index = state.step - len(lesson.steps)
    item = lesson.quiz[index]
    head = turn.say("📘 {lesson} · question {n}/{total}", lesson=lesson.title, n=index + 1, total=len(lesson.quiz))
    choices = tuple(Choice(choice, make("quiz", f"{index}={n}")) for n, choice in enumerate(item.choices))
    return Reply(text=f"{head}\n{item.question}", choices=choices)


def answer(turn: Turn) -> Reply:
    """Say whether it is right, and why; then the next question, or the end."""
    state, lesson = turn.state.lesson, _open(turn)
    if state is None or lesson is None:
        return tracks(turn)
    at, _, chosen = turn.payload.argument.partition("=")
    index = state.step - len(lesson.steps)
    if not 0 <= index < len(lesson.quiz) or at != str(index):
        return card(turn, lesson, state)
    if chosen not in map(str, range(len(lesson.quiz[index].choices))):
        return card(turn, lesson, state)
    item = lesson.quiz[index]
    right = int(chosen) == item.right
    state.step, state.right = state.step + 1, state.right + right
    finished = state.step >= len(lesson.steps) + len(lesson.quiz)
    learning.keep(turn.tx, turn.speaker.person, state, finished=finished, now=turn.now)
    verdict = quiz.verdict(turn, item, right=right)
    if finished:
        turn.state.lesson = None
        return lesson_end.end(turn, lesson, state, verdict)
    return Reply(text=verdict, choices=(Choice(turn.say("Next question"), make("next", lesson.id)),))


def _head(turn: Turn, lesson: Lesson, state: LessonState) -> str:
    return turn.say("📘 {lesson} · step {n}/{total}", lesson=lesson.title, n=state.step + 1, total=len(lesson.steps))


def _open(turn: Turn) -> Lesson | None:
    """The lesson under way, if it is still there and for this person; one that became shorter is at its last card."""
    state = turn.state.lesson
    lesson = learning.find(turn.library, state.lesson, turn.audience) if state else None
    if state and lesson:
        state.step = min(state.step, len(lesson.steps) + len(lesson.quiz) - 1)
    return lesson
