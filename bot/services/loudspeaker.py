"""What may be read over the loudspeaker, and the text for it: dated, sourced, from checked content only."""

from collections.abc import Iterable, Mapping
from datetime import date

from bot.core.aloud.loudspeaker import Pieces, Script, compose
from bot.core.aloud.read_aloud import aloud, day_aloud
from bot.core.content import Fact, FactKind, Lesson
from bot.core.errors import N_, KnownError
from bot.core.people import Membership
from bot.library import Library
from bot.services import answers
from bot.services.permissions import Action, require

OPENING = "Kính thưa bà con. Đây là bản tin của Tổ công nghệ số cộng đồng{place}. Hôm nay là {day}."
TO_TEAMS = "Kính gửi các thành viên Tổ công nghệ số cộng đồng{place}. Hôm nay là {day}."
CLOSING = "Bà con cần giúp, xin gặp Tổ công nghệ số cộng đồng nơi mình ở. Xin cảm ơn bà con đã lắng nghe."
THANKS = "Cần trao đổi, xin gặp người điều phối của xã, phường. Xin cảm ơn đã lắng nghe."
_END = (".", "!", "?", ":", "…", ",", ";")


def may_make(roles: Iterable[Membership]) -> Membership:
    """The role that lets a person make such texts. NotAllowed when there is none."""
    return require(roles, Action.MAKE_SCRIPT)


def make(library: Library, name: str, *, today: date, place: str = "") -> Script:
    """The text of the lesson or fact of that id. KnownError, saying why, when it must not be read out."""
    if lesson := library.lessons.get(name):
        return of_lesson(library, lesson, today=today, place=place)
    if fact := library.facts.get(name):
        return of_fact(library, fact, today=today, place=place)
    raise KnownError(N_("There is no lesson and no fact named “{name}”. Look for it by its words."), name=name[:40])


def of_lesson(library: Library, lesson: Lesson, *, today: date, place: str = "") -> Script:
    """A lesson: its steps, what must be remembered, what to do now, the source."""
    for name in lesson.facts:
        fact = library.facts[name]
        if fact.replaced_by and fact.replaced_by not in lesson.facts:
            raise KnownError(N_("This lesson leans on a figure that was replaced. It must be mended first."))
    first = lesson.quiz[0]
    said = _Said(library.spoken)
    residents = "resident" in lesson.audience
    where = f", {said(place)}" if place else ""
    opening = (OPENING if residents else TO_TEAMS).format(place=where, day=day_aloud(today))
    topic = said(f"Bài hôm nay: {lesson.title}.")
    sources = ", ".join(library.sources[each].short for each in lesson.sources[:1])
    return compose(
        Pieces(
            opening=f"{opening} {topic}",
            body=tuple(said(step.text) for step in lesson.steps),
            key=said(f"Điều cần nhớ. {first.question} {first.choices[first.right]}."),
            more=tuple(
                said(f"{head}{text}")
                for head, text in (("Việc làm ngay: ", lesson.do_now), ("", lesson.caution))
                if text
            ),
            source=f"{said(f'Theo {sources}')}, kiểm tra lại {day_aloud(lesson.checked_on)}.",
            closing=CLOSING if residents else THANKS,
        )
    )


def of_fact(library: Library, fact: Fact, *, today: date, place: str = "") -> Script:
    """A fact: what it says, of when, what it does not mean, the source. KnownError when it must not be read out."""
    _refuse(library, fact, today)
    said = _Said(library.spoken)
    where = f", {said(place)}" if place else ""
    target = "Đây là mục tiêu đặt ra, chưa phải kết quả. " if fact.kind is FactKind.TARGET else ""
    return compose(
        Pieces(
            opening=OPENING.format(place=where, day=day_aloud(today)),
            body=(said(f"{fact.statement}"), said(f"{target}Thông tin tính đến {fact.as_of_text}.")),
            key="",
            more=(said(f"Xin lưu ý: {fact.caution}"),) if fact.caution else (),
            source=said(f"Nguồn: {library.sources[fact.source].short}."),
            closing=CLOSING,
        )
    )


def may_read(fact: Fact, today: date) -> bool:
    """Whether a fact may be read out: it holds, was checked, and is no target whose date has passed."""
    passed = fact.kind is FactKind.TARGET and fact.due is not None and fact.due < today
    return not (fact.replaced_by or passed or fact.kind is FactKind.BRIEF)


def _refuse(library: Library, fact: Fact, today: date) -> None:
    if fact.replaced_by:
        newer = answers.current(library, fact)
        raise KnownError(
            N_("This figure was replaced and must not be read out any more. The newer one is: {label} ({id})."),
            label=newer.label,
            id=newer.id,
        )
    if fact.kind is FactKind.TARGET and fact.due and fact.due < today:
        raise KnownError(
            N_("The date of this target, {day}, has passed, and the documents give no result: it is not read out."),
            day=fact.due,
        )
    if fact.kind is FactKind.BRIEF:
        raise KnownError(N_("This is only from a short news item and was not checked: it is not read out."))


class _Said:
    """Written lines as they are read, each closed like a sentence."""

    def __init__(self, spoken: Mapping[str, str]) -> None:
        self._spoken = spoken

    def __call__(self, text: str) -> str:
        lines = (line.strip() for line in text.split("\n") if line.strip())
        closed = (line if line.endswith(_END) else f"{line}." for line in lines) if "\n" in text else (text,)
        return aloud(" ".join(closed), self._spoken)
