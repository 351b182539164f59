"""The jobs as data: what runs how often."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from scheduler import jobs
from scheduler.jobs import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row of the timetable. What is due lives in the database: a tick that is missed loses nothing."""

    name: str
    run: Callable[[Office, datetime], Awaitable[None]]
    seconds: int


JOBS = (
    Job(name="plan", run=jobs.plan, seconds=300),
    Job(name="hand over", run=jobs.hand_over, seconds=20),
)
