"""How a bot is started and ended: the program with `tungngo`, a peer with what it is written for."""

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
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from benchmarks.peers.rig.bot_api import TOKEN
from benchmarks.peers.rig.bots import PEERS_FOLDER, Bot
from benchmarks.peers.rig.processes import cpu
from benchmarks.peers.rig.webhook import PATH, SECRET
from benchmarks.results import ROOT

if TYPE_CHECKING:
    from benchmarks.peers.rig.stage import Places

START_SECONDS = 60.0
TEMPLATE = "seeded"  # the PostgreSQL database in which every volunteer is known
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


class NotStarted(Exception):
    """A bot that does not listen; the words are the end of what it printed."""


class Running:
    """A bot's processes with a folder of its own; `stop` or `kill` it, `start` it again on the same files."""

    def __init__(self, bot: Bot, api: str, places: "Places") -> None:
        """`api`: the address of the Bot API."""
        self.bot, self._places, self._api = bot, places, api
        self.ports = tuple(free_port() for _ in range(bot.webs or 1))
        self.folder = Path(tempfile.mkdtemp(prefix=f"bench-{bot.name}-"))
        self._processes: list[subprocess.Popen[bytes]] = []
        self._url = ""
        if not bot.is_ours:
            return
        others = shutil.ignore_patterns("*.db*") if bot.postgres else None
        shutil.copytree(places.seeded, self.folder, ignore=others, dirs_exist_ok=True)
        self._url = f"sqlite:///{self.folder / 'tungngo.db'}"
        if bot.postgres and places.server:
            self._url = places.server.create(self.folder.name, TEMPLATE)

    def start(self) -> None:
        """Start it; `listening` says when it is there."""
        self.started = time.perf_counter()
        with (self.folder / "log").open("ab") as log:
            self._processes = [
                subprocess.Popen(command, cwd=self.folder, env=env, stdout=log, stderr=log)
                for command, env in self._commands()
            ]
        if self._places.core is not None:
            for pid in self.pids:
                os.sched_setaffinity(pid, {self._places.core})

    @property
    def pids(self) -> list[int]:
        """Its processes, those that take messages first."""
        return [process.pid for process in self._processes]

    @property
    def pid(self) -> int:
        """The first that takes messages."""
        return self.pids[0]

    def used(self) -> float:
        """Seconds of processor time of all its processes, without a database server's."""
        return sum(map(cpu, self.pids))

    def front_used(self) -> float:
        """The same of those that take messages."""
        return sum(map(cpu, self.pids[: len(self.ports)]))

    def server_used(self) -> float:
        """The same of its database server; 0 when it has none."""
        return cpu(self._places.server.pid) if self.bot.postgres and self._places.server else 0.0

    async def listening(self) -> None:
        """Return when it takes connections. Raises NotStarted."""
        for port in self.ports:
            while True:
                if self._ended() or time.perf_counter() - self.started > START_SECONDS:
                    msg = f"{self.bot.name}: {self.said()}"
                    raise NotStarted(msg)
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                await asyncio.sleep(0.003)

    def said(self) -> str:
        """The end of what it printed."""
        return (self.folder / "log").read_text("utf-8", errors="replace")[-1500:]

    def reports(self) -> tuple[int, int]:
        """How many reports it has on disk, and how many of them differ; nobody here files the same twice."""
        count = f"SELECT count(*), count(DISTINCT {self.bot.person} || '-' || households || '-' || people) FROM report"  # noqa: S608
        if self.bot.postgres:
            with psycopg.connect(self._url.replace("+psycopg", "", 1)) as connection:
                row = connection.execute(count.encode()).fetchone() or (0, 0)
        else:
            name = "tungngo.db" if self.bot.is_ours else "reports.db"
            with closing(sqlite3.connect(self.folder / name)) as database:
                row = database.execute(count).fetchone()
        return row[0], row[1]

    def kill(self) -> None:
        """End it as a power cut does."""
        for process in self._processes:
            process.kill()
            process.wait()

    async def stop(self) -> None:
        """End it kindly; after ten seconds not so kindly. Its folder and its database are deleted."""
        for process in self._processes:
            process.terminate()  # a job in the background ignores SIGINT
        for _ in range(500):
            if all(process.poll() is not None for process in self._processes):
                break
            await asyncio.sleep(0.02)
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.bot.postgres and self._places.server:
            self._places.server.drop(self.folder.name)

    def _ended(self) -> bool:
        return any(process.poll() is not None for process in self._processes)

    def _commands(self) -> list[tuple[list[str], dict[str, str]]]:
        """What to run, and with which environment."""
        env = {name: value for name, value in os.environ.items() if name in INHERITED}
        if self.bot.is_ours:
            tungngo = str(Path(sys.executable).parent / "tungngo")
            whole = shlex.split(self._places.command) or [tungngo, "run"]
            webs = [[tungngo, "web"]] * self.bot.webs or [whole]
            worker = [([tungngo, "worker"], env | self._settings(self.ports[0]))] if self.bot.webs else []
            return [(web, env | self._settings(port)) for web, port in zip(webs, self.ports, strict=True)] + worker
        env |= {"API": self._api, "PORT": str(self.ports[0]), "REPORTS": str(self.folder / "reports.db")}
        env |= {"TOKEN": TOKEN, "SECRET": SECRET, "HOOK": PATH, "PYTHONPATH": str(ROOT)}
        if self.bot.script:
            return [(["node", str(PEERS_FOLDER / self.bot.script)], env | {"NODE_ENV": "production"})]
        return [([str(self._places.peers), "-m", self.bot.module], env)]

    def _settings(self, port: int) -> dict[str, str]:
        return {
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self._url,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{self.ports[0]}",
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": self._api,
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
        }


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
