"""Places that change: which unit was where on which day, by which name, and what became of it.

Counts stay with the unit they were made at. A map of any day can still add them up: a unit that is no more counts for
its successor, one that was not yet there for its predecessor, as long as there is exactly one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, product
from string import ascii_uppercase

from bot.core.text import clean, phrase, words

OLD, NEW = " (cũ)", " (mới)"  # part of a place's name, in every language
KINDS = (
    "thôn", "xóm", "làng", "bản", "buôn", "bon", "plei", "plây", "ấp", "khóm", "khu phố", "khu dân cư", "khu vực",
    "khu", "tổ dân phố", "tổ", "tiểu khu", "phum", "sóc", "đội", "cụm",
)  # fmt: skip
"""Type words people use; only for taking a typed name apart, any other word is as good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A unit's name from one day up to, not including, another; None: without end."""

    kind: str
    name: str
    first: date | None = None
    end: date | None = None

    @property
    def label(self) -> str:
        """In full: "Thôn 3"."""
        return f"{self.kind} {self.name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One unit: its names, the newest last, and the days on which it is there."""

    id: int
    names: tuple[Name, ...]
    first: date | None = None
    end: date | None = None

    @property
    def label(self) -> str:
        """The newest name."""
        return self.names[-1].label

    def name_on(self, day: date) -> Name:
        """The name it bore that day; before its first day the first, after its last the newest."""
        return next((name for name in self.names if name.end is None or day < name.end), self.names[-1])

    def label_on(self, day: date) -> str:
        """That name in full."""
        return self.name_on(day).label

    def has_begun(self, day: date) -> bool:
        """Whether it was made by that day."""
        return self.first is None or self.first <= day

    def has_ended(self, day: date) -> bool:
        """Whether it is no more on that day."""
        return self.end is not None and self.end <= day

    def is_there(self, day: date) -> bool:
        """Whether it exists that day."""
        return self.has_begun(day) and not self.has_ended(day)


@dataclass(frozen=True, slots=True)
class AreaMap:
    """Units with what became of them."""

    areas: Mapping[int, Area]
    successors: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    _made_of: dict[int, tuple[int, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Turn the successors round, once: a province has thousands."""
        for old, new in self.successors.items():
            for unit in new:
                self._made_of[unit] = (*self._made_of.get(unit, ()), old)

    def predecessors(self, unit: int) -> tuple[int, ...]:
        """The units it was made of."""
        return self._made_of.get(unit, ())

    def on(self, day: date) -> list[Area]:
        """The units that are there that day."""
        return [area for area in self.areas.values() if area.is_there(day)]

    def home(self, unit: int, day: date) -> int:
        """The unit for which it counts on that day's map; itself where that is not one clear unit."""
        while True:
            area = self.areas[unit]
            if area.has_ended(day):
                next_ones = self.successors.get(unit, ())
            elif not area.has_begun(day):
                next_ones = self.predecessors(unit)
            else:
                return unit
            if len(next_ones) != 1:
                return unit
            unit = next_ones[0]

    def label(self, unit: int, day: date) -> str:
        """Its name on that day's map, marked when it is not on it."""
        area = self.areas[unit]
        if area.is_there(day):
            return area.label_on(day)
        return area.label_on(day) + (OLD if area.has_ended(day) else NEW)

    def heirs(self, unit: int, day: date) -> set[int]:
        """The units of that day that stand where it stood: itself, or all that came of it."""
        area = self.areas[unit]
        if area.has_ended(day):
            return {heir for new in self.successors.get(unit, ()) for heir in self.heirs(new, day)}
        return {unit} if area.has_begun(day) else set()

    def old_names(self, unit: int, day: date) -> Iterator[Name]:
        """Names people may still say for it: its own earlier ones, and those of the units it was made of."""
        area = self.areas[unit]
        yield from (name for name in area.names if name.end is not None and name.end <= day)
        for old in self.predecessors(unit):
            yield self.areas[old].names[-1]
            yield from self.old_names(old, day)

    def find(self, text: str, day: date) -> list[int]:
        """The units of that day that a text may name: by the name they bear, else without marks, else by an old one."""
        wanted, plain = clean(text).strip().casefold(), phrase(text)
        there = self.on(day)
        return (
            [area.id for area in there if area.label_on(day).casefold() == wanted]
            or [area.id for area in there if phrase(area.label_on(day)) == plain]
            or sorted(
                {
                    heir
                    for area in self.areas.values()
                    if plain in {phrase(name.label) for name in area.names}
                    for heir in self.heirs(area.id, day)
                }
            )
        )


def take_apart(text: str, kinds: Iterable[str], kind: str = "") -> tuple[str, str]:
    """(type word, name) of "Thôn Đoàn Kết"; where it begins with no known type word, `kind` and the whole."""
    text = " ".join(clean(text).split())
    for known in sorted({*kinds, *KINDS}, key=len, reverse=True):
        head, rest = text[: len(known)], text[len(known) :]
        if head.casefold() == known.casefold() and rest.startswith(" "):
            return head, rest.strip()
    return kind, text


def team_code(name: str, commune: str, taken: Iterable[str]) -> str:
    """A short code nobody has: the initials of the team's name, then with the commune's, then with a letter."""
    used = {code.upper() for code in taken}
    own = _initials(name, ("to", "cong", "nghe", "so", "cong", "dong")) or "T"
    longer = f"{_initials(commune, ('xa',))}{own}"[:8]
    endings = ("".join(letters) for many in range(5) for letters in product(ascii_uppercase, repeat=many))
    candidates = chain((own,), (longer + ending for ending in endings))
    return next(code for code in candidates if code not in used)


def _initials(name: str, generic: tuple[str, ...]) -> str:
    """Of "Tổ công nghệ số cộng đồng thôn 12" it is "T12", of "Tổ Bản Mẫu" "BM"."""
    found = words(name)
    for word in generic:
        if len(found) > 1 and found[0] == word:
            found = found[1:]
    return "".join(word if word.isdigit() else word[0] for word in found).upper()[:8]
