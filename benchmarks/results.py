"""What a benchmark found, kept as docs/benchmarks/NAME.json; benchmarks/page.py makes docs/benchmarks.md of it all."""

import json
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.core.clock import system_clock

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs/benchmarks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing that was promised. `hit` is None where it could not be measured here."""

    what: str
    target: str
    found: str
    hit: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of words, ready to print."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line of a graph."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Lines over one axis; `name` is part of the picture's file name."""

    name: str
    title: str
    x: str
    y: str
    series: tuple[Series, ...]
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """All that one benchmark found. Texts are Markdown; sections stand in `order`."""

    name: str
    order: int
    title: str
    text: str
    targets: tuple[Target, ...] = ()
    tables: tuple[Table, ...] = ()
    graphs: tuple[Graph, ...] = ()
    notes: tuple[str, ...] = ()
    measured: str = ""  # commit, date, machine; `save` fills it in


def figures(found: Mapping[str, object]) -> Table:
    """Every figure of a benchmark, a row each."""
    rows = tuple(
        (name.replace("_", " "), f"{value:.1f}" if isinstance(value, float) else str(value))
        for name, value in found.items()
    )
    return Table(head=("measured", ""), rows=rows)


def save(section: Section) -> Path:
    """Keep it with commit, date and machine; the file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{section.name}.json"
    kept = asdict(section) | {"measured": measured()}
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def sections(folder: Path = FOLDER) -> Iterator[Section]:
    """All that was kept, in order."""
    found = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
    for kept in sorted(found, key=lambda kept: (kept["order"], kept["name"])):
        yield _section(kept)


def _section(kept: dict[str, Any]) -> Section:
    parts = {
        "targets": tuple(Target(**each) for each in kept["targets"]),
        "tables": tuple(
            Table(head=tuple(each["head"]), rows=tuple(map(tuple, each["rows"])), caption=each["caption"])
            for each in kept["tables"]
        ),
        "graphs": tuple(
            Graph(**{**each, "series": tuple(_series(one) for one in each["series"])}) for each in kept["graphs"]
        ),
        "notes": tuple(kept["notes"]),
    }
    return Section(**{**kept, **parts})


def _series(kept: dict[str, Any]) -> Series:
    return Series(name=kept["name"], points=tuple((x, y) for x, y in kept["points"]))


def measured() -> str:
    """Commit, date and machine in one line."""
    return f"Commit {commit()}, {system_clock():%d/%m/%Y %H:%M} UTC, {machine()}."


def commit() -> str:
    """The commit that is checked out; says so when files differ from it."""
    try:
        said = [
            subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
            for words in (["rev-parse", "--short", "HEAD"], ["status", "--porcelain", "--", ":!docs/benchmarks*"])
        ]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return said[0] + (" with changes" if said[1] else "")


def machine() -> str:
    """Processor, cores, memory, system, Python."""
    fields = dict(_fields(Path("/proc/cpuinfo"))) | dict(_fields(Path("/proc/meminfo")))
    memory = int(fields.get("MemTotal", "0 kB").split()[0]) / 1024**2
    cores = os.cpu_count()  # a benchmark may keep itself to fewer
    model = fields.get("model name", platform.machine())
    return f"{model}, {cores} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def _fields(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text().splitlines() if path.exists() else ():
        name, _, value = line.partition(":")
        yield name.strip(), value.strip()
