import csv
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bot.commands import exports
from bot.core.errors import SetupFault
from bot.library import Library
from bot.services import areas
from bot.services.areas import Change
from bot.services.files.whole_file import whole_file
from bot.storage.database import Database
from tests.commune import Commune
from tests.fakes.clock import SettableClock


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Commune:
    monkeypatch.setenv("DATABASE_URL", database.url)
    return Commune(database, library, clock())


def export(
    out: Path, *, first: str = "2026-11-01", last: str = "2026-11-30", format_: str = "csv", team: str = ""
) -> None:
    exports.export_reports(first=first, last=last, out=out, format_=format_, team=team)


def test_the_reports_of_some_days_become_a_file(commune: Commune, tmp_path: Path) -> None:
    commune.file("2026-11-02", unit=3)
    commune.file("2026-12-02", unit=4)
    export(tmp_path / "a.csv")
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text("utf-8-sig").splitlines()))
    assert [row["Nơi"] for row in rows] == ["Thôn 3"]
    export(tmp_path / "a.xlsx", format_="xlsx", team="TM")
    assert (tmp_path / "a.xlsx").read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"first": "1/11/2026"}, "2026-10-01"),
        ({"first": "2026-12-01"}, "Change the two"),
        ({"format_": "pdf"}, "xlsx or csv"),
        ({"team": "Không có"}, "Tổ Bản Mẫu"),
    ],
)
def test_what_is_wrong_is_one_clear_line(wrong: dict[str, str], told: str, commune: Commune, tmp_path: Path) -> None:
    commune.file("2026-11-02")
    with pytest.raises(SetupFault, match=told) as fault:
        export(tmp_path / "a.csv", **wrong)
    assert "\n" not in str(fault.value)


def test_a_place_that_cannot_be_written_is_one_clear_line(commune: Commune, tmp_path: Path) -> None:
    commune.file("2026-11-02")
    with pytest.raises(SetupFault, match="cannot be written"):
        export(tmp_path / "missing" / "a.csv")


def print_totals(**more: str) -> None:
    given = {"first": "2026-11-01", "last": "2026-11-30", "by": "unit", "team": "", "on": "", **more}
    exports.print_totals(**given)


def test_sums_are_printed_by_the_old_map_and_the_new_one(commune: Commune, capsys: pytest.CaptureFixture[str]) -> None:
    commune.file("2026-11-02", unit=3, households=5, people=8, elderly=None)
    commune.file("2026-11-03", unit=4, households=2, people=3, elderly=1)
    merged = Change(
        what="merge", old=["Thôn 3", "Thôn 4"], new=["Thôn Mới"], day=date(2026, 11, 10), commune="Xã Bản Mẫu"
    )
    commune.database.write_now(lambda tx: areas.change(tx, merged, now=commune.now))
    print_totals()
    assert capsys.readouterr().out.splitlines() == ["unit,reports,households,people,elderly", "Thôn Mới,2,7,11,1"]
    print_totals(on="2026-11-09")
    assert capsys.readouterr().out.splitlines()[1:] == ["Thôn 3,1,5,8,", "Thôn 4,1,2,3,1"]
    print_totals(by="team", team="TM")
    assert capsys.readouterr().out.splitlines()[1:] == ['"Tổ Bản Mẫu, Xã Bản Mẫu",2,7,11,1']


@pytest.mark.parametrize(
    ("wrong", "told"), [({"by": "week"}, "province"), ({"on": "hôm nay"}, "2026-10-01"), ({"team": "X"}, "Tổ Bản Mẫu")]
)
def test_sums_of_what_is_none_are_one_clear_line(wrong: dict[str, str], told: str, commune: Commune) -> None:
    assert commune.team
    with pytest.raises(SetupFault, match=told):
        print_totals(**wrong)


def _break(path: Path) -> None:
    with whole_file(path) as file:
        file.write(b"half")
        msg = "later"
        raise ValueError(msg)


DYING = """
import os, signal, sys
from pathlib import Path
from bot.services.files.whole_file import whole_file
with whole_file(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.fault("kill -9 during an export", "SIGKILL after half of the file")
def test_a_file_that_is_not_finished_does_not_take_the_name(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("the old one", "utf-8")
    dying = subprocess.run([sys.executable, "-c", DYING, str(path)], check=False)
    assert dying.returncode == -signal.SIGKILL
    assert path.read_text("utf-8") == "the old one"
    with pytest.raises(ValueError, match="later"):
        _break(path)
    assert path.read_text("utf-8") == "the old one"
    with whole_file(path) as file:
        file.write(b"new")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("b.csv", b"new")]
