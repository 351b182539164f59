"""Structured logs without message text; tokens, phone numbers and 12-digit numbers are cut out wherever they appear."""

import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

TOKEN = re.compile(r"\b\d{6,20}:[A-Za-z0-9_-]{8,}")
NUMBER = re.compile(r"(?<![\w.])(?:\+?84|0)\d{8,10}(?!\w)|(?<!\w)\d{12}(?!\w)")
OWN = str(Path(__file__).parents[1])
LOUD = (
    *("aiohttp", "alembic", "apscheduler", "asyncio", "fontTools", "fpdf", "httpcore", "httpx", "telegram", "uvicorn"),
    "watchfiles",
)


def redact(text: str) -> str:
    """The text without tokens, phone numbers and 12-digit numbers."""
    return NUMBER.sub("[number]", TOKEN.sub("[token]", text))


class Redacting(logging.Filter):
    """Redacts every record of the standard logging, arguments and tracebacks included."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; the record is changed."""
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            told = record.msg.partition("\n")[0]  # what asyncio says further down has the error's words
            record.msg = f"{told} ({kind.__name__} {_where(trace)})"
            record.exc_info = record.exc_text = None
        return True


def set_up(level: str = "INFO") -> None:
    """Log to standard error, a line an event; what breaks for good is told there too. Called once, by a command.

    Where nothing can be written (a full disk, a closed pipe) the program goes on without its log.
    """
    sys.excepthook = _tell_the_end
    threading.excepthook = lambda told: _tell_the_end(told.exc_type, told.exc_value, told.exc_traceback)
    logging.raiseExceptions = False
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Redacting())
    logging.basicConfig(level=level, handlers=[handler], format="%(levelname)s %(name)s %(message)s", force=True)
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exception,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=_logger,
        cache_logger_on_first_use=True,
    )


def _logger(*_: Any) -> structlog.PrintLogger:
    return _Redacted(sys.stderr)


class _Redacted(structlog.PrintLogger):
    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(redact(message))

    log = debug = info = warn = warning = error = critical = failure = fatal = exception = msg


def _exception(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where it broke, never what was in it: a message text may stand in an exception's words."""
    if event.pop("exc_info", None):
        kind, _error, trace = sys.exc_info()
        event["where"] = _where(trace)
        event.setdefault("error", kind.__name__ if kind else "")
    return event


def _where(trace: TracebackType | None) -> str:
    """The last places in the program's own code, and the very last one."""
    places = []
    while trace:
        path = trace.tb_frame.f_code.co_filename
        last = trace.tb_next is None
        if last or (path.startswith(OWN) and "site-packages" not in path):
            places.append(f"{path.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(places[-6:])


def _tell_the_end(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """What nobody caught, by its kind and place: Python's own traceback has its words, and a database's have values."""
    if issubclass(kind, KeyboardInterrupt) and error:
        sys.__excepthook__(kind, error, trace)
        return
    inner = [_name_and_place(each) for each in getattr(error, "exceptions", ())]
    with suppress(OSError):
        sys.stderr.write(" ".join(("tungngo: it broke:", kind.__name__, _where(trace), *inner)) + "\n")


def _name_and_place(error: BaseException) -> str:
    return f"({type(error).__name__} {_where(error.__traceback__)})"
