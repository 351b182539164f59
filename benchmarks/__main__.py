"""Everything that is measured, one after the other; then docs/benchmarks.md.

python -m benchmarks                  # or: python -m benchmarks peers
"""

import subprocess
import sys

from benchmarks import page

PARTS = {  # modules and their arguments
    "peers": [],
    "scale": [],
    "broadcast": ["--people", "3000", "--save"],
    "reminders": ["--save"],
    "reports": ["--reports", "100"],
}


def main(names: list[str]) -> None:
    """Each in a process of its own, so that none is in the way of the next; what one could not finish is told."""
    failed = []
    for name in names or PARTS:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *PARTS[name]], check=False).returncode:
            failed.append(name)
    print(page.write())
    if failed:
        sys.exit(f"not finished, the page has what an earlier run said of it: {', '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
