from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from bot.core.errors import KnownError, NotAllowed
from bot.core.messages import InboundMessage
from bot.services import invitations, membership, news, teams
from bot.services.codes import ALL_ATTEMPTS
from bot.services.membership import Act
from bot.services.teams import Joined
from bot.storage import people
from bot.storage.database import Transaction
from tests.services.commune import Commune

WRONG = "22222-22222"


def act(commune: Commune, name: str) -> Act:
    return Act(person=commune.persons[name], roles=commune.roles(name), now=commune.clock(), today=commune.today)


def invite(commune: Commune, **more: Any) -> str:
    wanted = {"team": "TM", "role": "volunteer", "uses": 1, "days": 7, "now": commune.clock(), **more}
    return commune.database.write_now(lambda tx: teams.invite(tx, **wanted))


def join(commune: Commune, name: str, code: str) -> Joined | str:
    """What came of it, or the sentence that was said: as in the dialogue, a refusal keeps what was noted."""

    def work(tx: Transaction) -> Joined | str:
        try:
            return teams.join(tx, person=commune.persons[name], code=code, now=commune.clock())
        except KnownError as known:
            return known.say

    return commune.database.write_now(work)


def newcomers(commune: Commune, many: int) -> list[str]:
    names = [f"p{number}" for number in range(many)]

    def work(tx: Transaction) -> None:
        for name in names:
            hello = InboundMessage(channel="web", chat=name, external_id="")
            commune.persons[name] = people.add_speaker(tx, hello, locale="vi", now=commune.clock()).person

    commune.database.write_now(work)
    return names


def audit(commune: Commune) -> list[tuple[str, Any, Any]]:
    return [(row["action"], row["person_id"], row["after"]) for row in commune.rows("audit")]


def test_who_waits_has_no_role_until_a_coordinator_says_yes(commune: Commune) -> None:
    code = invite(commune, uses=2, approve=True)
    assert join(commune, "Lan", code) == Joined(team=1, name="Tổ Bản Mẫu", waiting=True)
    assert join(commune, "Lan", code) == Joined(team=1, name="Tổ Bản Mẫu", waiting=True)
    assert commune.rows("invite")[0]["uses_left"] == 1
    assert commune.roles("Lan") == ()
    minh = act(commune, "Minh")
    waiting = commune.database.read_now(lambda tx: membership.waiting(tx, minh, 1))
    assert [each.name for each in waiting] == ["Lan"]
    assert [(row["rule"], row["person_id"]) for row in commune.rows("due")] == [
        ("join-asked:1", commune.persons["Minh"])
    ]
    commune.database.write_now(lambda tx: membership.settle(tx, minh, 1, approve=True))
    assert [role.role for role in commune.roles("Lan")] == ["volunteer"]
    with pytest.raises(KnownError, match="answered already"):
        commune.database.write_now(lambda tx: membership.settle(tx, minh, 1, approve=False))
    assert [row["rule"] for row in commune.rows("due")] == ["join-asked:1", "join-settled:1"]
    assert [action for action, *_ in audit(commune)] == ["invite", "ask to join", "approve"]


@pytest.mark.parametrize("name", ["Hoa", "Xa", "Lan"])
def test_only_a_coordinator_of_that_team_may(commune: Commune, name: str) -> None:
    join(commune, "Lan", invite(commune, approve=True))
    me, hoa = act(commune, name), commune.persons["Hoa"]
    for step in (
        lambda tx: membership.settle(tx, me, 1, approve=True),
        lambda tx: membership.pending(tx, me, 1),
        lambda tx: membership.remove(tx, me, 1, hoa),
        lambda tx: membership.hand_over(tx, me, 1, hoa),
        lambda tx: membership.invite(tx, me, 1, role="coordinator", uses=1, approve=False),
    ):
        with pytest.raises(NotAllowed):
            commune.database.write_now(step)
    assert commune.database.read_now(lambda tx: membership.waiting(tx, me, 1)) == []
    assert commune.roles("Lan") == ()


def test_a_role_that_was_taken_in_between_is_no_role(commune: Commune) -> None:
    """The roles of the turn were read before somebody else's step was committed."""
    minh, hoa = act(commune, "Minh"), commune.persons["Hoa"]
    commune.database.write_now(lambda tx: membership.hand_over(tx, minh, 1, hoa))
    with pytest.raises(NotAllowed):
        commune.database.write_now(lambda tx: membership.remove(tx, minh, 1, hoa))
    assert [role.role for role in commune.roles("Hoa")] == ["coordinator"]
    assert [role.role for role in commune.roles("Minh")] == ["volunteer"]


def test_the_last_coordinator_stays_until_somebody_takes_over(commune: Commune) -> None:
    with pytest.raises(KnownError, match="last coordinator"):
        commune.database.write_now(lambda tx: membership.leave(tx, act(commune, "Minh"), 1))
    minh, hoa = act(commune, "Minh"), commune.persons["Hoa"]
    commune.database.write_now(lambda tx: membership.hand_over(tx, minh, 1, hoa))
    commune.database.write_now(lambda tx: membership.leave(tx, minh, 1))
    assert commune.roles("Minh") == ()
    assert [action for action, *_ in audit(commune)] == ["hand over", "leave"]


def test_two_coordinators_who_leave_at_once_do_not_both_leave(commune: Commune) -> None:
    join(commune, "Hoa", invite(commune, role="coordinator"))
    acts = [act(commune, "Minh"), act(commune, "Hoa")]

    def leave(me: Act) -> bool:
        try:
            commune.database.write_now(lambda tx: membership.leave(tx, me, 1))
        except KnownError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, acts)) == [False, True]


def test_who_was_removed_is_out_at_once_and_it_is_noted(commune: Commune) -> None:
    minh, hoa = act(commune, "Minh"), commune.persons["Hoa"]
    commune.database.write_now(lambda tx: membership.remove(tx, minh, 1, hoa))
    assert commune.roles("Hoa") == ()
    with pytest.raises(KnownError):
        commune.database.write_now(lambda tx: membership.remove(tx, minh, 1, hoa))
    assert audit(commune) == [("remove", commune.persons["Minh"], {"person": hoa, "role": None})]


def test_five_wrong_codes_of_a_person_in_a_quarter_of_an_hour(commune: Commune) -> None:
    code = invite(commune)
    said = [join(commune, "Lan", WRONG) for _ in range(7)]
    assert [str(each).startswith("This code is not valid") for each in said] == [True] * 5 + [False] * 2
    assert len(commune.rows("code_attempt")) == 5
    assert str(join(commune, "Lan", code)).startswith("Several codes")
    assert str(join(commune, "Hoa", WRONG)).startswith("This code is not valid")
    commune.clock.move(timedelta(minutes=15))
    assert isinstance(join(commune, "Lan", code), Joined)


def test_codes_that_ended_are_said_to_be_wrong_and_count(commune: Commune) -> None:
    used, old = invite(commune), invite(commune, days=1)
    join(commune, "Xa", used)
    commune.clock.move(timedelta(days=2))
    assert join(commune, "Lan", used) == join(commune, "Lan", old) == join(commune, "Lan", WRONG)
    assert len(commune.rows("code_attempt")) == 3


def test_a_hundred_wrong_codes_a_minute_of_everybody(commune: Commune) -> None:
    names, code = newcomers(commune, ALL_ATTEMPTS), invite(commune)
    assert all(str(join(commune, name, WRONG)).startswith("This code is not valid") for name in names)
    assert len(commune.rows("code_attempt")) == ALL_ATTEMPTS
    assert str(join(commune, "Lan", code)).startswith("Very many codes")
    commune.clock.move(timedelta(minutes=1))
    assert isinstance(join(commune, "Lan", code), Joined)


def test_fifty_at_once_ask_and_each_is_asked_about_once(commune: Commune) -> None:
    names, code = newcomers(commune, 50), invite(commune, uses=30, approve=True)
    with ThreadPoolExecutor(25) as pool:
        came = list(pool.map(lambda name: join(commune, name, code), names))
    assert sum(isinstance(each, Joined) for each in came) == 30
    assert len(commune.rows("join_request")) == len(commune.rows("due")) == 30
    assert commune.rows("invite")[0]["uses_left"] == 0
    minh = act(commune, "Minh")
    with ThreadPoolExecutor(25) as pool:
        list(
            pool.map(
                lambda row: commune.database.write_now(lambda tx: membership.settle(tx, minh, row["id"], approve=True)),
                commune.rows("join_request"),
            )
        )
    assert len(commune.database.read_now(lambda tx: membership.members(tx, minh, 1))) == 3 + 30


def test_links_are_those_that_are_known(commune: Commune) -> None:
    found = commune.database.read_now(lambda tx: invitations.links(tx, "ABCDE-FGHJK", ""))
    assert found == {}
    commune.database.write_now(lambda tx: invitations.remember_address(tx, "telegram", "old_bot"))
    commune.database.write_now(lambda tx: invitations.remember_address(tx, "telegram", "tungngo_bot"))
    found = commune.database.read_now(lambda tx: invitations.links(tx, "ABCDE-FGHJK", "https://a.vn"))
    assert found == {
        "web": "https://a.vn/?start=ABCDE-FGHJK",
        "telegram": "https://t.me/tungngo_bot?start=ABCDE-FGHJK",
    }
    assert commune.database.write_now(lambda tx: invitations.picture(tx, {}, now=commune.clock())) == ""
    name = commune.database.write_now(lambda tx: invitations.picture(tx, found, now=commune.clock()))
    assert len(name) == 32
    assert set(invitations.text_picture(found["web"])) == set("█▀▄ \n")


def test_the_news_of_joining_are_known_to_the_scheduler() -> None:
    assert {news.News.JOIN.value, news.News.JOINED.value} <= news.KINDS
