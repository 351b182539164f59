"""The bill of materials names what is locked, with what is wanted by whom."""

import tomllib

from tests.sbom import ROOT, document, read

LOCK = """\
aiohttp==3.14.5 \\
    --hash=sha256:0133c3c3b54a0bf1e71fa5c1ad95c93f07fd54e24ef1fe182f5122e1573d2bf1 \\
    --hash=sha256:038c2c7e8caa26b6c8423779b5eaf1893904048a512c19b32fe841ffa5592b50
    # via tungngo (pyproject.toml)
attrs==26.1 \\
    --hash=sha256:0684952aeae1f5dbfe02d46039338513b94009baecd15d8e4098a357c4c4a2a6
    # via aiohttp
"""
PROJECT = {"name": "tungngo", "version": "0.1.0", "license": "Apache-2.0"}


def test_packages_hashes_and_who_wants_them() -> None:
    made = document(LOCK, PROJECT)
    assert [each["purl"] for each in made["components"]] == ["pkg:pypi/aiohttp@3.14.5", "pkg:pypi/attrs@26.1"]
    assert [len(each["externalReferences"]) for each in made["components"]] == [2, 1]
    assert made["dependencies"] == [
        {"ref": "pkg:pypi/aiohttp@3.14.5", "dependsOn": ["pkg:pypi/attrs@26.1"]},
        {"ref": "pkg:pypi/attrs@26.1", "dependsOn": []},
        {"ref": "pkg:pypi/tungngo@0.1.0", "dependsOn": ["pkg:pypi/aiohttp@3.14.5"]},
    ]
    assert made == document(LOCK, PROJECT)
    assert made["serialNumber"] != document(LOCK + "x==1\n", PROJECT)["serialNumber"]


def test_everything_that_is_locked_is_in_it() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    made = document(lock, project)
    assert len(made["components"]) == len(read(lock)) == lock.count("==") > 40
    assert all(each["externalReferences"] for each in made["components"])
    refs = {each["ref"] for each in made["dependencies"]}
    assert {name for each in made["dependencies"] for name in each["dependsOn"]} <= refs
