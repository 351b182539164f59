"""After a breach: who is affected, and which of their fields (docs/breach.md)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.errors import SetupFault
from bot.storage import erasing, people, personal_data, tombstones
from bot.storage.database import Transaction
from bot.storage.personal_data import RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """One person: their number, channels, and which kinds of their data were there, with how many rows."""

    person: int
    channels: tuple[str, ...]
    fields: tuple[tuple[str, int], ...]
    name: str = ""  # only when asked for


def fields(wanted: Iterable[str]) -> list[str]:
    """The columns of RULES that these tables or columns mean; all of them for none. SetupFault for an unknown one."""
    names = [name for name, rule in RULES.items() if rule.kind]
    found: list[str] = []
    for each in wanted:
        meant = [name for name in names if each in (name, name.partition(".")[0])]
        if not meant:
            known = ", ".join(sorted({name.partition(".")[0] for name in names}))
            msg = f"There is no field {each!r}. Fields: {known}."
            raise SetupFault(msg)
        found += meant
    return found or names


def erased_since(tx: Transaction, first: datetime) -> int:
    """How many persons had everything erased since then: they were there, and nobody can tell who they are."""
    return len({mark.at for mark in tombstones.every(tx) if mark.at >= first})


def affected(tx: Transaction, columns: Sequence[str], *, until: datetime, names: bool = False) -> list[Affected]:
    """Everybody of whom something stands in these columns that was there at that moment; no names unless asked for."""
    rows: dict[int, list[tuple[str, int]]] = {}
    for column in columns:
        for person, count in personal_data.affected(tx, column, until).items():
            rows.setdefault(person, []).append((column.partition(".")[0], count))
    known = people.persons(tx, list(rows))
    result = []
    for person, found in sorted(rows.items()):
        channels = tuple(dict.fromkeys(chat.channel for chat in erasing.chats_of(tx, person)))
        shown = known[person].name if names and person in known else ""
        result.append(Affected(person=person, channels=channels, fields=tuple(found), name=shown))
    return result
