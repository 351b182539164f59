"""What benchmarks/scale measures in processes of their own: exports, the search. Prints JSON.

python -m benchmarks.scale.aside export xlsx sqlite:///million.db 1000000
python -m benchmarks.scale.aside search
"""

import argparse
import json
import logging
import random
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import structlog

from benchmarks.scale.seed import DAYS, END, Sizes
from bot.library import load
from bot.search.entry import Entry
from bot.search.finder import Finder
from bot.search.reading import Lexicon
from bot.services import answers
from bot.services.files import exports
from bot.storage.database import Database

CONTENT = Path(__file__).parents[2] / "content"
FACTS, PASSAGES = 100, 4_000


def export(kind: exports.Format, url: str, reports: int, rows: int) -> Mapping[str, float]:
    """So many rows of a whole province to a file."""
    library = load(CONTENT)
    last = END.date()
    order = exports.Order(
        format=kind,
        teams=tuple(range(1, Sizes(reports).teams + 1)),
        first=last - timedelta(days=max(0, round(DAYS * rows / reports) - 1)),
        last=last,
        name="bench",
        zone="Asia/Ho_Chi_Minh",
        locale="vi",
        at=END,
    )
    with closing(Database(url)) as database, tempfile.TemporaryFile() as out:
        before, started = _peak(), time.perf_counter()
        written = database.read_now(lambda tx: exports.write(tx, library, order, out))
        spent = time.perf_counter() - started
        return {"rows": written, "seconds": spent, "peak": _peak(), "more": _peak() - before, "bytes": out.tell()}


def search() -> Mapping[str, float]:
    """Questions put to a hundred facts and four thousand made-up passages, with their marks and without."""
    library = load(CONTENT)
    facts = list(library.facts.values())
    chance = random.Random(7)  # noqa: S311  the same passages every time
    entries = list(answers.fact_entries(library))[:FACTS]
    for number in range(PASSAGES):
        text = _passage([fact.statement for fact in facts], chance)
        entries.append(Entry(id=f"passage:{number}", kind="passage", text=text))
    started = time.perf_counter()
    finder = Finder(entries, (), Lexicon(library.abbreviations, library.synonyms))
    built = time.perf_counter() - started
    asked = [" ".join((fact.label, *fact.keywords[:1])) for fact in facts[:FACTS]]
    times = []
    for question in (*asked, *(each.lower() for each in asked)) * 3:
        started = time.perf_counter()
        finder.verdict(question)
        times.append(1000 * (time.perf_counter() - started))
    times.sort()
    return {
        "entries": FACTS + PASSAGES,
        "questions": len(times),
        "p50": times[len(times) // 2],
        "p99": times[len(times) * 99 // 100],
        "build": 1000 * built,
    }


def _passage(sentences: list[str], chance: random.Random) -> str:
    """Three sentences whose words were shuffled a little, so that no two passages are the same."""
    words = " ".join(chance.sample(sentences, 3)).split()
    for _ in range(8):
        place = chance.randrange(len(words) - 1)
        words[place], words[place + 1] = words[place + 1], words[place]
    return " ".join(words)


def _peak() -> float:
    """The most MB it ever had. What getrusage says begins with what the parent had."""
    return _status("VmHWM") / 1024**2


def _status(name: str) -> int:
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields[name].split()[0]) * 1024


def main() -> None:
    """One of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("export", "search"))
    parser.add_argument("kind", nargs="?", default="csv", choices=exports.FORMATS)
    parser.add_argument("url", nargs="?", default="")
    parser.add_argument("reports", nargs="?", type=int, default=0)
    parser.add_argument("--rows", type=int, default=100_000)
    chosen = parser.parse_args()
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    if chosen.what == "export":
        print(json.dumps(export(chosen.kind, chosen.url, chosen.reports, chosen.rows)))
    else:
        print(json.dumps(search()))


if __name__ == "__main__":
    main()
