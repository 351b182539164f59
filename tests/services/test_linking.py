import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.core.conversation import State
from bot.core.errors import KnownError
from bot.core.people import Speaker
from bot.library import Library
from bot.services import codes, linking, teams
from bot.services.codes import PERSON_ATTEMPTS, WRONG
from bot.services.linking import LIFE, OLD, ONE, OWN, masked
from bot.storage.database import Database, Transaction
from tests.dialogue import everything
from tests.fakes.clock import SettableClock
from tests.services.chats import Chats, refused
from tests.services.commune import Commune

MINUTE = timedelta(minutes=1)
PATIENCE = 50_000  # looks at who waits


@pytest.fixture
def chats(commune: Commune) -> Chats:
    return Chats(commune)


def test_two_chats_become_one_person(commune: Commune, chats: Chats) -> None:
    commune.file("Hoa")
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    offer = chats.take(zalo, chats.code(hoa))
    assert (offer.name, offer.channel) == ("H••", "web")
    assert chats.speaker("z1", "zalo").person != hoa.person, "nothing is joined before it is confirmed"

    linked = chats.confirm(zalo, offer.code)
    assert (linked.channel, linked.contact) == ("web", hoa.contact)
    assert chats.speaker("z1", "zalo").person == chats.speaker("Hoa").person == linked.united.person == hoa.person
    assert linked.united.name == "Hoa"
    assert commune.roles("Hoa")[0].role == "volunteer"
    assert zalo.person not in [row["id"] for row in commune.rows("person")]
    assert zalo.person not in [row["person_id"] for row in commune.rows("conversation")]
    note = commune.rows("audit")[-1]
    assert (note["action"], note["subject"], note["before"]) == ("link", "person", {"person": zalo.person})


def test_who_was_known_first_stays_whichever_chat_shows_the_code(chats: Chats) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    assert chats.link(zalo, hoa).united.person == hoa.person
    assert chats.speaker("z1", "zalo").person == hoa.person


def test_only_the_hash_of_a_code_is_kept(commune: Commune, chats: Chats) -> None:
    code = chats.code(chats.speaker("Hoa"))
    (row,) = commune.rows("link_code")
    assert row["code_hash"] == commune.database.read_now(lambda tx: codes.hashed(tx, code))
    kept = str(commune.database.read_now(everything))
    assert code not in kept
    assert code.replace("-", "") not in kept


def test_a_code_works_once_for_the_first_chat_that_types_it(chats: Chats) -> None:
    hoa, zalo, other = chats.speaker("Hoa"), chats.speaker("z1", "zalo"), chats.speaker("t1", "telegram")
    code = chats.code(hoa)
    offer = chats.take(zalo, code)
    assert refused(lambda: chats.take(other, code)) == OLD
    assert refused(lambda: chats.confirm(other, offer.code)) == OLD
    assert chats.take(zalo, code) == offer  # typed twice
    chats.confirm(zalo, offer.code)
    assert refused(lambda: chats.confirm(chats.speaker("z1", "zalo"), offer.code)) == OLD
    assert refused(lambda: chats.take(other, code)) == OLD
    assert refused(lambda: chats.take(chats.speaker("z1", "zalo"), code)) == ONE


def test_a_code_lives_fifteen_minutes(chats: Chats, clock: SettableClock) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    code = chats.code(hoa)
    clock.move(LIFE - MINUTE)
    offer = chats.take(zalo, code)
    clock.move(MINUTE)
    assert refused(lambda: chats.confirm(zalo, offer.code)) == OLD
    assert refused(lambda: chats.take(zalo, code)) == OLD


def test_a_new_code_ends_the_one_before_it(chats: Chats) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    first = chats.code(hoa)
    second = chats.code(hoa)
    assert refused(lambda: chats.take(zalo, first)) == OLD
    assert chats.take(zalo, second).channel == "web"


def test_nobody_is_linked_to_themselves(chats: Chats) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    code = chats.code(hoa)
    assert refused(lambda: chats.take(hoa, code)) == OWN
    chats.link(hoa, zalo)
    here, there = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    code = chats.code(here)
    assert refused(lambda: chats.take(there, code)) == ONE


def test_a_refused_code_is_spent(commune: Commune, chats: Chats) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    code = chats.code(hoa)
    offer = chats.take(zalo, code)
    commune.database.write_now(lambda tx: linking.refuse(tx, zalo, offer.code, commune.clock()))
    assert refused(lambda: chats.confirm(zalo, offer.code)) == OLD
    assert refused(lambda: chats.take(zalo, code)) == OLD
    assert chats.speaker("z1", "zalo").person == zalo.person


def test_wrong_codes_of_both_kinds_count_together(commune: Commune, chats: Chats, clock: SettableClock) -> None:
    zalo, code = chats.speaker("z1", "zalo"), chats.code(chats.speaker("Hoa"))

    def meant(tried: str) -> str:
        def work(tx: Transaction) -> str:
            try:
                return codes.meant(tx, zalo.person, tried, clock())
            except KnownError as known:
                return known.say

        return commune.database.write_now(work)

    assert meant(code.lower()) == "link"
    for _ in range(PERSON_ATTEMPTS):
        assert meant("22222-22222") == WRONG
    assert "Several codes" in meant(code)
    clock.move(codes.PERSON_SPAN)
    invitation = commune.database.write_now(
        lambda tx: teams.invite(tx, team="Tổ Bản Mẫu", role="volunteer", uses=1, days=7, now=clock())
    )
    assert meant(invitation) == "invitation"


@pytest.mark.parametrize(
    ("name", "shown"), [("Nguyễn Thị Hoa", "H••"), ("Đỗ", "Đ••"), ("  ánh ", "Á••"), ("", ""), ("🙂", ""), ("***", "")]
)
def test_a_name_is_shown_by_one_letter(name: str, shown: str) -> None:
    assert masked(name) == shown


def test_two_who_link_each_other_at_once_are_linked_once(chats: Chats) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    offers = [
        (zalo, chats.take(zalo, chats.code(hoa)).code),
        (hoa, chats.take(hoa, chats.code(zalo)).code),
    ]
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def act(by: Speaker, code: int) -> None:
        ready.wait()
        try:
            chats.confirm(by, code)
            outcomes.append("linked")
        except KnownError as known:
            outcomes.append(known.say)

    threads = [threading.Thread(target=act, args=offer) for offer in offers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(outcomes) == 2
    assert outcomes.count("linked") == 1
    assert chats.speaker("z1", "zalo").person == chats.speaker("Hoa").person == hoa.person


def test_a_message_that_waited_for_the_linking_is_the_one_persons(
    postgres_url: str, library: Library, clock: SettableClock
) -> None:
    """On PostgreSQL a turn waits for the conversation that is deleted under it."""
    commune = Commune(Database(postgres_url), library, clock).build()
    chats, merged = Chats(commune), threading.Event()
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    offer = chats.take(zalo, chats.code(hoa))
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    def link(tx: Transaction) -> None:
        linking.confirm(tx, zalo, offer.code, State(), now=clock(), today=commune.today)
        merged.set()
        for _ in range(PATIENCE):
            tx.connection.execute(text("SELECT pg_stat_clear_snapshot()"))
            if tx.connection.scalar(text(blocked)):
                waited.append(True)
                return

    found: list[int] = []
    waited: list[bool] = []

    def speak() -> None:
        merged.wait()
        found.append(chats.speaker("z1", "zalo").person)

    threads = [threading.Thread(target=commune.database.write_now, args=(link,)), threading.Thread(target=speak)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert waited
    assert found == [hoa.person]
    commune.database.close()
