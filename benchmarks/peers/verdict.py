"""What the comparison with the peers comes to: ratios, targets, tables and graphs."""

import statistics
from collections.abc import Callable, Iterator, Sequence

from benchmarks.peers.plan import CRASH_PEOPLE, DELAY, LOADS, PEOPLE, ROUNDS, Found
from benchmarks.peers.rig.bots import BOTS, OURS
from benchmarks.peers.rig.load import Measured
from benchmarks.results import Graph, Section, Series, Table, Target

ANCHOR = "aiogram"
RIG_LIMIT = 0.8  # of a core
BUSY = 40  # volunteers at once at which is judged
TEXT = """\
`python -m benchmarks.peers` puts the program (`tungngo run`, webhook, SQLite with `synchronous=FULL`) and small bots
as people write them with each library (`benchmarks/peers/bots/`) through the same report: twelve messages, five typed
and seven tapped, one answer each, every tap answered, one report on disk at the end. The program commits every one of
the twelve messages before it answers; the peers commit the report only and keep the rest in memory. Bot API and
volunteers are one process on one core, the bot has another core to itself. The bots take turns, {rounds} rounds; a
ratio is of two bots in one round; given is the median, behind it the least and the greatest. CPU is all of the bot's
processes, user and system. A wrong, second or refused answer stops the run.\
"""


def ratio(ours: Sequence[Measured], theirs: Sequence[Measured], name: str) -> tuple[float, float, float]:
    """Round by round: median, least, greatest."""
    every = sorted(getattr(one, name) / getattr(other, name) for one, other in zip(ours, theirs, strict=True))
    return statistics.median(every), every[0], every[-1]


def spread(values: tuple[float, float, float]) -> str:
    """As printed."""
    return "{:.2f} ({:.2f}–{:.2f})".format(*values)


def middle(measured: Sequence[Measured], name: str) -> float:
    """The median of the rounds."""
    return float(statistics.median(getattr(each, name) for each in measured))


def section(found: Found, notes: tuple[str, ...] = ()) -> Section:
    """The whole part of docs/benchmarks.md."""
    bots = list(dict.fromkeys(name for name, _ in found.loads))
    tables = [
        _busy(found, bots, BUSY, f"{BUSY} volunteers at once:"),
        _busy(found, bots, 1, "One volunteer:"),
        _answers(found),
        _rest(found, bots),
        _crashes(found),
        _profile(found),
    ]
    return Section(
        name="peers",
        order=10,
        title="Beside what people write instead",
        text=TEXT.format(rounds=ROUNDS),
        targets=tuple(_targets(found)),
        tables=tuple(tables),
        graphs=tuple(_graphs(found, bots)),
        notes=(*_remarks(found), *notes),
    )


def judged(what: str, value: tuple[float, float, float], *, least: float = 0, most: float = 0) -> Target:
    """A ratio beside its limit; the median counts."""
    hit = value[0] >= least if least else value[0] <= most
    return Target(what=what, target=f"≥ {least:g}" if least else f"≤ {most:g}", found=spread(value), hit=hit)


def _targets(found: Found) -> Iterator[Target]:
    yield from _speed_targets(found)
    crashed = next((each for each in found.crashes if each.bot == OURS), None)
    if crashed:
        yield Target(
            what=f"kill -9 with {CRASH_PEOPLE} open conversations: lost / to tap again / rows twice",
            target="0 / 0 / 0",
            found=f"{crashed.lost} / {crashed.again} / {crashed.doubled}",
            hit=not (crashed.lost or crashed.again or crashed.doubled or crashed.missing),
        )
    if "ptb" in found.colds:
        every = sorted(one / other for one, other in zip(found.colds[OURS], found.colds["ptb"], strict=True))
        value = statistics.median(every), every[0], every[-1]
        yield judged("Start to the first answer ÷ python-telegram-bot", value, most=1.4)
    if ANCHOR in found.rests:
        idle = found.rests[OURS].idle.rss / found.rests[ANCHOR].idle.rss
        yield Target(what=f"Memory at rest ÷ {ANCHOR}", target="≤ 0.5", found=f"{idle:.2f}", hit=idle <= 0.5)
    if (chat := found.rests[OURS].chat) is not None:
        yield Target(what="Memory of an open chat", target="≤ 0.1 kB", found=f"{chat:.2f} kB", hit=chat <= 0.1)


def _speed_targets(found: Found) -> Iterator[Target]:
    busy = {name: measured for (name, load), measured in found.loads.items() if load == BUSY}
    for peer, limit in ((ANCHOR, 1.5), ("ptb", 2.2), ("telebot", 1.0)):
        if peer in busy:
            aim = ", the aim" if peer == "telebot" else ""
            what = f"Updates/s at {BUSY} in flight ÷ {BOTS[peer].short}{aim}"
            yield judged(what, ratio(busy[OURS], busy[peer], "updates"), least=limit)
    yield Target(what="The same ÷ grammY with SQLite, the aim", target="≥ 1", found="", hit=None)
    if ANCHOR not in busy:
        return
    yield judged(f"CPU an update ÷ {ANCHOR}", ratio(busy[OURS], busy[ANCHOR], "cpu"), most=0.65)
    rate = found.rates[OURS][0].load
    for name in ("p50", "p99"):
        what = f"{name} of an answer at {rate:.0f} updates/s, platform {DELAY * 1000:.0f} ms ÷ {ANCHOR}"
        yield judged(what, ratio(found.rates[OURS], found.rates[ANCHOR], name), most=0.1)


def _busy(found: Found, bots: Sequence[str], load: int, caption: str) -> Table:
    head = (
        "bot",
        "updates/s",
        "reports/s",
        "÷ aiogram",
        "CPU ms/update",
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
                f"{middle(measured, 'cpu'):.2f}",
                spread(ratio(measured, anchor, "cpu")) if anchor else "–",
                f"{middle(measured, 'p50'):.1f} / {middle(measured, 'p99'):.1f}",
                f"{middle(measured, 'calls'):.2f}",
            )
        )
    return Table(head=head, rows=tuple(rows), caption=caption)


def _answers(found: Found) -> Table:
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


def _rest(found: Found, bots: Sequence[str]) -> Table:
    rows = []
    for name in bots:
        starts, resting = found.colds[name], found.rests[name]
        chat = "–" if resting.chat is None else f"{resting.chat:.2f}"
        first = f"{statistics.median(starts):.2f} ({min(starts):.2f}–{max(starts):.2f}, {len(starts)} starts)"
        rows.append((BOTS[name].title, first, f"{resting.idle.rss / 1024:.0f}", f"{resting.idle.pss / 1024:.0f}", chat))
    head = ("bot", "start to first answer, s", "at rest, MB (RSS)", "(PSS)", "kB an open chat")
    return Table(head=head, rows=tuple(rows), caption="Start and rest:")


def _crashes(found: Found) -> Table:
    rows = tuple(
        (
            BOTS[each.bot].title,
            *(str(count) for count in (each.open, each.lost, each.again, each.doubled, each.missing, each.repeated)),
            f"{each.back:.1f}",
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


def _profile(found: Found) -> Table:
    rows = tuple((part, f"{100 * share:.0f} %") for part, share in found.profile)
    caption = f"Where the program's processor time goes with {BUSY} volunteers at once (bot/commands: the event loop):"
    return Table(head=("part", "share"), rows=rows, caption=caption)


def _graphs(found: Found, bots: Sequence[str]) -> list[Graph]:
    def graph(name: str, title: str, y: str, of: Callable[[Measured], float]) -> Graph:
        lines = []
        for bot in bots:
            points = [(float(load), statistics.median(map(of, found.loads[bot, load]))) for load in sorted(LOADS)]
            lines.append(Series(name=BOTS[bot].short, points=tuple(points)))
        x = "volunteers at once, each with one message in flight"
        return Graph(name=name, title=title, x=x, y=y, series=tuple(lines), log_x=True, log_y=name != "cpu")

    return [
        graph("cpu", "CPU an update against load", "ms", lambda each: each.cpu),
        graph("updates", "Updates a second against load", "updates/s", lambda each: each.updates),
        graph("p99", "99 of 100 answers are there within", "ms", lambda each: each.p99),
    ]


def _remarks(found: Found) -> list[str]:
    rig = max(each.rig_busy for measured in found.loads.values() for each in measured)
    slow = "the bots were what was slow" if rig < RIG_LIMIT else "**the rig may have been what was slow**"
    said = [f"Bot API and volunteers used at most {rig:.2f} of their core: {slow}."]
    if alone := found.one_by_one:
        said.append(
            "python-telegram-bot's ConversationHandler takes one update after the other: with"
            f" {DELAY * 1000:.0f} ms a call it answered {alone.updates:.0f} updates/s from {alone.load:.0f} volunteers,"
            " so it is not in the table of answers."
        )
    if late := max((each.late for measured in found.rates.values() for each in measured), default=0):
        said.append(f"At the given rate up to {late} updates waited because nobody was free to send them.")
    said.append(
        "What a start costs: 1.2 s of it is importing (1,600 modules, a third of the time SQLAlchemy and the tables),"
        " 0.3 s the platforms and the pages, 0.4 s reading and checking the whole content, which the peers do not have;"
        " by package see `python -X importtime -m bot run`. Memory at rest is the same modules: SQLAlchemy 28 MB,"
        " python-telegram-bot 20, SQLModel 14, the content 7."
    )
    said.append("grammY was left out: it would need Node and its packages beside Python.")
    return said
