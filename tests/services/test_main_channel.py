"""Where unasked messages go, and chats that are let go."""

import pytest

from bot.core.channel import SendFailure
from bot.core.messages import InboundMessage, Kind, Reply
from bot.core.people import Speaker
from bot.sender import note_failure
from bot.services import contacts, linking, teams
from bot.services.linking import GONE, OLD, Chat
from bot.storage import claiming, messages, people
from bot.storage.database import Transaction
from tests.dialogue import everything
from tests.fakes.clock import SettableClock
from tests.services.chats import Chats, refused
from tests.services.commune import Commune


@pytest.fixture
def chats(commune: Commune) -> Chats:
    return Chats(commune)


def all_chats(commune: Commune, of: Speaker) -> list[Chat]:
    return commune.database.read_now(lambda tx: linking.chats(tx, of))


def main_of(commune: Commune, person: int) -> int | None:
    return commune.database.read_now(lambda tx: people.preferred_contacts(tx, [person]).get(person))


def wait_for(commune: Commune, contact: int, *, unasked: bool) -> None:
    outgoing = messages.Outgoing(contact=contact, reply=Reply(text="Chào"), unasked=unasked)
    commune.database.write_now(lambda tx: messages.put_out(tx, outgoing, commune.clock()))


def test_unasked_messages_go_to_the_main_channel_and_to_the_next_when_it_is_gone(
    commune: Commune, chats: Chats, clock: SettableClock
) -> None:
    hoa, zalo, telegram = chats.speaker("Hoa"), chats.speaker("z1", "zalo"), chats.speaker("t1", "telegram")
    chats.link(hoa, zalo)
    chats.link(chats.speaker("Hoa"), telegram)
    assert main_of(commune, hoa.person) == telegram.contact, "the newest one, until one is chosen"
    here = chats.speaker("z1", "zalo")
    assert commune.database.write_now(lambda tx: linking.prefer(tx, here, zalo.contact, clock())).channel == "zalo"
    assert main_of(commune, hoa.person) == zalo.contact
    assert [(chat.channel, chat.main, chat.here) for chat in all_chats(commune, here)] == [
        ("web", False, False),
        ("zalo", True, True),
        ("telegram", False, False),
    ]
    wait_for(commune, zalo.contact, unasked=True)
    wait_for(commune, zalo.contact, unasked=False)
    blocked = InboundMessage(channel="zalo", chat="z1", external_id="", kind=Kind.STOPPED)
    commune.database.write_now(lambda tx: contacts.set_reachable(tx, zalo.contact, blocked, clock()))
    assert main_of(commune, hoa.person) == telegram.contact
    waits = {row["contact_id"]: row["status"] for row in commune.rows("outbox")}
    assert waits == {telegram.contact: "pending", zalo.contact: "dropped"}
    assert not all_chats(commune, here)[1].reachable


def test_nobody_chooses_or_unlinks_the_chat_of_somebody_else(commune: Commune, chats: Chats) -> None:
    hoa, minh = chats.speaker("Hoa"), chats.speaker("Minh")
    before = commune.database.read_now(everything)
    for act in (linking.prefer, linking.unlink):
        for contact in (minh.contact, 0, 10**17):
            call = lambda tx, act=act, contact=contact: act(tx, hoa, contact, commune.clock())  # noqa: E731
            assert refused(lambda call=call: commune.database.write_now(call)) == GONE  # type: ignore[misc]
    assert commune.database.read_now(everything) == before


def test_an_unlinked_chat_is_a_new_person_with_nothing(commune: Commune, chats: Chats) -> None:
    commune.file("Hoa")
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    linked = chats.link(hoa, zalo)
    wait_for(commune, zalo.contact, unasked=True)
    one = chats.speaker("z1", "zalo")
    code = chats.code(one)
    freed, person = commune.database.write_now(lambda tx: linking.unlink(tx, one, zalo.contact, commune.clock()))
    assert freed.here
    now = chats.speaker("z1", "zalo")
    assert (now.person, now.name) == (person, "")
    assert person not in {linked.united.person, zalo.person}
    assert commune.database.read_now(lambda tx: teams.roles(tx, person)) == ()
    assert commune.roles("Hoa")
    assert {row["person_id"] for row in commune.rows("report")} == {hoa.person}
    assert [row["contact_id"] for row in commune.rows("outbox") if row["unasked"]] == [hoa.contact]
    assert [row for row in commune.rows("consent") if row["person_id"] == person] == []
    assert commune.rows("audit")[-1]["action"] == "unlink"
    assert refused(lambda: chats.take(chats.speaker("t1", "telegram"), code)) == OLD, "its codes went with it"


def test_the_last_chat_cannot_be_unlinked(commune: Commune, chats: Chats) -> None:
    hoa = chats.speaker("Hoa")
    said = refused(lambda: commune.database.write_now(lambda tx: linking.unlink(tx, hoa, hoa.contact, commune.clock())))
    assert "only chat" in said


@pytest.mark.parametrize(("unasked", "status"), [(True, "pending"), (False, "failed")])
def test_what_a_blocked_chat_did_not_take_goes_to_the_next_one_if_nobody_asked_for_it(
    commune: Commune, chats: Chats, clock: SettableClock, *, unasked: bool, status: str
) -> None:
    hoa, zalo = chats.speaker("Hoa"), chats.speaker("z1", "zalo")
    chats.link(hoa, zalo)
    wait_for(commune, zalo.contact, unasked=unasked)

    def fail(tx: Transaction) -> None:
        (message,) = claiming.claim(tx, owner="a:1:2", limit=1, now=clock())
        note_failure(tx, message, SendFailure(reason="blocked", unreachable=True), clock())

    commune.database.write_now(fail)
    (row,) = commune.rows("outbox")
    assert row["status"] == status
    assert row["contact_id"] == (hoa.contact if unasked else zalo.contact)
    assert main_of(commune, hoa.person) == hoa.contact
