"""The README's tables, made from the program itself. `make docs` writes them; test_docs compares."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from bot.__main__ import cli
from bot.commands.settings import settings_table
from handlers.table import COMMANDS

README = Path(__file__).parents[1] / "README.md"


def tables() -> dict[str, str]:
    """Every made part by its name; it stands between <!-- name --> and <!-- /name -->."""
    return {"settings": settings_table(), "commands": command_table(), "chat": chat_table()}


def command_table() -> str:
    """The commands of the command line."""
    rows = (f"| `{usage}` | {meaning} |" for usage, meaning in _commands(typer.main.get_command(cli), "tungngo"))
    return "\n".join(("| command | what it does |", "|---|---|", *rows))


def chat_table() -> str:
    """The chat commands that a person is told of."""
    rows = (f"| `/{route.name}` | {', '.join(route.words)} | {route.help} |" for route in COMMANDS if route.help)
    return "\n".join(("| command | or in words, marks or not | what it does |", "|---|---|---|", *rows))


def between(text: str, name: str) -> str | None:
    """What stands between a part's markers; None where the markers are missing."""
    found = _part(name).search(text)
    return found["made"].strip("\n") if found else None


def rewritten(text: str) -> str:
    """The text with every made part as the program has it now."""
    for name, table in tables().items():
        if (old := _part(name).search(text)) is not None:
            text = f"{text[: old.start('made')]}\n{table}\n{text[old.end('made') :]}"
    return text


def _part(name: str) -> re.Pattern[str]:
    return re.compile(f"<!-- {name} -->(?P<made>.*?)<!-- /{name} -->", re.DOTALL)


def _commands(command: Any, usage: str) -> Iterator[tuple[str, str]]:
    if isinstance(command, typer.core.TyperGroup):
        for name, each in command.commands.items():
            yield from _commands(each, f"{usage} {name}")
        return
    parameters = (
        (parameter.opts[0] if parameter.opts[0].startswith("-") else parameter.opts[0].upper(), parameter.required)
        for parameter in command.params
    )
    shown = (name if required else f"[{name}]" for name, required in parameters)
    yield " ".join((usage, *shown)), (command.help or "").strip()


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text("utf-8")), "utf-8")
