"""Button payloads, "action:argument": made and read here only. They carry no authority."""

from dataclasses import dataclass

LIMIT = 64  # bytes: Telegram's callback_data
DIGITS = 18  # of an id: what every database takes


@dataclass(frozen=True, slots=True)
class Payload:
    """A tapped button, taken apart."""

    action: str
    argument: str = ""


def make(action: str, argument: object = "") -> str:
    """The payload's text. ValueError when it would not fit a button of every channel."""
    text = f"{action}:{argument}"
    if len(text.encode()) > LIMIT or ":" in action:
        msg = f"payload does not fit {LIMIT} bytes: {text!r}"
        raise ValueError(msg)
    return text


def parse(text: str) -> Payload:
    """Whatever came back; an unknown or forged text simply names no action."""
    action, _, argument = text[: LIMIT * 2].partition(":")
    return Payload(action, argument)


def number(text: str) -> int:
    """The id in a button, or behind a typed word; 0, which no row has, for what is none that a database could hold."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS else 0
