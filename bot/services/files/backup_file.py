"""What stands in a backup: lines of JSON, compressed and sealed; each table with its count and its hash."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Final, Self

import orjson

from bot.core.errors import SetupFault
from bot.core.sealing import Opener, unseal
from bot.storage import backup
from bot.storage.backup import Shape
from bot.storage.database import Transaction

AT_MOST: Final = 1 << 20  # bytes of text that are unpacked at once
LEVEL: Final = 3  # of compression: a third larger than the smallest, four times as fast


@dataclass(frozen=True, slots=True)
class Tally:
    """What a table held: its rows, and the SHA-256 of them in order."""

    table: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says about itself."""

    schema: str
    made_at: str  # ISO 8601
    marks: dict[str, int]
    secret: str = ""  # the program's key, where a passphrase seals the file

    @classmethod
    def read(cls, line: bytes) -> Self:
        """From the first line."""
        return cls(**orjson.loads(line))


def lines(tx: Transaction, manifest: Manifest, told: list[Tally]) -> Iterator[bytes]:
    """The lines of a backup of everything this transaction sees; `told` is filled with what each table held."""
    yield _line(asdict(manifest))
    for shape in backup.shapes(tx):
        yield _line(asdict(shape))
        found, count = hashlib.sha256(), 0
        for row in backup.rows(tx, shape):
            line = _line(row)
            found.update(line)
            count += 1
            yield line
        told.append(Tally(shape.name, count, found.hexdigest()))
        yield _line(asdict(told[-1]))
    yield _line({})


def tally(tx: Transaction, shape: Shape) -> Tally:
    """What a table holds now."""
    found, count = hashlib.sha256(), 0
    for row in backup.rows(tx, shape):
        found.update(_line(row))
        count += 1
    return Tally(shape.name, count, found.hexdigest())


def compressed(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same, smaller."""
    packing = zlib.compressobj(LEVEL)
    for part in parts:
        if packed := packing.compress(part):
            yield packed
    yield packing.flush()


class Reading:
    """A backup that is read once, from its beginning: the manifest, then table by table."""

    def __init__(self, file: BinaryIO, opener: Opener) -> None:
        self._lines = _unpacked(unseal(file.read, opener))
        self.manifest = Manifest.read(next(self._lines))

    def tables(self) -> Iterator["Section"]:
        """Every table; its rows are to be read before the next is asked for."""
        for line in self._lines:
            said = orjson.loads(line)
            if not said:
                return
            said = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
            yield Section(Shape(**said), self._lines)


class Section:
    """One table of a backup. `told` stands once its rows were read."""

    def __init__(self, shape: Shape, following: Iterator[bytes]) -> None:
        self.shape = shape
        self.told: Tally | None = None
        self._lines = following

    def rows(self) -> Iterator[list[Any]]:
        """Its rows. SetupFault after the last when they are not those that were counted when they were written."""
        found, rows = hashlib.sha256(), 0
        for line in self._lines:
            if line.startswith(b"{"):
                self.told = Tally(**orjson.loads(line))
                if self.told != Tally(self.shape.name, rows, found.hexdigest()):
                    msg = f"The backup does not hold the rows of {self.shape.name} that it says it holds."
                    raise SetupFault(msg)
                return
            found.update(line)
            rows += 1  # noqa: SIM113  the line that ends a table is none of its rows
            yield orjson.loads(line)

    def verify(self) -> Tally:
        """Read past its rows; what it held."""
        for _ in self.rows():
            pass
        assert self.told
        return self.told


def verify(file: BinaryIO, opener: Opener) -> tuple[Manifest, list[Tally]]:
    """Read a whole backup: what it says and holds. SetupFault for whatever is not as it was written."""
    reading = Reading(file, opener)
    return reading.manifest, [section.verify() for section in reading.tables()]


def _line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def _unpacked(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Lines, their ends kept."""
    unpacking, rest = zlib.decompressobj(), b""
    for part in parts:
        packed = part
        while packed:
            text = rest + unpacking.decompress(packed, AT_MOST)
            packed = unpacking.unconsumed_tail
            *whole, rest = text.split(b"\n")
            yield from (line + b"\n" for line in whole)
