"""A drawing and its lesson that do not fit are named with file and line."""

import shutil
from pathlib import Path

import pytest

from bot.library import Library, read
from tests.conftest import CONTENT

LESSON = "lessons/L1-cai-vneid.vi.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "content"
    shutil.copytree(CONTENT, copied, ignore=shutil.ignore_patterns("fonts"))
    return copied


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in read(folder)[1]]


def change(path: Path, old: str, new: str) -> int:
    """Replace it; the line where it stood."""
    text = path.read_text("utf-8")
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_a_drawing_of_no_lesson_and_one_that_refers_outside(folder: Path) -> None:
    (folder / "pictures/L99.svg").write_text('<svg\nxmlns="http://www.w3.org/2000/svg"><image/></svg>', "utf-8")
    found = faults(folder)
    assert any(each.startswith("pictures/L99.svg: No lesson has the id L99") for each in found), found
    assert any(each.startswith("pictures/L99.svg:2: <image> may not stand") for each in found), found


def test_a_lesson_whose_drawing_is_missing_and_one_whose_words_are(folder: Path) -> None:
    (folder / "pictures/L2.svg").unlink()
    rows = (folder / LESSON).read_text("utf-8").split("\n")
    (folder / LESSON).write_text("\n".join(row for row in rows if not row.startswith("picture_alt")), "utf-8")
    found = faults(folder)
    assert any("L2-dinh-danh-muc-2.vi.md:" in each and "There is no pictures/L2.svg" in each for each in found), found
    assert any(each.startswith(f"{LESSON}:2: picture_alt is missing") for each in found), found


def test_a_skill_that_no_report_knows(folder: Path) -> None:
    line = change(folder / LESSON, "skill: vneid", "skill: vneiid")
    assert [each for each in faults(folder) if each.startswith(f"{LESSON}:{line}: skill is one of the report's")]


def test_a_picture_file_of_another_kind_is_not_passed_over(folder: Path) -> None:
    (folder / "pictures/L1.png").write_bytes(b"x")
    assert any("pictures/L1.png: This file is not read" in each for each in faults(folder))


def test_the_revision_changes_with_a_drawing(folder: Path, library: Library) -> None:
    change(folder / "pictures/L1.svg", "</svg>", "<!-- x --></svg>")
    assert read(folder)[0].revision != library.revision
