"""Queries about the dates of teams and the addresses of calendars."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.models import CalendarFeed, TeamDate, TeamDateSkip
from bot.storage.database import Transaction

_SKIP = TeamDateSkip.metadata.tables["team_date_skip"]


def keep(tx: Transaction, row: TeamDate) -> int:
    """Keep a date, new or changed; its id."""
    tx.session.add(row)
    tx.session.flush()
    return row.id or 0


def get(tx: Transaction, number: int, *, lock: bool = False) -> TeamDate | None:
    """The date of that id, locked where it is to be changed, unless it was deleted."""
    query = select(TeamDate).where(col(TeamDate.id) == number, col(TeamDate.removed_at).is_(None))
    if lock:
        query = query.with_for_update()
    return tx.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def of_teams(tx: Transaction, teams: Iterable[int] | None = None) -> Sequence[TeamDate]:
    """The dates of some teams, or of all of them (None), the oldest first."""
    query = select(TeamDate).where(col(TeamDate.removed_at).is_(None)).order_by(col(TeamDate.id))
    if teams is not None:
        query = query.where(col(TeamDate.team_id).in_(list(teams)))
    return tx.session.scalars(query).all()


def skips(tx: Transaction, dates: Sequence[int]) -> dict[int, tuple[date, ...]]:
    """By date, the occurrences that do not take place."""
    found: dict[int, tuple[date, ...]] = {}
    query = select(_SKIP.c.team_date_id, _SKIP.c.occurrence).where(_SKIP.c.team_date_id.in_(dates))
    for number, occurrence in tx.connection.execute(query.order_by(_SKIP.c.occurrence)):
        found[number] = (*found.get(number, ()), occurrence)
    return found


def skip(tx: Transaction, number: int, occurrence: date) -> None:
    """One occurrence does not take place."""
    dialect = postgresql if tx.is_postgres else sqlite
    statement = dialect.insert(_SKIP).values(team_date_id=number, occurrence=occurrence)
    tx.connection.execute(statement.on_conflict_do_nothing())


def feed_of(tx: Transaction, *, person: int | None = None, team: int | None = None) -> str | None:
    """The name of a person's or a team's calendar."""
    owner = col(CalendarFeed.team_id) == team if person is None else col(CalendarFeed.person_id) == person
    return tx.connection.execute(select(col(CalendarFeed.name)).where(owner)).scalar_one_or_none()


def add_feed(tx: Transaction, row: CalendarFeed) -> None:
    """Keep a calendar's name."""
    tx.session.add(row)
    tx.session.flush()


def drop_feed(tx: Transaction, *, person: int | None = None, team: int | None = None) -> None:
    """Take the address of a calendar back."""
    owner = col(CalendarFeed.team_id) == team if person is None else col(CalendarFeed.person_id) == person
    tx.connection.execute(delete(CalendarFeed).where(owner))


def find_feed(tx: Transaction, name: str) -> CalendarFeed | None:
    """Whose calendar has that name."""
    return tx.session.scalars(select(CalendarFeed).where(col(CalendarFeed.name) == name)).one_or_none()
