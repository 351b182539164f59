"""A lesson file (front matter, then Markdown) read into a Lesson, or refused with the line to mend."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml.constructor import SafeConstructor

from bot.core.content import Lesson
from bot.core.text import clean
from bot.core.yaml_nodes import compose

STEP_LIMIT = 600  # characters of one card, and of its fallback: a phone screen without scrolling
CHOICE_LIMIT = 60  # characters of one choice: it has to fit a button
FEWEST_CHOICES = 2
MOST_CHOICES = 4

_FENCE = "---"
_HEADING = re.compile(r"(?P<kind>Bước|Câu hỏi) (?P<number>[1-9][0-9]?)|(?P<single>Làm ngay|Lưu ý)")
_KNOWN_HEADINGS = '"## Bước 1", "## Câu hỏi 1", "## Làm ngay", "## Lưu ý"'
_BOX = re.compile(r"\[(?P<mark>[xX ])\]\s+(?P<label>\S.*)", re.DOTALL)
_FACTS = re.compile(r"\s*\(facts:\s*(?P<ids>[^()]*)\)\s*$")
_FROM_BODY = {"steps", "quiz", "do_now", "caution"}
_KEYS = [name for name in Lesson.model_fields if name not in _FROM_BODY]
# what yaml.safe_load raises on text such as "2026-13-45", "!!bool x", "!!int ''" or a thousand brackets
_YAML_FAULTS = (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
# Only block structure is parsed: the words stay exactly as written, **bold** included, for the channels to render.
_MARKDOWN = MarkdownIt("commonmark").disable(["inline", "text_join", "reference", "html_block"])


class LessonFault(Exception):
    """What is wrong with a lesson file, on which line (from 1), and how to mend it."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class _Section:
    """A heading and what stands under it."""

    name: str
    number: int  # 0 for the headings that stand once
    line: int
    blocks: list[SyntaxTreeNode] = field(default_factory=list)

    @property
    def heading(self) -> str:
        return f"{self.name} {self.number}" if self.number else self.name


def parse_lesson(text: str) -> Lesson:
    """The lesson written in `text`; every step and question knows its line.

    Raises:
        LessonFault: the first thing an editor has to mend.
    """
    lines = clean(text).split("\n")
    end = _front_matter_end(lines)
    data, key_lines = _front_matter("\n".join(lines[1:end]))
    body = [""] * (end + 1) + lines[end + 1 :]  # blank lines for the front matter: a node's line is the file's
    sections = list(_sections("\n".join(body)))
    _check_order(sections)
    steps = [_step(section) for section in sections if section.name == "Bước"]
    if not steps:
        raise LessonFault(end + 2, 'there is no step: add a heading "## Bước 1" and what to do under it')
    quiz = [_quiz_item(section) for section in sections if section.name == "Câu hỏi"]
    if not quiz:
        raise LessonFault(len(lines), 'there is no question: add a heading "## Câu hỏi 1" with its choices')
    once = {section.name: _paragraphs(section.blocks, section) for section in sections if not section.number}
    parts = {"steps": steps, "quiz": quiz, "do_now": once.get("Làm ngay", ""), "caution": once.get("Lưu ý", "")}
    try:
        return Lesson.model_validate(data | parts)
    except ValidationError as error:
        raise _fault_of(error, key_lines) from error


def _front_matter_end(lines: Sequence[str]) -> int:
    """The index of the line that closes the front matter."""
    if lines[0].rstrip() != _FENCE:
        raise LessonFault(1, f'the front matter is missing: the first line must be "{_FENCE}"')
    for index, line in enumerate(lines[1:], start=1):
        if line.rstrip() == _FENCE:
            return index
    raise LessonFault(1, f'the front matter never ends: put a line "{_FENCE}" after its last key')


def _front_matter(header: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The values of the front matter, all keys known, and each key's line in the file."""
    try:
        root = compose(header)
    except _YAML_FAULTS as error:
        raise _yaml_fault(error, 2) from error
    if not isinstance(root, yaml.MappingNode):
        raise LessonFault(2, 'the front matter must be lines of "key: value", such as "id: L1"')
    data: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, value in root.value:
        line = key.start_mark.line + 2
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        _check_key(name, line, known=lines)
        lines[name] = line
        try:
            data[name] = SafeConstructor().construct_document(value)
        except _YAML_FAULTS as error:
            raise _yaml_fault(error, line) from error
    return data, lines


def _check_key(name: str, line: int, *, known: dict[str, int]) -> None:
    if name in known:
        raise LessonFault(line, f'the key "{name}" stands twice: keep one of them')
    if name in _FROM_BODY:
        raise LessonFault(line, f'"{name}" is written below the front matter, under {_KNOWN_HEADINGS}')
    if name not in _KEYS:
        raise LessonFault(line, f'unknown key "{name}": correct or remove it; known keys are {", ".join(_KEYS)}')


def _yaml_fault(error: BaseException, line: int) -> LessonFault:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error) or type(error).__name__
    hint = 'a value that holds ": ", "#" or begins with a sign must stand in double quotes'
    return LessonFault(mark.line + 2 if mark else line, f"the front matter is not valid YAML ({problem}); {hint}")


def _fault_of(error: ValidationError, key_lines: dict[str, int]) -> LessonFault:
    """The first thing pydantic found, in an editor's words."""
    details = error.errors(include_url=False, include_context=False, include_input=False)[0]
    name = str(details["loc"][0]) if details["loc"] else ""
    if details["type"] == "missing":
        return LessonFault(1, f'the key "{name}" is missing: add a line "{name}: ..." to the front matter')
    return LessonFault(key_lines.get(name, 1), f'the key "{name}" does not fit: {_mend(details)}')


def _mend(details: ErrorDetails) -> str:
    """How to write the value instead."""
    if details["type"] == "string_type":
        return "write text, in double quotes if it is only digits"
    if details["type"] == "tuple_type":
        return "write a list, such as [one, two], or [] for none"
    return details["msg"]


def _sections(body: str) -> Iterator[_Section]:
    """The body cut at its headings."""
    section: _Section | None = None
    for node in SyntaxTreeNode(_MARKDOWN.parse(body)).children:
        if node.type == "heading":
            if section:
                yield section
            section = _open_section(node)
        elif section:
            section.blocks.append(node)
        else:
            message = f"this stands under no heading: put one above it; known ones are {_KNOWN_HEADINGS}"
            raise LessonFault(_line(node), message)
    if section:
        yield section


def _open_section(node: SyntaxTreeNode) -> _Section:
    title = _words(node)
    match = _HEADING.fullmatch(title)
    if node.tag != "h2" or not match:
        raise LessonFault(_line(node), f'unknown heading "{title}": known ones are {_KNOWN_HEADINGS}')
    return _Section(match["kind"] or match["single"], int(match["number"] or 0), _line(node))


def _check_order(sections: Sequence[_Section]) -> None:
    """Steps and questions are numbered 1, 2, 3; the other headings stand at most once."""
    seen: dict[str, int] = {}
    for section in sections:
        expected = seen.get(section.name, 0) + 1
        if section.number and section.number != expected:
            raise LessonFault(
                section.line, f'"{section.heading}" should be "{section.name} {expected}": count in order'
            )
        if not section.number and section.name in seen:
            raise LessonFault(section.line, f'"{section.name}" stands twice: put its words under one heading')
        seen[section.name] = expected


def _step(section: _Section) -> dict[str, Any]:
    """One card: paragraphs, then at most one quote with what to do when it does not work."""
    blocks, fallback = section.blocks, ""
    if blocks and blocks[-1].type == "blockquote":
        fallback = _quoted(blocks[-1])
        _check_length(fallback, _line(blocks[-1]), "the fallback")
        blocks = blocks[:-1]
    text = _paragraphs(blocks, section)
    _check_length(text, section.line, "the step")
    return {"text": text, "fallback": fallback, "line": section.line}


def _check_length(text: str, line: int, what: str) -> None:
    if len(text) > STEP_LIMIT:
        raise LessonFault(line, f"{what} has {len(text)} characters, at most {STEP_LIMIT}: cut it or make it two steps")


def _paragraphs(blocks: Sequence[SyntaxTreeNode], section: _Section) -> str:
    """The words of blocks that must all be paragraphs."""
    for block in blocks:
        if block.type != "paragraph":
            found = block.type.replace("_", " ")
            raise LessonFault(_line(block), f'"{section.heading}" holds plain lines here, not a {found}')
    if not blocks:
        raise LessonFault(section.line, f'there is nothing under "{section.heading}": write a line or remove it')
    return "\n\n".join(map(_words, blocks))


def _quiz_item(section: _Section) -> dict[str, Any]:
    """A question, its list of choices, and the quote that explains the answer."""
    kinds = [block.type for block in section.blocks]
    if kinds.count("bullet_list") != 1:
        message = 'a question has one list of choices, lines that begin with "- [ ] " or "- [x] " (this one has'
        raise LessonFault(section.line, f"{message} {kinds.count('bullet_list')} lists)")
    position = kinds.index("bullet_list")
    question = _paragraphs(section.blocks[:position], section)
    choices, right = _choices(section.blocks[position])
    explanation, facts = _explanation(section, section.blocks[position + 1 :])
    return {
        "question": question,
        "choices": choices,
        "right": right,
        "explanation": explanation,
        "facts": facts,
        "line": section.line,
    }


def _choices(block: SyntaxTreeNode) -> tuple[list[str], int]:
    """The labels, and which one is right."""
    labels: list[str] = []
    right: list[int] = []
    for item in block.children:
        label, is_right = _choice(item)
        if label in labels:
            raise LessonFault(_line(item), f'the choice "{label}" stands twice: change one of them')
        if is_right:
            right.append(len(labels))
        labels.append(label)
    if not FEWEST_CHOICES <= len(labels) <= MOST_CHOICES:
        message = f"a question has {FEWEST_CHOICES} to {MOST_CHOICES} choices, this one has {len(labels)}"
        raise LessonFault(_line(block), message)
    if len(right) != 1:
        raise LessonFault(_line(block), f"mark exactly one choice with [x]; {len(right)} are marked")
    return labels, right[0]


def _choice(item: SyntaxTreeNode) -> tuple[str, bool]:
    match = _BOX.fullmatch(_words(item))
    if not match or [child.type for child in item.children] != ["paragraph"]:
        raise LessonFault(_line(item), 'a choice is one line that begins with "- [ ] " (wrong) or "- [x] " (right)')
    label = " ".join(match["label"].split())
    if len(label) > CHOICE_LIMIT:
        raise LessonFault(_line(item), f"the choice has {len(label)} characters, at most {CHOICE_LIMIT}: shorten it")
    return label, match["mark"] != " "


def _explanation(section: _Section, blocks: Sequence[SyntaxTreeNode]) -> tuple[str, list[str]]:
    """Why the right choice is right, and the facts it leans on."""
    if not blocks or blocks[0].type != "blockquote":
        raise LessonFault(section.line, 'the explanation is missing: after the choices add a line "> Vì ..."')
    if len(blocks) > 1:
        message = "nothing may follow the explanation: move this up, or begin each of its lines with >"
        raise LessonFault(_line(blocks[1]), message)
    text = _quoted(blocks[0])
    facts: list[str] = []
    if match := _FACTS.search(text):
        text, facts = text[: match.start()], match["ids"].replace(",", " ").split()
    if not text.strip():
        raise LessonFault(_line(blocks[0]), "the explanation is empty: say in one or two sentences why")
    return text, facts


def _quoted(block: SyntaxTreeNode) -> str:
    """The words of a quote, which holds paragraphs only."""
    if any(child.type != "paragraph" for child in block.children):
        raise LessonFault(_line(block), "a quote (>) holds plain lines only: take the list or heading out of it")
    if not _words(block):
        raise LessonFault(_line(block), "the quote (>) is empty: write its words or remove the line")
    return _words(block)


def _words(node: SyntaxTreeNode) -> str:
    """Everything written inside, paragraphs apart."""
    written = (inner.content.strip() for inner in node.walk() if inner.type == "inline")
    return "\n\n".join(words for words in written if words)


def _line(node: SyntaxTreeNode) -> int:
    return node.map[0] + 1 if node.map else 1
