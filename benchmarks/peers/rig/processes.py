"""What a process and its children have used, from /proc."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Memory:
    """In kB: all that is resident, and with shared pages divided among those who share them."""

    rss: int
    pss: int


def tree(pid: int) -> list[int]:
    """The process and everything it started that still runs."""
    found, left = [], [pid]
    while left:
        found.append(left.pop())
        for children in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            with suppress(OSError):  # a thread that has just ended
                left += map(int, children.read_text().split())
    return found


def cpu(pid: int) -> float:
    """Seconds of processor time, user and system."""
    used = 0
    for each in tree(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        used += int(fields[11]) + int(fields[12])
    return used / TICKS


def memory(pid: int) -> Memory:
    """Of the whole tree."""
    rss = pss = 0
    for each in tree(pid):
        for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in ("Rss", "Pss"):
                kilobytes = int(value.split()[0])
                rss, pss = (rss + kilobytes, pss) if name == "Rss" else (rss, pss + kilobytes)
    return Memory(rss, pss)


def take_a_core() -> int | None:
    """Keep this process to one core; another one, for what is measured. None where there is only one."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) == 1:
        return None
    os.sched_setaffinity(0, {cores[1]})
    return cores[0]
