"""What a team did in a year, for the word of thanks after its day."""

from datetime import date

from bot.storage import aggregates, areas, people
from bot.storage.aggregates import Sum
from bot.storage.database import Transaction


def team_of(tx: Transaction, person: int) -> tuple[int, str] | None:
    """(team, name) of the team the person has been in longest; None for who is in none."""
    roles = people.memberships(tx, person)
    return (roles[0].team, roles[0].team_name) if roles else None


def year_so_far(tx: Transaction, team: int, day: date) -> Sum | None:
    """What the team's reports of that year up to the day add up to; None when there are none, or no team."""
    if areas.get_team(tx, team) is None:
        return None
    return next(iter(aggregates.sums(tx, [team], date(day.year, 1, 1), day, "team")), None)
