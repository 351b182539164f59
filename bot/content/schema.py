"""JSON Schemas of what editors write, so that their editor completes keys and marks mistakes while they type."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from bot.content.files import EXAMPLES
from bot.core.content import DateRule, Fact, Source, Track
from bot.core.forms import Form
from bot.core.suspicion.scam_rules import Advice, Owner, ScamSign

LISTS: dict[str, type[BaseModel]] = {
    "sources": Source,
    "facts": Fact,
    "dates": DateRule,
    "tracks": Track,
    "signs": ScamSign,
    "owners": Owner,
    "advice": Advice,
}


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of every kind of YAML file, by name."""
    found = {name: TypeAdapter(list[model]).json_schema() for name, model in LISTS.items()}  # type: ignore[valid-type]
    found["form"] = Form.model_json_schema()
    found["pairs"] = TypeAdapter(dict[str, str]).json_schema()
    return {name: _with_examples(schema) for name, schema in found.items()}


def write(folder: Path) -> None:
    """Every schema as a file of that folder."""
    for name, schema in schemas().items():
        (folder / f"{name}.json").write_text(as_text(schema), "utf-8")


def as_text(schema: dict[str, Any]) -> str:
    """The file's text."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _with_examples(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with what each key could look like, and without titles that only repeat the key."""
    for part in [schema, *schema.get("$defs", {}).values()]:
        for key, value in part.get("properties", {}).items():
            value.pop("title", None)
            if key in EXAMPLES and "$ref" not in value:
                value["examples"] = [EXAMPLES[key]]
    return schema
