"""A commune with reports, for tests of what is added up: eight hamlets, a volunteer, a coordinator."""

from datetime import date, datetime
from typing import Any

from bot import demo
from bot.core.forms import FormState
from bot.core.messages import InboundMessage
from bot.core.people import Membership
from bot.library import Library
from bot.services import consents, reports, teams
from bot.storage import people
from bot.storage.database import Database, Transaction


class Commune:
    """One team on one database."""

    def __init__(self, database: Database, library: Library, now: datetime) -> None:
        self.database, self.library, self.now = database, library, now
        self.form = library.forms["outreach"]
        self.team = database.write_now(lambda tx: demo.add_commune(tx, now).id or 0)
        self.hoa = self.add("Hoa", "volunteer")
        self.minh = self.add("Minh", "coordinator")

    def add(self, name: str, role: str) -> int:
        """Somebody of the team, who agreed to everything."""

        def work(tx: Transaction) -> int:
            hello = InboundMessage(channel="web", chat=name, external_id="")
            speaker = people.add_speaker(tx, hello, locale="vi", now=self.now)
            for purpose in consents.PURPOSES:
                consents.give(tx, speaker, purpose, name=name, now=self.now)
            people.add_member(tx, team=self.team, person=speaker.person, role=role, now=self.now)
            return speaker.person

        return self.database.write_now(work)

    def roles(self, tx: Transaction, person: int) -> tuple[Membership, ...]:
        """What the person may do."""
        return teams.roles(tx, person)

    def file(self, day: str, unit: int = 1, person: int = 0, at: datetime | None = None, **answers: Any) -> int:
        """A report about that day; its id."""
        now = at or self.now

        def work(tx: Transaction) -> int:
            values = {
                "day": day,
                "place": teams.places(tx, self.team)[unit - 1].id,
                "kind": "home",
                "households": 5,
                "people": 8,
                "elderly": 3,
                "skills": {"vneid": 2},
                "result": "done",
                **answers,
            }
            state = FormState(form=self.form.id, version=self.form.version, team=self.team, answers=values)
            who = person or self.hoa
            roles = self.roles(tx, who)
            filed = reports.file(tx, self.form, state, roles=roles, person=who, now=now, today=date(2027, 12, 31))
            return filed.report

        return self.database.write_now(work)

    def change(self, report: int, at: datetime, **answers: Any) -> None:
        """Correct a report."""

        def work(tx: Transaction) -> None:
            roles = self.roles(tx, self.hoa)
            state = reports.open_for_change(tx, report, roles=roles, person=self.hoa).state
            state.answers.update(answers)
            reports.change(tx, self.form, state, roles=roles, person=self.hoa, now=at, today=at.date())

        self.database.write_now(work)
