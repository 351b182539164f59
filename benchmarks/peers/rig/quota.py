"""A part of a core for each of some processes, with the kernel's control groups, version 1 or 2."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PERIOD = 10_000  # µs: short, so that nobody stands still for long
LIMITS = ((Path("/sys/fs/cgroup/cpu"), "cpu.cfs_quota_us"), (Path("/sys/fs/cgroup"), "cpu.max"))


class NotLimited(Exception):
    """This machine does not let us make control groups."""


@contextmanager
def limited(pids: Sequence[int], part: float) -> Iterator[None]:
    """Each of them gets so large a part of a core and no more; none of them is limited where `part` is 0."""
    made: list[Path] = []
    try:
        for pid in pids if part else ():
            made.append(_group(f"tungngo-bench-{pid}", part))
            (made[-1] / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for group in made:
            for each in (group / "cgroup.procs").read_text().split():
                with suppress(OSError):  # it has just ended
                    (group.parent / "cgroup.procs").write_text(each)
            with suppress(OSError):  # where nobody may be moved out, it goes with the machine
                group.rmdir()


def _group(name: str, part: float) -> Path:
    quota = str(round(part * PERIOD))
    for root, file in LIMITS:
        if not (root / "cgroup.procs").exists():
            continue
        group = root / name
        try:
            group.mkdir()
        except OSError as error:
            raise NotLimited(error) from error
        if not (group / file).exists():  # of other controllers
            group.rmdir()
            continue
        if file == "cpu.max":
            (group / file).write_text(f"{quota} {PERIOD}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD))
            (group / file).write_text(quota)
        return group
    msg = f"no control group for processor time; root: {os.geteuid() == 0}"
    raise NotLimited(msg)
