"""How benchmarks/reports says what it found."""

from dataclasses import dataclass

from benchmarks.results import Section, Table

TEXT = """\
`python -m benchmarks.reports` files {reports} reports a case, step by step, twelve messages and twelve answers each:
receiver, handlers, database, sender, and a channel that takes everything. `-1` sends one message after the other, `-8`
eight at once, each taking turns among eight volunteers. SQLite commits with `synchronous=FULL`, PostgreSQL as
durably as it does by default. The floor is one bare insert and commit in the same folder, before and after the case.
CPU and memory are this process's; a PostgreSQL server's own are not in it.\
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One case. Times are milliseconds, memory is MB."""

    case: str
    reports: int
    steps: int  # messages a report
    step_p50: float  # from handing a message in to the channel taking its answer
    step_p95: float
    report_p50: float  # the sum over its messages
    report_p95: float
    per_second: float
    cpu: float  # of this process, a report; a PostgreSQL server's own is not in it
    memory: float  # the most this process ever held
    floor: float  # p50 of one bare insert and commit: sqlite3, synchronous=FULL
    own_floor: float  # the same on the database of the case


def section(rows: list[Measured]) -> Section:
    """The rows as a part of docs/benchmarks.md."""
    head = (
        "case", "a message p50 / p95 ms", "a report p50 / p95 ms", "reports/s", "CPU ms/report", "peak MB",
        "floor ms: sqlite3 / own", "message ÷ floor", "CPU a message ÷ floor",
    )  # fmt: skip
    lines = tuple(
        (
            row.case,
            f"{row.step_p50:.2f} / {row.step_p95:.2f}",
            f"{row.report_p50:.1f} / {row.report_p95:.1f}",
            f"{row.per_second:.1f}",
            f"{row.cpu:.1f}",
            f"{row.memory:.0f}",
            f"{row.floor:.3f} / {row.own_floor:.3f}",
            f"{row.step_p50 / row.floor:.1f}",
            f"{row.cpu / row.steps / row.floor:.1f}",
        )
        for row in rows
    )
    return Section(
        name="reports", order=30, title="Reports, through the whole journey", text=TEXT.format(reports=rows[0].reports),
        tables=(Table(head=head, rows=lines),),
    )  # fmt: skip
