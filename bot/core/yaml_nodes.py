"""YAML text as nodes that know their lines, read in C, and never so deep that the reader crashes."""

import re
from typing import Final

import yaml

BOTTOM: Final = 500  # levels at which nothing is read any more
_BRACKETS = re.compile(r"[\[\]{}]")
_DASHES = re.compile(r"(?:[-?:][ \t]+){100}")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same reader in C, ten times as fast


class TooDeep(yaml.YAMLError):
    """Brackets or dashes open so many levels that the reader, which calls itself for each, would crash."""

    def __init__(self) -> None:
        super().__init__("it is nested too deep")


def compose(text: str) -> yaml.Node | None:
    """The text's one node; None when it holds nothing. Raises yaml.YAMLError, TooDeep among them."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(text):
        depth = max(0, depth + (1 if bracket in "[{" else -1))
        deepest = max(deepest, depth)
    if deepest > BOTTOM or _DASHES.search(text):
        raise TooDeep
    node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    return node
