"""YAML that knows its lines, and faults that say where they are and how to mend them."""

import difflib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.core.text import without_unseen
from bot.core.yaml_nodes import TooDeep, compose

Place = tuple[str | int, ...]  # the way to a value: (3, "title", "vi")
ModelT = TypeVar("ModelT", bound=BaseModel)

DEEPEST = 20  # levels of lists and keys; no content of ours has more than five

EXAMPLES: Mapping[str, object] = {  # what a missing key could look like
    "address": "https://dichvucong.gov.vn",
    "as_of": "2025-02-06",
    "as_of_text": "đầu tháng 2/2025",
    "audience": ["resident", "volunteer"],
    "checked_on": "2026-11-22",
    "choices": ["Có", "Không"],
    "date": "2025-02-23",
    "day": "2026-10-10",
    "due": "2025-12-31",
    "explanation": "Vì …",
    "facts": ["F000-14"],
    "figures": ["55,25"],
    "id": "F005-01",
    "keywords": ["tài khoản", "căn cước điện tử"],
    "kind": "dated",
    "label": "Số tài khoản VNeID",
    "lessons": ["L1"],
    "minutes": 4,
    "periods": ["quý I/2022"],
    "short": "Thông báo 56/TB-VPCP, 23/2/2025",
    "source": "doc-003",
    "sources": ["doc-003"],
    "statement": "Cả nước đã kích hoạt trên 55,25 triệu tài khoản VNeID.",
    "title": "Cài VNeID",
    "topic": "vneid",
    "track": "chuyen-doi-so",
    "vi": "Nộp báo cáo quý",
}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in the content: where, what, and how to mend it. Line 0: the whole file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class ContentFault(Exception):
    """The content cannot be used; `faults` lists everything found."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(report(faults))
        self.faults = faults


def report(faults: list[Fault]) -> str:
    """All faults as text, one a line, with a last line that counts them."""
    if not faults:
        return "The content has no faults."
    files = len({fault.file for fault in faults})
    count = f"{len(faults)} fault{'s' * (len(faults) > 1)} in {files} file{'s' * (files > 1)}."
    return "\n".join([*map(str, sorted(faults)), count])


@dataclass(frozen=True, slots=True)
class Document:
    """One file as read: its value, and the line of every key and list item."""

    file: str
    data: object = None
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of that value, or of what it should stand in."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def fault(self, message: str, *place: str | int) -> Fault:
        """A fault at that place."""
        return Fault(self.file, self.line(place), message)


@dataclass(frozen=True, slots=True)
class Entry(Generic[ModelT]):
    """One checked value and where it stands."""

    value: ModelT
    document: Document
    place: Place = ()

    def fault(self, message: str, *place: str | int) -> Fault:
        """A fault at that key of the value."""
        return self.document.fault(message, *self.place, *place)

    def has(self, *place: str | int) -> bool:
        """Whether the editor wrote that key."""
        return (*self.place, *place) in self.document.lines


def parse(file: str, text: str) -> tuple[Document, list[Fault]]:
    """The YAML in `text`; data is None when it cannot be read at all.

    Every plain word stays text: `no`, `2024` and `1:30` are never turned into something else, the models decide.
    """
    faults: list[Fault] = []
    lines: dict[Place, int] = {}
    try:
        node = compose(text)
        if node is None:
            return Document(file), [Fault(file, 0, "This file holds nothing. Write into it, or delete it.")]
        data = _plain(node, (), lines, _Walk(file, faults))
    except TooDeep:
        return Document(file), [Fault(file, 0, "This is nested too deep. Write it out in lines.")]
    except yaml.MarkedYAMLError as error:
        return Document(file), [Fault(file, _error_line(error), _unreadable(error.problem or error.context or ""))]
    except yaml.YAMLError:
        return Document(file), [Fault(file, 1, _unreadable("it holds a character that no text may hold"))]
    return Document(file, data, lines), faults


@dataclass(slots=True)
class _Walk:
    file: str
    faults: list[Fault]
    seen: set[int] = field(default_factory=set)

    def note(self, node: yaml.Node, message: str) -> None:
        self.faults.append(Fault(self.file, node.start_mark.line + 1, message))


def _plain(node: yaml.Node, place: Place, lines: dict[Place, int], walk: _Walk) -> object:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        if node.tag.startswith("!"):
            walk.note(node, f"A text that starts with ! must be in quotes: '{node.tag}'.")
        return None if node.tag == "tag:yaml.org,2002:null" else node.value
    if id(node) in walk.seen or len(place) > DEEPEST:
        walk.note(node, "This refers to another place of the file (& and *) or is nested too deep. Write it out here.")
        return None
    walk.seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, index), lines, walk) for index, item in enumerate(node.value)]
    return _mapping(node, place, lines, walk)


def _mapping(node: yaml.Node, place: Place, lines: dict[Place, int], walk: _Walk) -> dict[str, object]:
    data: dict[str, object] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            walk.note(key, "The part before the colon must be one word. Put the text in quotes if it holds { or [.")
            continue
        name = key.value
        if name in data:
            walk.note(key, f"{name} stands here twice. Keep one of the two.")
        lines[*place, name] = key.start_mark.line + 1
        data[name] = _plain(value, (*place, name), lines, walk)
    return data


def _error_line(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1


def _unreadable(problem: str) -> str:
    return (
        f"This cannot be read ({problem}). Look at this line and the one above it: the same spaces at the start "
        "as the lines around it and no tabs, one space after the colon, quotes around a text that holds ': ' or '#'."
    )


def spelling(file: str, text: str) -> Iterator[Fault]:
    """Letters that look right and are not: separate marks (NFD), and characters nobody can see."""
    if unicodedata.is_normalized("NFC", text) and text == without_unseen(text):
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if not unicodedata.is_normalized("NFC", line):
            composed = unicodedata.normalize("NFC", line).split()
            word = next((new for old, new in zip(line.split(), composed, strict=False) if old != new), line)
            yield Fault(file, number, f'Letters and marks stand apart here (NFD), at "{word}". Type the words again.')
        elif line != without_unseen(line):
            yield Fault(file, number, "This line holds a character that cannot be seen. Type the line again.")


def entries(model: type[ModelT], document: Document) -> tuple[list[Entry[ModelT]], list[Fault]]:
    """The items of a list, checked one by one: those that are right, and what is wrong with the rest."""
    if not isinstance(document.data, list):
        return [], [] if document.data is None else [
            document.fault("This file must be a list. Start every item with '- id: …'.")
        ]
    good: list[Entry[ModelT]] = []
    faults: list[Fault] = []
    for index, item in enumerate(document.data):
        found, wrong = entry(model, document, item, (index,))
        good += [found] if found else []
        faults += wrong
    return good, faults


def entry(
    model: type[ModelT], document: Document, data: object, place: Place = ()
) -> tuple[Entry[ModelT] | None, list[Fault]]:
    """One value checked against its model; nothing of a file that could not be read."""
    if data is None:
        return None, []
    try:
        return Entry(model.model_validate(data), document, place), []
    except ValidationError as error:
        return None, [
            document.fault(_explain(detail, model), *place, *detail["loc"])
            for detail in error.errors(include_url=False)
        ]


def _explain(error: ErrorDetails, model: type[BaseModel]) -> str:
    """Pydantic's finding in the words of somebody who edits text files."""
    loc = [part for part in error["loc"] if part != "[key]"]
    names = [part for part in loc if isinstance(part, str)]
    key = names[-1] if names else "this item"
    if names and isinstance(loc[-1], int):
        key = f"item {loc[-1] + 1} of {key}"
    kind, written, expected = error["type"], error["input"], error.get("ctx", {}).get("expected", "")
    if kind == "missing":
        return f"{key} is missing. Add: {key}: {_example(key)}"
    if kind == "extra_forbidden":
        return f"{key} is not a known key. {_known(key, loc, model)}"
    if written in (None, "") or kind == "string_too_short":
        return f"{key} is empty. Write something after it, or remove the line."
    for start, what in _SAID.items():
        if kind.startswith(start):
            return f"{key} {what.format(key=key, written=written, expected=expected)}"
    return f"{key}: {written} does not fit. {error['msg'].removeprefix('Value error, ')}."


_SAID: Mapping[str, str] = {  # how a finding's name starts, and what to tell the editor
    "literal_error": "cannot be {written}. Choose one of {expected}.",
    "enum": "cannot be {written}. Choose one of {expected}.",
    "date": "is not a date: {written}. Write year-month-day: {key}: 2025-02-06",
    "int": "is not a whole number: {written}. Write digits only: 5",
    "bool": "is neither yes nor no: {written}. Write true or false.",
    "string_type": "must be one text. Write it after the colon, or below it after |.",
    "tuple_type": "must be a list. Write it in square brackets: [a, b]",
    "model_type": "must have its own keys. Write them below it, two spaces further in.",
    "dict_type": "must have its own keys. Write them below it, two spaces further in.",
    "greater_than": "is too small: {written}. Write a larger number.",
    "less_than": "is too large: {written}. Write a smaller number.",
    "too_short": "has too few items. Add one.",
    "too_long": "has too many items. Remove one.",
}


def _example(key: str) -> str:
    example = EXAMPLES.get(key, "…")
    if isinstance(example, list):
        return f"[{', '.join(map(str, example))}]"
    return f"'{example}'" if isinstance(example, str) else str(example)


def _known(key: str, loc: list[str | int], model: type[BaseModel]) -> str:
    """Which key was meant, or which may stand there. Only the first level knows its model."""
    if len(loc) != 1:
        return "Remove it, or look up its spelling in content/README.md."
    known = list(model.model_fields)
    near = difflib.get_close_matches(key, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"Remove it; the known keys are {', '.join(known)}."
