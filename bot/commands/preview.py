"""A lesson as people will see it, card by card: the real dialogue, walked through in a throw-away database."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from bot import demo
from bot.app import Program, build
from bot.channels.rendering import as_text
from bot.channels.telegram_rendering import keyboard, pieces
from bot.core.clock import Clock
from bot.core.content import Lesson
from bot.core.conversation import State
from bot.core.markup import plain
from bot.core.messages import Choice, InboundMessage, Kind, Reply
from bot.core.payload import make
from bot.core.people import Membership, TeamRole
from bot.settings import Settings
from bot.storage.database import Transaction
from bot.turn import Turn
from handlers import routes

LINE = 60
MOST = 60  # cards; no lesson has as many
ROLES = tuple(  # an editor sees the lessons of every role
    Membership(team=0, role=role, team_name="", team_code="", commune="") for role in get_args(TeamRole)
)


@dataclass(frozen=True, slots=True)
class Card:
    """One message of the lesson, and what was done to get it."""

    done: str
    reply: Reply


@contextmanager
def program(settings: Settings, clock: Clock) -> Iterator[Program]:
    """The program with one learner, on a database that is thrown away. ContentFault when the content has faults."""
    folder = Path(tempfile.mkdtemp(prefix="tungngo-preview-"))
    alone = settings.model_copy(update={"database_url": "", "data_dir": folder, "public_url": "", "host": "127.0.0.1"})
    try:
        built = build(alone, clock=clock, create=True)
        try:
            yield built
        finally:
            built.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def cards(built: Program, name: str) -> list[Card]:
    """Every card of that lesson: the steps with their other way, the questions answered right, the end.

    A new learner each time, who has it all before them.
    """
    lesson = built.library.lessons[name]
    return built.database.write_now(lambda tx: list(_walk(tx, built, lesson)))


def _walk(tx: Transaction, built: Program, lesson: Lesson) -> Iterator[Card]:
    state, done, seen = State(), lesson.title, set[str]()
    payload, chat, now = make("lesson", lesson.id), uuid.uuid4().hex, built.clock()
    learner = demo.add_person(tx, chat, "Người soạn", now)
    for _ in range(MOST):
        message = InboundMessage(channel="web", chat=chat, external_id="", kind=Kind.TAP, payload=payload)
        turn = built.turn(tx, message, learner, state, now)
        turn.roles = ROLES
        reply = routes.respond(turn)
        if reply is None:
            return
        yield Card(done, reply)
        chosen = _next(turn, lesson, reply, seen)
        if chosen is None:
            return
        payload, done = chosen.payload, chosen.label


def _next(turn: Turn, lesson: Lesson, reply: Reply, seen: set[str]) -> Choice | None:
    """The button to go on with: the other way of a step first, the right answer, "Xong"."""
    offered = {choice.label: choice for choice in reply.choices}
    stuck = offered.get(turn.say("Not yet"))
    if stuck and stuck.payload not in seen and _has_other_way(lesson, reply):
        seen.add(stuck.payload)
        return stuck
    right = [item.choices[item.right] for item in lesson.quiz if item.question in reply.text]
    wanted = [*right, turn.say("Done"), turn.say("Next question")]
    return next((offered[label] for label in wanted if label in offered), None)


def _has_other_way(lesson: Lesson, reply: Reply) -> bool:
    return any(step.fallback and step.text in reply.text for step in lesson.steps)


def for_terminal(shown: list[Card]) -> str:
    """The cards as Telegram and as Zalo show them, one below the other."""
    parts = []
    for number, card in enumerate(shown, 1):
        parts += [f"{'═' * LINE}\n{number}/{len(shown)}  ({card.done})", _picture(card.reply)]
        parts += ["── Telegram", _telegram(card.reply), "── Zalo", as_text(card.reply)]
    return "\n".join(part for part in parts if part)


def _picture(reply: Reply) -> str:
    return f"[hình: {reply.picture_alt}]" if reply.picture else ""


def _telegram(reply: Reply) -> str:
    texts = [plain(piece.text) for piece in pieces(reply)]
    markup = keyboard(reply.choices)
    rows = markup["inline_keyboard"] if markup else ()
    return "\n".join([*texts, *("  ".join(f"[{button['text']}]" for button in row) for row in rows)])
