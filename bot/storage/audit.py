"""Keeps who changed what."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from bot.models import Audit
from bot.storage.database import Transaction

_NEW = insert(Audit.metadata.tables["audit"])


def note(
    tx: Transaction, *, at: datetime, person: int | None, action: str, subject: tuple[str, int], before: Any, after: Any
) -> None:
    """Keep one change of a subject, ("goal", its id); without a person it was the operator."""
    name, row = subject
    values = {"at": at, "person_id": person, "action": action, "subject": name, "subject_id": row}
    tx.connection.execute(_NEW, {**values, "before": before, "after": after})
