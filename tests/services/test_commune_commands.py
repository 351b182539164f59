"""The commands for a commune, as the operator runs them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.services import invitations
from bot.storage.database import Database

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "content/samples/don-vi-mau.csv"
CHANGE = ("--on", "2026-07-01", "--commune", "Xã Bản Mẫu")


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path):  # type: ignore[no-untyped-def]  # noqa: ANN201
    def command(*words: object, public_url: str = "") -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *map(str, words)],
            cwd=ROOT,
            env={"DATABASE_URL": sqlite_url, "DATA_DIR": str(tmp_path), "PUBLIC_URL": public_url, "LOG_LEVEL": "ERROR"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return command


def test_import_change_and_invite(run, sqlite_url: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
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
