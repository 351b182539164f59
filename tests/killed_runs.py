"""A process that tests kill: a backup, a restore, an export or an upgrade of the schema that ends at its n-th step."""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from io import BufferedRandom, FileIO
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bot import library as content
from bot.commands import exports
from bot.core.errors import SetupFault
from bot.core.sealing import Kind, Opener, seal
from bot.services.files import backups, whole_file
from bot.settings import Settings
from bot.storage import backup, schema
from bot.storage.database import Database

ROOT = Path(__file__).parents[1]
OPENER = Opener(Kind.KEY, b"k" * 32)
TOLD = 3  # how a run ends that says in one line what is wrong
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
    """Do it; die at the n-th piece, table, statement or write. "-small": instead no file may grow beyond n bytes."""
    what, _, small = what.partition("-")
    if small:
        resource.setrlimit(resource.RLIMIT_FSIZE, (steps, steps))
    RUNS[what](Path(path), url, dying(10**9 if small else steps))


def _back_up(path: Path, url: str, step: Callable[[], None]) -> None:
    """Die at the n-th piece, at the check, before the folder is on the disk."""

    def pieces(*args: Any, **named: Any) -> Iterator[bytes]:
        for piece in seal(*args, **named):
            step()
            yield piece

    backups.__dict__["seal"] = pieces
    for module, name in ((backups, "verify"), (whole_file, "keep_name")):
        setattr(module, name, before(step, getattr(module, name)))
    with closing(Database(url)) as database:
        backups.write(database, path, OPENER, secret="", now=NOW)


def _restore(path: Path, url: str, step: Callable[[], None]) -> None:
    """Die at the n-th table."""
    for name in ("put", "set_marks"):
        setattr(backup, name, before(step, getattr(backup, name)))
    backups.restore(path, OPENER, url)


def _upgrade(_: Path, url: str, step: Callable[[], None]) -> None:
    """Die at the n-th statement."""
    _count_statements(step)
    schema.upgrade(url)


def _export(path: Path, url: str, step: Callable[[], None]) -> None:
    """Die at the n-th write, the fsync, the new name, before the folder is on the disk."""

    class Stepping(FileIO):
        def write(self, data: Any) -> int:
            step()
            return super().write(data)

    def fdopen(handle: int, *_: Any) -> Any:
        return BufferedRandom(Stepping(handle, "r+"), 512)

    for module, name in ((os, "fsync"), (Path, "replace"), (whole_file, "keep_name")):
        setattr(module, name, before(step, getattr(module, name)))
    os.fdopen = fdopen  # type: ignore[assignment]
    content.__dict__["load"] = lambda _: LOADED[0]
    tempfile.tempdir = str(path.parent)  # what is left there goes with the test
    os.environ["DATABASE_URL"] = url
    exports.export_reports(first="2026-11-01", last="2026-11-30", out=path, format_=path.suffix[1:], team="")


LOADED: list[content.Library] = []  # before the first fork that needs it
RUNS = {"backup": _back_up, "restore": _restore, "upgrade": _upgrade, "export": _export}


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
        if '"export' in line and not LOADED:
            LOADED.append(content.load(Settings(_env_file=None).content_dir))
        child = os.fork()
        if child == 0:
            code = 1
            os.dup2(2, 1)  # what a command prints is no answer
            try:
                run(**json.loads(line))
                code = 0
            except SetupFault:
                code = TOLD
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201  the answer


if __name__ == "__main__":
    main()
