"""How long what is kept is kept, and what is deleted then (decision 0032)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from bot.services.personal_data import erasing
from bot.storage import media, retention
from bot.storage.database import Database, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Days by kind; the settings KEEP_…_DAYS."""

    messages: int = 90
    inbox: int = 30
    answers: int = 180
    questions: int = 365
    news: int = 180
    audit: int = 1825
    proofs: int = 1825

    @classmethod
    def of(cls, settings: object) -> "Periods":
        """As the settings say."""
        return cls(**{name: getattr(settings, f"keep_{name}_days") for name in asdict(cls())})


def run(database: Database, periods: Periods, now: datetime) -> dict[str, int]:
    """Delete what is too old, portion by portion; by table, how many rows. What is empty is left out.

    What was deleted or erased since then is no more in the files of SQLite either.
    """
    total: Counter[str] = Counter()
    while found := database.write_now(lambda tx: portion(tx, periods, now)):
        total.update(found)
    retention.truncate_log(database)
    return dict(total)


def would(database: Database, periods: Periods, now: datetime) -> dict[str, int]:
    """What one portion of each kind would be; nothing is kept of it."""

    def work(tx: Transaction) -> Mapping[str, int]:
        tx.savepoint("retention")
        found = portion(tx, periods, now)
        tx.rollback_to("retention")
        return found

    return dict(database.write_now(work))


def portion(tx: Transaction, periods: Periods, now: datetime) -> Mapping[str, int]:
    """One portion of each kind."""
    days = asdict(periods)
    found: Counter[str] = Counter()
    for rule in retention.RULES:
        found[rule.table] += retention.remove(tx, rule, now - timedelta(days=days[rule.period]))
    found["person"] += retention.remove_empty_persons(tx)
    found["media"] += media.delete_expired(tx, now)
    found["contact"] += erasing.sweep(tx, now)
    return {name: count for name, count in found.items() if count}
