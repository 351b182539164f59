from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.core.errors import ConsentNeeded, KnownError
from bot.core.messages import InboundMessage, Reply
from bot.core.people import Speaker
from bot.core.working_days import add_working_days
from bot.library import Library
from bot.services import consents
from bot.services.files import media
from bot.services.personal_data import data_requests, my_data, privacy, retention
from bot.services.personal_data.data_requests import due_dates
from bot.services.personal_data.retention import Periods
from bot.storage import messages, people
from bot.storage.database import Transaction
from tests.fakes.clock import ZONE
from tests.services.commune import Commune

SAID = Reply(text="Xong")


def speaker(commune: Commune, name: str) -> Speaker:
    hello = InboundMessage(channel="web", chat=name, external_id="")
    known = commune.database.read_now(lambda tx: people.find_speaker(tx, hello))
    assert known
    return known[0]


def ask(commune: Commune, name: str = "Hoa", text: str = "Đừng ghi tên tôi") -> tuple[data_requests.Request, bool]:
    person, now, today = commune.persons[name], commune.clock(), commune.today
    return commune.database.write_now(lambda tx: data_requests.ask(tx, person, text, now=now, today=today))


def watch(commune: Commune) -> int:
    now, today = commune.clock(), commune.today
    return commune.database.write_now(lambda tx: data_requests.watch(tx, now=now, today=today))


@pytest.mark.parametrize(
    ("asked", "answer_by"),
    [
        (date(2026, 11, 18), date(2026, 11, 20)),  # Wednesday
        (date(2026, 11, 20), date(2026, 11, 25)),  # Friday; 24/11 is a holiday
        (date(2026, 11, 21), date(2026, 11, 25)),  # Saturday
        (date(2027, 2, 3), date(2027, 2, 12)),  # Tết lies between
        (date(2026, 12, 30), date(2027, 1, 4)),  # New Year's Day is a Friday
    ],
)
def test_two_working_days_pass_over_weekends_and_holidays(asked: date, answer_by: date) -> None:
    assert due_dates(asked) == (answer_by, asked + timedelta(days=15))


def test_the_day_itself_does_not_count() -> None:
    assert add_working_days(date(2026, 11, 18), 1, ()) == date(2026, 11, 19)
    assert add_working_days(date(2026, 11, 18), 0, ()) == date(2026, 11, 18)


def test_who_has_no_coordinator_is_the_operators(commune: Commune) -> None:
    assert ask(commune)[1] is True
    assert ask(commune, "Lan")[1] is False
    assert ask(commune, "Minh")[1] is False, "nobody answers themselves"
    assert [each.person for each in commune.database.read_now(data_requests.all_open)] == [
        commune.persons[name] for name in ("Hoa", "Lan", "Minh")
    ]
    roles, minh = commune.roles("Minh"), commune.persons["Minh"]
    mine = commune.database.read_now(lambda tx: data_requests.waiting(tx, roles, minh))
    assert [each.person for each in mine] == [commune.persons["Hoa"]]


def test_personal_numbers_are_not_kept_and_too_many_are_refused(commune: Commune) -> None:
    first, _ = ask(commune, text="Số của tôi là 0912345678")
    assert "0912345678" not in first.text
    ask(commune)
    ask(commune)
    with pytest.raises(KnownError):
        ask(commune)


def test_people_are_told_before_it_is_due_and_when_it_is_overdue_once_each(commune: Commune) -> None:
    commune.clock.set("2026-11-16 09:00")
    ask(commune)
    assert watch(commune) == 0, "they were told when it came in"
    found = []
    for day in range(17, 24):
        commune.clock.set(f"2026-11-{day} 09:00")
        found += [day] * (watch(commune) + watch(commune))
    assert found == [17, 19]  # due on the 18th
    told = [row for row in commune.rows("due") if row["rule"].startswith("data-request")]
    assert [row["occurrence"].day for row in told] == [16, 17, 19]
    assert {row["person_id"] for row in told} == {commune.persons["Minh"]}
    assert commune.database.read_now(lambda tx: data_requests.overdue(tx, commune.today)) == (1, 1)


def test_after_more_time_the_new_day_is_watched(commune: Commune) -> None:
    commune.clock.set("2026-11-16 09:00")
    asked, _ = ask(commune)
    extend: dict[str, Any] = {"person": commune.persons["Minh"], "now": commune.clock()}
    day = commune.database.write_now(lambda tx: data_requests.extend(tx, asked.id, SAID, **extend))
    assert day == date(2026, 12, 16)
    with pytest.raises(KnownError):
        commune.database.write_now(lambda tx: data_requests.extend(tx, asked.id, SAID, **extend))
    commune.clock.set("2026-12-10 09:00")
    assert watch(commune) == 0
    commune.clock.set("2026-12-15 09:00")
    assert watch(commune) == 1


def test_an_answer_closes_it_and_reaches_who_asked_although_they_said_stop(commune: Commune) -> None:
    asked, _ = ask(commune)
    hoa = commune.persons["Hoa"]
    commune.database.write_now(lambda tx: people.change_person(tx, hoa, quiet=True))
    answer: dict[str, Any] = {"person": None, "now": commune.clock()}
    commune.database.write_now(lambda tx: data_requests.answer(tx, asked.id, "Đã bỏ tên", SAID, **answer))
    with pytest.raises(KnownError):
        commune.database.write_now(lambda tx: data_requests.answer(tx, asked.id, "Nữa", SAID, **answer))
    assert [row["body"]["text"] for row in commune.rows("outbox")] == ["Xong"]
    assert commune.rows("data_request")[0]["status"] == "done"


def test_while_restricted_nothing_is_agreed_to_and_nothing_comes(commune: Commune) -> None:
    hoa = speaker(commune, "Hoa")
    act: dict[str, Any] = {"now": commune.clock(), "today": commune.today}
    write = commune.database.write_now
    write(lambda tx: privacy.restrict(tx, hoa.person, **act))
    with pytest.raises(KnownError) as known:
        write(lambda tx: consents.require(tx, hoa.person, "learn"))
    assert known.value.say == consents.RESTRICTED
    with pytest.raises(KnownError):
        write(lambda tx: consents.give(tx, hoa, "learn", name="Hoa", now=commune.clock()))
    assert write(lambda tx: privacy.is_quiet(tx, hoa.person))
    write(lambda tx: privacy.release(tx, hoa.person, **act))
    write(lambda tx: consents.require(tx, hoa.person, "learn"))
    assert not write(lambda tx: privacy.is_quiet(tx, hoa.person))
    assert [row["kind"] for row in commune.rows("data_request")] == ["restrict", "release"]


def test_who_said_stop_before_stays_unasked_after(commune: Commune) -> None:
    hoa = commune.persons["Hoa"]
    act: dict[str, Any] = {"now": commune.clock(), "today": commune.today}
    commune.database.write_now(lambda tx: people.change_person(tx, hoa, quiet=True))
    commune.database.write_now(lambda tx: privacy.restrict(tx, hoa, **act))
    commune.database.write_now(lambda tx: privacy.release(tx, hoa, **act))
    assert commune.database.read_now(lambda tx: privacy.is_quiet(tx, hoa))


def test_without_consent_it_is_asked_for(commune: Commune) -> None:
    lan = commune.persons["Lan"]
    commune.database.write_now(lambda tx: consents.withdraw(tx, lan, None, commune.clock()))
    with pytest.raises(ConsentNeeded):
        commune.database.read_now(lambda tx: consents.require(tx, lan, "learn"))


@pytest.mark.parametrize("wanted", ["html", "json"])
def test_a_file_holds_ones_own_data_and_nobody_elses(commune: Commune, library: Library, wanted: str) -> None:
    commune.file("Hoa", note="<b>mưa to</b>")
    commune.file("Páo", note="nắng ráo")
    order = my_data.Order(
        mydata=commune.persons["Hoa"], format=wanted, locale="vi", zone=ZONE.key, at=commune.clock().isoformat()
    )
    name = commune.database.write_now(lambda tx: media.promise_my_data(tx, order, now=commune.clock()))
    found = media.load_now(commune.database, library, name)
    assert found
    assert not found.is_picture, "it is saved, not shown in our own pages"
    text = found.content.decode()
    assert all(part in text for part in ("Hoa", "mưa to", "Phiếu"))
    assert not any(part in text for part in ("nắng ráo", "Páo", "Minh"))
    assert "<b>mưa" not in text or wanted == "json"
    commune.clock.move(media.KEPT_OWN + timedelta(seconds=1))
    commune.database.write_now(lambda tx: media.forget_old(tx, commune.clock()))
    assert media.load_now(commune.database, library, name) is None


def pass_by(tx: Transaction, *, contact: int, number: int, now: datetime) -> None:
    """One message in, one out; the first one out belongs to a reminder."""
    hello = InboundMessage(channel="web", chat="Hoa", external_id=f"{number}")
    messages.take_in(tx, hello, now)
    new = messages.put_out(tx, messages.Outgoing(contact=contact, reply=SAID, key=None if number else "due:1"), now)
    assert new
    messages.mark_sent(tx, [(new[0], "")], now)


def test_what_was_kept_long_enough_goes_and_the_rest_stays(commune: Commune) -> None:
    write, periods = commune.database.write_now, Periods()
    hoa = speaker(commune, "Hoa")
    for number in range(3):
        write(partial(pass_by, contact=hoa.contact, number=number, now=commune.clock()))
        commune.clock.move(timedelta(days=40))
    asked, _ = ask(commune)
    assert retention.would(commune.database, periods, commune.clock()) == {"inbox": 3, "outbox": 1}
    assert len(commune.rows("inbox")) == 3
    assert retention.run(commune.database, periods, commune.clock()) == {"inbox": 3, "outbox": 1}
    assert [(row["key"], row["body"] is None) for row in commune.rows("outbox")] == [
        ("due:1", True), (None, False), (None, False),
    ]  # fmt: skip
    commune.clock.move(timedelta(days=4000))
    found = retention.run(commune.database, periods, commune.clock())
    assert found["outbox"] >= 1
    assert len(commune.rows("outbox")) == 2, "the newest keeps its number"
    assert [row["id"] for row in commune.rows("data_request")] == [asked.id], "what is open is not forgotten"
    assert len(commune.rows("consent")) == 15, "consents that hold are kept"
    assert retention.run(commune.database, periods, commune.clock()) == {}
