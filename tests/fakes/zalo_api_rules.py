"""What the Zalo Bot Platform accepts, as far as our bot uses it: methods, parameters, lengths."""

from typing import Any

Json = dict[str, Any]

REQUIRED: dict[str, set[str]] = {
    "getMe": set(),
    "getUpdates": set(),
    "setWebhook": {"url", "secret_token"},
    "deleteWebhook": set(),
    "getWebhookInfo": set(),
    "testWebhook": set(),
    "sendMessage": {"chat_id", "text"},  # parse_mode and text_styles exist; our bot has no use for them
    "sendPhoto": {"chat_id", "photo"},
    "sendSticker": {"chat_id", "sticker"},
    "sendVoice": {"chat_id", "voice_url"},
    "sendChatAction": {"chat_id", "action"},
}
OPTIONAL: dict[str, set[str]] = {"getUpdates": {"timeout"}, "sendPhoto": {"caption"}}
SENDS = ("sendMessage", "sendPhoto", "sendSticker", "sendVoice")
WORDS = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Internal server error",
    404: "Not Found",
    408: "Request timeout",
    426: "Upgrade Required",
    429: "Quota exceeded",
}
HOOK_SET = "You cannot use this API while a webhook is set. Please remove the webhook first"
TEXT_LIMIT = 2000  # UTF-16 units
SECRET_LIMITS = (8, 256)
PICTURE_LIMIT = 1 << 20  # bytes
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class Refused(Exception):
    """Zalo's own no. A violation is also something a correct bot never does."""

    def __init__(self, code: int = 400, violation: str = "", description: str = "") -> None:
        super().__init__(violation)
        self.code, self.violation = code, violation
        self.description = description or WORDS.get(code, "Internal Server Error")


def check(method: str, params: Json) -> None:
    """Refused when the method, or one of its parameters, is not as the platform describes it."""
    if method not in REQUIRED:
        raise Refused(404, "no such method")
    if missing := REQUIRED[method] - params.keys():
        raise Refused(400, f"missing {sorted(missing)}")
    if unknown := params.keys() - REQUIRED[method] - OPTIONAL.get(method, set()):
        raise Refused(400, f"unknown {sorted(unknown)}")
    if odd := [name for name, value in params.items() if name != "timeout" and not isinstance(value, str)]:
        raise Refused(400, f"no text: {odd}")
    for name in params.keys() & {"text", "caption"}:
        units = len(params[name].encode("utf-16-le")) // 2
        if units > TEXT_LIMIT or not params[name].strip():
            raise Refused(400, f"{name} of {units} units")
    if params.get("action", "typing") != "typing" or not params.get("voice_url", ".aac").endswith(".aac"):
        raise Refused(400, "no such action, or no .aac")
    if method == "setWebhook":
        _check_webhook(params["url"], params["secret_token"])


def _check_webhook(url: str, secret: str) -> None:
    if not url.startswith(("https://", "http://127.0.0.1:")):  # our own machine stands for a public one
        raise Refused(400, "not public HTTPS")
    if not SECRET_LIMITS[0] <= len(secret) <= SECRET_LIMITS[1]:
        raise Refused(400, f"a secret of {len(secret)} characters")
