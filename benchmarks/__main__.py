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
    """Each in a process of its own, so that none is in the way of the next."""
    for name in names or PARTS:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *PARTS[name]], check=True)
    print(page.write())


if __name__ == "__main__":
    main(sys.argv[1:])
