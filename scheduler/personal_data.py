"""Personal data by the clock: requests that fall due, chats to be forgotten, what was kept long enough."""

import asyncio
from datetime import datetime

import structlog

from bot.services.personal_data import data_requests, erasing, retention, tombstones
from scheduler.jobs import Office

log = structlog.get_logger(__name__)


async def watch(office: Office, now: datetime) -> None:
    """Tell who answers of requests that are due or overdue; forget chats that have said farewell."""
    today = now.astimezone(office.zone).date()
    await office.database.write(lambda tx: data_requests.watch(tx, now=now, today=today))
    await office.database.write(lambda tx: erasing.sweep(tx, now))


async def remember(office: Office, now: datetime) -> None:  # noqa: ARG001  every job takes the time
    """Write down beside the database what was erased, so that a restored backup does not bring it back."""
    if office.erased:
        await asyncio.to_thread(tombstones.keep, office.database, office.erased)


async def forget(office: Office, now: datetime) -> None:
    """Delete what was kept long enough, and say in the log how much."""
    found = await asyncio.to_thread(retention.run, office.database, office.periods, now)
    if found:
        log.info("kept long enough and deleted", **found)
