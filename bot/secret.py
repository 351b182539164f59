"""The program's own keys: from the settings, else made once and kept beside the database; former ones with it."""

import os
import secrets
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from bot.core.errors import SetupFault
from bot.core.keyring import Keyring
from bot.settings import Settings

FILE: Final = "secret.key"
OLD: Final = "secret.key.old"  # former keys, one a line, the newest first
SHORTEST: Final = 32


def secret_key(settings: Settings) -> bytes:
    """The key that signs and seals. SetupFault when the one that is set can be guessed, or none can be kept."""
    if given := settings.secret_key.get_secret_value():
        return _long_enough("SECRET_KEY", given)
    path = settings.data_dir / FILE
    try:
        return _read(path) or _make(path)
    except OSError as error:
        raise _cannot_keep(path, error) from error


def known_key(settings: Settings) -> bytes:
    """The same key where there is one; empty where none was set or made yet."""
    path = settings.data_dir / FILE
    return secret_key(settings) if settings.secret_key.get_secret_value() or path.exists() else b""


def secret_keys(settings: Settings) -> tuple[bytes, ...]:
    """The key, then every former one that is still known."""
    return tuple(dict.fromkeys((secret_key(settings), *_former(settings))))


def known_keys(settings: Settings) -> tuple[bytes, ...]:
    """The same; empty where there is no key yet."""
    return secret_keys(settings) if known_key(settings) else ()


def keyring(settings: Settings) -> Keyring:
    """What seals names and words in the database. A key that is made while this process runs is found by it."""
    return Keyring(secret_keys(settings), again=partial(secret_keys, settings))


def keep_keys(settings: Settings, keys: Sequence[bytes]) -> None:
    """Keep keys that come from a backup, where there is none yet. SetupFault when they cannot be kept."""
    path = settings.data_dir / FILE
    try:
        if len(keys) > 1:
            _keep_old(settings.data_dir / OLD, keys[1:])
        _make(path, keys[0])
    except OSError as error:
        raise _cannot_keep(path, error) from error


def renew(settings: Settings) -> bytes:
    """A new key in the place of the one that is kept in DATA_DIR; that one becomes a former one before.

    SetupFault where SECRET_KEY is set: the operator changes it.
    """
    path = settings.data_dir / FILE
    if settings.secret_key.get_secret_value():
        msg = "Put the value of SECRET_KEY into SECRET_KEYS_OLD, set a new SECRET_KEY, then run this again."
        raise SetupFault(msg)
    try:
        old = settings.data_dir / OLD
        _keep_old(old, (secret_key(settings), *_lines(old)))
        own = _write_beside(path, _fresh())
        own.replace(path)
        return path.read_bytes()
    except OSError as error:
        raise _cannot_keep(path, error) from error


def drop(settings: Settings) -> int:
    """Delete the former keys kept in DATA_DIR; how many there were. SetupFault while SECRET_KEYS_OLD names some."""
    if settings.secret_keys_old.get_secret_value():
        msg = "Take the former keys out of SECRET_KEYS_OLD yourself."
        raise SetupFault(msg)
    path = settings.data_dir / OLD
    count = len(_lines(path))
    path.unlink(missing_ok=True)
    return count


def _former(settings: Settings) -> tuple[bytes, ...]:
    """Those of the setting, and those of the files; also the key of the file where SECRET_KEY took its place."""
    given = settings.secret_keys_old.get_secret_value()
    named = [_long_enough("SECRET_KEYS_OLD", each.strip()) for each in given.split(",") if each.strip()]
    kept = [_read(settings.data_dir / FILE)]
    return tuple(each for each in (*named, *kept, *_lines(settings.data_dir / OLD)) if each)


def _long_enough(name: str, given: str) -> bytes:
    if len(given) < SHORTEST:
        msg = f"{name} has {len(given)} characters; at least {SHORTEST} are needed."
        raise SetupFault(msg)
    return given.encode()


def _cannot_keep(path: Path, error: OSError) -> SetupFault:
    return SetupFault(f"{path} cannot be kept ({error.strerror}). Make the folder writable, or set SECRET_KEY.")


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _lines(path: Path) -> tuple[bytes, ...]:
    return tuple(line for line in _read(path).split(b"\n") if line)


def _keep_old(path: Path, keys: Sequence[bytes]) -> None:
    _write_beside(path, b"\n".join(dict.fromkeys(keys)) + b"\n").replace(path)


def _fresh() -> bytes:
    return secrets.token_urlsafe(48).encode()


def _make(path: Path, key: bytes = b"") -> bytes:
    """A new key, written whole or not at all; of two processes that start at once the first one's stays."""
    own = _write_beside(path, key or _fresh())
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return path.read_bytes()


def _write_beside(path: Path, content: bytes) -> Path:
    """The content, on disk under a name of this process, for this user only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return own
