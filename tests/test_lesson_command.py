from pathlib import Path

import pytest

from bot.commands import lessons
from bot.core.errors import SetupFault
from bot.services import invitations
from bot.storage.database import Database


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    return monkeypatch


def test_an_editor_without_a_database_prints_a_lesson(
    settings: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "l1.pdf"
    lessons.sheet("l1", out)
    plain = out.read_bytes()
    assert plain.startswith(b"%PDF")
    assert "không có mã để quét" in capsys.readouterr().out
    settings.setenv("PUBLIC_URL", "https://a.vn")
    lessons.sheet("L1", out)
    assert b"https://a.vn/?start=bai-L1" in out.read_bytes()  # the words of the picture to scan
    assert "không có mã" not in capsys.readouterr().out


def test_the_bot_on_telegram_is_scanned_where_there_is_no_page(
    settings: pytest.MonkeyPatch, database: Database, tmp_path: Path
) -> None:
    settings.setenv("DATABASE_URL", database.url)
    database.write_now(lambda tx: invitations.remember_address(tx, "telegram", "tung_ngo_bot"))
    lessons.sheet("L1", tmp_path / "l1.pdf")
    assert b"https://t.me/tung_ngo_bot?start=bai-L1" in (tmp_path / "l1.pdf").read_bytes()


@pytest.mark.usefixtures("settings")
def test_what_cannot_be_printed_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SetupFault, match="There is no lesson L99"):
        lessons.sheet("L99", tmp_path / "x.pdf")
    with pytest.raises(SetupFault, match="cannot be written"):
        lessons.sheet("L1", tmp_path / "no" / "x.pdf")
