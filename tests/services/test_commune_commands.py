"""The commands for a commune, as the operator runs them."""

import gc
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.services import invitations
from bot.storage.database import Database

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "content/samples/don-vi-mau.csv"
CHANGE = ("--on", "2026-07-01", "--commune", "Xã Bản Mẫu")


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """The command line, in this process: what it exits with, and what it says."""
    monkeypatch.chdir(ROOT)

    def command(*words: object, public_url: str = "") -> tuple[int, str]:
        for name, value in (("DATABASE_URL", sqlite_url), ("DATA_DIR", tmp_path), ("PUBLIC_URL", public_url)):
            monkeypatch.setenv(name, str(value))
        monkeypatch.setattr("sys.argv", ["tungngo", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        if isinstance(end.value.code, str):  # one line about what is to be mended
            return 1, said.out + said.err + end.value.code + "\n"
        return int(end.value.code or 0), said.out + said.err

    yield command
    gc.collect()  # a command that is refused leaves its database to the end of its process


def test_import_change_and_invite(run: Run, sqlite_url: str, tmp_path: Path) -> None:
    code, said = run("area", "import", SAMPLE, "--dry-run")
    assert (code, "chạy thử, chưa ghi gì" in said) == (0, True)
    code, said = run("area", "import", SAMPLE)
    assert (code, "8 đơn vị mới, 2 tổ mới" in said) == (0, True)
    assert run("area", "import", SAMPLE) == (0, "Không có gì thay đổi: 8 đơn vị đã có đủ.\n")

    code, said = run("area", "change", "--merge", "Thôn 1,Thôn 2", "--into", "Thôn Đoàn Kết", *CHANGE)
    assert (code, said.startswith("Thôn 1, Thôn 2 → Thôn Đoàn Kết, từ 01/07/2026.")) == (0, True)
    code, said = run("area", "import", SAMPLE)
    assert (code, said.count("✗ don-vi-mau.csv, dòng")) == (1, 2)
    code, said = run("area", "change", "--merge", "a,b", "--split", "c", "--into", "d", *CHANGE)
    assert (code, said) == (1, "tungngo: Give exactly one of --merge, --split and --rename.\n")
    code, said = run("area", "import", tmp_path / "none.csv")
    assert (code, "cannot be read" in said, said.count("\n")) == (1, True, 1)

    database = Database(sqlite_url)
    database.write_now(lambda tx: invitations.remember_address(tx, "telegram", "tungngo_bot"))
    database.close()
    code, said = run("invite", "--role", "volunteer", "--team", "BM", "--json", public_url="https://a.vn")
    made = json.loads(said)
    assert re.fullmatch("[2-9A-Z]{5}-[2-9A-Z]{5}", made["code"])
    assert made["links"] == {
        "web": f"https://a.vn/?start={made['code']}",
        "telegram": f"https://t.me/tungngo_bot?start={made['code']}",
    }
    code, said = run("invite", "--role", "volunteer", "--team", "Tổ Bản Mẫu", "--approve", "--uses", "3")
    assert "Telegram: https://t.me/" in said
    assert "▄▄▄▄▄" in said
