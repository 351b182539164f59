"""How an invitation reaches people: links into the channels we are on, and a picture to scan."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bot.services.files import media
from bot.storage import joining
from bot.storage.database import Transaction

if TYPE_CHECKING:
    import segno

SCALE = 8  # pixels a module: legible on a phone and from a poster


def remember_address(tx: Transaction, channel: str, name: str) -> None:
    """Keep the name the platform knows us by; told when the channel starts."""
    joining.set_address(tx, channel, name)


def links(tx: Transaction, code: str, public_url: str) -> dict[str, str]:
    """By channel, an address that opens the chat with the code; only those that are known. The web first."""
    found: dict[str, str] = {}
    if public_url:
        found["web"] = f"{public_url}/?start={code}"
    if name := joining.addresses(tx).get("telegram"):
        found["telegram"] = f"https://t.me/{name}?start={code}"
    return found


def picture(tx: Transaction, addresses: Mapping[str, str], *, now: datetime) -> str:
    """The name of a picture of the first address, to be scanned; empty when there is no address."""
    if not addresses:
        return ""
    drawn = _code(next(iter(addresses.values()))).svg_inline(scale=SCALE, dark="#000", light="#fff")
    return media.promise_picture(tx, drawn, label="ma-moi.png", now=now)


def text_picture(address: str) -> str:
    """The same for a terminal: two rows of modules a line."""
    rows = [[bool(module) for module in row] for row in _code(address).matrix_iter(border=2)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    signs = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    return "\n".join(
        "".join(signs[upper, lower] for upper, lower in zip(rows[at], rows[at + 1], strict=True))
        for at in range(0, len(rows), 2)
    )


def _code(address: str) -> "segno.QRCode":
    import segno  # noqa: PLC0415  only who draws pays for it

    return segno.make_qr(address, error="m")
