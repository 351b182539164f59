"""Hands due broadcasts over to the outbox."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.messages import Reply
from bot.services import broadcast_delivery
from bot.storage.database import Transaction
from handlers.teams import broadcast_words
from scheduler.jobs import Office


async def hand_over(office: Office, now: datetime) -> None:
    """Batch after batch, each in a transaction of its own; may run in any number of processes."""
    full: list[int] = []
    while batch := await office.database.write(lambda tx: hand_over_now(tx, office, now, full)):
        number, more = batch
        if not more:
            full.append(number)
        office.wake()


def hand_over_now(tx: Transaction, office: Office, now: datetime, but: Sequence[int]) -> tuple[int, bool] | None:
    """One batch: (the broadcast, whether more can follow at once); None when nothing is due."""

    def render(text: str, team: str, locale: str) -> Reply:
        return broadcast_words.message(office.library.words[locale], text, team)

    return broadcast_delivery.hand_over(tx, now=now, zone=office.zone, render=render, but=but)
