"""Columns whose values are sealed at rest: text in the program, ciphertext in the database (decision 0042).

The engine's dialect carries what seals (`bot.storage.database.make_engine`); without one values are stored as they are.
No SQL can compare or search them; empty stays empty, NULL stays NULL.
"""

from typing import Any, Protocol

import orjson
from sqlalchemy import Dialect, LargeBinary, String, Text
from sqlalchemy.types import TypeDecorator


class Sealer(Protocol):
    """What seals and opens a value; the place, "person.name", is bound to it."""

    @property
    def mark(self) -> str:
        """How what is sealed now begins."""

    @property
    def marks(self) -> frozenset[str]:
        """How everything begins that can be opened."""

    def seal(self, text: str, place: bytes) -> str:
        """The text, sealed."""

    def open(self, value: str, place: bytes) -> str:
        """The text again."""

    def seal_bytes(self, content: bytes, place: bytes) -> bytes:
        """The bytes, sealed."""

    def open_bytes(self, value: bytes, place: bytes) -> bytes:
        """The bytes again."""

    def digests(self, text: str, place: bytes) -> list[str]:
        """What a short secret is looked up by, the newest key's first."""


def sealer_of(dialect: Dialect) -> Sealer | None:
    """What seals the values of an engine."""
    found: Sealer | None = getattr(dialect, "sealer", None)
    return found


class Sealed(TypeDecorator[str]):
    """A short text: a name, or a state as JSON text."""

    impl = String
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self._bound = place.encode()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text, sealed."""
        sealer = sealer_of(dialect)
        return sealer.seal(value, self._bound) if value and sealer else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """The text again."""
        sealer = sealer_of(dialect)
        return sealer.open(value, self._bound) if value and sealer else value


class SealedJson(TypeDecorator[Any]):
    """A JSON value."""

    impl = Text
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self._bound = place.encode()

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The value as JSON, sealed."""
        if value is None:
            return None
        text, sealer = orjson.dumps(value).decode(), sealer_of(dialect)
        return sealer.seal(text, self._bound) if sealer else text

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The value again."""
        if value is None:
            return None
        sealer = sealer_of(dialect)
        return orjson.loads(sealer.open(value, self._bound) if sealer else value)


class SealedBytes(TypeDecorator[bytes]):
    """A file's content."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self._bound = place.encode()

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """The bytes, sealed."""
        sealer = sealer_of(dialect)
        return sealer.seal_bytes(value, self._bound) if value and sealer else value

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """The bytes again."""
        sealer = sealer_of(dialect)
        return sealer.open_bytes(value, self._bound) if value and sealer else value


SEALED = (Sealed, SealedJson, SealedBytes)
