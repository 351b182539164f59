"""Hands due broadcasts over to the outbox."""

from datetime import datetime

from bot.core.messages import Reply
from bot.services import broadcast_delivery
from bot.storage.database import Transaction
from handlers import broadcast_words
from scheduler.jobs import Office


async def hand_over(office: Office, now: datetime) -> None:
    """Batch after batch, each in a transaction of its own; may run in any number of processes."""

    def render(text: str, team: str, locale: str) -> Reply:
        return broadcast_words.message(office.library.words[locale], text, team)

    full: list[int] = []

    def work(tx: Transaction) -> tuple[int, bool] | None:
        return broadcast_delivery.hand_over(tx, now=now, zone=office.zone, render=render, but=full)

    while batch := await office.database.write(work):
        number, more = batch
        if not more:
            full.append(number)
        office.wake()
