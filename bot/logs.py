"""Structured logs without message text; tokens, phone numbers and 12-digit numbers are cut out wherever they appear."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

TOKEN = re.compile(r"\b\d{6,20}:[A-Za-z0-9_-]{8,}")
NUMBER = re.compile(r"(?<![\w.])(?:\+?84|0)\d{8,10}(?!\w)|(?<!\w)\d{12}(?!\w)")
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
            record.msg += f" ({record.exc_info[0].__name__})"
            record.exc_info = record.exc_text = None
        return True


def set_up(level: str = "INFO") -> None:
    """Log to standard error, a line an event. Called once, by the command line."""
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
        super().msg(redact(message))

    log = debug = info = warn = warning = error = critical = failure = fatal = exception = msg


def _exception(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where it broke, never what was in it: a message text may stand in an exception's words."""
    if event.pop("exc_info", None):
        kind, _error, trace = sys.exc_info()
        places = []
        while trace:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["where"] = " > ".join(places[-6:])
        event.setdefault("error", kind.__name__ if kind else "")
    return event
