"""Keeps who changed what."""

from datetime import datetime
from typing import Any

from bot.models import Audit
from bot.storage.database import Transaction


def note(
    tx: Transaction, *, at: datetime, person: int | None, action: str, subject: tuple[str, int], before: Any, after: Any
) -> None:
    """Keep one change of a subject, ("goal", its id); without a person it was the operator."""
    name, row = subject
    audit = Audit(at=at, person_id=person, action=action, subject=name, subject_id=row, before=before, after=after)
    tx.session.add(audit)
    tx.session.flush()
