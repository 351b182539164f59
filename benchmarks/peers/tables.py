"""The tables and graphs of the comparison with the peers."""

import statistics
from collections.abc import Callable, Sequence

from benchmarks.peers.plan import BUSY, CHATS, DELAY, FIRST_CHATS, LOADS, PEOPLE, Found
from benchmarks.peers.ratios import middle, ratio, spread
from benchmarks.peers.rig.bots import BOTS, PART, WEBS
from benchmarks.peers.rig.load import Measured
from benchmarks.results import Graph, Series, Table

ANCHOR = "aiogram"
IMPORTS = 10  # packages that are named


def busy(found: Found, bots: Sequence[str], load: int, caption: str) -> Table:
    """Everybody under one load."""
    head = (
        "bot",
        "updates/s",
        "reports/s",
        "÷ aiogram",
        "CPU ms/update, + PostgreSQL's",
        "÷ aiogram",
        "p50 / p99 ms",
        "API calls/update",
    )
    rows = []
    for name in bots:
        measured, anchor = found.loads[name, load], found.loads.get((ANCHOR, load))
        rows.append(
            (
                BOTS[name].title,
                f"{middle(measured, 'updates'):.0f}",
                f"{middle(measured, 'reports'):.1f}",
                spread(ratio(measured, anchor, "updates")) if anchor else "–",
                processor(measured),
                spread(ratio(measured, anchor, "cpu")) if anchor else "–",
                f"{middle(measured, 'p50'):.1f} / {middle(measured, 'p99'):.1f}",
                f"{middle(measured, 'calls'):.2f}",
            )
        )
    return Table(head=head, rows=tuple(rows), caption=caption)


def processor(measured: Sequence[Measured]) -> str:
    """Milliseconds an update, with those of the database server behind a plus."""
    own, server = middle(measured, "cpu"), middle(measured, "server")
    return f"{own:.2f} + {server:.2f}" if server else f"{own:.2f}"


def webs(found: Found) -> Table:
    """One web process beside two."""
    rows = tuple(
        (
            WEBS[number].title,
            f"{middle(measured, 'updates'):.0f}",
            spread(ratio(measured, found.webs[1], "updates")),
            processor(measured),
            f"{middle(measured, 'front_busy') / number:.2f}",
            f"{middle(measured, 'bot_busy') - middle(measured, 'front_busy'):.2f}",
            f"{middle(measured, 'p50'):.0f} / {middle(measured, 'p99'):.0f}",
        )
        for number, measured in found.webs.items()
    )
    caption = (
        f"Several processes on one PostgreSQL, `tungngo worker` sending, {BUSY} volunteers at once. Each web process is"
        f" kept to {PART:g} of a core by a control group, so that it is what is slow and two cores suffice for all;"
        " every message goes to the next web process in turn, whoever it is from, as nginx shares them by default:"
    )
    cores = "cores: each web process"
    head = ("processes", "updates/s", "÷ one", "CPU ms/update, + PostgreSQL's", cores, "the worker", "p50 / p99 ms")
    return Table(head=head, rows=rows, caption=caption)


def answers(found: Found) -> Table:
    """How long answers take at a rate."""
    rows = []
    for name, measured in found.rates.items():
        anchor = found.rates.get(ANCHOR)
        ratios = [spread(ratio(measured, anchor, each)) if anchor else "–" for each in ("p50", "p99")]
        p50, p99 = (f"{middle(measured, each):.1f}" for each in ("p50", "p99"))
        updates = f"{middle(measured, 'updates'):.0f}"
        rows.append((BOTS[name].title, updates, p50, ratios[0], p99, ratios[1], f"{middle(measured, 'bot_busy'):.2f}"))
    rate = next(iter(found.rates.values()))[0].load
    caption = (
        f"From the webhook's POST to the answer's arrival at the Bot API, {rate:.0f} updates a second at random times"
        f" from {PEOPLE} people, the Bot API taking {DELAY * 1000:.0f} ms; counted from when each update was due:"
    )
    head = ("bot", "updates/s", "p50 ms", "÷ aiogram", "p99 ms", "÷ aiogram", "cores used")
    return Table(head=head, rows=tuple(rows), caption=caption)


def rest(found: Found, bots: Sequence[str]) -> Table:
    """Starts, memory."""
    rows = []
    for name in bots:
        starts, idle = found.colds[name], found.rests[name]
        chat = f"{found.chats[name]:.3f}" if name in found.chats else "–"
        first = f"{statistics.median(starts):.2f} ({min(starts):.2f}–{max(starts):.2f}, {len(starts)} starts)"
        rows.append((BOTS[name].title, first, f"{idle.rss / 1024:.0f}", f"{idle.pss / 1024:.0f}", chat))
    head = ("bot", "start to first answer, s", "at rest, MB (RSS)", "(PSS)", "kB an open chat")
    counted = " and ".join(f"{CHATS[name]:,} ({BOTS[name].short})" for name in found.chats)
    caption = (
        "Start and rest, without a database server's memory. A chat is open after two messages of a report; how much"
        f" the process grew (RSS) with {counted} such chats, after {FIRST_CHATS:,} others:"
    )
    return Table(head=head, rows=tuple(rows), caption=caption)


def crashes(found: Found) -> Table:
    """What became of the open conversations."""
    rows = tuple(
        (
            BOTS[each.bot].title,
            *(str(count) for count in (each.open, each.lost, each.again, each.doubled, each.missing, each.repeated)),
            "–" if each.back is None else f"{each.back:.1f}",
        )
        for each in found.crashes
    )
    head = (
        "bot",
        "open",
        "lost",
        "had to tap again",
        "rows twice",
        "reports missing",
        "answers sent twice",
        "back after, s",
    )
    caption = "kill -9 in the middle, started again at once; what was not confirmed is delivered again:"
    return Table(head=head, rows=rows, caption=caption)


def profile(found: Found) -> Table:
    """Where processor time goes."""
    rows = tuple((part, f"{100 * share:.0f} %") for part, share in found.profile)
    caption = (
        f"Where the program's processor time goes with {BUSY} volunteers at once, on SQLite, all of it done on one"
        " thread so that every millisecond can be looked at (bot/commands is the event loop, which Python cannot look"
        " into; SQLite's own time and the disk's count as whose statement it is, bot/storage or sqlalchemy):"
    )
    return Table(head=("part", "share"), rows=rows, caption=caption)


def _together(name: str, every: Sequence[tuple[str, float, float]]) -> tuple[str, float, float]:
    return name, sum(seconds for _, seconds, _ in every), sum(megabytes for _, _, megabytes in every)


def imports(found: Found) -> Table:
    """What a start imports."""
    shown = found.imports[:IMPORTS]
    rest = found.imports[IMPORTS:]
    rows = [*shown, _together(f"{len(rest)} others", rest), _together("all that is imported", found.imports)]
    caption = (
        "What a start of the program imports, by package, with the account itself slowing it down; the rest of the"
        " start is content, database and first answer:"
    )
    lines = tuple((name, f"{seconds:.2f}", f"{megabytes:.1f}") for name, seconds, megabytes in rows)
    return Table(head=("package", "CPU s", "MB"), rows=lines, caption=caption)


def graphs(found: Found, bots: Sequence[str]) -> list[Graph]:
    """Cost against load."""

    def graph(name: str, title: str, y: str, of: Callable[[Measured], float]) -> Graph:
        lines = []
        for bot in bots:
            points = [(float(load), statistics.median(map(of, found.loads[bot, load]))) for load in sorted(LOADS)]
            lines.append(Series(name=BOTS[bot].short, points=tuple(points)))
        x = "volunteers at once, each with one message in flight"
        return Graph(name=name, title=title, x=x, y=y, series=tuple(lines), log_x=True, log_y=name != "cpu")

    return [
        graph("cpu", "CPU an update, with the database server's", "ms an update", lambda each: each.cpu + each.server),
        graph("updates", "Updates a second", "updates/s", lambda each: each.updates),
        graph("p99", "99 of 100 answers are there within (p99)", "ms", lambda each: each.p99),
    ]
