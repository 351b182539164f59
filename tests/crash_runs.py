"""The program that tests kill: it takes a conversation from a feed, or does what is due, and sends into a file.

Started once, it forks for every run it is told of on its input, so that no run waits for imports. The first run that is
not to be killed it leads itself: what SQLAlchemy makes of the statements is there for all that follow.
"""

import asyncio
import gc
import json
import os
import signal
import sys
import traceback
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event

from bot.app import Program
from bot.core.channel import Capabilities, Sent
from bot.core.messages import InboundMessage, Kind, OutboundMessage
from bot.library import Library, read
from bot.search.finder import Finder
from bot.sender import Sender
from bot.services import answers
from bot.services.personal_data import retention
from bot.settings import Settings
from bot.storage.database import Database
from scheduler.jobs import Office
from scheduler.timetable import JOBS
from tests.databases import compile_once

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
CONTENT = Path(__file__).parent.parent / "content"
WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass
class CrashPoint:
    """Kills this process at the n-th thing of a kind: "write", "commit" or "send", before or after it."""

    kind: str = ""
    when: str = ""
    number: int = 0
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def at(self, kind: str, when: str) -> None:
        """Count one, and die if it is the one."""
        count = self.seen[kind, when] = self.seen.get((kind, when), 0) + 1
        if (kind, when, count) == (self.kind, self.when, self.number):
            os.kill(os.getpid(), signal.SIGKILL)

    def _on_sqlite(self, statement: str) -> None:
        if statement.startswith(WRITES):
            self.at("write", "before")

    def _counting(self, execute: Any) -> Any:
        def counted(cursor: Any, query: Any, *more: Any, **named: Any) -> Any:
            done = execute(cursor, query, *more, **named)
            if str(query).startswith(WRITES):
                self.at("write", "after")
            return done

        return counted

    def watch(self, database: Database) -> None:
        """Count what the database is told to do."""

        def listen(when: str) -> Any:
            def on_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
                if statement == "COMMIT":
                    self.at("commit", when)

            return on_statement

        if database.is_sqlite:  # some statements go to the driver, past SQLAlchemy; here and below they count too
            event.listen(database.engine, "connect", lambda raw, _: raw.set_trace_callback(self._on_sqlite))
        else:  # there COMMIT is no statement
            dialect: Any = database.engine.dialect
            commit = dialect.do_commit

            def do_commit(connection: Any) -> None:
                self.at("commit", "before")
                commit(connection)
                self.at("commit", "after")

            dialect.do_commit = do_commit
            for name in ("execute", "executemany"):
                setattr(psycopg.Cursor, name, self._counting(getattr(psycopg.Cursor, name)))
        event.listen(database.engine, "before_cursor_execute", listen("before"))
        event.listen(database.engine, "after_cursor_execute", listen("after"))


class FileChannel:
    """A platform that takes every message: what is in the file has reached the person."""

    name = "console"
    capabilities = Capabilities(buttons=False, edit=False, text_limit=4000)

    def __init__(self, path: Path, crash: CrashPoint) -> None:
        self._path, self._crash = path, crash

    async def send(self, message: OutboundMessage) -> Sent:
        self._crash.at("send", "before")
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([message.id, message.reply.text]) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._crash.at("send", "after")
        return Sent(str(message.id))


async def converse(program: Program, folder: Path) -> None:
    """Take what the feed still holds; a message is confirmed only when `receive` has returned."""
    sender = program.sender()
    receiver = program.receiver(sender)
    stop = asyncio.Event()
    running = asyncio.create_task(sender.run(stop))
    offset = folder / "offset"
    feed = (folder / "feed").read_text("utf-8").splitlines()
    for number, line in list(enumerate(feed))[int(offset.read_text()) if offset.exists() else 0 :]:
        kind, words = json.loads(line)
        said = {"text": words} if kind == Kind.TEXT else {"payload": words}
        message = InboundMessage(
            channel="console", chat="chat", external_id=str(number), kind=Kind(kind), sender_name="Hoa", **said
        )
        await receiver.receive(message)
        confirmed = folder / "offset.new"
        confirmed.write_text(str(number + 1))
        confirmed.replace(offset)
    stop.set()
    await running
    await _send_the_rest(sender)


async def keep_time(program: Program, folder: Path) -> None:
    """A worker's work: every job of the timetable once, then what is due leaves."""
    sender = program.sender()
    office = Office(
        database=program.database,
        library=program.library,
        zone=program.settings.zone,
        clock=program.clock,
        periods=retention.Periods.of(program.settings),
        erased=folder,
    )
    for job in JOBS:
        await job.run(office, program.clock())
    await _send_the_rest(sender)


async def _send_the_rest(sender: Sender) -> None:
    while claimed := await sender._claim():
        sender.deliver(claimed)
        await sender.finish()


def run(folder: Path, url: str, crash: CrashPoint, library: Library, index: Finder) -> None:
    """One life of the program: a worker where the folder says what time it is, else it takes the feed."""
    time = folder / "now"
    now = datetime.fromisoformat(time.read_text("utf-8")) if time.exists() else NOW
    database = Database(url or f"sqlite:///{folder / 'tungngo.db'}")
    crash.watch(database)
    program = Program(
        settings=Settings(_env_file=None, telegram_bot_token="", public_url=""),
        clock=lambda: now,
        database=database,
        library=library,
        index=index,
        started=now,
        secret=b"k" * 32,
        extra=(FileChannel(folder / "sent", crash),),
    )
    asyncio.run((keep_time if time.exists() else converse)(program, folder))
    database.close()


def main() -> None:
    """Read {"folder", "url", "kind", "when", "number"} a line; answer whether it was killed, and what an exit said."""
    library, _ = read(CONTENT)  # what is wrong with it is the matter of tests/test_content.py
    index = answers.build_index(library)
    compile_once()
    gc.freeze()  # what is there already is shared by every run, not copied by its garbage collection
    warm = False
    for line in sys.stdin:
        wanted = json.loads(line)
        folder, url = Path(wanted.pop("folder")), wanted.pop("url")
        if wanted["kind"] or warm:
            code = _forked(folder, url, CrashPoint(**wanted), library, index)
        else:
            code = _here(folder, url, CrashPoint(), library, index)
            warm = True
            gc.freeze()
        print(code, flush=True)  # noqa: T201  the answer


def _here(folder: Path, *what: Any) -> int:
    with (folder / "log").open("a", encoding="utf-8") as log, redirect_stdout(log):
        try:
            run(folder, *what)
        except Exception:  # noqa: BLE001  the test shows it
            traceback.print_exc(file=log)
            return 1
    return 0


def _forked(folder: Path, *what: Any) -> int:
    child = os.fork()
    if child == 0:
        log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        code = 1
        try:
            run(folder, *what)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
