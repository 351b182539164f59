"""Promise 4: names, phones, ID numbers, tokens and texts go through every path; none is in a log or a metric."""

import asyncio
import contextlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.core.keyring import Keyring
from bot.storage import people
from bot.storage.database import Database
from handlers.table import COMMANDS
from tests.canary import AWAY, BREAKS, FAILS
from tests.crashing import stride
from tests.fakes.bot_api import FakeBotApi
from tests.fakes.zalo_api import FakeZaloApi
from tests.test_sealed_file import stored

ROOT = Path(__file__).parents[1]
WORD = "chimyến"  # stands in every text
NAME = "Kanarienvogel Thị Hót"
SHOWN = "Seidenschwanz Thị Ngân"  # on the platforms; kept once they agree
PHONES = ("0987654321", "+84987654321", "0987 654 321", "0987.654.321")
CARD = "001188012345"
LINK = "https://evil.example/kanari?otp=445566"
SECRETS = {"telegram": "Khoa-Webhook-Telegram", "zalo": "Khoa-Webhook-Zalo"}
KEY = "khoa-cua-chuong-trinh-dai-hon-ba-muoi-hai"
TEXTS = [
    "/start", "menu", "bao cao", "bc t3 5ho 8ng 60+ 3 vneid 2", "10/10 là ngày gì", "nho giup", "du lieu cua toi",
   "dung",    BREAKS, FAILS, AWAY, "/start ABCDEFGH", "/lienket 123456", "/kiemtra", "/hoi",
]  # fmt: skip
EVERY_COMMAND = [f"/{route.name}" for route in COMMANDS]
ONE_EACH = httpx.Limits(max_keepalive_connections=0)  # a connection on which something broke is closed
CANARIES = (
    WORD,
    "Seidenschwanz",
    "Kanari",
    "kanari",
    "Hót",
    *PHONES,
    "987654321",
    "987 654",
    CARD,
    "445566",
    "ABCDEFGH",
    KEY,
)


def spoken(text: str) -> str:
    """A text that holds one of everything."""
    return f"{text} {WORD} {NAME} {' '.join(PHONES)} {CARD} {LINK}"


@dataclass
class Running:
    """The program as a process, with what it wrote so far."""

    process: asyncio.subprocess.Process
    url: str
    private: str
    log: Path

    def written(self) -> str:
        return self.log.read_text("utf-8", "replace")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running(folder: Path, database: str, **settings: str) -> AsyncIterator[Running]:
    metrics, log = free_port(), folder / "log"
    own = {"DATABASE_URL": database, "DATA_DIR": str(folder), "PORT": "0", "METRICS_PORT": str(metrics)}
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.canary", "run", spoken("việc"),
            cwd=ROOT, env={**inherited, **own, "SECRET_KEY": KEY, **settings}, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            while not (found := re.search(r"http://\S+/(?=\n)", log.read_text("utf-8"))):  # noqa: ASYNC110  a file
                await asyncio.sleep(0.05)
        yield Running(process, found[0].rstrip("/"), f"http://127.0.0.1:{metrics}", log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


@dataclass
class Said:
    """What was said to the program, and what it let out besides its answers."""

    log: str
    metrics: str
    statuses: list[int]


async def talk(folder: Path, database: str, *, by_webhook: bool) -> Said:
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(FakeBotApi())
        zalo = await stack.enter_async_context(FakeZaloApi())
        settings = {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_BASE_URL": telegram.url,
            "ZALO_BOT_TOKENS": zalo.token,
            "ZALO_API_BASE_URL": zalo.url,
        }
        if by_webhook:
            hooks = {"TELEGRAM_WEBHOOK_SECRET": SECRETS["telegram"], "ZALO_WEBHOOK_SECRET": SECRETS["zalo"]}
            settings |= {"PUBLIC_URL": "https://kanari.example", **hooks}
        for fault in ("error", "blocked", "html502", "drop"):
            telegram.fault(fault, "sendMessage", description=spoken("Bad Request"), times=1)
        zalo.fault("error", "sendMessage", description=spoken("no"), times=1)
        program = await stack.enter_async_context(running(folder, database, **settings))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=program.url, timeout=20, limits=ONE_EACH))
        lan, hoa = telegram.user(SHOWN), zalo.user(SHOWN)
        for text in TEXTS if by_webhook else (*TEXTS[:2], BREAKS):
            lan.say(spoken(text))
            hoa.say(spoken(text))
        lan.tap_data(f"{WORD}:{CARD}")
        lan.photo(spoken("ảnh"))
        for text in ("/start", "đồng ý"):
            lan.say(text)
            hoa.say(text)
        statuses = []
        if by_webhook:
            statuses = await _post_all(http, telegram, zalo)
        statuses += await _chat(http)
        await _until_taken(http, program, telegram, zalo)
        metrics = (await http.get(f"{program.private}/metrics")).text
        assert (await http.get(f"{program.private}/ready")).status_code == 200
        public = [(await http.get(path)).status_code for path in ("/ready", "/metrics")]
        assert public == ([404, 404] if by_webhook else [200, 200])  # PUBLIC_URL is set, or nothing is public
    return Said(program.written(), metrics, statuses)


async def _post_all(http: httpx.AsyncClient, telegram: FakeBotApi, zalo: FakeZaloApi) -> list[int]:
    """Every update by webhook, again while the program asks for it; and bodies nobody can read."""
    statuses = []
    secrets = {"x-telegram-bot-api-secret-token": SECRETS["telegram"], "x-bot-api-secret-token": SECRETS["zalo"]}
    updates = [("/telegram/webhook", each) for each in telegram.pending.values()]
    updates += [("/zalo/webhook", each) for each in zalo.pending.values()]
    telegram.pending.clear()
    zalo.pending.clear()
    for path, update in updates:
        for _ in range(6):
            statuses.append((await http.post(path, json=update, headers=secrets)).status_code)
            if statuses[-1] == 200:
                break
    for body in (spoken("{"), f'{{"update_id": 1, "message": "{spoken("x")}"}}', f'"{spoken("x")}"', "\udcff" + WORD):
        for path in ("/telegram/webhook", "/zalo/webhook"):
            content = body.encode("utf-8", "surrogateescape")
            statuses.append((await http.post(path, content=content, headers=secrets)).status_code)
            wrong = {name.encode(): WORD.encode() for name in secrets}
            statuses.append((await http.post(path, content=content, headers=wrong)).status_code)
    statuses.append((await http.get(f"/media/{WORD}-{CARD}")).status_code)
    statuses.append((await http.get(f"/calendar/{CARD}.ics?name={WORD}")).status_code)
    return statuses


async def _chat(http: httpx.AsyncClient) -> list[int]:
    page = await http.get("/")
    (csrf,) = re.findall(r'name="csrf" content="(\w+)"', page.text)
    statuses = []
    bodies: list[dict[str, Any]] = [
        {"id": f"canary-{n}", "text": spoken(text)} for n, text in enumerate((*TEXTS, *EVERY_COMMAND))
    ]
    bodies += [{"id": "canary-tap", "payload": f"{WORD}:{CARD}"}, {"id": WORD, "text": [WORD]}, {"id": spoken("x")}]
    for body in bodies:
        for _ in range(6):
            answer = await http.post("/chat/messages", json=body, headers={"x-csrf-token": csrf})
            statuses.append(answer.status_code)
            if answer.status_code < 500:
                break
    return statuses


async def _until_taken(http: httpx.AsyncClient, program: Running, telegram: FakeBotApi, zalo: FakeZaloApi) -> None:
    """Until every message was taken and every fault was met."""
    async with asyncio.timeout(30):
        while telegram.pending or zalo.pending or "message parked" not in program.written():
            await asyncio.sleep(0.1)
            await http.get("/health")


@pytest.mark.fault("names, phones, ID numbers, tokens, texts", "sent through every path of the program as a process")
@pytest.mark.parametrize(  # `make prove` takes both
    "database_url", ["sqlite", "postgresql"] if stride(2) == 1 else ["sqlite"], indirect=True
)
def test_nothing_that_people_said_is_in_logs_or_metrics(database_url: str, tmp_path: Path) -> None:
    said = asyncio.run(talk(tmp_path, database_url, by_webhook=True))
    for expected in ("handler failed", "message failed", "message parked", "job failed", "not sent"):
        assert expected in said.log, expected  # the paths were taken
    assert said.metrics.count("\ntungngo_errors_total{") >= 3
    assert {200, 403, 404, 500, 503} <= set(said.statuses)
    _holds_none(said)
    _is_not_in_the_database(database_url)


def _is_not_in_the_database(url: str) -> None:
    """Numbers, tokens and keys are not kept at all; the names that are kept can be read with the key alone."""
    secrets = ("Seidenschwanz", *PHONES, "987654321", CARD, "445566", KEY, "stand-in-token", *SECRETS.values())
    found = stored(url)
    assert WORD in found  # a question nobody could answer waits for somebody, as it was typed
    assert [each for each in secrets if each in found] == []
    with closing(Database(url, Keyring([KEY.encode()]))) as database:
        names = database.read_now(lambda tx: [each.name for each in people.persons(tx, list(range(1, 9))).values()])
    assert SHOWN in names


def test_nor_where_it_is_polled(sqlite_url: str, tmp_path: Path) -> None:
    _holds_none(asyncio.run(talk(tmp_path, sqlite_url, by_webhook=False)))
    told = _commands(tmp_path, sqlite_url)
    assert told.count("tungngo: ") >= 4  # the faults were met
    assert "it broke: LookupError" in told
    _holds_none(Said(told, "", []))


def _commands(folder: Path, database: str) -> str:
    """What commands say beside what they are asked for, on the database that was talked to: what is logged of them."""
    bad = folder / "bad.txt"
    bad.write_text(spoken("một"), "utf-8")
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    own = {"DATABASE_URL": database, "DATA_DIR": str(folder), "SECRET_KEY": KEY, "METRICS_PORT": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.canary", "commands", str(bad)],
        cwd=ROOT, env={**inherited, **own}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    return done.stderr


def _holds_none(said: Said) -> None:
    secrets = ("stand-in-token", "KHOA-THU", *SECRETS.values())
    found = [each for each in (*CANARIES, *secrets) if each in said.log + said.metrics]
    assert found == [], [line for line in said.log.splitlines() if any(each in line for each in found)][:5]
