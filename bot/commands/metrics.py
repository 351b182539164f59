"""What `tungngo metrics` prints: what the program that runs here says, else what its database says."""

import sys
import urllib.error
import urllib.request
from contextlib import closing

from bot import metrics
from bot.commands.settings import open_database, read_settings
from bot.core.clock import system_clock
from bot.core.errors import DatabaseAway
from bot.meter import Meter
from bot.services import figures
from bot.settings import Settings

WAIT_SECONDS = 3.0


def run() -> None:
    """Print the metrics."""
    settings = read_settings()
    found = _running(settings) if settings.metrics_port else None
    if found is None:
        print("# Chương trình không trả lời ở METRICS_PORT: chỉ có số liệu từ cơ sở dữ liệu.", file=sys.stderr)
        found = _stored()
    print(found.decode(), end="")


def _running(settings: Settings) -> bytes | None:
    address = f"http://{settings.metrics_host}:{settings.metrics_port}/metrics"
    try:
        with urllib.request.urlopen(address, timeout=WAIT_SECONDS) as answer:
            content: bytes = answer.read()
    except (OSError, urllib.error.URLError):
        return None
    return content


def _stored() -> bytes:
    with closing(open_database()) as database:
        try:
            return metrics.text(Meter(), database.read_now(lambda tx: figures.look(tx, system_clock())))
        except DatabaseAway:
            return metrics.text(Meter(), None)
