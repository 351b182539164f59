"""Hands the timetable to APScheduler, which is the clock and nothing more."""

import asyncio

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.core.errors import DatabaseAway
from scheduler.jobs import Office
from scheduler.timetable import JOBS, Job

GRACE_SECONDS = 3600  # APScheduler's default of one second would drop a tick when the loop is busy
log = structlog.get_logger(__name__)


async def run_jobs(office: Office, stop: asyncio.Event) -> None:
    """Run every job at once, then at its interval, until told to stop."""
    scheduler = AsyncIOScheduler(
        timezone=office.zone, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_SECONDS}
    )
    for job in JOBS:
        await tick(office, job)
        scheduler.add_job(tick, "interval", seconds=job.seconds, args=(office, job), id=job.name)
    scheduler.start()
    try:
        await stop.wait()
    finally:
        scheduler.shutdown(wait=False)


async def tick(office: Office, job: Job) -> None:
    """One run of a job; a database that is away is tried again at the next tick."""
    try:
        await job.run(office, office.clock())
    except DatabaseAway:
        log.warning("database away", job=job.name)
    except Exception as error:
        office.failed(job.name)
        log.exception("job failed", job=job.name, error=type(error).__name__)
