"""The one-line report, "bc t3 5ho 8ng 60+ 3 vneid 2 dvc 3 sang nay": read in any order, never guessed silently."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from bot.core.lexicon import Lexicon, fold_in_place
from bot.core.report_line.oneline_pieces import Piece, read_pieces
from bot.core.report_line.oneline_words import COMMON, HOURS, Meaning
from bot.core.report_line.ownership import Place, Side, pair
from bot.core.text import clean

Words = tuple[tuple[str, tuple[str, ...]], ...]

FIELDS: Final = (
    "day", "place", "kind", "households", "people", "elderly", "skills", "result", "difficulties", "members", "minutes",
)  # fmt: skip
_OWNERS: Final = {"unit", "label", "skill"}
_LEAD = re.compile(r"\s*[/#]?(?:bao ?cao|bc|report)\b[\s:,.]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What this team and this form call things: (place id or choice name, its names and aliases)."""

    places: Words
    skills: Words
    kinds: Words
    results: Words
    difficulties: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a line says. Only what is clear is in `values`.

    `values`: day (date), place (id), kind, result (names), households, people, elderly, members, minutes (int),
    skills (name to count, None without one), difficulties (names). `unclear`: pieces not understood, as typed.
    `asked`: fields the line speaks of without saying one clear thing.
    """

    values: Mapping[str, object]
    unclear: tuple[str, ...]
    asked: tuple[str, ...]


def read_line(text: str, vocabulary: Vocabulary, today: date) -> Reading:
    """The report in a line of any order, with or without marks, units glued or not. Never raises for any text."""
    text = clean(text)
    if lead := _LEAD.match(fold_in_place(text)):
        text = text[lead.end() :]
    claims = _Claims(read_pieces(text, _lexicon(vocabulary), today))
    values = claims.values(vocabulary)
    asked = tuple(name for name in FIELDS if name in claims.asked or (name in claims.named and name not in values))
    return Reading(values=MappingProxyType(values), unclear=tuple(claims.unclear(text)), asked=asked)


class _Claims:
    """What the pieces say about each field, and which of them say nothing clear."""

    __slots__ = ("_lost", "_pieces", "_said", "_skills", "asked", "named")

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = pieces
        self._said: dict[str, list[tuple[object, tuple[int, ...]]]] = {}
        self._skills: dict[str, list[tuple[int | None, tuple[int, ...]]]] = {}
        self._lost: set[int] = set()
        self.asked: set[str] = set()  # spoken of in two ways, or unclearly
        self.named: set[str] = set()  # named without a number: worth a question unless answered elsewhere
        for at, piece in enumerate(pieces):
            if piece.role == "value":
                self._said.setdefault(piece.field, []).append((piece.value, (at,)))
            elif piece.role in {"unknown", "asked"}:
                self._lost.add(at)
                self.asked.update(piece.value if isinstance(piece.value, tuple) else ())
        for run in _runs(pieces):
            self._own(run)

    def _own(self, run: list[int]) -> None:
        places = [Place(_side(self._pieces[at]), self._pieces[at].start, self._pieces[at].end) for at in run]
        pairs, undecided = pair(places)
        paired = {*pairs, *pairs.values()}
        for owner, number in pairs.items():
            self._count(run[owner], run[number])
        for at in range(len(run)):
            piece = self._pieces[run[at]]
            if at in undecided:
                self._lose(run[at])
            elif at in paired:
                continue
            elif piece.role == "skill":
                self._skills.setdefault(str(piece.value), []).append((None, (run[at],)))
            else:
                self._lost.add(run[at])
                self.named.update(_fields(piece))

    def _lose(self, *pieces: int) -> None:
        self._lost.update(pieces)
        self.asked.update(name for at in pieces for name in _fields(self._pieces[at]))

    def _count(self, owner: int, number: int) -> None:
        piece, count = self._pieces[owner], self._pieces[number].value
        if not isinstance(count, int):
            self._lose(owner, number)
        elif piece.role == "skill":
            self._skills.setdefault(str(piece.value), []).append((count, (owner, number)))
        elif piece.field == HOURS:
            self._lost.update((owner, number))
            self.named.update(_fields(piece))
        else:
            self._said.setdefault(piece.field, []).append((count, (owner, number)))

    def values(self, vocabulary: Vocabulary) -> dict[str, object]:
        """The clear answers, in the order of the form's fields."""
        self._give_people_to_skills()
        found: dict[str, object] = {}
        for name in FIELDS:
            if name == "skills":
                skills = self._counted_skills()
                if skills:
                    found[name] = {skill: skills[skill] for skill, _ in vocabulary.skills if skill in skills}
            elif name == "difficulties":
                named = {value for value, _ in self._said.get(name, ())}
                if named:
                    found[name] = tuple(choice for choice, _ in vocabulary.difficulties if choice in named)
            elif (said := self._said.get(name)) and self._agreed(name, said):
                found[name] = said[0][0]
        return found

    def _agreed(self, name: str, said: Sequence[tuple[object, tuple[int, ...]]]) -> bool:
        if name not in self.asked and len({value for value, _ in said}) == 1:
            return True
        self._lose(*(at for _, pieces in said for at in pieces))
        self.asked.add(name)
        return False

    def _counted_skills(self) -> dict[str, int | None]:
        counted: dict[str, int | None] = {}
        for skill, said in self._skills.items():
            counts = {count for count, _ in said if count is not None}
            if len(counts) > 1:
                self._lose(*(at for _, pieces in said for at in pieces))
            else:
                counted[skill] = counts.pop() if counts else None
        return counted

    def _give_people_to_skills(self) -> None:
        """In "8 người, vneid 2 người" the two are VNeID's; alone, "vneid 8 người" counts all people."""
        said = self._said.get("people", [])
        own = [claim for claim in said if self._skill_before(claim[1][-1]) is None]
        if len({value for value, _ in own}) != 1:
            return
        for value, pieces in said:
            skill = self._skill_before(pieces[-1])
            if skill is not None and isinstance(value, int):
                name = str(self._pieces[skill].value)
                self._skills[name] = [claim for claim in self._skills[name] if claim[1] != (skill,)]
                self._skills[name].append((value, (skill, *pieces)))
        self._said["people"] = own

    def _skill_before(self, number: int) -> int | None:
        """The skill that stands without a number of its own right before this one."""
        skill = number - 1
        if skill < 0 or self._pieces[skill].role != "skill" or self._pieces[number].role != "number":
            return None
        claims = self._skills.get(str(self._pieces[skill].value), ())
        return skill if any(pieces[0] == skill and count is None for count, pieces in claims) else None

    def unclear(self, text: str) -> Iterator[str]:
        """What was lost, as typed; neighbours together."""
        start = None
        for at, piece in enumerate(self._pieces):
            if at not in self._lost:
                continue
            start = piece.start if start is None else start
            if at + 1 not in self._lost:
                yield text[start : piece.end]
                start = None


def _runs(pieces: list[Piece]) -> Iterator[list[int]]:
    """Indexes of neighbours in which numbers and their possible owners take turns."""
    run: list[int] = []
    for at, piece in enumerate(pieces):
        fits = piece.role == "number" or piece.role in _OWNERS
        if run and not (fits and (piece.role == "number") != (pieces[run[-1]].role == "number")):
            yield run
            run = []
        if fits:
            run.append(at)
    if run:
        yield run


def _side(piece: Piece) -> Side:
    match piece.role:
        case "unit" | "label" | "skill":
            return piece.role
        case _:
            return "number"


def _fields(piece: Piece) -> tuple[str, ...]:
    if piece.role not in _OWNERS and piece.role != "value":
        return ()
    return ("households", "minutes") if piece.field == HOURS else (piece.field,)


@lru_cache(maxsize=64)
def _lexicon(vocabulary: Vocabulary) -> Lexicon[Meaning]:
    """All a team's phrases. A name of digits alone would swallow the counts and is left out."""
    named = (
        ("place", vocabulary.places),
        ("skills", vocabulary.skills),
        ("kind", vocabulary.kinds),
        ("result", vocabulary.results),
        ("difficulties", vocabulary.difficulties),
    )
    own = [
        (word, Meaning("skill" if name == "skills" else "choice", name, value))
        for name, choices in named
        for value, words in choices
        for word in words
        if re.search(r"[^\W\d]", word)
    ]
    taken = {word.lower() for word, _ in own}
    return Lexicon([*own, *(known for known in COMMON if known[0] not in taken)])
