"""Whoever has their data erased is found in no table: words, name and chat are planted everywhere, then looked for."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import KnownError
from bot.core.messages import InboundMessage, Reply
from bot.core.people import Speaker
from bot.library import Library
from bot.models import OpenQuestion
from bot.services import followups
from bot.services.followups import Wish
from bot.services.personal_data import erasing, retention, tombstones
from bot.storage import messages, people
from bot.storage.database import Database, Transaction
from bot.storage.erasing import NOBODY, Chat
from tests.dialogue import SECRET, everything
from tests.fakes.clock import ZONE, SettableClock
from tests.services.commune import Commune
from tests.services.planted import CHAT, NAME, WORDS, a_place, contact_of, plant


@pytest.fixture
def speaker(commune: Commune) -> Speaker:
    """A volunteer with a chat of their own, who is in everything that a person can be in."""
    hello = InboundMessage(channel="telegram", bot="7", chat=CHAT, external_id="1")

    def work(tx: Transaction) -> Speaker:
        new = people.add_speaker(tx, hello, locale="vi", now=commune.clock())
        for purpose in ("learn", "report", "remind"):
            people.add_consent(
                tx, person=new.person, purpose=purpose, version="2026-11-22", channel="telegram", now=commune.clock()
            )
        people.change_person(tx, new.person, name=NAME, address="chi")
        people.add_member(tx, team=1, person=new.person, role="volunteer", now=commune.clock())
        messages.take_in(tx, hello, commune.clock())
        messages.mark_failed(tx, hello, error="E", kept={"text": WORDS})
        return new

    made = commune.database.write_now(work)
    commune.persons[NAME] = made.person
    plant(commune, made)
    return made


def erase(commune: Commune, who: Speaker) -> Speaker:
    return commune.database.write_now(
        lambda tx: erasing.erase(tx, commune.library, who, key=SECRET, now=commune.clock(), today=commune.today)
    )


def found(commune: Commune, text: str) -> list[str]:
    """The tables in which it stands."""
    kept = commune.database.read_now(everything)
    return [name for name, rows in kept.items() if text in str(rows)]


def test_what_was_planted_is_there(commune: Commune, speaker: Speaker) -> None:
    assert {
        "report",
        "report_version",
        "outbox",
        "conversation",
        "inbox",
        "open_question",
        "follow_up",
        "audit",
    } <= set(found(commune, WORDS))
    assert {"person", "certificate", "outbox", "conversation"} <= set(found(commune, NAME))
    assert {"contact", "inbox", "report"} <= set(found(commune, CHAT))
    assert speaker.person


def test_after_erasing_no_table_holds_words_or_name(commune: Commune, speaker: Speaker) -> None:
    counted = commune.rows("report")
    fresh = erase(commune, speaker)
    assert found(commune, WORDS) == []
    assert found(commune, NAME) == []
    assert set(found(commune, CHAT)) == {"contact", "inbox"}, "until the farewell has gone out"
    left = commune.rows("report")
    assert [(row["households"], row["people"], row["day"]) for row in left] == [
        (row["households"], row["people"], row["day"]) for row in counted
    ]
    author = {row["id"]: row["name"] for row in commune.rows("person")}[left[0]["person_id"]]
    assert author == NOBODY
    assert left[0]["person_id"] != speaker.person, "nothing leads from the counts to the proofs of consent"
    assert all(row["withdrawn_at"] for row in commune.rows("certificate"))
    assert fresh.person != speaker.person
    assert commune.database.read_now(lambda tx: people.consents(tx, fresh.person)) == []
    proofs = [row for row in commune.rows("consent") if row["person_id"] == speaker.person]
    assert len(proofs) == 3
    assert all(row["withdrawn_at"] for row in proofs)


def test_a_day_later_the_chat_is_forgotten_too(commune: Commune, speaker: Speaker) -> None:
    erase(commune, speaker)
    commune.clock.move(timedelta(hours=23))
    assert commune.database.write_now(lambda tx: erasing.sweep(tx, commune.clock())) == 0
    commune.clock.move(timedelta(hours=2))
    newer = messages.Outgoing(contact=other_contact_of(commune, "Hoa"), reply=Reply(text="Chào"))
    commune.database.write_now(lambda tx: messages.put_out(tx, newer, commune.clock()))
    assert commune.database.write_now(lambda tx: erasing.sweep(tx, commune.clock())) == 1
    assert found(commune, CHAT) == []


def other_contact_of(commune: Commune, name: str) -> int:
    return commune.database.read_now(lambda tx: contact_of(tx, commune.persons[name]))


def test_who_writes_again_within_the_day_is_somebody_new_and_stays(commune: Commune, speaker: Speaker) -> None:
    fresh = erase(commune, speaker)
    commune.clock.move(timedelta(hours=1))
    again = InboundMessage(channel="telegram", bot="7", chat=CHAT, external_id="2")
    commune.database.write_now(lambda tx: messages.take_in(tx, again, commune.clock()))
    commune.clock.move(timedelta(hours=30))
    assert commune.database.write_now(lambda tx: erasing.sweep(tx, commune.clock())) == 0
    known = commune.database.read_now(lambda tx: people.find_speaker(tx, again))
    assert known
    assert known[0].person == fresh.person


def test_the_last_coordinator_is_told_first(commune: Commune) -> None:
    before = commune.database.read_now(everything)
    hello = InboundMessage(channel="web", chat="Minh", external_id="")
    minh = commune.database.read_now(lambda tx: people.find_speaker(tx, hello))
    assert minh
    with pytest.raises(KnownError) as known:
        erase(commune, minh[0])
    assert known.value.values == {"teams": "Tổ Bản Mẫu"}
    assert commune.database.read_now(everything) == before


def test_a_visit_somebody_took_is_open_again(commune: Commune, speaker: Speaker) -> None:
    lan, now = commune.persons["Lan"], commune.clock()
    visit = commune.database.write_now(
        lambda tx: followups.ask(
            tx, Wish(unit=a_place(tx), skill="dvc"), skills=("dvc",), person=lan, now=now, today=commune.today
        )
    )
    commune.database.write_now(lambda tx: followups.take(tx, visit, **commune.act(NAME)))
    erase(commune, speaker)
    row = next(row for row in commune.rows("follow_up") if row["id"] == visit)
    assert (row["status"], row["taker_id"]) == ("open", None)


def test_both_linked_chats_are_erased(commune: Commune, speaker: Speaker) -> None:
    hello = InboundMessage(channel="zalo", bot="9", chat="zalo-canary", external_id="")
    commune.database.write_now(
        lambda tx: people.add_contact(
            tx, person=speaker.person, channel="zalo", bot="9", chat="zalo-canary", now=commune.clock()
        )
    )
    erase(commune, speaker)
    assert commune.database.read_now(lambda tx: people.find_speaker(tx, hello)) is None
    assert found(commune, "zalo-canary") == []


def test_a_restored_backup_is_erased_again(
    sqlite_url: str, tmp_path: Path, library: Library, clock: SettableClock
) -> None:
    database = Database(sqlite_url)
    commune = Commune(database, library, clock).build()
    hello = InboundMessage(channel="web", chat="Lan", external_id="")
    lan = database.read_now(lambda tx: people.find_speaker(tx, hello))
    assert lan
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(tmp_path / "backup.db")) as target:
        source.backup(target)
    clock.move(timedelta(hours=1))
    erase(commune, lan[0])
    assert tombstones.keep(database, tmp_path) == 1
    assert tombstones.keep(database, tmp_path) == 0
    database.close()
    assert "Lan" not in (tmp_path / tombstones.FILE).read_text()

    for leftover in file.parent.glob(f"{file.name}-*"):
        leftover.unlink()
    shutil.move(tmp_path / "backup.db", file)
    clock.move(timedelta(hours=1))
    restored = Database(sqlite_url)
    commune.database = restored
    assert "Lan" in str(commune.rows("person"))
    again: dict[str, Any] = {"keys": [SECRET], "now": clock(), "zone": ZONE}
    assert tombstones.reapply(restored, library, tmp_path, **again) == 1
    assert "Lan" not in str(commune.rows("person"))
    assert [row for row in commune.rows("contact") if row["chat"] == "Lan"] == []
    assert tombstones.reapply(restored, library, tmp_path, **again) == 0
    assert tombstones.reapply(restored, library, tmp_path, everything=True, **again) == 0
    restored.close()


def test_who_began_anew_is_not_erased_again(commune: Commune, speaker: Speaker, tmp_path: Path) -> None:
    fresh = erase(commune, speaker)
    tombstones.keep(commune.database, tmp_path)
    commune.clock.move(timedelta(days=2))
    again: dict[str, Any] = {"keys": [SECRET], "now": commune.clock(), "zone": ZONE, "everything": True}
    assert tombstones.reapply(commune.database, commune.library, tmp_path, **again) == 0
    assert fresh.person in [row["person_id"] for row in commune.rows("contact")]


def test_without_the_key_a_tombstone_tells_nothing(commune: Commune, speaker: Speaker) -> None:
    erase(commune, speaker)
    (row,) = commune.rows("erasure")
    other = erasing.chat_hash(b"another key", Chat(contact=0, channel="telegram", bot="7", chat=CHAT))
    assert row["chat_hash"] != other
    assert row["chat_hash"] == erasing.chat_hash(SECRET, Chat(contact=0, channel="telegram", bot="7", chat=CHAT))


def test_after_the_nightly_job_it_is_in_no_byte_of_the_files_either(
    sqlite_url: str, library: Library, clock: SettableClock, request: pytest.FixtureRequest
) -> None:
    """SQLite keeps deleted rows in free pages and in its log, unless it is told not to."""
    commune = Commune(Database(sqlite_url), library, clock).build()
    request.addfinalizer(commune.database.close)
    person = commune.persons["Lan"]
    hello = InboundMessage(channel="web", chat="Lan", external_id="")
    known = commune.database.read_now(lambda tx: people.find_speaker(tx, hello))
    assert known
    asked = [OpenQuestion(text=f"{WORDS} {n} " * 200, asked_at=clock(), person_id=person) for n in range(20)]
    commune.database.write_now(lambda tx: tx.session.add_all(asked))
    files = Path(sqlite_url.removeprefix("sqlite:///"))

    def content() -> bytes:
        return b"".join(each.read_bytes() for each in files.parent.glob(f"{files.name}*"))

    assert WORDS.encode() in content()
    erase(commune, known[0])
    retention.run(commune.database, retention.Periods(), clock())
    assert WORDS.encode() not in content()
