"""The parts know only what they may: the contracts of pyproject.toml hold, and each of them is able to fail."""

import ast
import itertools
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "handlers", "scheduler")
MIGRATIONS = ROOT / "bot/storage/migrations/versions"  # written by Alembic, never edited afterwards
FILES = sorted(
    path.relative_to(ROOT)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if not path.is_relative_to(MIGRATIONS)
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONTRACTS = {contract["id"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}
LONGEST = 300  # lines

# (contract, module, what it imports against the contract)
BREACHES = [
    ("layers", "bot.core.text", "bot.models.areas"),
    ("layers", "bot.services.teams", "bot.turn"),
    ("layers", "bot.receiver", "handlers.routes"),
    ("layers", "handlers.menu", "bot.channels.web"),
    ("layers", "scheduler.jobs", "bot.web.site"),
    ("channels-know-core", "bot.channels.console", "bot.services.teams"),
    ("channels-apart", "bot.channels.console", "bot.channels.web"),
    ("channels-apart", "bot.channels.web", "bot.channels.telegram"),
    ("telegram-parts", "bot.channels.web", "bot.channels.telegram_request"),
    ("zalo-parts", "bot.channels.telegram", "bot.channels.zalo_request"),
    ("no-platforms", "handlers.menu", "telegram"),
    ("no-platforms", "bot.services.teams", "httpx"),
    ("core-is-pure", "bot.core.text", "pathlib"),
    ("sql-in-storage", "bot.services.teams", "sqlmodel"),
    ("sql-in-storage", "bot.receiver", "sqlalchemy"),
    ("storage-through-services", "handlers.menu", "bot.storage.people"),
    ("storage-through-services", "bot.web.pages", "bot.storage.people"),
    ("storage-through-services", "scheduler.jobs", "bot.storage.people"),
    ("rows-through-services", "handlers.menu", "bot.models.people"),
    ("settings-at-the-top", "bot.sender", "bot.settings"),
]
# Declared, but found by name at run time: SQLAlchemy's driver, zoneinfo's data, uvicorn's loop and parser.
NOT_IMPORTED = {"python-multipart", "tzdata"}
PART_OF = {"pydantic-core": "pydantic"}  # pydantic pins it to itself


def lint_imports(root: Path, *options: str) -> tuple[int, str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(
        [*command, "--no-cache", "--no-logo", *options], cwd=root, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_every_contract_holds() -> None:
    code, said = lint_imports(ROOT)
    assert code == 0, said


@pytest.mark.parametrize(("contract", "module", "imported"), BREACHES)
def test_a_planted_breach_is_found(contract: str, module: str, imported: str, tmp_path: Path) -> None:
    for path in FILES:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / path)
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    with (tmp_path / f"{module.replace('.', '/')}.py").open("a", encoding="utf-8") as planted:
        planted.write(f"\nimport {imported}\n")
    code, said = lint_imports(tmp_path, "--contract", contract)
    assert code == 1, said
    assert f"{module} -> {imported} " in said


def test_every_contract_has_a_planted_breach() -> None:
    assert {contract for contract, _, _ in BREACHES} == set(CONTRACTS)


def test_every_module_has_its_place_in_the_layers() -> None:
    placed = set(re.findall(r"[\w.]+", " ".join(CONTRACTS["layers"]["layers"])))
    parts = {".".join(path.with_suffix("").parts[:2]) for path in FILES if path.parts[0] == "bot"} - {"bot.__init__"}
    assert parts | set(PACKAGES[1:]) == placed


def test_every_channel_is_named_in_the_contracts() -> None:
    parts = (CONTRACTS[each]["protected_modules"] for each in ("telegram-parts", "zalo-parts"))
    named = {*CONTRACTS["channels-apart"]["modules"], *itertools.chain(*parts)}
    modules = {".".join(path.with_suffix("").parts) for path in FILES if path.parts[:2] == ("bot", "channels")}
    assert (
        modules
        - {"bot.channels.__init__", "bot.channels.rendering", "bot.channels.waiting", "bot.channels.http_client"}
        == named
    )


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    text = (ROOT / path).read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST
    purpose = ast.get_docstring(ast.parse(text))
    assert not text or (purpose and purpose.partition("\n")[0].endswith((".", ")")))


def test_the_dependencies_are_what_the_program_imports() -> None:
    names = packages_distributions()
    own = {*PACKAGES, *sys.stdlib_module_names}
    imported = {top for path in FILES for top in _imports(path) if top not in own}
    used = {_plain(names[top][0]) for top in imported}
    declared = {_plain(re.split(r"[\[<>=~!; ]", line)[0]) for line in PROJECT["project"]["dependencies"]}
    assert {PART_OF.get(name, name) for name in used} == declared - NOT_IMPORTED


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_a_lock_holds_pins_and_hashes_and_no_address(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert [line for line in pins if not re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; [\w' =!\".]+)? \\", line)] == []
    assert [line for line in lines if re.search(r"//|file:/|@|--(extra-)?index|--find-links|(^|[\s=])/", line)] == []


def _imports(path: Path) -> set[str]:
    """Top names of what a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
