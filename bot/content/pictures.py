"""The drawings of lessons: each belongs to one lesson, is described in words, and can be read on a phone."""

from collections.abc import Iterator, Mapping

from bot.content.check import Group
from bot.content.files import Fault
from bot.core import pictures
from bot.core.content import Lesson

PATTERN = "pictures/*.svg"


def check(drawn: Mapping[str, tuple[str, str]], lessons: Group[Lesson]) -> Iterator[Fault]:
    """What is wrong: `drawn` are (file, SVG) by the name of the file, which is the id of a lesson."""
    for name, (file, svg) in drawn.items():
        for line, message in pictures.faults(svg):
            yield Fault(file, line, message)
        if name not in lessons:
            yield Fault(file, 0, f"No lesson has the id {name}. Name the file after its lesson: L1.svg")
    for name, found in lessons.entries.items():
        if found.value.picture_alt and name not in drawn:
            yield found.fault(f"There is no pictures/{name}.svg. Draw it, or remove picture_alt.", "picture_alt")
        if name in drawn and not found.value.picture_alt:
            yield found.fault(f"picture_alt is missing: what does {drawn[name][0]} show, in words?", "id")
