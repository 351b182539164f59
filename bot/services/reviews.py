"""Reviews: which questions of finished lessons a person is asked again, and when (decision 0028)."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core import review
from bot.core.content import Lesson, QuizItem
from bot.core.review import Memory
from bot.library import Library
from bot.models import LessonProgress, ReviewCard
from bot.services import learning as lessons
from bot.storage import learning, reminders, reviews
from bot.storage.database import Transaction

REVIEW: Final = "review"  # kind of a due row
HOUR: Final = time(18, 0)  # when people are told, who asked for it: after the field, before the news
UNANSWERED: Final = 3  # reminders without an answer, after which they stop
BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a finished lesson."""

    skill: str
    lesson: str
    index: int  # of its quiz


def skill_of(lesson: Lesson) -> str:
    """What the lesson trains; a lesson that names no skill is its own."""
    return lesson.skill or lesson.id


def due(
    tx: Transaction, library: Library, person: int, *, audience: AbstractSet[str], now: datetime, zone: ZoneInfo
) -> list[Question]:
    """What the person is asked today: at most five, what is nearest to being forgotten first."""
    known = _questions(library, learning.progress(tx, person), audience)
    cards = {card.skill: card for card in reviews.cards(tx, person)}
    start, end = _day(now, zone)
    left = review.A_DAY - sum(1 for card in cards.values() if card.asked_at and start <= card.asked_at < end)
    ripe = [(name, _memory(card)) for name, card in cards.items() if name in known and card.due_at < end]
    chosen = review.most_fragile(ripe, now=now, limit=left)
    return [known[name][cards[name].turn % len(known[name])] for name in chosen]


def remember(tx: Transaction, library: Library, person: int) -> None:
    """Begin to ask for every skill of a finished lesson that is not asked for yet."""
    known = {card.skill for card in reviews.cards(tx, person)}
    begun: dict[str, Memory] = {}
    taken = learning.progress(tx, person).values()
    for row in sorted((row for row in taken if row.finished_at), key=lambda row: str(row.finished_at)):
        lesson = library.lessons.get(row.lesson)
        if lesson and row.finished_at and skill_of(lesson) not in known | begun.keys():
            right = (row.best or 0) >= len(lesson.quiz)
            begun[skill_of(lesson)] = review.after(None, right=right, now=row.finished_at)
    reviews.add(
        tx,
        [
            {"person_id": person, "skill": skill, **asdict(memory), "asked_at": None, "turn": 0}
            for skill, memory in begun.items()
        ],
    )


def answer(tx: Transaction, person: int, question: Question, *, right: bool, now: datetime) -> None:
    """Keep what an answer tells about the memory. After a wrong one the same question comes back another day."""
    card = next((card for card in reviews.cards(tx, person) if card.skill == question.skill), None)
    if card is None:
        return
    memory = review.after(_memory(card), right=right, now=now)
    reviews.change(tx, person, question.skill, **asdict(memory), asked_at=now, turn=card.turn + right)


def next_day(tx: Transaction, person: int, zone: ZoneInfo) -> date | None:
    """The local day of the next review; None when nothing was learned yet."""
    days = [card.due_at.astimezone(zone).date() for card in reviews.cards(tx, person)]
    return min(days, default=None)


def item(library: Library, lesson: str, index: int, audience: AbstractSet[str]) -> QuizItem | None:
    """The question as it stands now; None when it is gone, leans on what was replaced, or is for others."""
    found = library.lessons.get(lesson)
    if found is None or not lessons.is_for(library, found, audience) or not 0 <= index < len(found.quiz):
        return None
    return found.quiz[index] if _holds(library, found, index) else None


def wants_reminder(tx: Transaction, person: int) -> bool:
    """Whether the person is told when something is due."""
    return reviews.wants_reminder(tx, person)


def set_reminder(tx: Transaction, person: int, *, on: bool, now: datetime) -> None:
    """Tell the person when something is due, or no more. The consent to reminders was asked for before."""
    reviews.set_reminder(tx, person, now if on else None)


def plan(tx: Transaction, *, now: datetime, zone: ZoneInfo) -> None:
    """Make today's due rows of those who asked to be told and have something to review."""
    today = now.astimezone(zone).date()
    start, end = _day(now, zone)
    persons = reviews.to_remind(tx, today=today, start=start, end=end, unanswered=UNANSWERED, limit=BATCH)
    rows = {"rule": reviews.RULE, "occurrence": today}
    due_at = datetime.combine(today, HOUR, tzinfo=zone)
    reminders.add(tx, ({**rows, "person_id": person, "due_at": due_at} for person in persons))


def _questions(
    library: Library, taken: Mapping[str, LessonProgress], audience: AbstractSet[str]
) -> dict[str, Sequence[Question]]:
    """By skill, the questions of finished lessons that may still be asked, in the order of the content."""
    found: dict[str, list[Question]] = {}
    for lesson in library.lessons.values():
        if lesson.id in taken and taken[lesson.id].finished_at:
            for index in range(len(lesson.quiz)):
                if item(library, lesson.id, index, audience):
                    asked = Question(skill=skill_of(lesson), lesson=lesson.id, index=index)
                    found.setdefault(asked.skill, []).append(asked)
    return dict(found)


def _holds(library: Library, lesson: Lesson, index: int) -> bool:
    """Whether nothing the question leans on was replaced."""
    facts = {*lesson.facts, *lesson.quiz[index].facts}
    known = [library.facts[name] for name in facts if name in library.facts]
    return len(known) == len(facts) and all(not fact.replaced_by or fact.replaced_by in facts for fact in known)


def _memory(card: ReviewCard) -> Memory:
    return Memory(
        stability=card.stability, difficulty=card.difficulty, reviewed_at=card.reviewed_at, due_at=card.due_at
    )


def _day(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of this local day, and of the next."""
    start = datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)
    return start, start + timedelta(days=1)
