import json
import re
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest

from bot.commands import privacy
from bot.core.errors import SetupFault
from bot.core.keyring import Keyring
from bot.core.messages import InboundMessage
from bot.library import Library
from bot.secret import keyring, secret_key
from bot.services.personal_data import data_requests, erasing
from bot.settings import Settings
from bot.storage import people
from bot.storage.database import Database
from tests.fakes.clock import SettableClock
from tests.services.commune import Commune


@pytest.fixture
def commune(
    sqlite_url: str, library: Library, clock: SettableClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Commune:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr("bot.commands.privacy.system_clock", clock)
    return Commune(Database(sqlite_url, keyring(Settings(_env_file=None))), library, clock).build()


def ask(commune: Commune, name: str) -> int:
    act: dict[str, Any] = {"now": commune.clock(), "today": commune.today}
    person = commune.persons[name]
    return commune.database.write_now(lambda tx: data_requests.ask(tx, person, "Xin sửa ngày vào tổ", **act))[0].id


def test_the_operator_sees_what_waits_and_answers(commune: Commune, capsys: pytest.CaptureFixture[str]) -> None:
    number = ask(commune, "Lan")
    commune.clock.set("2026-11-24 09:00")
    privacy.requests(answer=0, text="")
    shown = capsys.readouterr().out
    assert "hạn 20/11/2026 QUÁ HẠN" in shown
    assert "Lan" not in shown
    with pytest.raises(SetupFault):
        privacy.requests(answer=number, text=" ")
    privacy.requests(answer=number, text="Đã sửa.")
    assert "Đã sửa." in commune.rows("outbox")[0]["body"]["text"]
    with pytest.raises(SetupFault):
        privacy.requests(answer=number, text="Nữa")


def test_who_is_affected_by_a_breach_is_listed_without_names(
    commune: Commune, capsys: pytest.CaptureFixture[str]
) -> None:
    commune.file("Hoa")
    commune.clock.set("2026-11-21 09:00")
    commune.file("Páo", day="2026-11-20")
    span = {"first": "2026-11-18", "last": "2026-11-20"}
    privacy.affected(**span, fields="report", names=False)
    *found, end = map(json.loads, capsys.readouterr().out.splitlines())
    assert found == [{"person": commune.persons["Hoa"], "channels": ["web"], "fields": {"report": 1}}]
    assert end == {"affected": 1, "erased_since": 0}
    privacy.affected(**span, fields="", names=True)
    *found, end = map(json.loads, capsys.readouterr().out.splitlines())
    assert [each["name"] for each in found] == list(commune.persons)
    assert end["affected"] == len(commune.persons)


@pytest.mark.parametrize(
    ("first", "last", "fields", "says"),
    [
        ("gần đây", "2026-11-20", "", "is no day"),
        ("2026-11-20", "2026-11-18", "", "lies after"),
        ("2026-11-18", "2026-11-20", "report,papers", "no field 'papers'"),
    ],
)
def test_what_cannot_be_meant_is_refused(commune: Commune, first: str, last: str, fields: str, says: str) -> None:
    assert commune.persons
    with pytest.raises(SetupFault, match=says):
        privacy.affected(first=first, last=last, fields=fields, names=False)


def test_the_register_names_fields_in_words_and_no_person(commune: Commune, tmp_path: Path) -> None:
    commune.file("Hoa", note="mưa to")
    privacy.register(tmp_path / "register.md")
    text = (tmp_path / "register.md").read_text("utf-8")
    assert "Sổ ghi hoạt động xử lý dữ liệu cá nhân" in text
    assert "Báo cáo đánh giá tác động" in text
    assert "Telegram" in text
    assert "chuyển dữ liệu cá nhân ra nước ngoài" in text
    assert not any(word in text for word in ("Hoa", "mưa to", "person_id", "UBND", "created_at"))
    with pytest.raises(SetupFault):
        privacy.register(tmp_path / "nowhere" / "register.md")
    privacy.register(tmp_path / "register.docx")
    paper = docx.Document(str(tmp_path / "register.docx"))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    said = "\n".join([*(each.text for each in paper.paragraphs), *cells])
    assert "SỔ GHI HOẠT ĐỘNG XỬ LÝ DỮ LIỆU CÁ NHÂN" in said
    assert "…………" in said
    plain = re.sub(r"^[#\s-]+|[|]|^-+$", " ", text, flags=re.MULTILINE).upper().split()
    assert set(plain) <= set(said.upper().split()) | {"---"}
    assert "Hoa" not in said


def test_after_a_restore_everybody_who_was_erased_is_erased_again(
    commune: Commune, capsys: pytest.CaptureFixture[str]
) -> None:
    key = secret_key(Settings(_env_file=None))
    hello = InboundMessage(channel="web", chat="Lan", external_id="")
    lan = commune.database.read_now(lambda tx: people.find_speaker(tx, hello))
    assert lan
    act: dict[str, Any] = {"key": key, "now": commune.clock(), "today": date(2026, 11, 18)}
    commune.database.write_now(lambda tx: erasing.erase(tx, commune.library, lan[0], **act))
    privacy.reapply()
    assert "Không có ai" in capsys.readouterr().out
    contacts = "UPDATE contact SET created_at = '2026-11-17 00:00:00' WHERE chat = 'Lan'"
    commune.database.write_now(lambda tx: tx.connection.exec_driver_sql(contacts))
    privacy.reapply()
    assert "1 người" in capsys.readouterr().out


def test_what_is_too_old_is_counted_then_deleted(commune: Commune, capsys: pytest.CaptureFixture[str]) -> None:
    commune.file("Hoa")
    commune.clock.set("2036-11-18 09:00")
    privacy.forget(dry_run=True)
    assert "audit: 1" in capsys.readouterr().out
    assert len(commune.rows("audit")) == 1
    privacy.forget(dry_run=False)
    assert "Đã xóa xong." in capsys.readouterr().out
    assert commune.rows("audit") == []
    assert len(commune.rows("report")) == 1


def test_a_new_key_seals_everything_again_and_the_old_one_opens_until_it_is_dropped(
    commune: Commune, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    settings = Settings(_env_file=None)
    first = secret_key(settings)
    names = sorted(commune.persons)
    privacy.rotate()
    shown = capsys.readouterr().out
    assert f"person.name: {len(names)}" in shown
    assert "Khóa mới" in shown
    assert not any(name in shown for name in names)
    assert secret_key(settings) != first
    assert (tmp_path / "secret.key.old").read_bytes().split() == [first]
    assert sorted(row["name"] for row in commune.rows("person")) == names  # by a program that ran meanwhile
    left = Keyring([first]).seal("Sau đó", b"person.name")
    sql = "UPDATE person SET name = ? WHERE id = ?"
    late = (left, commune.persons["Lan"])
    commune.database.write_now(lambda tx: tx.connection.exec_driver_sql(sql, late))
    with pytest.raises(SetupFault, match="1 values"):
        privacy.drop_keys()
    newest = secret_key(settings)
    privacy.rotate()  # what is left, with the key that is there
    assert secret_key(settings) == newest
    assert "person.name: 1" in capsys.readouterr().out
    privacy.drop_keys()
    assert "1 khóa cũ" in capsys.readouterr().out
    assert not (tmp_path / "secret.key.old").exists()
    with closing(Database(commune.database.url, Keyring([newest]))) as database:
        assert "Sau đó" in [row.name for row in database.read_now(lambda tx: people.persons(tx, [late[1]])).values()]


def test_where_the_operator_sets_the_key_they_change_it(commune: Commune, monkeypatch: pytest.MonkeyPatch) -> None:
    first = secret_key(Settings(_env_file=None)).decode()
    monkeypatch.setenv("SECRET_KEY", first)
    with pytest.raises(SetupFault, match="SECRET_KEYS_OLD"):
        privacy.rotate()
    monkeypatch.setenv("SECRET_KEY", "n" * 40)
    monkeypatch.setenv("SECRET_KEYS_OLD", f" {first} ,")
    privacy.rotate()
    with pytest.raises(SetupFault, match="SECRET_KEYS_OLD"):
        privacy.drop_keys()
    with closing(Database(commune.database.url, Keyring([b"n" * 40]))) as database:
        names = [row.name for row in database.read_now(lambda tx: people.persons(tx, [1, 2])).values()]
    assert set(names) <= set(commune.persons)
