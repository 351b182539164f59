"""What the Bot API refuses, and what a lost call means to the sender."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError

from bot.core.channel import SendFailure

Json = dict[str, Any]
UNNAMED_WAIT = timedelta(seconds=5)  # a 429 that names no time


class NotConnected(NetworkError):
    """No connection: nothing was sent."""


class NoAnswer(NetworkError):
    """The request was written, but no answer that can be read came back: it may have been carried out."""


class Flood(TelegramError):
    """Too many requests; `wait` is Telegram's own demand."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("Too many requests")
        self.wait = wait


class MarkupRejected(BadRequest):
    """Telegram could not read our HTML."""


class NotModified(BadRequest):
    """The edit would change nothing."""


class ChatGone(BadRequest):
    """There is no such chat."""


# The Bot API tells these apart by words only (github.com/tdlib/telegram-bot-api): this is the one place that reads them
_BY_WORDS: tuple[tuple[str, type[BadRequest]], ...] = (
    ("can't parse entities", MarkupRejected),
    ("message is not modified", NotModified),
    ("chat not found", ChatGone),
    ("peer_id_invalid", ChatGone),
)


def failure(error: TelegramError) -> SendFailure:
    """What a refused or lost call means to the sender."""
    match error:
        case Flood():
            return SendFailure(reason="flood", retryable=True, retry_after=error.wait)
        case Forbidden() | ChatGone() | ChatMigrated():
            return SendFailure(reason="unreachable", unreachable=True)
        case InvalidToken():
            return SendFailure(reason="token", retryable=True)  # waits until the operator has mended it
        case BadRequest():
            return SendFailure(reason="refused")
        case NotConnected():
            return SendFailure(reason="no_connection", retryable=True)
        case _:
            return SendFailure(reason="no_answer", retryable=True, maybe_sent=True)


def refusal(status: int, answer: Json) -> TelegramError | None:
    """What an HTTP status and its body mean; None for a success."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    told = answer.get("parameters") or {}
    if status == HTTPStatus.TOO_MANY_REQUESTS or "retry_after" in told:
        return Flood(timedelta(seconds=told["retry_after"]) if "retry_after" in told else UNNAMED_WAIT)
    if "migrate_to_chat_id" in told:
        return ChatMigrated(told["migrate_to_chat_id"])
    words = str(answer.get("description", "")).removeprefix("Bad Request: ")
    if not words or status < HTTPStatus.BAD_REQUEST or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NoAnswer(f"HTTP {status}")  # a gateway's page, or a server in trouble
    return _named(status, words)


def _named(status: int, words: str) -> TelegramError:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
        return InvalidToken(words)
    if status == HTTPStatus.FORBIDDEN:
        return Forbidden(words)
    if status == HTTPStatus.CONFLICT:
        return Conflict(words)
    folded = words.lower()
    return next((kind for part, kind in _BY_WORDS if part in folded), BadRequest)(words)
