"""Ten different faults in a copy of the shipped content, each named by `tungngo content check` with file and line."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.commands import content

CONTENT = Path(__file__).parent.parent / "content"


@dataclass(frozen=True, slots=True)
class Planted:
    """`old` becomes `new` in a file; the check must name another file at times, at the line that holds `marked`."""

    file: str
    old: str
    new: str
    says: str
    marked: str
    names: str = ""


VNEID, DATES = "facts/vneid.yaml", "dates/national.yaml"
LESSON = "lessons/R04-vneid-55-trieu.vi.md"
LONG = "lessons/R05-de-an-06.vi.md"
FAULTS = [
    Planted(
        VNEID,
        '  note: "Đừng nhầm',
        '  replaced_by: F000-13\n  note: "Đừng nhầm',
        "The fact F000-14 was replaced.",
        "facts: [F004-13, F004-01",
        names="lessons/C05-to-chuc-thang-10.vi.md",
    ),
    Planted("facts/suc-khoe-so.yaml", '["90 %"]', '["91 %"]', "does not hold the figure 91 %", '["91 %"]'),
    Planted("facts/ha-tang.yaml", "source: doc-001", "source: doc-999", "there is no doc-999", "doc-999"),
    Planted(
        "facts/xep-hang.yaml", 'as_of: "2022"', 'as_of: "năm 2022"', "as_of must begin with the year", '"năm 2022"'
    ),
    Planted("facts/an-toan.yaml", "  topic:", "  topik: x\n  topic:", "topik", "topik: x"),
    Planted("facts/dich-vu-cong.yaml", "  due: 2025-12-31\n", "", "due is missing", "kind: target"),
    Planted("facts/kinh-te-so.yaml", "replaced_by: F003-22", "replaced_by: F404-04", "there is no F404-04", "F404-04"),
    Planted(LONG, "## Bước 2\n", "## Bước 2\n" + "dài " * 200 + "\n", "The step has", "## Bước 2"),
    Planted(DATES, "lead_days: [30, 14, 7, 1, 0]", "lead_days: [30, 30, 7, 1, 0]", "lead_days are days", "[30, 30,"),
    Planted("answers/english.yaml", "public service:", "Public Service:", "must be English", "Public Service"),
]


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command prints of a copy with all of them."""
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder)
    for fault in FAULTS:
        path = folder / fault.file
        text = path.read_text("utf-8")
        assert fault.old in text, fault
        path.write_text(text.replace(fault.old, fault.new, 1), "utf-8")
    monkeypatch.setenv("CONTENT_DIR", str(folder))
    monkeypatch.chdir(tmp_path)
    assert content.check_content() == 1
    return capsys.readouterr().out


def line_of(folder: Path, fault: Planted) -> int:
    lines = (folder / (fault.names or fault.file)).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if fault.marked in line)


def test_each_of_ten_faults_is_named_with_its_file_and_line(planted: str, tmp_path: Path) -> None:
    assert len(FAULTS) == 10
    for fault in FAULTS:
        where = f"{fault.names or fault.file}:{line_of(tmp_path / 'content', fault)}: "
        named = [line for line in planted.splitlines() if line.startswith(where)]
        assert any(fault.says in line for line in named), f"{where}{fault.says}\n{planted}"


def test_whatever_leans_on_a_replaced_fact_is_named(planted: str) -> None:
    """Both lessons, by their head and by each quiz question that names the fact."""
    leaning = [line.partition(": ")[0] for line in planted.splitlines() if "The fact F000-14 was replaced" in line]
    assert len(leaning) == 5, leaning
    assert {where.partition(":")[0] for where in leaning} == {LESSON, "lessons/C05-to-chuc-thang-10.vi.md"}
