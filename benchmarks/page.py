"""docs/benchmarks.md with its graphs, written from what the benchmarks kept.

python -m benchmarks.page
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.graphs import draw
from benchmarks.results import ROOT, Section, Table, sections

PAGE = ROOT / "docs/benchmarks.md"
INTRODUCTION = """\
# What things cost

Written by `make bench`, which measures everything again on the machine it runs on; each part says when and where that
was. What is compared is compared in one run, in turns, as a ratio: other machines have other milliseconds.
"""


def lines(table: Table) -> Iterator[str]:
    """The table as Markdown."""
    if table.caption:
        yield from (table.caption, "")
    yield f"| {' | '.join(table.head)} |"
    yield "|---" * len(table.head) + "|"
    for row in table.rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def promises(kept: Sequence[Section]) -> Table:
    """Every target of every section."""
    words = {True: "yes", False: "**no**", None: "not measured here"}
    rows = tuple((each.what, each.target, each.found, words[each.hit]) for section in kept for each in section.targets)
    return Table(head=("what", "target", "found", "reached"), rows=rows)


def page(kept: Sequence[Section]) -> str:
    """The whole page."""
    said = [INTRODUCTION]
    if (promised := promises(kept)).rows:
        said += ["## What was promised", "", *lines(promised)]
    for section in kept:
        said += [f"## {section.title}", "", section.text, ""]
        for table in section.tables:
            said += lines(table)
        for graph in section.graphs:
            said += [f"![{graph.title}](benchmarks/{section.name}-{graph.name}.svg)", ""]
        for note in section.notes:
            said += [note, ""]
        said += [section.measured, ""]
    return "\n".join(said).rstrip() + "\n"


def write(path: Path = PAGE) -> str:
    """The page, and beside it its graphs; the table of what was promised."""
    folder = path.with_suffix("")
    kept = list(sections(folder))
    path.write_text(page(kept), "utf-8")
    for section in kept:
        for graph in section.graphs:
            (folder / f"{section.name}-{graph.name}.svg").write_text(draw(graph), "utf-8")
    return "\n".join(lines(promises(kept)))


if __name__ == "__main__":
    print(write())
