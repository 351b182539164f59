"""What an operator does in a dialogue: invite, give somebody another team, change places."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bot.models import Contact, Team, Unit
from bot.services import areas, teams
from bot.services.areas import Change
from bot.storage import areas as storage
from bot.storage import people
from bot.storage.database import Transaction

COMMUNE, TEAM = "Xã Bản Mẫu", "Tổ Bản Mẫu"


def invite(tx: Transaction, wanted: Any, now: datetime) -> str:
    """A code: for a role, or for a role with more, {role: volunteer, uses: 2, approve: true}."""
    more = wanted if isinstance(wanted, dict) else {"role": wanted}
    return teams.invite(tx, now=now, **{"team": TEAM, "uses": 1, "days": 7, **more})


def join(tx: Transaction, wanted: str, chat: str, now: datetime) -> None:
    """ "volunteer Tổ Khác": who uses that chat gets a role in another team too, which covers Bản Xa."""
    role, name = wanted.split(maxsplit=1)
    team = storage.find_team(tx, name)
    if team is None:
        team = Team(province="Tỉnh mẫu", commune="Xã Khác", name=name, code="TK", created_at=now)
        storage.add_team(tx, team, [Unit(province="Tỉnh mẫu", commune="Xã Khác", kind="Bản", name="Xa")])
    person = tx.connection.execute(select(col(Contact.person_id)).where(col(Contact.chat) == chat)).scalar_one()
    people.add_member(tx, team=team.id or 0, person=person, role=role, now=now)


def change(tx: Transaction, wanted: dict[str, Any], now: datetime) -> None:
    """Places change: {what, old, new, day}."""
    areas.change(tx, Change(commune=COMMUNE, **wanted), now=now)
