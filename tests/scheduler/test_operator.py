"""`tungngo simulate` and `tungngo due`: what the operator sees beforehand, and what can be settled afterwards."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.commands import reminders
from bot.core.errors import SetupFault
from bot.library import Library
from bot.models import METADATA
from bot.services import outlook
from bot.storage.database import Database, Transaction
from tests.fakes.clock import SettableClock
from tests.scheduler.place import Commune, rule

SPAN = {"first": "2027-10-09", "last": "2027-10-10", "team": ""}


@pytest.fixture
def commune(
    sqlite_url: str, library: Library, clock: SettableClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Commune]:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(reminders, "system_clock", clock)
    clock.set("2027-10-08 09:00")
    with closing(Database(sqlite_url)) as database:
        found = Commune(database, library, clock)
        found.add("Lan")
        found.add("Minh", "coordinator")
        yield found


def change(commune: Commune, **values: Any) -> None:
    outbox = METADATA.tables["outbox"]

    def work(tx: Transaction) -> None:
        tx.connection.execute(outbox.update().values(**values))

    commune.database.write_now(work)


@pytest.mark.usefixtures("commune")
def test_the_command_prints_json_with_the_keys_of_its_contract(capsys: pytest.CaptureFixture[str]) -> None:
    reminders.simulate(**SPAN, as_json=True)
    rows = [row for row in json.loads(capsys.readouterr().out) if row["rule"].startswith("date:")]
    assert {tuple(row) for row in rows} == {("at", "to", "channel", "rule", "status", "reason", "text")}
    assert [row["at"] for row in rows] == ["2027-10-09T08:00:00+07:00"] * 2 + ["2027-10-10T08:00:00+07:00"] * 2
    assert "Lan" not in json.dumps(rows)


@pytest.mark.usefixtures("commune")
def test_the_command_reads_well_and_says_that_nothing_was_sent(capsys: pytest.CaptureFixture[str]) -> None:
    reminders.simulate(**{**SPAN, "team": "TM"}, as_json=False)
    said = capsys.readouterr().out
    assert "09/10/2027 08:00 · gửi · date:ngay-chuyen-doi-so · 2 (coordinator) · web" in said
    assert "    📅 Còn 1 ngày" in said
    assert "Chưa gửi và chưa ghi gì." in said
    assert "resident" not in said


@pytest.mark.usefixtures("commune")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first": "mai"}, "is not a day"),
        ({"first": "2027-10-11"}, "Change the two"),
        ({"team": "Tổ Nào Đó"}, "There is no team"),
    ],
)
def test_what_cannot_be_simulated_is_one_clear_line(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(SetupFault, match=said):
        reminders.simulate(**{**SPAN, **wrong}, as_json=False)


def test_what_waits_and_what_is_unsure_is_listed_and_can_be_settled(
    commune: Commune, capsys: pytest.CaptureFixture[str]
) -> None:
    commune.only(rule("hop", day=commune.clock().date(), lead_days=(0,)))
    commune.clock.set("2027-10-08 07:30")
    commune.tick()
    reminders.due(days=1, settle=0, how="", as_json=False)
    assert "08/10/2027 08:00 · waiting · date:hop · người 1" in capsys.readouterr().out
    commune.tick("2027-10-08 08:00", send=False)
    change(commune, status="unknown", reason="crash")
    reminders.due(days=1, settle=0, how="", as_json=True)
    unsure = [row for row in json.loads(capsys.readouterr().out) if row["state"] == "unknown"]
    assert [(row["rule"], row["reason"]) for row in unsure] == [("date:hop", "crash")] * 2
    for number, how in ((unsure[0]["number"], "again"), (unsure[1]["number"], "drop")):
        reminders.due(days=1, settle=number, how=how, as_json=False)
    assert sorted(row["status"] for row in commune.rows("outbox")) == ["dropped", "pending"]
    assert [row["action"] for row in commune.rows("audit") if row["subject"] == "outbox"] == ["again", "drop"]


def test_only_what_is_unsure_can_be_settled(commune: Commune) -> None:
    commune.tick("2027-10-09 08:00")
    with pytest.raises(SetupFault, match="not one whose fate is unknown"):
        reminders.due(days=1, settle=1, how="sent", as_json=False)
    with pytest.raises(SetupFault, match="Choose sent, again or drop"):
        reminders.due(days=1, settle=1, how="perhaps", as_json=False)
    change(commune, status="unknown")
    commune.database.write_now(lambda tx: outlook.settle(tx, 1, "sent", now=commune.clock()))
    assert commune.rows("outbox")[0]["status"] == "sent"
