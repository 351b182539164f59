"""Who may have been told somebody's name: nobody else's messages need to be opened when it is erased."""

from typing import Any

from sqlalchemy import select, union

from bot.models import METADATA
from bot.storage.database import Transaction


def around(tx: Transaction, person: int) -> set[int]:
    """Everybody who ever was in a team with the person, asked to be, or has to do with the same visits.

    The program shows names nowhere else: to coordinators and members of a team, and to both sides of a visit, which
    the teams of its place hear of.
    """
    member, request = METADATA.tables["member"], METADATA.tables["join_request"]
    visit, covers = METADATA.tables["follow_up"], METADATA.tables["team_unit"]
    mine = (visit.c.person_id == person) | (visit.c.taker_id == person)
    places = select(visit.c.unit_id).where(mine)
    teams = _numbers(
        tx,
        union(
            select(member.c.team_id).where(member.c.person_id == person),
            select(request.c.team_id).where(request.c.person_id == person),
            select(covers.c.team_id).where(covers.c.unit_id.in_(places)),
        ),
    )
    here = select(covers.c.unit_id).where(covers.c.team_id.in_(teams))
    found = _numbers(
        tx,
        union(
            select(member.c.person_id).where(member.c.team_id.in_(teams)),
            select(request.c.person_id).where(request.c.team_id.in_(teams)),
            select(visit.c.person_id).where(visit.c.unit_id.in_(here)),
            select(visit.c.person_id).where(mine),
            select(visit.c.taker_id).where(mine),
        ),
    )
    return found - {person}


def _numbers(tx: Transaction, query: Any) -> set[int]:
    return {number for number in tx.connection.scalars(query) if number is not None}
