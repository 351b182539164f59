"""News somebody is told of unasked, once: written down as due, put into words when it is decent to send them."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from bot.storage import reminders
from bot.storage.database import Transaction


class News(StrEnum):
    """What it is about; the first part of a due row's rule."""

    WANTED = "visit-wanted"  # to volunteers: somebody wants a visit
    TAKEN = "visit-taken"  # to the resident: somebody will come
    GIVEN_BACK = "visit-back"  # to the resident: who took it cannot come
    DONE = "visit-done"  # to the resident: it is done
    DROPPED = "visit-dropped"  # to who took it: it is not wanted any more
    LATE = "visits-late"  # to coordinators: visits whose day has passed
    QUERY = "report-query"  # to who filed the report: the coordinator asks
    REPLY = "report-reply"  # to the coordinator: what came of the question
    JOIN = "join-asked"  # to coordinators: somebody wants to join the team
    JOINED = "join-settled"  # to who asked: yes, or no
    ANSWERED = "question-answered"  # to who asked: a team has answered
    ANSWER_ENDS = "answer-ends"  # to coordinators: an answer of their team ends soon
    RECALL = "fact-replaced"  # to coordinators: people were told a fact that was replaced
    CORRECTED = "fact-corrected"  # to who was told it: what holds now
    DATA = "data-request"  # to coordinators: somebody asks about their own data; again when it is due, or overdue


KINDS = frozenset(news.value for news in News)


def tell(
    tx: Transaction, news: News, subject: int, persons: Iterable[int], *, day: date, now: datetime, turn: int = 0
) -> None:
    """Write it down for each person, once for (news, subject, day, turn); it goes out by day, as true as it is then."""
    reminders.add(
        tx,
        (
            {
                "rule": f"{news.value}:{subject}",
                "occurrence": day,
                "lead": turn,
                "person_id": person,
                "due_at": now,
            }
            for person in dict.fromkeys(persons)
        ),
    )
