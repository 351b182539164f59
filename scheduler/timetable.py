"""The jobs as data: what runs how often."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from scheduler import broadcasts, jobs, personal_data
from scheduler.jobs import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row of the timetable. What is due lives in the database: a tick that is missed loses nothing."""

    name: str
    run: Callable[[Office, datetime], Awaitable[None]]
    seconds: int


JOBS = (
    Job(name="plan", run=jobs.plan, seconds=300),
    Job(name="forget", run=jobs.forget, seconds=3600),
    Job(name="answers", run=jobs.look_at_answers, seconds=3600),
    Job(name="find late", run=jobs.find_late, seconds=3600),
    Job(name="remember erasures", run=personal_data.remember, seconds=60),
    Job(name="data requests", run=personal_data.watch, seconds=3600),
    Job(name="retention", run=personal_data.forget, seconds=21600),
    Job(name="hand over", run=jobs.hand_over, seconds=20),
    Job(name="broadcasts", run=broadcasts.hand_over, seconds=20),
)
