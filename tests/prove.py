"""Run every test that injects a fault; print and write a table of fault, how it was injected, whether the promise held.

Nothing in docs/faults.md is written by hand: a row is a `fault` marker, a cell is what came of its tests.
"""

import json
import os
import platform
import sqlite3
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from time import monotonic
from typing import Final

import pytest

from tests.crashing import EVERY

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs/faults.md"
PARAMETERS: Final = ("database_url", "bare_url", "lead", "kind")  # by which a test is told its database
SQLITE, POSTGRES, NEITHER = "SQLite", "PostgreSQL", "no database"
RUN: Final = "-q -m fault --no-header -n 2 --dist worksteal -p tests.prove -p no:cacheprovider"
INTRODUCTION: Final = """\
# What breaks, and what holds

Written by `make prove`, which injects each fault and looks at what is promised: what was acknowledged is there once,
what was not comes again, nobody waits for ever, nothing private is written into a log. "Held" is what the tests say
that carry the fault's name; a cell is empty where the fault is none of that database.
"""


class Noting:
    """A pytest plugin that keeps what came of every fault. The tests run in other processes, which tell by reports."""

    def __init__(self) -> None:
        self.faults: dict[tuple[str, str], dict[str, str]] = {}  # by (what, how): on which database, by test
        self.short: dict[str, str] = {}  # by what: where it falls short
        self.outcomes: dict[str, str] = {}
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        for name, told in report.user_properties:
            if name == "fault":
                what, how, short, kind = json.loads(str(told))
                self.faults.setdefault((what, how), {})[report.nodeid] = kind
                self.short |= {what: short} if short else {}
        if report.failed or report.skipped:
            self.outcomes[report.nodeid] = report.outcome
        else:
            self.outcomes.setdefault(report.nodeid, "passed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every test tell which faults it injects; this module is a plugin of the processes that run them."""
    for item in items:
        for mark in item.iter_markers("fault"):
            told = (*mark.args, mark.kwargs.get("short", ""), kind_of(item))
            item.user_properties.append(("fault", json.dumps(told)))


def kind_of(item: pytest.Item) -> str:
    """The database a test runs on."""
    call = getattr(item, "callspec", None)
    named = {call.params.get(name) for name in PARAMETERS} if call else set()
    if named & {"sqlite", "postgresql"}:
        return POSTGRES if "postgresql" in named else SQLITE
    used = set(getattr(item, "fixturenames", ()))
    on = {SQLITE: {"sqlite_url", "sqlite_template", "light"}, POSTGRES: {"postgres_url"}}
    kinds = [kind for kind, names in on.items() if used & names]
    if not kinds and "postgres_template" in used:
        kinds = [POSTGRES]
    return " and ".join(kinds) or NEITHER


def rows(noted: Noting) -> list[tuple[str, ...]]:
    """A row a fault: what, how, and what came of it on each database; in the order of the tests' files."""
    found = []
    for fault, tests in sorted(noted.faults.items(), key=lambda each: (min(each[1]).partition("::")[0], each[0])):
        cells: defaultdict[str, list[str]] = defaultdict(list)
        for test, kinds in tests.items():
            for kind in kinds.split(" and "):
                cells[kind].append(noted.outcomes.get(test, "not run"))
        found.append((*fault, *(verdict(cells[kind]) for kind in (SQLITE, POSTGRES, NEITHER))))
    return found


def verdict(outcomes: list[str]) -> str:
    """One cell: held, or how many of the tests say otherwise."""
    if not outcomes:
        return ""
    bad = [each for each in outcomes if each != "passed"]
    number = f" ({len(outcomes)} tests)" if len(outcomes) > 1 else ""
    return f"held{number}" if not bad else f"**{', '.join(sorted(set(bad)))}** {len(bad)} of {len(outcomes)}"


def table(found: list[tuple[str, ...]]) -> str:
    """The rows as Markdown."""
    head = ("fault", "how it is injected", SQLITE, POSTGRES, NEITHER)
    lines = ["| " + " | ".join(each) + " |" for each in (head, ("---",) * len(head), *found)]
    return "\n".join(lines)


def machine() -> str:
    """Where it was run, on what."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    changed = " with changes that are not committed" if _git("status", "--porcelain", "--untracked-files=no") else ""
    kernel = f"{platform.system()} {platform.release()} {platform.machine()}"
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"Commit {commit}{changed}; {kernel}, {os.cpu_count()} cores; {versions}."


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def main(arguments: list[str]) -> int:
    """Run, print, write; what pytest says."""
    noted, begun = Noting(), monotonic()
    os.environ[EVERY] = "1"
    code = pytest.main([*RUN.split(), *arguments], plugins=[noted])
    found = rows(noted)
    print(table(found))  # noqa: T201  what was asked for
    held = sum(not any("**" in cell for cell in row) for row in found)
    took = f"{monotonic() - begun:.0f} s, of which its tests took {sum(noted.seconds.values()):.0f} s in two processes"
    summary = f"{held} of {len(found)} faults held, {len(noted.outcomes)} tests, {took}."
    print(summary)  # noqa: T201
    if not arguments:
        short = "".join(f"- {what}: {how}\n" for what, how in noted.short.items())
        page = f"{INTRODUCTION}\n{machine()} {summary}\n\n{table(found)}\n\n## What falls short\n\n{short}"
        PAGE.write_text(page, "utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
