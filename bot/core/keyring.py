"""Values sealed at rest, one by one: AES-256-GCM under a key derived from the program's own (decision 0042).

A sealed text is "~", eight hexadecimal digits that name the key, and base64 of nonce, ciphertext and tag. What does not
look so was written before values were sealed, and is taken as it stands. The place, "person.name", is authenticated
too: a value that was copied into another column does not open.
"""

import binascii
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE: Final = 12  # bytes, random; NIST SP 800-38D allows 2^32 values a key
TAG: Final = 16
MARK: Final = 9  # characters that name the key
_SEALED: Final = re.compile(r"~[0-9a-f]{8}[A-Za-z0-9+/]{38,}={0,2}")
_SEALED_BYTES: Final = re.compile(rb"~[0-9a-f]{8}")


class CannotOpen(ValueError):
    """A sealed value that no known key opens, or that was changed."""


class Keyring:
    """Seals with the newest key, opens with any. `again` tells the keys anew when an unknown one is met."""

    def __init__(self, keys: Sequence[bytes], *, again: Callable[[], Sequence[bytes]] | None = None) -> None:
        self._again = again
        self._strange: set[str] = set()
        self._take(keys)

    @property
    def mark(self) -> str:
        """How what is sealed now begins."""
        return self._mark

    @property
    def marks(self) -> frozenset[str]:
        """How everything begins that can be opened."""
        return frozenset(self._ciphers)

    def seal(self, text: str, place: bytes) -> str:
        """The text, sealed; an empty one stays empty."""
        if not text:
            return text
        mark, cipher = self._newest
        nonce = secrets.token_bytes(NONCE)
        made = nonce + cipher.encrypt(nonce, text.encode(), place)
        return mark + binascii.b2a_base64(made, newline=False).decode("ascii")

    def open(self, value: str, place: bytes) -> str:
        """The text again. CannotOpen for what no key opens."""
        if value[:1] != "~":
            return value
        cipher = self._ciphers.get(value[:MARK])
        if cipher is None:
            if not _SEALED.fullmatch(value):
                return value
            cipher = self._unknown(value[:MARK])
        try:
            sealed = binascii.a2b_base64(value[MARK:])
            return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], place).decode()
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(place.decode()) from error

    def seal_bytes(self, content: bytes, place: bytes) -> bytes:
        """As `seal`; what names the key stands before the bytes."""
        mark, cipher = self._newest
        nonce = secrets.token_bytes(NONCE)
        return mark.encode() + nonce + cipher.encrypt(nonce, content, place)

    def open_bytes(self, value: bytes, place: bytes) -> bytes:
        """As `open`."""
        if not _SEALED_BYTES.match(value) or len(value) < MARK + NONCE + TAG:
            return value
        mark = value[:MARK].decode()
        cipher = self._ciphers.get(mark) or self._unknown(mark)
        try:
            return cipher.decrypt(value[MARK : MARK + NONCE], value[MARK + NONCE :], place)
        except InvalidTag as error:
            raise CannotOpen(place.decode()) from error

    def digests(self, text: str, place: bytes) -> list[str]:
        """What a short secret is looked up by, under every known key, the newest first: HMAC-SHA256, hexadecimal."""
        return [hmac.digest(key, place + b"\0" + text.encode(), "sha256").hex() for key in self._digesting]

    def _take(self, keys: Sequence[bytes]) -> None:
        made = [_derived(key) for key in keys]
        self._digesting = [HKDF(SHA256(), 32, None, b"tungngo digests").derive(key) for key in keys]
        self._ciphers = dict(reversed(made))
        self._newest = made[0]
        self._mark = made[0][0]

    def _unknown(self, mark: str) -> AESGCM:
        """The key may have come since this process started."""
        if self._again and mark not in self._strange:
            self._take(self._again())
            if found := self._ciphers.get(mark):
                return found
            self._strange.add(mark)
        raise CannotOpen(mark)


def _derived(secret: bytes) -> tuple[str, AESGCM]:
    """HKDF-SHA256 (RFC 5869): 4 bytes that name the key, and the key."""
    name = HKDF(SHA256(), 4, None, b"tungngo name of a key").derive(secret)
    return f"~{name.hex()}", AESGCM(HKDF(SHA256(), 32, None, b"tungngo sealed values").derive(secret))
