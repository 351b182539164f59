"""The program as it is, with parts that break on a word: what tests/test_canary.py starts as a process."""

import sys
from functools import cache
from pathlib import Path
from typing import Any

from bot import __main__, library, receiver
from bot.__main__ import cli
from bot.core.errors import DatabaseAway
from bot.core.messages import Reply
from bot.services import followups
from bot.turn import Turn
from handlers import routes

BREAKS, FAILS, AWAY = "vỡ ở giữa", "hỏng cả lượt", "mất kết nối"


def main() -> None:
    """Run `tungngo` with its own arguments; errors carry what they met, as careless ones do."""
    respond, keep = routes.respond, receiver.Receiver._keep_state
    away: list[str] = []

    def breaking(turn: Turn) -> Reply | None:
        text = turn.message.text
        if BREAKS in text:
            raise ValueError(text)
        if AWAY in text and len(away) < 2:  # a writer tries once more on another connection
            away.append(text)
            raise DatabaseAway(text) from KeyError(text)
        return respond(turn)

    def failing(self: Any, tx: Any, turn: Turn, reply: Reply | None) -> None:
        if FAILS in turn.message.text:
            raise RuntimeError(repr(turn.message))
        keep(self, tx, turn, reply)

    def job(*_: object, **__: object) -> int:
        raise LookupError(sys.argv[-1])

    routes.__dict__["respond"] = breaking
    setattr(receiver.Receiver, "_keep_state", failing)  # noqa: B010
    followups.__dict__["tell_of_late"] = job
    cli(args=sys.argv[1:-1])  # the last one is what the job's error says


def commands(bad: str) -> None:
    """Every command that looks into the database or takes a file, one after the other; the last one breaks."""
    out = Path(bad).parent
    library.__dict__["read"] = cache(library.read)  # the content is no matter here, and a second of work
    for said in f"""\
doctor
metrics
backup --output {out}/x.backup
restore {out}/x.backup
restore {bad}
export reports --from 2026-01-01 --to 2026-12-31 --output {out}/x.csv
export totals --from x --to y
privacy register
privacy requests
privacy retention --dry-run
privacy breach --from 2026-01-01 --to 2027-01-01
facts recall
due
area import {bad}
ingest {bad}
ask --top 1 việc
simulate --from 2026-10-01 --to 2026-10-11""".splitlines():
        sys.argv = ["tungngo", *said.split()]
        try:
            __main__.main()
        except SystemExit as ended:
            if isinstance(ended.code, str):
                sys.stderr.write(ended.code + "\n")

    def broken(*_: object, **__: object) -> None:
        raise LookupError(Path(bad).read_text("utf-8"))

    followups.__dict__["tell_of_late"] = broken
    sys.argv = ["tungngo", "simulate", "--from", "2026-10-01", "--to", "2026-10-02"]
    __main__.main()


if __name__ == "__main__":
    commands(sys.argv[2]) if sys.argv[1] == "commands" else main()
