"""`tungngo run` with a look, every few milliseconds, at what each thread's processor time goes to.

python benchmarks/peers/sampled.py FILE run       # a line a half second in FILE: seconds by part, since the start
"""

import json
import sys
import threading
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[2]
EVERY, WRITTEN = 0.002, 0.5  # seconds


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


def watch(path: Path) -> None:
    """Never returns."""
    spent: dict[str, float] = {}
    before: dict[int, float] = {}
    own, write_at = threading.get_ident(), time.monotonic()
    while True:
        time.sleep(EVERY)
        for thread, frame in sys._current_frames().items():  # noqa: SLF001  there is no other name for it
            if thread == own:
                continue
            now = time.clock_gettime(time.pthread_getcpuclockid(thread))
            name = part(frame)
            spent[name] = spent.get(name, 0.0) + now - before.get(thread, now)
            before[thread] = now
        if time.monotonic() >= write_at:
            write_at += WRITTEN
            with path.open("a") as file:
                file.write(json.dumps(spent) + "\n")


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    sys.setswitchinterval(EVERY / 4)
    threading.Thread(target=watch, args=(Path(sys.argv.pop(1)),), daemon=True).start()
    from bot.__main__ import main

    main()
