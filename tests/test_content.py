"""The shipped content has no fault, and what editors are told about it is true."""

from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from bot import words
from bot.content.schema import as_text, schemas, write
from bot.core.content import DateRule, Fact, Lesson, Source, Track
from bot.core.forms import Form, FormChoice, Question
from bot.core.lessons import parse_lesson
from bot.core.suspicion.scam_rules import Advice, Owner, ScamSign
from bot.library import read, report

ROOT = Path(__file__).parent.parent
CONTENT = ROOT / "content"
README = (CONTENT / "README.md").read_text("utf-8")
WRITTEN_BELOW = {"steps", "quiz", "do_now", "caution"}  # a lesson's own headings


def test_the_content_has_no_fault() -> None:
    faults = read(CONTENT)[1]
    assert faults == [], report(faults)


def test_every_message_is_translated() -> None:
    faults = words.missing(CONTENT, ROOT)
    assert faults == [], report(faults)


def test_the_schemas_are_up_to_date(tmp_path: Path) -> None:
    write(tmp_path)
    stored = {path.stem: path.read_text("utf-8") for path in (CONTENT / "schema").glob("*.json")}
    fresh = {name: as_text(schema) for name, schema in schemas().items()}
    assert {path.stem: path.read_text("utf-8") for path in tmp_path.iterdir()} == fresh
    assert stored == fresh, "python -c 'from bot.content.schema import *; write(Path(\"content/schema\"))'"


@pytest.mark.parametrize(
    "model", [Source, Fact, Lesson, Track, DateRule, Form, Question, FormChoice, ScamSign, Owner, Advice]
)
def test_the_readme_explains_every_key(model: type[BaseModel]) -> None:
    keys = set(model.model_fields) - (WRITTEN_BELOW if model is Lesson else set())
    assert not [key for key in sorted(keys) if f"`{key}`" not in README]


def test_the_readme_names_every_file_and_folder() -> None:
    names = {path.name for path in CONTENT.iterdir() if not path.name.startswith(".")} - {"README.md", "__pycache__"}
    assert not [name for name in sorted(names) if name not in README]


def test_the_examples_of_the_readme_can_be_copied() -> None:
    """Each example stands in for an editor's first try: it must be right when it is put where the README says."""
    blocks = [block.partition("```")[0] for block in README.split("```yaml\n")[1:]]
    source, fact, rule, sign, _ = blocks
    for model, block in ((Source, source), (Fact, fact), (DateRule, rule), (ScamSign, sign)):
        for item in yaml.load(block, Loader=yaml.BaseLoader):  # noqa: S506  it makes nothing but text
            model.model_validate(item)
    lesson = README.split("```markdown\n")[1].partition("```")[0]
    assert parse_lesson(lesson).quiz[0].right == 1
