"""A sealed stream: bytes in authenticated pieces. Changed, cut short, reordered or opened with another key: refused.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, 2015), as in age: each piece is encrypted by
ChaCha20-Poly1305 under a key of this file alone, its nonce is the piece's number and whether it is the last one.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.core.errors import SetupFault

MAGIC: Final = b"TUNGNGO-BACKUP 1\n"
PIECE: Final = 256 * 1024  # bytes
TAG: Final = 16
SALT: Final = 32
CHECK: Final = 16
HEAD: Final = len(MAGIC) + 1 + SALT + CHECK
COST: Final = 2**16  # of scrypt: 64 MiB, about a quarter of a second


class Kind(Enum):
    """What a file is opened with."""

    KEY = b"k"  # the program's own key
    PASSPHRASE = b"p"  # words that people chose


@dataclass(frozen=True, slots=True)
class Opener:
    """A secret that seals and opens."""

    kind: Kind
    secret: bytes

    def keys(self, salt: bytes) -> tuple[bytes, bytes]:
        """(the key of the file with that salt, what tells whether it is the right one)."""
        if self.kind is Kind.PASSPHRASE:
            root = Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(self.secret)
        else:
            root = hmac.digest(salt, self.secret, "sha256")
        file, check = (HKDFExpand(SHA256(), 32, what).derive(root) for what in (b"tungngo file", b"tungngo check"))
        return file, check[:CHECK]

    def opens(self, head: bytes) -> bool:
        """Whether it is what a file with these first HEAD bytes was sealed with. SetupFault when it is no backup."""
        check = self.keys(head[-CHECK - SALT : -CHECK])[1] if kind_of(head) is self.kind else b""
        return hmac.compare_digest(check, head[-CHECK:])


def seal(parts: Iterable[bytes], opener: Opener, *, salt: bytes) -> Iterator[bytes]:
    """The sealed file, piece by piece. `salt`: 32 random bytes, new for every file."""
    key, check = opener.keys(salt)
    head = MAGIC + opener.kind.value + salt + check
    cipher = ChaCha20Poly1305(key)
    yield head
    waiting, number = bytearray(), 0
    for part in parts:
        waiting += part
        while len(waiting) > PIECE:
            yield cipher.encrypt(_nonce(number, last=False), bytes(waiting[:PIECE]), head)
            del waiting[:PIECE]
            number += 1
    yield cipher.encrypt(_nonce(number, last=True), bytes(waiting), head)


def kind_of(head: bytes) -> Kind:
    """What a file is opened with, by its first HEAD bytes. SetupFault when it is no such file."""
    if len(head) < HEAD or not head.startswith(MAGIC):
        msg = "This is no backup of Từng Ngõ, or of a newer version of it."
        raise SetupFault(msg)
    try:
        return Kind(head[len(MAGIC) : len(MAGIC) + 1])
    except ValueError:
        msg = "The beginning of the backup is damaged: nobody can tell what it is opened with."
        raise SetupFault(msg) from None


def unseal(read: Callable[[int], bytes], opener: Opener) -> Iterator[bytes]:
    """What was sealed, piece by piece, from a file's `read`. SetupFault for the first that is not as it was written."""
    head = read(HEAD)
    if kind_of(head) is not opener.kind:
        msg = "The backup is opened with something else: BACKUP_PASSPHRASE or the program's key."
        raise SetupFault(msg)
    key, check = opener.keys(head[-CHECK - SALT : -CHECK])
    if not hmac.compare_digest(check, head[-CHECK:]):
        msg = "The backup was made with another key or passphrase."
        raise SetupFault(msg)
    cipher = ChaCha20Poly1305(key)
    number, piece = 0, read(PIECE + TAG)
    while True:
        following = read(PIECE + TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, head)
        except InvalidTag:
            msg = f"The backup is damaged or cut short after {number * PIECE} bytes."
            raise SetupFault(msg) from None
        if not following:
            return
        number, piece = number + 1, following


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
