"""Rows that are not sealed, or with an older key, are sealed with the newest: all of them, whenever it is killed."""

import hashlib
from contextlib import closing
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from bot.core.errors import SetupFault
from bot.core.keyring import CannotOpen, Keyring
from bot.library import Library
from bot.services import codes, teams
from bot.services.files import media
from bot.services.personal_data import key_rotation
from bot.storage import joining, people, resealing
from bot.storage.database import Database, Transaction
from tests.fakes.clock import SettableClock
from tests.services.commune import TEAM, Commune

OLD, NEW = b"an old key that is long enough to be one", b"a new key that is long enough to be one!"
TODAY = date(2026, 11, 22)


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock) -> Commune:
    """As a program without keys left it: everything can be read."""
    made = Commune(database, library, clock).build()
    made.file("Hoa", note="mưa to")
    name = database.write_now(lambda tx: media.promise(tx, kind="a", label="b", recipe={"svg": "<x>"}, now=clock()))
    keep = "UPDATE media SET content = :content"
    database.write_now(lambda tx: tx.connection.execute(text(keep), {"content": b"Hoa, Lan" * 40}))
    assert name
    return made


def stored(database: Database) -> list[Any]:
    """Every value of every sealed column, as it stands there."""

    def work(tx: Transaction) -> list[Any]:
        queries = [f'SELECT "{each.name}" FROM "{each.table.name}"' for each in resealing.columns()]  # noqa: S608
        values = [value for query in queries for value in tx.connection.exec_driver_sql(query).scalars()]
        return [bytes(each).decode("latin-1") if not isinstance(each, str) else each for each in values if each]

    return database.read_now(work)


def names(database: Database, commune: Commune) -> list[str]:
    wanted = list(commune.persons.values())
    return [row.name for row in database.read_now(lambda tx: people.persons(tx, wanted)).values()]


def seal(url: str, *keys: bytes) -> dict[str, int]:
    ring = Keyring(keys)
    with closing(Database(url, ring)) as database:
        return key_rotation.seal_all(database, ring.mark, today=TODAY, anew=True)


def test_rows_of_an_older_program_are_sealed_and_read_the_same(commune: Commune) -> None:
    plain, before = stored(commune.database), names(commune.database, commune)
    assert not any(value.startswith("~") for value in plain)
    found = seal(commune.database.url, OLD)
    assert sum(found.values()) == len(plain)
    assert all(value.startswith(Keyring([OLD]).mark) for value in stored(commune.database))
    with closing(Database(commune.database.url, Keyring([OLD]))) as opened:
        assert names(opened, commune) == before
        assert opened.read_now(lambda tx: resealing.is_done(tx, Keyring([OLD]).mark))
    assert seal(commune.database.url, OLD) == {}


def test_codes_given_out_before_the_key_was_renewed_still_work(commune: Commune) -> None:
    """Made without a key, with the former one, with the newest: each finds its row, and none is a plain hash again."""
    url, given = commune.database.url, []
    for keys in ([], [OLD], [NEW, OLD]):
        with closing(Database(url, Keyring(keys) if keys else None)) as database:
            invite = partial(teams.invite, team=TEAM, role="volunteer", uses=1, days=7, now=commune.clock())
            given.append(database.write_now(invite))
    with closing(Database(url, Keyring([NEW, OLD]))) as database:
        for code in given:
            assert database.read_now(partial(found, code=code))
    plain = {hashlib.sha256(code.replace("-", "").encode()).hexdigest() for code in given}
    assert len(plain & {row["code_hash"] for row in commune.rows("invite")}) == 1


def found(tx: Transaction, code: str) -> bool:
    return joining.any_invite(tx, codes.hashes(tx, code)) is not None


@pytest.mark.fault("the program is killed while rows are sealed with a new key", "at every portion")
def test_killed_after_any_portion_it_goes_on_and_loses_nothing(
    commune: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = names(commune.database, commune)
    seal(commune.database.url, OLD)
    monkeypatch.setattr(resealing, "PORTION", 2)
    portion, left = resealing.portion, [0]

    def killed(tx: Transaction, column: Any, after: Any) -> tuple[Any, int]:
        found = portion(tx, column=column, after=after)
        left[0] -= 1
        if left[0] < 0:
            raise InterruptedError
        return found

    monkeypatch.setattr(resealing, "portion", killed)
    tries = 0
    for number in range(40):
        left[0], tries = number % 3, tries + 1
        try:
            seal(commune.database.url, NEW, OLD)
            break
        except InterruptedError:
            with closing(Database(commune.database.url, Keyring([NEW, OLD]))) as half:
                assert names(half, commune) == before
    left[0] = 1000
    seal(commune.database.url, NEW, OLD)
    assert tries > 3
    assert all(value.startswith(Keyring([NEW]).mark) for value in stored(commune.database))


def test_a_program_that_runs_meanwhile_reads_what_the_new_key_sealed(commune: Commune) -> None:
    before = names(commune.database, commune)
    seal(commune.database.url, OLD)
    with closing(Database(commune.database.url, Keyring([OLD], again=lambda: [NEW, OLD]))) as running:
        seal(commune.database.url, NEW, OLD)
        assert names(running, commune) == before


def test_with_another_key_it_does_not_start_and_says_why(commune: Commune) -> None:
    seal(commune.database.url, OLD)
    with closing(Database(commune.database.url, Keyring([NEW]))) as lost:
        with pytest.raises(SetupFault, match=r"secret\.key"):
            key_rotation.refuse_strange(lost)
        with pytest.raises(CannotOpen):
            names(lost, commune)
        found = {each.column: each for each in key_rotation.standing(lost, lost_mark(), Keyring([NEW]).marks)}
    assert found["person.name"].lost == len(commune.persons)
    with closing(Database(commune.database.url, Keyring([OLD]))) as right:
        key_rotation.refuse_strange(right)
        assert key_rotation.standing(right, Keyring([OLD]).mark, Keyring([OLD]).marks) == []


def lost_mark() -> str:
    return Keyring([NEW]).mark


def test_a_damaged_row_is_noticed(commune: Commune) -> None:
    seal(commune.database.url, OLD)
    ring = Keyring([OLD])
    damaged = {"name": ring.seal("Hoa", b"certificate.name"), "id": commune.persons["Hoa"]}
    with closing(Database(commune.database.url, ring)) as database:
        moved = text("UPDATE person SET name = :name WHERE id = :id")
        database.write_now(lambda tx: tx.connection.execute(moved, damaged))
        (found,) = key_rotation.standing(database, ring.mark, ring.marks)
    assert (found.column, found.damaged, found.lost) == ("person.name", True, 0)
