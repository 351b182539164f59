"""The program beside what people write instead: the same conversation, the same Bot API, one run, in turns.

python -m benchmarks.peers                                            # everything, into docs/benchmarks/peers.json
python -m benchmarks.peers --only ours,aiogram --k 40 --seconds 3     # one load; printed, nothing is kept
python -m benchmarks.peers --only ours,aiogram --rate 200 --delay 50
python -m benchmarks.peers --only ours,aiogram --rest                 # or --cold, --crash
"""

import argparse
import shutil
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import postgres
from benchmarks.peers import plan
from benchmarks.peers.rig import load, rest
from benchmarks.peers.rig.bots import BOTS, PEERS_FOLDER, WEBS
from benchmarks.peers.rig.crash import crash
from benchmarks.peers.rig.processes import take_a_core
from benchmarks.peers.rig.running import TEMPLATE
from benchmarks.peers.rig.stage import Places
from benchmarks.peers.verdict import section
from benchmarks.results import ROOT, save

ALL = BOTS | {bot.name: bot for bot in WEBS.values()}
PEERS = ROOT / ".venv-bench/bin/python"


@contextmanager
def places(chosen: Namespace) -> Iterator[Places]:
    """Where everything is; the program's databases with all volunteers in them, deleted at the end."""
    with ExitStack() as stack:
        folder, data = (Path(stack.enter_context(TemporaryDirectory(prefix="bench-"))) for _ in range(2))
        there = Places(folder, chosen.peers, chosen.command, take_a_core())
        wanted = [ALL[name] for name in chosen.only if ALL[name].is_ours]
        if any(not bot.postgres for bot in wanted):
            plan.join(folder, plan.SEEDED)
        if any(bot.postgres for bot in wanted):
            server = postgres.start(data / "pg", stack)  # on our core: the bot has the other
            plan.join(folder, plan.SEEDED, server.create(TEMPLATE))
            there = replace(there, server=server)
        yield there


def installed(names: Sequence[str]) -> list[str]:
    """Those of them that can be started here; says which cannot."""
    missing = ""
    if not shutil.which("node"):
        missing = "Node is not on this machine"
    elif not (PEERS_FOLDER / "grammy/node_modules").is_dir():
        missing = "its packages are not installed; `make bench` tries that"
    if missing and "grammy" in names:
        print(f"grammY is not measured: {missing}", flush=True)
    return [name for name in names if not (missing and name == "grammy")]


def one(name: str, there: Places, chosen: Namespace) -> Iterator[object]:
    """What was asked for, of one bot."""
    bot = ALL[name]
    if chosen.rest:
        yield plan.run(rest.resting(bot, there))
        if name in plan.CHATS:
            yield plan.open_chats(bot, there)
    elif chosen.cold:
        yield f"{name}: {plan.run(rest.cold(bot, there)):.3f} s"
    elif chosen.crash:
        yield asdict(plan.run(crash(bot, there, plan.CRASH_PEOPLE)))
    elif chosen.rate:
        delay, seconds = chosen.delay / 1000, chosen.seconds
        work = load.at_rate(bot, there, chosen.rate, delay=delay, people=plan.PEOPLE, seconds=seconds, warm=plan.WARM)
        yield plan.run(work).brief()
    else:
        loads = dict.fromkeys(map(int, chosen.k.split(",")), chosen.seconds)
        for each in plan.run(load.sweep(bot, there, loads, warm=plan.WARM, delay=chosen.delay / 1000)):
            yield each.brief()


def main(arguments: Sequence[str] | None = None) -> None:
    """Everything, or what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=lambda words: words.split(","), default=list(BOTS), help=", ".join(ALL))
    parser.add_argument("--k", default="", help="volunteers at once: 1,40")
    parser.add_argument("--rate", type=float, default=0, help="updates a second")
    parser.add_argument("--delay", type=float, default=0, help="ms the platform takes to answer a call")
    parser.add_argument("--rest", action="store_true", help="memory at rest and of an open conversation")
    parser.add_argument("--cold", action="store_true", help="seconds to the first answer")
    parser.add_argument("--crash", action="store_true", help="kill -9 in the middle")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--peers", type=Path, default=PEERS, help="the Python that has the peers")
    parser.add_argument("--command", default="", help="instead of `tungngo run`")
    chosen = parser.parse_args(arguments)
    chosen.only = installed(chosen.only)
    with places(chosen) as there:
        if not (chosen.k or chosen.rate or chosen.rest or chosen.cold or chosen.crash):
            save(section(plan.everything(there, chosen.only)))
            return
        for _ in range(chosen.runs):
            for name in chosen.only:
                for found in one(name, there, chosen):
                    print(found, flush=True)


if __name__ == "__main__":
    main()
