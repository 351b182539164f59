"""Keeps who changed what."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from bot.models import Audit
from bot.storage.database import Transaction
from bot.storage.prepared import Prepared

_NEW = Prepared(
    insert(Audit.metadata.tables["audit"]),
    columns=("at", "person_id", "action", "subject", "subject_id", "before", "after"),
)


def note(
    tx: Transaction, *, at: datetime, person: int | None, action: str, subject: tuple[str, int], before: Any, after: Any
) -> None:
    """Keep one change of a subject, ("goal", its id); without a person it was the operator."""
    name, row = subject
    values = {"at": at, "person_id": person, "action": action, "subject": name, "subject_id": row}
    _NEW.change(tx, {**values, "before": before, "after": after})
