"""Two teams and the people in them, for tests of the services."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.core.forms import FormState
from bot.core.messages import InboundMessage
from bot.core.people import Membership
from bot.library import Library
from bot.models import METADATA, Team, Unit
from bot.services import consents, reports, teams
from bot.services.reports import Receipt
from bot.storage import areas, people
from bot.storage.database import Database, Transaction
from tests.fakes.clock import ZONE, SettableClock

ANSWERS: dict[str, Any] = {
    "day": "2026-11-18",
    "kind": "home",
    "households": 5,
    "people": 8,
    "elderly": 3,
    "skills": {"vneid": None},
    "result": "done",
}


TEAM = "Tổ Bản Mẫu"


def add_team(tx: Transaction, now: datetime) -> int:
    """A team that covers eight hamlets; its id."""
    team = Team(province="Tỉnh mẫu", commune="Xã Bản Mẫu", name=TEAM, code="TM", created_at=now)
    units = [Unit(province="Tỉnh mẫu", commune="Xã Bản Mẫu", kind="Thôn", name=str(number)) for number in range(1, 9)]
    return areas.add_team(tx, team, units).id or 0


@dataclass
class Commune:
    """Team 1 covers eight hamlets of Bản Mẫu, team 2 one hamlet of another commune."""

    database: Database
    library: Library
    clock: SettableClock
    persons: dict[str, int] = field(default_factory=dict)

    def build(self) -> "Commune":
        self.database.write_now(self._build)
        return self

    def _build(self, tx: Transaction) -> None:
        now = self.clock()
        add_team(tx, now)
        other = Team(province="Tỉnh mẫu", commune="Xã Khác", name="Tổ Khác", code="TK", created_at=now)
        areas.add_team(tx, other, [Unit(province="Tỉnh mẫu", commune="Xã Khác", kind="Bản", name="Xa")])
        for name, team, role in (
            ("Hoa", 1, "volunteer"),
            ("Páo", 1, "volunteer"),
            ("Minh", 1, "coordinator"),
            ("Xa", 2, "coordinator"),
            ("Lan", 0, ""),
        ):
            hello = InboundMessage(channel="web", chat=name, external_id="")
            speaker = people.add_speaker(tx, hello, locale="vi", now=now)
            for purpose in consents.PURPOSES:
                consents.give(tx, speaker, purpose, name=name, now=now)
            if role:
                people.add_member(tx, team=team, person=speaker.person, role=role, now=now)
            self.persons[name] = speaker.person

    @property
    def today(self) -> date:
        return self.clock().astimezone(ZONE).date()

    def place(self, team: int = 1, number: int = 0) -> int:
        return self.database.read_now(lambda tx: teams.places(tx, team)[number].id)

    def roles(self, name: str) -> tuple[Membership, ...]:
        return self.database.read_now(lambda tx: teams.roles(tx, self.persons[name]))

    def state(self, *, team: int = 1, report: int = 0, without: str = "", **changed: Any) -> FormState:
        """A complete form of today with some answers changed or left out."""
        answers = {**ANSWERS, "place": self.place(), **changed}
        answers.pop(without, None)
        return FormState(form="outreach", version="1", team=team, report=report, answers=answers)

    def act(self, name: str) -> dict[str, Any]:
        """The keywords that every call needs."""
        return {"roles": self.roles(name), "person": self.persons[name], "now": self.clock()}

    def file(self, name: str = "Hoa", state: FormState | None = None, **changed: Any) -> Receipt:
        form, filled = self.library.forms["outreach"], state or self.state(**changed)
        more = self.act(name)
        return self.database.write_now(lambda tx: reports.file(tx, form, filled, today=self.today, **more))

    def rows(self, table: str) -> list[dict[str, Any]]:
        found = METADATA.tables[table]
        query = found.select().order_by(*found.primary_key.columns)
        return self.database.read_now(lambda tx: [dict(row) for row in tx.connection.execute(query).mappings()])
