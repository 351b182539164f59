"""What the program is made of, as CycloneDX 1.6 JSON from the lock file. `make sbom` writes it; no tool is needed."""

import json
import re
import sys
import tomllib
import uuid
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKED = re.compile(r"^(?P<name>[\w.-]+)(?:\[[\w,-]+\])?==(?P<version>[^\s;\\]+)")
HASH = re.compile(r"--hash=(?P<kind>sha256):(?P<value>[0-9a-f]{64})")
VIA = re.compile(r"# via (?P<names>.+)")


@dataclass
class Locked:
    """One line of the lock file with what belongs to it."""

    name: str
    version: str
    hashes: list[str]
    wanted_by: list[str]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name.lower().replace('_', '-')}@{self.version}"


def read(lock: str) -> list[Locked]:
    """Every package that is locked, in the file's order."""
    found: list[Locked] = []
    for line in lock.splitlines():
        if match := LOCKED.match(line):
            found.append(Locked(match["name"], match["version"], [], []))
        if found:
            found[-1].hashes += [each["value"] for each in HASH.finditer(line)]
            if via := VIA.search(line):
                found[-1].wanted_by += [name.split()[0] for name in via["names"].split(",")]
    return found


def document(lock: str, project: dict[str, Any]) -> dict[str, Any]:
    """The bill of materials; the same for the same lock file."""
    packages = read(lock)
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    known = {each.name.lower(): each.purl for each in packages} | {project["name"]: own}
    depends: dict[str, list[str]] = {purl: [] for purl in known.values()}
    for each in packages:
        for name in each.wanted_by:
            depends[known[name.lower()]].append(each.purl)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, own + lock)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "purl": own,
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": [component(each) for each in packages],
        "dependencies": [{"ref": ref, "dependsOn": sorted(names)} for ref, names in sorted(depends.items())],
    }


def component(package: Locked) -> dict[str, Any]:
    """One package: what it is, every file that may be installed for it, its licence where it says one."""
    files = [
        {"type": "distribution", "url": package.purl, "hashes": [{"alg": "SHA-256", "content": value}]}
        for value in package.hashes
    ]
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "externalReferences": files,
    }
    if said := licence(package.name):
        made["licenses"] = [{"expression": said}]
    return made


def licence(name: str) -> str:
    """The SPDX expression of an installed package; empty where it says none."""
    try:
        return str(metadata(name).json.get("license_expression") or "")
    except PackageNotFoundError:
        return ""


def main(out: str) -> None:
    """Write the file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    made = document((ROOT / "requirements.lock").read_text("utf-8"), project)
    Path(out).write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
