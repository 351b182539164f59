"""A process that tests kill: a backup, a restore or an upgrade of the schema that ends at its n-th step."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bot.core.sealing import Kind, Opener, seal
from bot.services import backups, whole_file
from bot.storage import backup, schema
from bot.storage.database import Database

ROOT = Path(__file__).parents[1]
OPENER = Opener(Kind.KEY, b"k" * 32)
NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)


def dying(steps: int) -> Callable[[], None]:
    """A function that kills this process when it is called for the n-th time."""
    left = iter(range(steps))

    def step() -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def before(step: Callable[[], None], work: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, after a step."""

    def stepped(*args: Any, **named: Any) -> Any:
        step()
        return work(*args, **named)

    return stepped


def run(what: str, path: str, url: str, steps: int) -> None:
    """Back up or restore; die at the n-th piece or table, at the check, or before the folder is on the disk."""
    step = dying(steps)
    if what == "backup":

        def pieces(*args: Any, **named: Any) -> Iterator[bytes]:
            for piece in seal(*args, **named):
                step()
                yield piece

        backups.__dict__["seal"] = pieces
        for module, name in ((backups, "verify"), (whole_file, "keep_name")):
            setattr(module, name, before(step, getattr(module, name)))
        with closing(Database(url)) as database:
            backups.write(database, Path(path), OPENER, secret="", now=NOW)
    elif what == "upgrade":
        _count_statements(step)
        schema.upgrade(url)
    else:
        for name in ("put", "set_marks"):
            setattr(backup, name, before(step, getattr(backup, name)))
        backups.restore(Path(path), OPENER, url)


def _count_statements(step: Callable[[], None]) -> None:
    """Make every statement of every engine a step."""
    event.listen(Engine, "before_cursor_execute", lambda *_: step())


@contextmanager
def killer() -> Iterator[Callable[..., int]]:
    """A function (what, path, url, steps) -> how it ended: the run of a process that dies there."""
    command = [sys.executable, "-m", "tests.killed_runs"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    asked, answers = process.stdin, process.stdout

    def one(what: str, path: Path | str, url: str, steps: int) -> int:
        asked.write(json.dumps({"what": what, "path": str(path), "url": url, "steps": steps}) + "\n")
        asked.flush()
        return int(answers.readline())

    try:
        yield one
    finally:
        process.communicate()


def main() -> None:
    """Fork for every run asked for, so that none waits for imports; answer how it ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                run(**json.loads(line))
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201  the answer


if __name__ == "__main__":
    main()
