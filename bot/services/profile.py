"""What a person chooses for themselves: language, how to be addressed, silence."""

from bot.core.free_text import kept
from bot.core.people import NAME_LIMIT
from bot.storage import people
from bot.storage.database import Transaction


def set_locale(tx: Transaction, person: int, locale: str) -> None:
    """Speak Vietnamese ("vi") or English ("en") from now on."""
    people.change_person(tx, person, locale=locale)


def set_address(tx: Transaction, person: int, address: str) -> None:
    """Address the person as they wish: "bac", "co", "chu", "anh", "chi", "ban", or "" for no pronoun."""
    people.change_person(tx, person, address=address)


def set_quiet(tx: Transaction, person: int, *, quiet: bool) -> None:
    """Send no unasked messages, or send them again."""
    people.change_person(tx, person, quiet=quiet)


def set_name(tx: Transaction, person: int, name: str) -> str:
    """Keep the name a person gives themselves; the name as it is kept."""
    name = kept(name, NAME_LIMIT)
    people.change_person(tx, person, name=name)
    return name
