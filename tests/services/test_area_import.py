from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.core import area_file
from bot.core.areas import take_apart
from bot.services import area_import, areas, teams
from bot.services.area_import import Plan
from bot.services.areas import Change
from bot.storage import areas as storage
from bot.storage.database import Database
from tests.dialogue import everything

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
TODAY = date(2026, 11, 18)
HEAD = "province,commune,unit_type,unit,team,households,population\n"
SAMPLE = (Path(__file__).parents[2] / "content/samples/don-vi-mau.csv").read_bytes()


def load(database: Database, data: bytes | str, *, dry_run: bool = False) -> Plan:
    rows, faults = area_file.read(data.encode() if isinstance(data, str) else data)
    assert faults == []
    return database.write_now(lambda tx: area_import.run(tx, rows, today=TODAY, now=NOW, dry_run=dry_run))


def counts(plan: Plan) -> tuple[int, int, int, int]:
    return plan.units, plan.teams, plan.changed, plan.same


def test_the_sample_becomes_eight_hamlets_and_two_teams(database: Database) -> None:
    assert counts(load(database, SAMPLE)) == (8, 2, 0, 0)
    known = database.read_now(lambda tx: [(team.name, team.code) for team in storage.all_teams(tx)])
    assert known == [("Tổ Bản Mẫu", "BM"), ("Tổ Bản Vùng Cao", "BVC")]
    labels = database.read_now(lambda tx: [place.label for place in teams.places(tx, 2)])
    assert labels == ["Bản Nà Mẫu", "Bản Pá Mẫu", "Bản Huổi Mẫu"]


def test_twice_changes_nothing(database: Database) -> None:
    load(database, SAMPLE)
    before = database.read_now(everything)
    plan = load(database, SAMPLE)
    assert plan.nothing
    assert counts(plan) == (0, 0, 0, 8)
    assert database.read_now(everything) == before


def test_a_dry_run_tells_and_keeps_nothing(database: Database) -> None:
    before = database.read_now(everything)
    plan = load(database, SAMPLE, dry_run=True)
    assert counts(plan) == (8, 2, 0, 0)
    assert len(plan.lines) == 10
    assert database.read_now(everything) == before


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + SAMPLE,
        SAMPLE.replace(b"\n", b"\r\n"),
        SAMPLE.replace(b",", b";"),
        SAMPLE.replace("Thôn,1".encode(), "Thôn,Thôn 1".encode()),
        SAMPLE.replace("Thôn,2".encode(), "Thôn,  2 ".encode()) + b"\n,,,,,,\n",
        SAMPLE.replace("Xã Bản Mẫu,Bản".encode(), "xã bản mẫu,Bản".encode()),
    ],
    ids=["byte order mark", "windows lines", "semicolons", "type word twice", "spaces", "small letters"],
)
def test_files_as_people_save_them(database: Database, data: bytes) -> None:
    load(database, SAMPLE)
    assert counts(load(database, data)) == (0, 0, 0, 8)


def test_counts_that_differ_are_taken_over_and_empty_ones_say_nothing(database: Database) -> None:
    load(database, HEAD + "T,X,Thôn,1,Tổ A,90,400\nT,X,Thôn,2,Tổ A,,\n")
    plan = load(database, HEAD + "T,X,Thôn,1,Tổ A,1.091,4 000\nT,X,Thôn,2,,,\n")
    assert counts(plan) == (0, 0, 1, 1)
    assert plan.lines == ["~ Thôn 1, X: số hộ 90 → 1091; nhân khẩu 400 → 4000"]
    plan = load(database, HEAD + "T,X,Thôn,1,Tổ A,,\n")
    assert plan.nothing


def test_a_unit_moves_to_the_team_of_the_file(database: Database) -> None:
    load(database, HEAD + "T,X,Thôn,1,Tổ A,,\nT,X,Thôn,2,,,\n")
    plan = load(database, HEAD + "T,X,Thôn,1,Tổ B,,\n")
    assert counts(plan) == (0, 1, 1, 0)
    places = database.read_now(lambda tx: [len(teams.places(tx, team)) for team in (1, 2)])
    assert places == [0, 1]


def test_two_communes_may_have_the_same_name(database: Database) -> None:
    plan = load(database, HEAD + "T1,X,Thôn,1,Tổ A,,\nT2,X,Thôn,1,Tổ A,,\n")
    assert counts(plan) == (2, 2, 0, 0)
    assert [team.code for team in database.read_now(storage.all_teams)] == ["A", "XA"]


def test_an_old_file_does_not_bring_old_units_back(database: Database) -> None:
    load(database, SAMPLE)
    wanted = Change(
        what="merge", old=["Thôn 1", "Thôn 2"], new=["Thôn Đoàn Kết"], day=date(2026, 7, 1), commune="Xã Bản Mẫu"
    )
    database.write_now(lambda tx: areas.change(tx, wanted, now=NOW))
    before = database.read_now(everything)
    plan = load(database, SAMPLE)
    assert [fault.line for fault in plan.faults] == [2, 3]
    assert "Thôn Đoàn Kết" in str(plan.faults[0])
    assert database.read_now(everything) == before


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        ("", 1, "tệp trống"),
        ("province,commune\n", 1, "thiếu cột unit"),
        (HEAD.replace("team", "team,note"), 1, "'note' không dùng"),
        (HEAD.replace("team", "unit"), 1, "cột unit có hai lần"),
        (HEAD, 2, "không có đơn vị nào"),
        (HEAD + "T,X,Thôn,1,A,,\nT,X,Thôn,,A,,\n", 3, "thiếu unit"),
        (HEAD + ",X,Thôn,1,A,,\n", 2, "thiếu province"),
        (HEAD + "T,,Thôn,1,A,,\n", 2, "thiếu commune"),
        (HEAD + "T,X,,1,A,,\n", 2, "thiếu unit_type"),
        (HEAD + "T,X,Thôn,1,A,chín,\n", 2, "households là 'chín'"),
        (HEAD + "T,X,Thôn,1,A,-5,\n", 2, "households là '-5'"),
        (HEAD + "T,X,Thôn,1,A,1.5,\n", 2, "households là '1.5'"),
        (HEAD + "T,X,Thôn,1,A,5,2.000.000.000\n", 2, "population là"),
        (HEAD + "T,X,Thôn,1,A,400,90\n", 2, "90 nhân khẩu ít hơn 400 hộ"),
        (HEAD + "T,X,Thôn,1,A,,\n\nT,X,thôn,1,B,,\n", 4, "đã có ở dòng 2"),
        (HEAD + "T,X,Thôn,1,A\n", 2, "có 5 ô, phải có 7"),
        (HEAD + f"T,X,Thôn,{'a' * 121},A,,\n", 2, "dài quá"),
        (HEAD + 'T,X,Thôn,"1,A,,\n', 2, "ngoặc kép"),
    ],
)
def test_each_fault_is_told_with_its_line_and_how_to_mend_it(data: str, line: int, said: str) -> None:
    _, faults = area_file.read(data.encode())
    assert [fault.line for fault in faults][:1] == [line]
    assert any(said in fault.what and fault.mend for fault in faults), faults


def test_every_fault_of_a_file_is_told_at_once() -> None:
    _, faults = area_file.read((HEAD + "T,X,Thôn,,A,x,y\nT,,Thôn,1,A,,\n").encode())
    assert [fault.line for fault in faults] == [2, 2, 2, 3]


def test_another_encoding_is_told_with_its_line() -> None:
    _, faults = area_file.read(HEAD.encode() + "T,X,Thôn,1".encode("cp1258", "replace") + b"\xf4\n")
    assert [fault.line for fault in faults] == [2]
    assert "UTF-8" in str(faults[0])
    _, faults = area_file.read(SAMPLE.decode().encode("utf-16"))
    assert "UTF-8" in str(faults[0])


def test_letters_and_marks_that_stand_apart_are_put_together(database: Database) -> None:
    apart = "Tho\u0302n"
    load(database, HEAD + "T,X,Thôn,1,Tổ A,,\n")
    assert load(database, HEAD + f"T,X,{apart},1,Tổ A,,\n").nothing
    assert take_apart(f"{apart} 1", ()) == ("Thôn", "1")
