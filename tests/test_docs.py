"""The README says what the program does: its tables are the program's own, its commands exist."""

import re
from pathlib import Path

import pytest

from tests.docs_tables import README, between, rewritten, tables

ROOT = README.parent
A_FILE = re.compile(r"(bot|handlers|scheduler|tests|content|docs)/[\w./-]+|[\w-]+\.toml")
TO_MAKE = re.compile(r"(?<![A-Za-z])(ID|NAME)(?![A-Za-z])")
OTHERWISE = {"bot/core/articles/article_rules.py"}  # names Zalo as a button of web pages
PAGES = [
    path
    for path in (README, ROOT / "CONTRIBUTING.md", ROOT / "docs/operation.md", ROOT / "docs/cho-xa.md")
    if path.exists()
]


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_the_page_names_exists(page: Path) -> None:
    """A recipe that names what is gone leads nowhere; what is to be made is called ID or NAME."""
    words = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    named = [name for name in re.findall(r"`([^`\n]+)`", words) if A_FILE.fullmatch(name) and not TO_MAKE.search(name)]
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_channel_recipe_names_what_knows_a_channel() -> None:
    """Who names Zalo in the program is named in the recipe, and nobody else has to be touched."""
    recipe = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## A channel")[2].partition("\n## ")[0]
    files = [path for folder in ("bot", "handlers", "scheduler") for path in (ROOT / folder).rglob("*.py")]
    knows = {
        str(path.relative_to(ROOT))
        for path in files
        if re.search(r"channels\.zalo\b|[\"']zalo[\"']|zalo_bot_tokens\b", path.read_text("utf-8"))
    }
    parts = {name for name in knows if name.startswith("bot/channels/zalo")}
    assert parts
    assert {name for name in knows - parts - OTHERWISE if f"`{name}`" not in recipe} == set()
