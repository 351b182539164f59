"""`tungngo run` on SQLite, with a look at each millisecond of processor time at what it goes to.

Python lets a signal look at the first thread alone, and a thread that looks at others meets them where they let go of
the interpreter. So for this look the database's work is done on the event loop's thread, gathered as the writer would.

python benchmarks/peers/sampled.py FILE run       # a line for each quarter of a second in FILE: looks by part, so far
"""

import asyncio
import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
EVERY, WRITTEN = 0.001, 250  # seconds of processor time between looks; looks between lines
GATHER = 0.0005  # seconds in which work for the database comes together


class Looks:
    """Counts what is met."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: Counter[str] = Counter()

    def look(self, _signal: int, frame: FrameType | None) -> None:
        """The signal's handler."""
        self._found[part(frame)] += 1
        if self._found.total() % WRITTEN == 0:
            with self._path.open("a") as file:
                file.write(json.dumps(self._found) + "\n")


def part(frame: FrameType | None) -> str:
    """The package, or the program's own folder, of the innermost frame that is not of Python itself."""
    while frame is not None:
        file = frame.f_code.co_filename
        _, packages, inside = file.rpartition("/site-packages/")
        if packages:
            return inside.split("/")[0]
        if file.startswith(f"{ROOT}/"):
            return "/".join(Path(file).relative_to(ROOT).parts[:2]).removesuffix(".py")
        frame = frame.f_back
    return "Python"


def one_thread() -> None:
    """Let the writer work on the loop that asks it."""
    from bot.storage import sqlite_writer as writing  # noqa: PLC0415  after sys.path is put right

    put_in_queue = writing.SqliteWriter._put  # noqa: SLF001
    waiting, connections = list[Any](), list[Any]()

    def put(self: Any, work: Any, future: Any) -> None:
        if not isinstance(future, asyncio.Future):
            put_in_queue(self, work, future)
            return
        if not waiting:
            future.get_loop().call_later(GATHER, run, self)
        waiting.append((work, future))

    def run(self: Any) -> None:
        connections[:] = connections or [self._engine.connect()]
        batch, waiting[:] = waiting[:], []
        writing._run_batch(connections[0], batch)  # noqa: SLF001

    writing.SqliteWriter._put = put  # type: ignore[method-assign]  # noqa: SLF001


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    looks = Looks(Path(sys.argv.pop(1)))
    from bot.__main__ import main

    one_thread()
    signal.signal(signal.SIGPROF, looks.look)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    main()
