"""Everything that is measured, one after the other; then docs/benchmarks.md.

python -m benchmarks                  # or only some parts: python -m benchmarks peers scale
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from benchmarks import page

PARTS = {  # modules and their arguments
    "peers": [],
    "scale": [],
    "broadcast": ["--people", "3000", "--save"],
    "reminders": ["--save"],
    "reports": ["--reports", "300"],
}
KIND = 15.0  # seconds to clean up
LIMIT = 30 * 60.0  # seconds after which a part is ended; the longest takes about ten minutes


def part(name: str) -> str:
    """Measure it in processes of its own, so that none is in the way of the next; why it was not finished, or ""."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *PARTS[name]]
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            code = process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            return f"ended after {LIMIT / 60:.0f} minutes"
        finally:
            end(process)
    return f"exit code {code}" if code else ""


def end(process: "subprocess.Popen[bytes]") -> None:
    """End whatever it started and left: kindly, so that servers and folders of its own go too, then not so kindly."""
    with suppress(ProcessLookupError):  # nothing is left
        os.killpg(process.pid, signal.SIGINT)
        given_up = time.monotonic() + KIND
        while time.monotonic() < given_up:
            process.poll()
            os.killpg(process.pid, 0)
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)


def main(names: list[str]) -> None:
    """Every part, or those that are named; what one could not finish is told."""
    if unknown := [name for name in names if name not in PARTS]:
        sys.exit(f"There is no part {', '.join(unknown)}; the parts are: {', '.join(PARTS)}.")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background, and its own, would ignore it
    failed = []
    for name in names or PARTS:
        print(f"== {name}", flush=True)
        began = time.monotonic()
        fault = part(name)
        print(f"== {name}: {fault or 'done'}, {time.monotonic() - began:.0f} s", flush=True)
        if fault:
            failed.append(f"{name} ({fault})")
    print(page.write())
    if failed:
        sys.exit(f"Not finished; the page has what an earlier run said of it: {', '.join(failed)}.")


if __name__ == "__main__":
    main(sys.argv[1:])
