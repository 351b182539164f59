"""What people do about their own data by themselves: done at once, and noted with its due days (decision 0032)."""

from datetime import date, datetime

from bot.core.errors import N_, KnownError
from bot.services import profile
from bot.services.personal_data import data_requests
from bot.storage import data_requests as storage
from bot.storage import people
from bot.storage.database import Transaction

LOUD = "messages came unasked"  # noted with a restriction: so it shall be again when it ends


def correct_name(tx: Transaction, person: int, name: str, *, now: datetime, today: date) -> str:
    """Keep the right name; as it is kept."""
    kept = profile.set_name(tx, person, name)
    data_requests.log_done(tx, person, "correct", now=now, today=today)
    return kept


def restrict(tx: Transaction, person: int, *, now: datetime, today: date) -> None:
    """Keep everything, use nothing, say nothing unasked. KnownError when that is so already."""
    if storage.restricted_at(tx, person):
        raise KnownError(N_("Your data are not used now, at your wish."))
    before = "" if is_quiet(tx, person) else LOUD
    storage.restrict(tx, person, now)
    profile.set_quiet(tx, person, quiet=True)
    data_requests.log_done(tx, person, "restrict", text=before, now=now, today=today)


def release(tx: Transaction, person: int, *, now: datetime, today: date) -> None:
    """Use what is kept again, as it was agreed to before; what comes unasked comes again if it did before."""
    if storage.restricted_at(tx, person) is None:
        return
    storage.restrict(tx, person, None)
    was = next((row for row in storage.of_person(tx, person) if row.kind == "restrict"), None)
    profile.set_quiet(tx, person, quiet=was is None or was.text != LOUD)
    data_requests.log_done(tx, person, "release", now=now, today=today)


def is_quiet(tx: Transaction, person: int) -> bool:
    """Whether nothing may come unasked."""
    found = people.persons(tx, [person]).get(person)
    return found is None or found.quiet
