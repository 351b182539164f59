"""How each bot is started and ended: the program with `tungngo run`, a peer with a Python of its own."""

import asyncio
import os
import shlex
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.rig.bot_api import TOKEN
from benchmarks.peers.rig.webhook import PATH, SECRET

ROOT = Path(__file__).parents[3]
OURS = "ours"
START_SECONDS = 60.0


class NotStarted(Exception):
    """A bot that does not listen; the words are the end of what it printed."""


@dataclass(frozen=True, slots=True)
class Bot:
    """One of those that are compared."""

    name: str
    title: str
    short: str  # in graphs
    module: str = ""  # none: the program itself
    person: str = "person"  # the column of its table `report` that says whose it is


BOTS = {
    bot.name: bot
    for bot in (
        Bot(OURS, "Từng Ngõ", "Từng Ngõ", person="person_id"),
        Bot("aiogram", "aiogram 3, FSM in memory", "aiogram", "benchmarks.peers.bots.aiogram_bot"),
        Bot("ptb", "python-telegram-bot, ConversationHandler", "python-telegram-bot", "benchmarks.peers.bots.ptb_bot"),
        Bot("telebot", "pyTelegramBotAPI, states in memory", "pyTelegramBotAPI", "benchmarks.peers.bots.telebot_bot"),
    )
}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Running:
    """A bot's process with a folder of its own; `stop` or `kill` it, `start` it again on the same files."""

    def __init__(self, bot: Bot, api: str, *, seeded: Path, peers: Path, command: str = "", core: int | None) -> None:
        """See stage.Places."""
        self._core = core
        self.bot, self.port = bot, free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"bench-{bot.name}-"))
        if bot.name == OURS:
            shutil.copytree(seeded, self.folder, dirs_exist_ok=True)
            self._command = shlex.split(command or f"{Path(sys.executable).parent / 'tungngo'} run")
            more = _settings(api, self.port, self.folder)
        else:
            self._command = [str(peers), "-m", bot.module]
            more = {"API": api, "PORT": str(self.port), "REPORTS": str(self.folder / "reports.db")}
            more |= {"TOKEN": TOKEN, "SECRET": SECRET, "HOOK": PATH, "PYTHONPATH": str(ROOT)}
        self._env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        self._env |= more

    def start(self) -> None:
        """Start it; `listening` says when it is there."""
        self.started = time.perf_counter()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self.folder,
                env=self._env,
                stdout=log,
                stderr=log,
            )
        self.pid = self._process.pid
        if self._core is not None:
            os.sched_setaffinity(self.pid, {self._core})

    async def listening(self) -> None:
        """Return when it takes connections. Raises NotStarted."""
        while True:
            if self._process.poll() is not None or time.perf_counter() - self.started > START_SECONDS:
                msg = f"{self.bot.name}: {self.said()}"
                raise NotStarted(msg)
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            await asyncio.sleep(0.003)

    def said(self) -> str:
        """The end of what it printed."""
        return (self.folder / "log").read_text("utf-8", errors="replace")[-1500:]

    def reports(self) -> tuple[int, int]:
        """How many reports it has on disk, and how many of them differ; nobody here files the same twice."""
        name = "tungngo.db" if self.bot.name == OURS else "reports.db"
        count = f"SELECT count(*), count(DISTINCT {self.bot.person} || '-' || households || '-' || people) FROM report"  # noqa: S608
        with closing(sqlite3.connect(self.folder / name)) as connection:
            every, different = connection.execute(count).fetchone()
            return every, different

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._process.wait()

    async def stop(self) -> None:
        """End it kindly; after ten seconds not so kindly. Its folder is deleted."""
        if self._process.poll() is None:
            self._process.terminate()  # a job in the background ignores SIGINT
            for _ in range(500):
                if self._process.poll() is not None:
                    break
                await asyncio.sleep(0.02)
            else:
                self._process.kill()
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _settings(api: str, port: int, folder: Path) -> dict[str, str]:
    return {
        "DATA_DIR": str(folder),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_BASE_URL": api,
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
    }
