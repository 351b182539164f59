"""What the comparison with the peers comes to: what was promised beside what was found, and all of it as a section."""

import statistics
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.peers import tables
from benchmarks.peers.plan import BUSY, CRASH_PEOPLE, DELAY, ROUNDS, Found
from benchmarks.peers.ratios import ratio, spread
from benchmarks.peers.rig.bots import BOTS, OURS, PART, POSTGRES
from benchmarks.peers.rig.load import Measured
from benchmarks.peers.tables import ANCHOR
from benchmarks.results import Section, Table, Target

RIG_LIMIT = 0.8  # of a core
SPEEDS = ((ANCHOR, 1.5, ""), ("ptb", 2.2, ""), ("telebot", 1.0, ", the aim"), ("grammy", 1.0, ", the aim"))
REASONS = {  # why a target is missed, by words of it
    "the aim": (
        "What pyTelegramBotAPI and grammY do in memory for eleven messages of twelve is seven statements and a commit"
        " here, on a thread beside the loop's: bot/storage and sqlalchemy in the profile."
    ),
    "PostgreSQL ÷ SQLite": (
        "On PostgreSQL each of a message's seven statements is a round trip to another process: 45 to 50 µs of the"
        " program's processor time (measured by hand), more of the server's, and a wait between them."
    ),
    "Start to the first answer": (
        "A start is mostly imports, by package in their table; content that is read and checked as a whole, the"
        " database and the search index come after. The peers have none of these three."
    ),
    "Memory at rest": "Memory at rest is mostly the same modules: the last column of that table.",
}
TEXT = """\
`python -m benchmarks.peers` puts the program (`tungngo run`, webhook) and small bots as people write them with each
library (`benchmarks/peers/bots/`) through the same report: twelve messages, five typed and seven tapped, one answer
each, every tap answered, one report on disk at the end. The program commits every one of the twelve messages before it
answers, on SQLite with `synchronous=FULL`, on PostgreSQL with `fsync` and `synchronous_commit` on; the peers commit
the report before they confirm it, and keep the rest in memory, grammY in the same SQLite file. Bot API, volunteers and
the PostgreSQL server share one core, the bot has another core to itself. The bots take turns, {rounds} rounds; a ratio
is of two bots in one round; given is the median, behind it the least and the greatest. CPU is all of the bot's
processes, user and system, and what the PostgreSQL server used is given behind a plus. A wrong, second or refused
answer stops the run.\
"""


def section(found: Found, notes: tuple[str, ...] = ()) -> Section:
    """The whole part of docs/benchmarks.md."""
    bots = list(dict.fromkeys(name for name, _ in found.loads))
    shown: list[Table] = [
        tables.busy(found, bots, BUSY, f"{BUSY} volunteers at once:"),
        tables.busy(found, bots, 1, "One volunteer:"),
        *([tables.webs(found)] if found.webs else []),
        tables.answers(found),
        tables.rest(found, bots),
        tables.crashes(found),
        tables.profile(found),
        tables.imports(found),
    ]
    targets = tuple(_targets(found))
    return Section(
        name="peers",
        order=10,
        title="Beside what people write instead",
        text=TEXT.format(rounds=ROUNDS),
        targets=targets,
        tables=tuple(shown),
        graphs=tuple(tables.graphs(found, bots)),
        notes=(*_remarks(found), *reasons(targets), *notes),
    )


def reasons(targets: Sequence[Target]) -> Iterator[str]:
    """Why what was missed was missed."""
    missed = [each.what for each in targets if each.hit is False]
    for words, why in REASONS.items():
        if any(words in what for what in missed):
            yield why


def judged(what: str, value: tuple[float, float, float], *, least: float = 0, most: float = 0) -> Target:
    """A ratio beside its limit; the median counts."""
    hit = value[0] >= least if least else value[0] <= most
    return Target(what=what, target=f"≥ {least:g}" if least else f"≤ {most:g}", found=spread(value), hit=hit)


def _targets(found: Found) -> Iterator[Target]:
    yield from _speed_targets(found)
    yield from _postgres_targets(found)
    for crashed in found.crashes:
        if BOTS[crashed.bot].is_ours:
            people = f"kill -9 with {CRASH_PEOPLE} open conversations, {BOTS[crashed.bot].short.rpartition(' ')[2]}"
            yield Target(
                what=f"{people}: lost / to tap again / rows twice",
                target="0 / 0 / 0",
                found=f"{crashed.lost} / {crashed.again} / {crashed.doubled}",
                hit=not (crashed.lost or crashed.again or crashed.doubled or crashed.missing),
            )
    if "ptb" in found.colds:
        every = sorted(one / other for one, other in zip(found.colds[OURS], found.colds["ptb"], strict=True))
        value = statistics.median(every), every[0], every[-1]
        yield judged("Start to the first answer ÷ python-telegram-bot", value, most=1.4)
    if ANCHOR in found.rests:
        idle = found.rests[OURS].rss / found.rests[ANCHOR].rss
        yield Target(what=f"Memory at rest ÷ {ANCHOR}", target="≤ 0.5", found=f"{idle:.2f}", hit=idle <= 0.5)
    if OURS in found.chats:
        chat = found.chats[OURS]
        yield Target(what="Memory of an open chat", target="≤ 0.1 kB", found=f"{chat:.3f} kB", hit=chat <= 0.1)


def _speed_targets(found: Found) -> Iterator[Target]:
    busy = _at(found, BUSY)
    for peer, limit, aim in SPEEDS:
        what = f"Updates/s at {BUSY} in flight ÷ {BOTS[peer].short}{aim}"
        if peer in busy:
            yield judged(what, ratio(busy[OURS], busy[peer], "updates"), least=limit)
        else:
            yield Target(what=what, target=f"≥ {limit:g}", found="", hit=None)
    if ANCHOR not in busy:
        return
    yield judged(f"CPU an update ÷ {ANCHOR}", ratio(busy[OURS], busy[ANCHOR], "cpu"), most=0.65)
    rate = found.rates[OURS][0].load
    for name in ("p50", "p99"):
        what = f"{name} of an answer at {rate:.0f} updates/s, platform {DELAY * 1000:.0f} ms ÷ {ANCHOR}"
        yield judged(what, ratio(found.rates[OURS], found.rates[ANCHOR], name), most=0.1)


def _postgres_targets(found: Found) -> Iterator[Target]:
    for load in (BUSY, 1):
        each = _at(found, load)
        what = f"Updates/s on PostgreSQL ÷ SQLite, one process, {load} in flight"
        if POSTGRES in each:
            yield judged(what, ratio(each[POSTGRES], each[OURS], "updates"), least=0.5)
    value = ratio(found.webs[2], found.webs[1], "updates") if found.webs else (0.0, 0.0, 0.0)
    yield Target(
        what=f"Updates/s of two web processes ÷ one, PostgreSQL, each kept to {PART:g} of a core",
        target="> 1",
        found=spread(value) if found.webs else "",
        hit=value[1] > 1 if found.webs else None,
    )


def _at(found: Found, load: int) -> Mapping[str, Sequence[Measured]]:
    return {name: measured for (name, each), measured in found.loads.items() if each == load}


def _remarks(found: Found) -> Iterator[str]:
    every = [each for measured in (*found.loads.values(), *found.webs.values()) for each in measured]
    rig, beside = max(each.rig_busy for each in every), max(each.beside for each in every)
    slow = "the bots were what was slow" if beside < RIG_LIMIT else "**their core may have been what was slow**"
    yield f"Bot API and volunteers used at most {rig:.2f} of their core, with PostgreSQL {beside:.2f}: {slow}."
    if alone := found.one_by_one:
        yield (
            "python-telegram-bot's ConversationHandler takes one update after the other: with"
            f" {DELAY * 1000:.0f} ms a call it answered {alone.updates:.0f} updates/s from {alone.load:.0f} volunteers,"
            " so it is not in the table of answers."
        )
    if late := max((each.late for measured in found.rates.values() for each in measured), default=0):
        yield f"At the given rate up to {late} updates waited because nobody was free to send them."
    if found.not_limited:
        yield f"Two web processes beside one: not measured, no control groups here ({found.not_limited})."
    if ("grammy", BUSY) not in found.loads:
        yield "grammY is not measured: Node is not on this machine, or its packages could not be installed."
