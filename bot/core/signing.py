"""Signatures on what the program gives out, so that nobody else can make it."""

import base64
import hashlib
import hmac
from typing import Final

BYTES: Final = 16  # of a signature: 128 bits cannot be guessed, and fit a picture to scan


def sign(key: bytes, purpose: str, text: str) -> str:
    """HMAC-SHA256 (RFC 2104) of a text for one purpose, cut to 128 bits, as 26 letters and digits for an address."""
    digest = hmac.digest(key, f"{purpose}\0{text}".encode(), hashlib.sha256)[:BYTES]
    return base64.b32encode(digest).decode().rstrip("=").lower()


def genuine(key: bytes, purpose: str, text: str, signature: str) -> bool:
    """Whether a signature is the one `sign` gives; compared in constant time."""
    return hmac.compare_digest(sign(key, purpose, text).encode(), signature.lower().encode())
