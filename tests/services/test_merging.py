"""What becomes of two persons' rows, where both have some of the same kind."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from bot.core.conversation import LessonState, State
from bot.core.errors import KnownError
from bot.core.forms import FormState
from bot.core.one_conversation import united
from bot.core.people import Speaker
from bot.models import METADATA
from bot.services import consents, membership, profile
from bot.services.membership import Act
from bot.storage import broadcasts, joining, people
from bot.storage.database import Transaction
from tests.dialogue import everything
from tests.fakes.clock import SettableClock
from tests.services.chats import Chats
from tests.services.commune import Commune

T0 = datetime(2026, 11, 1, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = date(2026, 11, 18)


@pytest.fixture
def chats(commune: Commune) -> Chats:
    return Chats(commune)


def add(commune: Commune, table: str, *rows: dict[str, Any]) -> None:
    commune.database.write_now(lambda tx: [tx.connection.execute(insert(METADATA.tables[table]), row) for row in rows])


def lesson(person: int, name: str, step: int, hours: int, *, finished: bool = False) -> dict[str, Any]:
    at = T0 + hours * HOUR
    done = at if finished else None
    return {
        "person_id": person, "lesson": name, "step": step, "right_answers": 0, "finished_at": done, "updated_at": at
    }  # fmt: skip


def due(person: int, rule: str, status: str) -> dict[str, Any]:
    return {
        "rule": rule, "occurrence": DAY, "lead": 0, "person_id": person, "due_at": T0, "status": status, "reason": ""
    }  # fmt: skip


def by_lesson(commune: Commune) -> dict[str, tuple[int, int]]:
    return {row["lesson"]: (row["person_id"], row["step"]) for row in commune.rows("lesson_progress")}


def member(commune: Commune, who: Speaker, role: str, team: int = 1) -> None:
    commune.database.write_now(
        lambda tx: people.add_member(tx, team=team, person=who.person, role=role, now=commune.clock())
    )


def roles(commune: Commune, who: Speaker) -> list[tuple[int, str]]:
    found = commune.database.read_now(lambda tx: people.memberships(tx, who.person))
    return sorted((role.team, role.role) for role in found)


def fates(commune: Commune, number: int) -> dict[str, int]:
    return commune.database.read_now(lambda tx: broadcasts.fates(tx, number))


def try_code(commune: Commune, who: Speaker, now: datetime) -> None:
    commune.database.write_now(lambda tx: joining.add_attempt(tx, who.person, now, forget=T0))


def test_of_two_rows_of_the_same_the_better_one_stays(commune: Commune, chats: Chats) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    one, two = hoa.person, zalo.person
    add(commune, "lesson_progress", lesson(one, "L1", 3, 5), lesson(two, "L1", 7, 2, finished=True))
    add(commune, "lesson_progress", lesson(one, "L2", 3, 5), lesson(two, "L2", 4, 6), lesson(two, "L3", 1, 1))
    add(commune, "due", due(one, "date:x", "skipped"), due(two, "date:x", "queued"), due(two, "date:y", "waiting"))
    add(commune, "due", due(one, "date:z", "queued"), due(two, "date:z", "waiting"))
    chats.link(hoa, zalo)
    assert by_lesson(commune) == {"L1": (one, 7), "L2": (one, 4), "L3": (one, 1)}
    assert sorted((row["rule"], row["person_id"], row["status"]) for row in commune.rows("due")) == [
        ("date:x", one, "queued"),
        ("date:y", one, "waiting"),
        ("date:z", one, "queued"),
    ]


def test_a_broadcast_reaches_the_one_person_once_and_is_still_counted(commune: Commune, chats: Chats) -> None:
    hoa, zalo, minh = chats.speaker("Hoa"), chats.speaker("z1", "zalo"), chats.speaker("Minh")
    message = {
        "team_id": 1, "person_id": minh.person, "segment": "all", "text": "Họp", "due_at": T0, "status": "waiting",
        "reason": "", "created_at": T0,
    }  # fmt: skip
    add(commune, "broadcast", message, message, message)
    pairs = [(1, hoa, "queued"), (1, zalo, "queued"), (2, hoa, "waiting"), (2, zalo, "queued"), (3, zalo, "waiting")]
    for number, who, status in pairs:
        row = {"broadcast_id": number, "person_id": who.person, "status": status, "reason": ""}
        add(commune, "broadcast_recipient", row)
        if status == "queued":
            more = {"kind": "broadcast", "send_class": "once", "unasked": True, "body": {"text": "Họp"}, "retire": ""}
            rest = {"attempts": 0, "due_at": T0, "owner": "", "reason": "", "message_ref": "", "created_at": T0}
            key = broadcasts.key(number, who.person)
            out = {**more, **rest, "key": key, "contact_id": who.contact, "status": "pending"}
            add(commune, "outbox", out)
    chats.link(hoa, zalo)
    rows = [(row["broadcast_id"], row["person_id"], row["status"]) for row in commune.rows("broadcast_recipient")]
    assert sorted(rows) == [(1, hoa.person, "queued"), (2, hoa.person, "queued"), (3, hoa.person, "waiting")]
    pending = {row["key"] for row in commune.rows("outbox") if row["status"] == "pending"}
    assert pending == {broadcasts.key(1, hoa.person), broadcasts.key(2, hoa.person)}
    for number, fate in ((1, "underway"), (2, "underway"), (3, "waiting")):
        assert fates(commune, number) == {fate: 1}


def test_of_two_wishes_for_a_visit_the_taken_one_stays(commune: Commune, chats: Chats) -> None:
    lan, zalo, hoa = chats.speaker("Lan"), chats.speaker("z1", "zalo"), chats.speaker("Hoa")
    wish = {
        "unit_id": 1, "skills": ["vneid"], "wish": "any", "note": "", "turns": 0, "due_on": DAY, "created_at": T0,
        "changed_at": T0,
    }  # fmt: skip
    add(commune, "follow_up", {**wish, "person_id": lan.person, "status": "open"})
    add(commune, "follow_up", {**wish, "person_id": zalo.person, "status": "taken", "taker_id": hoa.person})
    add(commune, "follow_up", {**wish, "person_id": zalo.person, "status": "open", "skills": ["ai"]})
    chats.link(lan, zalo)
    found = [(row["person_id"], row["status"]) for row in commune.rows("follow_up")]
    assert found == [(lan.person, "cancelled"), (lan.person, "taken"), (lan.person, "open")]


def test_roles_in_different_teams_are_united(commune: Commune, chats: Chats) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    member(commune, zalo, "coordinator", team=2)
    linked = chats.link(hoa, zalo)
    assert roles(commune, hoa) == [(1, "volunteer"), (2, "coordinator")]
    assert linked.united.asked == ()


def test_the_same_role_twice_is_held_once_since_the_first_day(
    commune: Commune, chats: Chats, clock: SettableClock
) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    clock.move(HOUR)
    member(commune, zalo, "volunteer")
    since = next(row["since"] for row in commune.rows("member") if row["person_id"] == hoa.person)
    chats.link(zalo, hoa)
    held = [row for row in commune.rows("member") if row["person_id"] == hoa.person and row["until"] is None]
    assert [row["since"] for row in held] == [since]


@pytest.mark.parametrize("older_leads", [True, False])
def test_a_role_is_never_raised_by_linking(commune: Commune, chats: Chats, *, older_leads: bool) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    for who, role in ((hoa, "coordinator"), (zalo, "volunteer")) if older_leads else ((zalo, "coordinator"),):
        member(commune, who, role)
    linked = chats.link(hoa, zalo)
    assert roles(commune, hoa) == [(1, "volunteer")]
    assert linked.united.asked == ("Tổ Bản Mẫu",)
    (request,) = commune.rows("join_request")
    assert (request["person_id"], request["role"], request["status"]) == (hoa.person, "coordinator", "waiting")
    minh = chats.speaker("Minh")
    told = [row["person_id"] for row in commune.rows("due") if row["rule"] == f"join-asked:{request['id']}"]
    assert told == [minh.person]
    act = Act(person=minh.person, roles=commune.roles("Minh"), now=commune.clock(), today=commune.today)
    commune.database.write_now(lambda tx: membership.settle(tx, act, request["id"], approve=True))
    assert roles(commune, hoa) == [(1, "coordinator")]


def test_a_team_is_not_left_without_a_coordinator(commune: Commune, chats: Chats) -> None:
    minh, zalo = chats.speaker("Minh"), chats.speaker("z1", "zalo")
    member(commune, zalo, "volunteer")
    offer = chats.take(zalo, chats.code(minh))
    before = commune.database.read_now(everything)
    with pytest.raises(KnownError, match="last coordinator"):
        chats.confirm(zalo, offer.code)
    assert commune.database.read_now(everything) == before


def test_two_requests_to_join_the_same_team_are_one(commune: Commune, chats: Chats) -> None:
    lan, zalo = chats.speaker("Lan"), chats.speaker("z1", "zalo")
    for number, who in enumerate((zalo, lan)):
        row = {"team_id": 1, "person_id": who.person, "role": "volunteer", "asked_at": T0 + number * HOUR}
        add(commune, "join_request", {**row, "status": "waiting"}, {**row, "status": "refused"})
    chats.link(lan, zalo)
    found = [(row["person_id"], row["status"], row["asked_at"]) for row in commune.rows("join_request")]
    assert sorted(found) == [
        (lan.person, "refused", T0),
        (lan.person, "refused", T0 + HOUR),
        (lan.person, "waiting", T0),
    ]


def agree(commune: Commune, who: Speaker, *purposes: str, at: datetime) -> None:
    def work(tx: Transaction) -> None:
        for purpose in purposes:
            consents.give(tx, who, purpose, name="Người khác", now=at)

    commune.database.write_now(work)


def given(commune: Commune, who: Speaker) -> set[str]:
    return set(commune.database.read_now(lambda tx: consents.given(tx, who.person)))


def test_a_purpose_withdrawn_later_stays_withdrawn(commune: Commune, chats: Chats) -> None:
    first, zalo, start = chats.speaker("t1", "telegram"), chats.speaker("z1", "zalo"), commune.clock()
    agree(commune, first, "learn", "remind", at=start)
    agree(commune, zalo, "learn", "report", "remind", at=start)
    commune.database.write_now(lambda tx: consents.withdraw(tx, zalo.person, "remind", start + HOUR))
    chats.link(first, zalo)
    assert given(commune, first) == {"learn", "report"}
    assert len(commune.rows("consent")) - 15 == 5, "the proofs stay"


def test_a_purpose_given_after_it_was_withdrawn_elsewhere_stands(commune: Commune, chats: Chats) -> None:
    first, zalo, start = chats.speaker("t1", "telegram"), chats.speaker("z1", "zalo"), commune.clock()
    agree(commune, zalo, "learn", "remind", at=start)
    commune.database.write_now(lambda tx: consents.withdraw(tx, zalo.person, "remind", start + HOUR))
    agree(commune, first, "learn", "remind", at=start + 2 * HOUR)
    assert chats.link(zalo, first).united.name == "Người khác"
    assert given(commune, first) == {"learn", "remind"}


def test_who_withdrew_everything_later_has_given_nothing_and_no_name_is_kept(commune: Commune, chats: Chats) -> None:
    first, zalo, start = chats.speaker("t1", "telegram"), chats.speaker("z1", "zalo"), commune.clock()
    agree(commune, first, "learn", "report", at=start)
    agree(commune, zalo, "learn", at=start)
    commune.database.write_now(lambda tx: consents.withdraw(tx, zalo.person, None, start + HOUR))
    assert chats.link(first, zalo).united.name == ""
    assert given(commune, first) == set()


@pytest.mark.parametrize("quiet", ["Hoa", "z1"])
def test_silence_stays_if_either_wants_it(commune: Commune, chats: Chats, quiet: str) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    who = hoa if quiet == "Hoa" else zalo
    commune.database.write_now(lambda tx: profile.set_quiet(tx, who.person, quiet=True))
    commune.database.write_now(lambda tx: profile.set_address(tx, zalo.person, "co"))
    one = chats.link(hoa, zalo).united
    assert (one.quiet, one.address, one.name) == (True, "co", "Hoa")
    assert chats.speaker("z1", "zalo").quiet


def test_wrong_codes_of_both_count_together(commune: Commune, chats: Chats) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    now = commune.clock()
    for who in (hoa, zalo, zalo):
        try_code(commune, who, now)
    chats.link(hoa, zalo)
    assert len(commune.database.read_now(lambda tx: joining.attempts_of(tx, hoa.person, T0))) == 3


def form(said_at: str, **answers: Any) -> FormState:
    return FormState(form="outreach", version="1", said_at=said_at, answers=answers)


def test_the_newest_open_report_stays_open_and_no_other_is_lost() -> None:
    old, newer, newest, aside = form("1"), form("2"), form("3"), form("0")
    mine, other = State(form=newer, draft=old, question="?"), State(form=newest, draft=aside, taught=True)
    one = united(mine, other)
    assert (one.form, one.draft, one.shelf) == (newest, newer, (old, aside))
    assert (one.question, one.taught) == ("?", True)
    again = State.from_json(one.to_json())
    assert again == one
    again.draft = None
    assert State.from_json(again.to_json()).draft == old, "it comes from the shelf when there is room"


def test_a_report_put_aside_is_not_opened_by_linking() -> None:
    one = united(State(lesson=None), State(draft=form("1"), lesson=LessonState(lesson="L1"), awaited={"for": "name"}))
    assert (one.form, one.draft, one.awaited) == (None, form("1"), None)
    assert one.lesson == LessonState(lesson="L1")
