"""Consent: per purpose, explicit, with the version of the text that was shown (Law 91/2025/QH15)."""

from datetime import datetime

from bot.core.errors import ConsentNeeded
from bot.core.people import Speaker
from bot.storage import people
from bot.storage.database import Transaction

VERSION = "2026-11"  # changes with the text in handlers/start.py; who agreed to an older text is asked again
PURPOSES = ("learn", "report", "remind")


def given(tx: Transaction, person: int) -> frozenset[str]:
    """The purposes the person agrees to now, under today's text."""
    return frozenset(consent.purpose for consent in people.consents(tx, person) if consent.version == VERSION)


def require(tx: Transaction, person: int, purpose: str) -> None:
    """ConsentNeeded unless the person agreed to this purpose."""
    if purpose not in given(tx, person):
        raise ConsentNeeded(purpose)


def give(tx: Transaction, speaker: Speaker, purpose: str, *, name: str, now: datetime) -> None:
    """Keep one act of consent with its proof. The first one also keeps the name the platform shows."""
    held = given(tx, speaker.person)
    if purpose not in held:
        people.add_consent(
            tx, person=speaker.person, purpose=purpose, version=VERSION, channel=speaker.channel, now=now
        )
    if name and not speaker.name:
        people.change_person(tx, speaker.person, name=name[:120])


def withdraw(tx: Transaction, person: int, purpose: str | None, now: datetime) -> None:
    """Withdraw one purpose, or every one (None)."""
    people.end_consents(tx, person, purpose, now)
    if purpose is None:
        people.change_person(tx, person, name="")
