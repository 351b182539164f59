import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import KnownError, SetupFault
from bot.core.messages import InboundMessage
from bot.core.people import TeamRole
from bot.services import teams
from bot.services.codes import ALPHABET, CODE_LENGTH, looks_like_code
from bot.storage import people
from tests.services.commune import Commune


def invite(commune: Commune, *, role: TeamRole = "volunteer", uses: int = 1, days: int = 7, team: str = "TM") -> str:
    now = commune.clock()
    return commune.database.write_now(lambda tx: teams.invite(tx, team=team, role=role, uses=uses, days=days, now=now))


def join(commune: Commune, name: str, code: str) -> str:
    person, now = commune.persons[name], commune.clock()
    return commune.database.write_now(lambda tx: teams.join(tx, person=person, code=code, now=now).name)


def held(commune: Commune, name: str) -> list[tuple[int, str]]:
    return [(role.team, role.role) for role in commune.roles(name)]


def test_a_code_gives_its_role_in_its_team_once(commune: Commune) -> None:
    code = invite(commune)
    assert join(commune, "Lan", code) == "Tổ Bản Mẫu"
    assert held(commune, "Lan") == [(1, "volunteer")]
    with pytest.raises(KnownError):
        join(commune, "Xa", code)
    assert held(commune, "Xa") == [(2, "coordinator")]


def test_a_code_is_used_as_often_as_it_says(commune: Commune) -> None:
    commune.persons["Páo2"] = _newcomer(commune, "Páo2")
    code = invite(commune, uses=2)
    join(commune, "Lan", code)
    join(commune, "Lan", code)  # who is in already uses nothing up
    join(commune, "Xa", code)
    assert commune.rows("invite")[0]["uses_left"] == 0
    assert join(commune, "Lan", code) == "Tổ Bản Mẫu"  # a page that is loaded again says the code again
    with pytest.raises(KnownError):
        join(commune, "Páo2", code)


def test_a_code_ends(commune: Commune) -> None:
    code = invite(commune, days=7)
    commune.clock.move(timedelta(days=7))
    with pytest.raises(KnownError):
        join(commune, "Lan", code)
    commune.clock.move(timedelta(seconds=-1))
    join(commune, "Lan", code)


def test_a_code_raises_a_role_and_never_lowers_one(commune: Commune) -> None:
    join(commune, "Minh", invite(commune, role="volunteer"))
    assert held(commune, "Minh") == [(1, "coordinator")]
    join(commune, "Hoa", invite(commune, role="coordinator"))
    assert held(commune, "Hoa") == [(1, "coordinator")]
    ended = [row for row in commune.rows("member") if row["until"] is not None]
    assert [(row["person_id"], row["role"]) for row in ended] == [(commune.persons["Hoa"], "volunteer")]


def test_fifty_at_once_use_a_code_no_more_than_it_may_be(commune: Commune) -> None:
    code = invite(commune, uses=3)
    names = ["Lan", "Xa", *(f"p{number}" for number in range(48))]
    for name in names[2:]:
        commune.persons[name] = _newcomer(commune, name)

    def attempt(name: str) -> bool:
        try:
            join(commune, name, code)
        except KnownError:
            return False
        return True

    with ThreadPoolExecutor(25) as pool:
        assert sum(pool.map(attempt, names)) == 3
    assert commune.rows("invite")[0]["uses_left"] == 0
    assert len([row for row in commune.rows("member") if row["team_id"] == 1]) == 3 + 3


def _newcomer(commune: Commune, name: str) -> int:
    hello = InboundMessage(channel="web", chat=name, external_id="")
    return commune.database.write_now(lambda tx: people.add_speaker(tx, hello, locale="vi", now=commune.clock()).person)


def test_the_database_does_not_know_the_code(commune: Commune) -> None:
    code = invite(commune)
    (row,) = commune.rows("invite")
    plain = code.replace("-", "")
    assert row["code_hash"] == hashlib.sha256(plain.encode()).hexdigest()
    assert plain not in str(row)
    assert code not in str(row)


def test_a_code_has_signs_that_cannot_be_mistaken(commune: Commune) -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert not set(ALPHABET) & set("01OIL")
    codes = {invite(commune) for _ in range(20)}
    assert len(codes) == 20
    assert all(re.fullmatch(f"[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}", code) for code in codes)


def test_a_code_is_taken_as_people_type_it(commune: Commune) -> None:
    code = invite(commune, uses=4)
    assert {join(commune, "Lan", typed) for typed in (code, code.lower(), code.replace("-", " "), f" {code} ")} == {
        "Tổ Bản Mẫu"
    }
    with pytest.raises(KnownError):
        join(commune, "Xa", "2" * CODE_LENGTH)


def test_an_unknown_team_is_told_with_those_there_are(commune: Commune) -> None:
    with pytest.raises(SetupFault, match="Tổ Bản Mẫu, Tổ Khác"):
        invite(commune, team="Tổ Lạ")
    assert commune.rows("invite") == []


def test_places_are_named_as_people_say_them(commune: Commune) -> None:
    places = commune.database.read_now(lambda tx: teams.places(tx, 1))
    assert [place.label for place in places] == [f"Thôn {number}" for number in range(1, 9)]
    assert places[2].words == ("3", "t3", "t 3")
    assert [place.label for place in commune.database.read_now(lambda tx: teams.places(tx, 2))] == ["Bản Xa"]
    assert commune.database.read_now(lambda tx: teams.places(tx, 99)) == ()


@given(st.text(ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_every_code_looks_like_one(code: str) -> None:
    assert looks_like_code(code)
    assert looks_like_code(f"{code[:5].lower()}-{code[5:]}")
    assert not looks_like_code(code[1:])
    assert not looks_like_code("cam nhac hay")
    assert not looks_like_code(code + "2")


@pytest.mark.parametrize("text", ["", "bao cao", "0912345678", "ABCDE-FGHI0", "mười ký tự"])
def test_other_texts_look_like_no_code(text: str) -> None:
    assert not looks_like_code(text)
