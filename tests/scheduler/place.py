"""A small commune on a database, the clock, and what goes out of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from bot.core.content import Bilingual, DateRule
from bot.core.messages import InboundMessage
from bot.library import Library
from bot.models import METADATA
from bot.services import consents, team_dates, teams
from bot.services.team_dates import Wish
from bot.storage import people
from bot.storage.database import Database, Transaction
from scheduler import jobs
from scheduler.jobs import Office
from tests.fakes.clock import ZONE, SettableClock
from tests.services.commune import add_team


def rule(name: str = "hop", **more: Any) -> DateRule:
    values = {
        "title": Bilingual(vi="Họp tổ"),
        "todo": Bilingual(vi="Chuẩn bị"),
        "day": date(2027, 3, 10),
        "lead_days": (7, 1, 0),
        "source": "s",
    }
    return DateRule.model_validate({"id": name, **values, **more})


class Commune:
    """One team, its people, and the jobs of one process."""

    def __init__(self, database: Database, library: Library, clock: SettableClock) -> None:
        self.database, self.library, self.clock = database, library, clock
        self.team = database.write_now(lambda tx: add_team(tx, clock()))
        self.persons: dict[str, int] = {}

    def only(self, *rules: DateRule) -> None:
        """No other national dates than these."""
        self.library = replace(self.library, dates={each.id: each for each in rules})

    def add(self, name: str, role: str = "", *, channel: str = "web", bot: str = "") -> int:
        def work(tx: Transaction) -> int:
            now = self.clock()
            hello = InboundMessage(channel=channel, bot=bot, chat=name, external_id="")
            speaker = people.add_speaker(tx, hello, locale="vi", now=now)
            for purpose in consents.PURPOSES:
                consents.give(tx, speaker, purpose, name=name, now=now)
            if role:
                people.add_member(tx, team=self.team, person=speaker.person, role=role, now=now)
            return speaker.person

        self.persons[name] = self.database.write_now(work)
        return self.persons[name]

    def add_date(self, title: str, day: date, **more: Any) -> int:
        """Minh adds a date of the team."""
        person, now = self.persons["Minh"], self.clock()

        def work(tx: Transaction) -> int:
            wish = Wish(team=self.team, title=title, day=day, **more)
            today = now.astimezone(ZONE).date()
            roles = teams.roles(tx, person)
            return team_dates.save(tx, wish, roles=roles, person=person, today=today, now=now).id

        return self.database.write_now(work)

    def office(self) -> Office:
        return Office(database=self.database, library=self.library, zone=ZONE, clock=self.clock)

    def tick(self, local: str = "", *, send: bool = True) -> None:
        """Every job about reminders once; then what waits in the outbox leaves."""
        if local:
            self.clock.set(local)

        async def run() -> None:
            await jobs.plan(self.office(), self.clock())
            await jobs.hand_over(self.office(), self.clock())

        asyncio.run(run())
        if send:
            self.database.write_now(lambda tx: send_all(tx, self.clock()))

    def rows(self, table: str) -> list[dict[str, Any]]:
        found = METADATA.tables[table]
        query = found.select().order_by(*found.primary_key.columns)
        return self.database.read_now(lambda tx: [dict(row) for row in tx.connection.execute(query).mappings()])

    def due(self, kinds: Sequence[str] = ("date:", "team:", "again:")) -> list[dict[str, Any]]:
        return [row for row in self.rows("due") if row["rule"].startswith(tuple(kinds))]

    def texts(self) -> list[str]:
        return [row["body"]["text"] for row in self.rows("outbox")]


def send_all(tx: Transaction, now: datetime) -> None:
    """What waits in the outbox leaves."""
    outbox = METADATA.tables["outbox"]
    tx.connection.execute(outbox.update().where(outbox.c.status == "pending").values(status="sent", sent_at=now))
