"""The program as it is, with three parts that break on a word: what tests/test_canary.py starts as a process."""

import sys
from typing import Any

from bot import receiver
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
        if AWAY in text and not away:
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


if __name__ == "__main__":
    main()
