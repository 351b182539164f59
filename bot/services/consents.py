"""Consent: per purpose, explicit, with the version of the text that was shown (Law 91/2025/QH15)."""

from datetime import datetime

from bot.core.errors import N_, ConsentNeeded, KnownError
from bot.core.people import NAME_LIMIT, Speaker
from bot.storage import data_requests, people
from bot.storage.database import Transaction

VERSION = "2026-11-22"  # changes with the text in handlers/start.py; who agreed to an older text is asked again
PURPOSES = ("learn", "report", "remind")
RESTRICTED = N_("You asked that your data are not used now. To go on, type “my data” and choose “Use my data again”.")


def given(tx: Transaction, person: int) -> frozenset[str]:
    """The purposes the person agrees to now, under today's text."""
    return people.purposes(tx, person, VERSION)


def require(tx: Transaction, person: int, purpose: str) -> None:
    """ConsentNeeded unless the person agreed to this purpose; KnownError while their data may not be used."""
    if purpose not in given(tx, person):
        refuse_restricted(tx, person)
        raise ConsentNeeded(purpose)


def refuse_restricted(tx: Transaction, person: int) -> None:
    """KnownError while the person's data may not be used."""
    if data_requests.restricted_at(tx, person):
        raise KnownError(RESTRICTED)


def give(tx: Transaction, speaker: Speaker, purpose: str, *, name: str, now: datetime) -> None:
    """Keep one act of consent with its proof. The first one also keeps the name the platform shows."""
    refuse_restricted(tx, speaker.person)
    held = given(tx, speaker.person)
    if purpose not in held:
        people.add_consent(
            tx, person=speaker.person, purpose=purpose, version=VERSION, channel=speaker.channel, now=now
        )
    if name and not speaker.name:
        people.change_person(tx, speaker.person, name=name[:NAME_LIMIT])


def withdraw(tx: Transaction, person: int, purpose: str | None, now: datetime) -> None:
    """Withdraw one purpose, or every one (None)."""
    people.end_consents(tx, person, purpose, now)
    if purpose is None:
        people.change_person(tx, person, name="")
