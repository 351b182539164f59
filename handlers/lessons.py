"""Lessons: one card, one action, then three questions; left and taken up again at any time."""

from bot.core.content import Lesson, QuizItem, Track
from bot.core.conversation import LessonState
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.services import consents, learning
from bot.turn import Turn

LETTERS = "ABCD"


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
        for track in turn.library.tracks.values()
        if turn.audience & set(track.audience)
    ]
    return Reply(
        text="📘 " + _("What would you like to learn?"), choices=(*choices, Choice(_("Menu"), make("go", "menu")))
    )


def track(turn: Turn) -> Reply:
    """The lessons of a track, finished ones marked."""
    chosen = turn.library.tracks.get(turn.payload.argument)
    if chosen is None:
        return tracks(turn)
    _ = turn.say
    taken = learning.progress(turn.tx, turn.speaker.person)
    choices = [
        Choice(
            ("✓ " if each in taken and taken[each].finished_at else "") + turn.library.lessons[each].title,
            make("lesson", each),
        )
        for each in chosen.lessons
    ]
    text = "📘 " + _("{track}: choose a lesson. Each takes a few minutes.", track=chosen.title)
    return Reply(text=text, choices=(*choices, Choice(_("Menu"), make("go", "menu"))))


def begin(turn: Turn) -> Reply:
    """Open a lesson where it was left, or at its first card."""
    consents.require(turn.tx, turn.speaker.person, "learn")
    lesson = turn.library.lessons.get(turn.payload.argument)
    if lesson is None:
        return tracks(turn)
    taken = learning.progress(turn.tx, turn.speaker.person)
    turn.state.lesson = learning.resume(lesson, taken.get(lesson.id))
    return card(turn, lesson, turn.state.lesson)


def resume(turn: Turn) -> Reply:
    """Show the open lesson's card again."""
    state = turn.state.lesson
    if state is None or state.lesson not in turn.library.lessons:
        return tracks(turn)
    return card(turn, turn.library.lessons[state.lesson], state)


def step(turn: Turn) -> Reply:
    """Answer “Xong”, “Chưa được” or one card back. A button of an older card only shows the present one again."""
    state, lesson = turn.state.lesson, _open(turn)
    if state is None or lesson is None:
        return tracks(turn)
    at, _, said = turn.payload.argument.partition("=")
    if at != str(state.step) or state.step >= len(lesson.steps):
        return card(turn, lesson, state)
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
    help_text = _(
        "If it still does not work, that is fine: go on, and ask a member of the team in your hamlet to help."
    )
    text = "\n".join(part for part in (_head(turn, lesson, state), hint, help_text) if part)
    choices = (
        Choice(_("Done"), make("step", f"{state.step}=done")),
        Choice(_("Go on anyway"), make("step", f"{state.step}=fail")),
        Choice(_("Leave the lesson"), make("go", "baihoc")),
    )
    return Reply(text=text, choices=choices)


def card(turn: Turn, lesson: Lesson, state: LessonState) -> Reply:
    """The present card, or the present question."""
    _ = turn.say
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
    if at != str(index) or chosen not in map(str, range(len(lesson.quiz[index].choices))):
        return card(turn, lesson, state)
    item = lesson.quiz[index]
    right = int(chosen) == item.right
    state.step, state.right = state.step + 1, state.right + right
    finished = state.step >= len(lesson.steps) + len(lesson.quiz)
    learning.keep(turn.tx, turn.speaker.person, state, finished=finished, now=turn.now)
    verdict = _verdict(turn, item, right=right)
    if finished:
        return _end(turn, lesson, state, verdict)
    return Reply(text=verdict, choices=(Choice(turn.say("Next question"), make("next", lesson.id)),))


def _verdict(turn: Turn, item: QuizItem, *, right: bool) -> str:
    _ = turn.say
    said = (
        _("Right!") if right else _("Not quite, but close. The answer is: {answer}.", answer=item.choices[item.right])
    )
    return f"{said} {item.explanation}"


def _end(turn: Turn, lesson: Lesson, state: LessonState, verdict: str) -> Reply:
    _ = turn.say
    turn.state.lesson = None
    sources = "; ".join(turn.library.sources[each].short for each in lesson.sources)
    parts = [
        verdict,
        "📘 " + _("Lesson finished: {right} of {total} right.", right=state.right, total=len(lesson.quiz)),
        lesson.do_now and _("To do now: {what}", what=lesson.do_now),
        lesson.caution and "⚠️ " + lesson.caution,
        _("Source: {source}. Checked on {day}.", source=sources, day=lesson.checked_on),
    ]
    choices = [Choice(_("Menu"), make("go", "menu"))]
    if following := _following(turn.library.tracks[lesson.track], lesson):
        choices.insert(0, Choice(_("Next lesson"), make("lesson", following)))
    return Reply(text="\n".join(part for part in parts if part), choices=tuple(choices))


def _following(chosen: Track, lesson: Lesson) -> str:
    position = chosen.lessons.index(lesson.id) + 1
    return chosen.lessons[position] if position < len(chosen.lessons) else ""


def _head(turn: Turn, lesson: Lesson, state: LessonState) -> str:
    return turn.say("📘 {lesson} · step {n}/{total}", lesson=lesson.title, n=state.step + 1, total=len(lesson.steps))


def _open(turn: Turn) -> Lesson | None:
    return turn.library.lessons.get(turn.state.lesson.lesson) if turn.state.lesson else None
