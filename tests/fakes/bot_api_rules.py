"""What the Bot API accepts, as far as our bot uses it: parameters, text, HTML, buttons."""

import html
import json
import re
from typing import Any

Json = dict[str, Any]
REQUIRED: dict[str, set[str]] = {
    "getMe": set(),
    "getUpdates": set(),
    "deleteWebhook": set(),
    "getWebhookInfo": set(),
    "setWebhook": {"url"},
    "setMyCommands": {"commands"},
    "sendMessage": {"chat_id", "text"},
    "sendPhoto": {"chat_id", "photo"},
    "sendDocument": {"chat_id", "document"},
    "editMessageText": {"chat_id", "message_id", "text"},
    "editMessageReplyMarkup": {"chat_id", "message_id"},
    "answerCallbackQuery": {"callback_query_id"},
}
OPTIONAL: dict[str, set[str]] = {
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "deleteWebhook": {"drop_pending_updates"},
    "setWebhook": {"secret_token", "allowed_updates", "max_connections", "drop_pending_updates"},
    "setMyCommands": {"language_code", "scope"},
    "sendMessage": {"parse_mode", "reply_markup", "link_preview_options", "disable_notification"},
    "sendPhoto": {"caption", "parse_mode", "reply_markup", "disable_notification"},
    "sendDocument": {"caption", "parse_mode", "reply_markup", "disable_notification"},
    "editMessageText": {"parse_mode", "reply_markup", "link_preview_options"},
    "editMessageReplyMarkup": {"reply_markup"},
    "answerCallbackQuery": {"text", "show_alert", "cache_time"},
}


class Refused(Exception):
    """The Bot API's own no. A violation is also something a correct bot never does."""

    def __init__(self, description: str, code: int = 400, *, violation: bool = False, **parameters: int) -> None:
        super().__init__(description)
        self.description, self.code, self.violation, self.parameters = description, code, violation, parameters


def check(method: str, params: Json) -> None:
    """Refused when the method, or one of its parameters, is not as the Bot API describes it."""
    if method not in REQUIRED:
        msg = f"Not Found: no {method} here"
        raise Refused(msg, 404, violation=True)
    if missing := REQUIRED[method] - params.keys():
        msg = f"Bad Request: missing {sorted(missing)}"
        raise Refused(msg, violation=True)
    if unknown := params.keys() - REQUIRED[method] - OPTIONAL.get(method, set()):
        msg = f"Bad Request: unknown {sorted(unknown)}"
        raise Refused(msg, violation=True)


def read_text(source: str, params: Json, limit: int, *, empty: bool = False) -> str:
    """The text as it is shown. Refused when it is too long, empty, or no HTML of b, i and a."""
    text = source
    if mode := params.get("parse_mode"):
        if mode != "HTML":
            msg = f"Bad Request: unsupported parse_mode {mode}"
            raise Refused(msg, violation=True)
        _check_tags(source)
        text = html.unescape(re.sub(r"<[^>]*>", "", source))
    units = len(text.encode("utf-16-le")) // 2
    if units > limit or (not text.strip() and not empty):
        msg = "Bad Request: message is too long" if units > limit else "Bad Request: message text is empty"
        raise Refused(msg, violation=True)
    return text.strip()


def _check_tags(source: str) -> None:
    opened: list[str] = []
    for closing, name, rest in re.findall(r"<(/?)(\w*)([^>]*>?)", source):
        good = re.fullmatch(r' href="[^"]*">', rest) if name == "a" and not closing else rest == ">"
        if not good or name not in ("a", "b", "i") or (closing and (not opened or opened.pop() != name)):
            msg = f"Bad Request: can't parse entities: unexpected <{closing}{name}"
            raise Refused(msg, violation=True)
        if not closing:
            opened.append(name)
    if opened:
        msg = f"Bad Request: can't parse entities: <{opened[-1]}> is not closed"
        raise Refused(msg, violation=True)


def read_rows(params: Json) -> list[list[tuple[str, str]]]:
    """The inline keyboard as (label, callback_data). Refused when it is over the limits."""
    markup = params.get("reply_markup") or {}
    markup = json.loads(markup) if isinstance(markup, str) else markup
    rows = [[(b["text"], b["callback_data"]) for b in row] for row in markup.get("inline_keyboard", [])]
    flat = [button for row in rows for button in row]
    if any(not label.strip() for label, _ in flat) or len(flat) > 100:
        msg = "Bad Request: reply markup is too long, or a label is empty"
        raise Refused(msg, violation=True)
    if any(not 1 <= len(data.encode()) <= 64 for _, data in flat):
        msg = "Bad Request: BUTTON_DATA_INVALID"
        raise Refused(msg, violation=True)
    return rows
