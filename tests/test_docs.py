"""The README says what the program does: its tables are the program's own, its commands exist."""

import re
from pathlib import Path

import pytest

from tests.docs_tables import README, between, rewritten, tables

ROOT = README.parent
PAGES = [path for path in (README, ROOT / "CONTRIBUTING.md") if path.exists()]


@pytest.mark.parametrize("name", ["settings", "commands", "chat"])
def test_the_readme_has_the_programs_own_table(name: str) -> None:
    made = between(README.read_text("utf-8"), name)
    assert made is not None, f"README.md has no <!-- {name} --> … <!-- /{name} -->"
    assert made == tables()[name], "run `make docs`"


def test_writing_the_tables_changes_them_and_nothing_else() -> None:
    page = "".join(f"# {name}\n<!-- {name} -->what was<!-- /{name} -->\n" for name in tables())
    made = "".join(f"# {name}\n<!-- {name} -->\n{table}\n<!-- /{name} -->\n" for name, table in tables().items())
    assert rewritten(page) == made
    assert rewritten(made) == made


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_on_the_page_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    code = re.findall(r"^```.*?^```|`[^`\n]+`", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    calls = re.findall(r"\bmake((?: +[a-z][a-z-]*\b(?![=.:/]))+)", "\n".join(code))
    named = {target for call in calls for target in call.split()}
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_the_page_links_to_exists(page: Path) -> None:
    links = re.findall(r"\]\((?![a-z]+:|#)([^)#\s]+)", page.read_text("utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []
