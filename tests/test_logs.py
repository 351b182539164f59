"""The log of a program: what it says when something breaks for good, and what happens when it cannot be written."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BREAKS = """
import asyncio, logging, sys, threading
import structlog
from sqlalchemy import create_engine, text
from bot import logs

logs.set_up()
log, phone = structlog.get_logger("x"), "0987654321"
log.warning("first")
logging.getLogger("other").warning("second %s", phone)

def database():
    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("SELECT :phone FROM nowhere"), {"phone": phone + " Lan"})

async def group():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(asyncio.to_thread(database))

async def says():
    raise ValueError("Lan: " + phone)

async def forgotten():
    asyncio.get_running_loop().create_task(asyncio.to_thread(database))
    asyncio.get_running_loop().create_task(says())
    await asyncio.sleep(0.05)

try:
    database()
except Exception:
    log.exception("third")
threading.Thread(target=database).start()
asyncio.run(forgotten())
print("went on", flush=True)
asyncio.run(group())
"""


def _run(stderr: str) -> subprocess.CompletedProcess[str]:
    with Path(stderr).open("w") as out:
        return subprocess.run(
            [sys.executable, "-c", BREAKS], cwd=ROOT, stdout=subprocess.PIPE, stderr=out, text=True, check=False
        )


def test_what_breaks_for_good_is_told_by_kind_and_place_never_in_its_words(tmp_path: Path) -> None:
    done = _run(str(tmp_path / "log"))
    log = (tmp_path / "log").read_text("utf-8")
    assert (done.stdout, done.returncode) == ("went on\n", 1)
    assert "987654321" not in log
    assert "Lan" not in log
    assert log.count("(OperationalError") == 2  # in a task nobody asked about, and at the end
    assert log.count("(ValueError") == 1
    assert "it broke: ExceptionGroup" in log
    assert "Traceback" not in log
    assert len(log.splitlines()) == 7


@pytest.mark.fault("nothing can be written into the log", "standard error is /dev/full, or a pipe nobody reads")
@pytest.mark.parametrize("place", ["full", "pipe"])
def test_without_its_log_the_program_goes_on(place: str) -> None:
    if place == "full":
        assert _run("/dev/full").stdout == "went on\n"
        return
    with subprocess.Popen(
        [sys.executable, "-c", BREAKS], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stderr.close()
        assert process.stdout.read() == "went on\n"
