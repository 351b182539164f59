"""The program's own key: from the settings, else made once and kept beside the database."""

import os
import secrets
from pathlib import Path
from typing import Final

from bot.core.errors import SetupFault
from bot.settings import Settings

FILE: Final = "secret.key"
SHORTEST: Final = 32


def secret_key(settings: Settings) -> bytes:
    """The key that signs. SetupFault when the one that is set can be guessed, or none can be kept."""
    if given := settings.secret_key.get_secret_value():
        if len(given) < SHORTEST:
            msg = f"SECRET_KEY has {len(given)} characters; at least {SHORTEST} are needed."
            raise SetupFault(msg)
        return given.encode()
    path = settings.data_dir / FILE
    try:
        return _read(path) or _make(path)
    except OSError as error:
        msg = f"{path} cannot be kept ({error.strerror}). Make the folder writable, or set SECRET_KEY."
        raise SetupFault(msg) from error


def known_key(settings: Settings) -> bytes:
    """The same key where there is one; empty where none was set or made yet."""
    path = settings.data_dir / FILE
    return secret_key(settings) if settings.secret_key.get_secret_value() or path.exists() else b""


def keep_key(settings: Settings, key: bytes) -> None:
    """Keep a key that comes from a backup where there is none yet. SetupFault when it cannot be kept."""
    path = settings.data_dir / FILE
    try:
        _make(path, key)
    except OSError as error:
        msg = f"{path} cannot be kept ({error.strerror}). Make the folder writable, or set SECRET_KEY."
        raise SetupFault(msg) from error


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _make(path: Path, key: bytes = b"") -> bytes:
    """A new key, written whole or not at all; of two processes that start at once the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{FILE}.{os.getpid()}")
    handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key or secrets.token_urlsafe(48).encode())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return path.read_bytes()
