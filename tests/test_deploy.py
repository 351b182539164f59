"""The files that run the program: units that systemd understands, an image with everything in it."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.databases import missing

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        missing("no systemd-analyze here")
    for unit in (*SERVICES, *DEPLOY.glob("*.timer")):
        own = unit.read_text("utf-8").replace("/opt/tungngo/.venv/bin/tungngo", "/bin/true")
        (tmp_path / unit.name).write_text(own, "utf-8")
    names = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run(["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if "tungngo" in line]
    assert (done.returncode, told) == (0, []), done.stderr


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_unit_gives_the_program_one_folder_and_no_privileges(unit: Path) -> None:
    lines = set(unit.read_text("utf-8").splitlines())
    assert lines >= {
        "User=tungngo",
        "StateDirectory=tungngo",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "UMask=0077",
        "EnvironmentFile=/etc/tungngo/tungngo.env",
    }
    settings = {name.upper() for name in Settings.model_fields}
    given = re.findall(r"(\w+)=", " ".join(line.partition("=")[2] for line in lines if line.startswith("Environment=")))
    assert set(given) <= settings


def test_the_image_holds_what_the_program_needs_and_nothing_else() -> None:
    told = (DEPLOY / "Containerfile").read_text("utf-8")
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text("utf-8").split()
    copied = [name for names in re.findall(r"^COPY (?!--from)(.+) \S+$", told, re.MULTILINE) for name in names.split()]
    assert sorted(copied) == sorted(line[1:] for line in ignored if line[0] == "!")
    assert all((ROOT / name).exists() for name in copied)
    importing = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["root_packages"]
    assert set(importing) <= set(copied)
    assert "tests" not in copied
    last = told.split("\nFROM ")[-1]
    assert last.index("USER 10001") < last.index("CMD")
    (given,) = re.findall(r"^ENV ((?:.*\\\n)*.*)$", last, re.MULTILINE)
    settings = {name.upper() for name in Settings.model_fields}
    assert set(re.findall(r"(\w+)=", given)) <= settings | {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
