"""`tungngo run` that keeps account of what importing each package costs.

python benchmarks/peers/starting.py FILE run       # when it ends, in FILE: by package, seconds and kB
"""

import atexit
import json
import sys
import time
from functools import partialmethod
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
KILOBYTES = 4  # a page

spent: dict[str, list[float]] = {}  # by package: seconds, kB
inside: list[list[float]] = []  # what the modules cost that a module imports


def now() -> list[float]:
    """Seconds of processor time, and kB this process holds."""
    return [time.process_time(), KILOBYTES * int(Path("/proc/self/statm").read_text().split()[1])]


def counted_by(loader: Any, execute: Any, module: ModuleType) -> None:
    """Run a module's code; what it costs, less what it imports, goes to its package."""
    before = now()
    inside.append([0.0, 0.0])
    try:
        execute(loader, module)
    finally:
        whole = [after - begun for after, begun in zip(now(), before, strict=True)]
        others = inside.pop()
        own = spent.setdefault(module.__name__.partition(".")[0], [0.0, 0.0])
        for place, (value, other) in enumerate(zip(whole, others, strict=True)):
            own[place] += value - other
            if inside:
                inside[-1][place] += value


if __name__ == "__main__":
    file = Path(sys.argv.pop(1))
    sys.path[0] = str(ROOT)
    for kind in (SourceFileLoader, ExtensionFileLoader):
        kind.exec_module = partialmethod(counted_by, kind.exec_module)  # type: ignore[method-assign,assignment]
    atexit.register(lambda: file.write_text(json.dumps(spent), "utf-8"))
    from bot.__main__ import main

    main()
