"""Somebody's words, name and chat, planted wherever a person can leave them."""

from collections.abc import Callable
from typing import Any, Final

import orjson
from sqlalchemy import select, update

from bot.core.conversation import State
from bot.core.forms import FormState
from bot.core.messages import Choice, Reply
from bot.core.people import Speaker
from bot.models import METADATA, Certificate, JoinRequest, LocalFact, TeamDate
from bot.services import answers, codes, followups
from bot.services.files import media
from bot.services.followups import Wish
from bot.services.personal_data import data_requests, my_data
from bot.storage import messages, people
from bot.storage.database import Transaction
from tests.fakes.clock import ZONE
from tests.services.commune import Commune

NAME: Final = "Vừ Thị Canary"
WORDS: Final = "chữ chim yến"
CHAT: Final = "canary-chat-77"


def plant(commune: Commune, who: Speaker) -> None:
    """Words, name and chat wherever a person can leave them, by the program's own ways where that is short."""
    person, now, today = who.person, commune.clock(), commune.today
    receipt = commune.file(NAME, note=WORDS)
    wrong = commune.state(note=WORDS, households=6, report=receipt.report)
    commune.file(NAME, wrong)
    hoas = commune.file("Hoa")

    def work(tx: Transaction) -> None:
        report, chat = METADATA.tables["report"], f"telegram:7:{CHAT}:9"
        tx.connection.execute(update(report).where(report.c.id == receipt.report).values(message_chat=chat))
        version = METADATA.tables["report_version"]
        tx.connection.execute(update(version).where(version.c.report_id == receipt.report).values(reason=WORDS))
        state = State(
            draft=FormState(form="outreach", version="1", team=1, answers={"note": WORDS}),
            held={"kind": "text", "text": WORDS, "payload": ""},
            question=WORDS,
        )
        people.save_state(tx, person, as_text(state), now)
        menu = State(menu=(Choice(f"{NAME} (tình nguyện viên)", "member:1"),))
        people.save_state(tx, commune.persons["Minh"], as_text(menu), now)
        answers.keep_question(tx, person=person, question=WORDS, now=now)
        wish = Wish(unit=a_place(tx), skill="vneid", note=WORDS)
        followups.ask(tx, wish, skills=("vneid",), person=person, now=now, today=today)
        codes.wrong(tx, person, now)
        for contact, text in (
            (who.contact, WORDS),
            (contact_of(tx, commune.persons["Minh"]), f"{NAME} muốn vào tổ."),
        ):
            messages.put_out(tx, messages.Outgoing(contact=contact, reply=Reply(text=text)), now)
        order = my_data.Order(mydata=person, format="html", locale="vi", zone=ZONE.key, at=now.isoformat())
        file = media.promise_my_data(tx, order, now=now)
        messages.put_out(tx, messages.Outgoing(contact=who.contact, reply=Reply(text="x", file=file)), now)
        rows: list[Any] = [
            Certificate(
                person_id=person, track="t", locale="vi", title="Bài", name=NAME, team="Tổ", lessons=1, questions=3,
                right_answers=3, issued_on=today, created_at=now,
            ),
            JoinRequest(team_id=2, person_id=person, role="volunteer", asked_at=now),
            LocalFact(
                team_id=1, person_id=person, question="Mấy giờ mở cửa?", text="7 giờ", source="Bảng tin", as_of=today,
                expires_on=today, created_at=now, updated_at=now,
            ),
            TeamDate(team_id=1, title="Họp", day=today, leads=[1], person_id=person, created_at=now, changed_at=now),
        ]  # fmt: skip
        tx.session.add_all(rows)
        tx.session.flush()
        data_requests.ask(tx, person, WORDS, now=now, today=today)
        for table in ("told_fact", "answer_mark", "reminder_mute", "review_card"):
            tx.connection.execute(METADATA.tables[table].insert().values(**EXTRA[table](person, now)))
        audit = METADATA.tables["audit"]
        tx.connection.execute(
            audit.insert().values(
                at=now, person_id=person, action="change", subject="team date", subject_id=1,
                before={"title": WORDS}, after={"title": WORDS, "day": "2026-11-20"},
            )
        )  # fmt: skip

    commune.database.write_now(work)
    commune.database.write_now(lambda tx: ask_about(tx, commune, receipt.report, hoas.report))


def ask_about(tx: Transaction, commune: Commune, own: int, hoas: int) -> None:
    query = METADATA.tables["report_query"]
    now = commune.clock()
    person = commune.persons[NAME]
    for report, asker, status, answer in ((own, "Minh", "answered", WORDS), (hoas, NAME, "open", "")):
        tx.connection.execute(
            query.insert().values(
                report_id=report, asker_id=commune.persons[asker], asked_at=now, status=status, answer=answer,
                text=WORDS if commune.persons[asker] == person else "Đúng không?", settled_at=None,
            )
        )  # fmt: skip


EXTRA: dict[str, Callable[[int, Any], dict[str, Any]]] = {
    "told_fact": lambda person, now: {"person_id": person, "fact": "F1", "told_at": now},
    "answer_mark": lambda person, now: {
        "person_id": person, "subject": "F1", "question": WORDS, "verdict": "wrong", "marked_at": now,
    },
    "reminder_mute": lambda person, now: {"person_id": person, "subject": "date:1", "muted_at": now},
    "review_card": lambda person, now: {
        "person_id": person, "skill": "s", "stability": 1.0, "difficulty": 5.0, "reviewed_at": now, "due_at": now,
        "turn": 0,
    },
}  # fmt: skip


def as_text(state: State) -> str:
    return orjson.dumps(state.to_json()).decode()


def a_place(tx: Transaction) -> int:
    unit = METADATA.tables["team_unit"]
    return int(tx.connection.execute(select(unit.c.unit_id).where(unit.c.team_id == 1).limit(1)).scalar_one())


def contact_of(tx: Transaction, person: int) -> int:
    return people.preferred_contacts(tx, [person])[person]
