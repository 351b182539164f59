import hashlib

import pytest

from bot.core.keyring import MARK, CannotOpen, Keyring

OLD, NEW = b"an old key that is long enough to be one", b"a new key that is long enough to be one!"
PLACE = b"person.name"
NAME = "Đặng Thị Mỹ Hạnh"


def test_a_sealed_name_shows_nothing_and_opens_again() -> None:
    ring = Keyring([OLD])
    sealed = ring.seal(NAME, PLACE)
    assert sealed.startswith(ring.mark)
    assert NAME not in sealed
    assert ring.open(sealed, PLACE) == NAME
    assert ring.seal(NAME, PLACE) != sealed  # nobody sees that two are the same
    assert ring.seal("", PLACE) == ""


def test_files_are_sealed_as_bytes() -> None:
    ring = Keyring([OLD])
    content = bytes(range(256)) * 40
    sealed = ring.seal_bytes(content, PLACE)
    assert content[:16] not in sealed
    assert ring.open_bytes(sealed, PLACE) == content
    assert ring.open_bytes(b"%PDF-1.7 never sealed", PLACE) == b"%PDF-1.7 never sealed"
    with pytest.raises(CannotOpen):
        ring.open_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]), PLACE)
    with pytest.raises(CannotOpen):
        Keyring([NEW]).open_bytes(sealed, PLACE)


def test_what_was_changed_or_moved_or_is_of_another_key_does_not_open() -> None:
    ring = Keyring([OLD])
    sealed = ring.seal(NAME, PLACE)
    other = "A" if sealed[40] != "A" else "B"
    for value, place, opener in (
        (sealed[:40] + other + sealed[41:], PLACE, ring),
        (sealed, b"certificate.name", ring),
        (sealed[:-8], PLACE, ring),
        (sealed, PLACE, Keyring([NEW])),
    ):
        with pytest.raises(CannotOpen):
            opener.open(value, place)


@pytest.mark.parametrize("plain", [NAME, "~", "~12345678", "~deadbeef but longer than what is sealed would be", "{}"])
def test_what_was_written_before_stands_as_it_is(plain: str) -> None:
    assert Keyring([OLD]).open(plain, PLACE) == plain


def test_a_name_that_looks_sealed_is_sealed_too() -> None:
    ring = Keyring([OLD])
    hostile = ring.seal(NAME, PLACE)
    assert ring.open(ring.seal(hostile, PLACE), PLACE) == hostile


def test_an_older_key_opens_and_the_newest_seals() -> None:
    before, after = Keyring([OLD]), Keyring([NEW, OLD])
    assert after.open(before.seal(NAME, PLACE), PLACE) == NAME
    assert after.seal(NAME, PLACE)[:MARK] == Keyring([NEW]).mark
    assert after.marks == {before.mark, after.mark}


def test_a_digest_is_of_one_key_and_one_place() -> None:
    older, both = Keyring([OLD]), Keyring([NEW, OLD])
    newest, former = both.digests("ABCDEFGHJK", b"typed code")
    assert [former] == older.digests("ABCDEFGHJK", b"typed code")
    assert newest != former
    assert both.digests("ABCDEFGHJK", b"another place")[0] != newest
    assert hashlib.sha256(b"ABCDEFGHJK").hexdigest() not in (newest, former)


def test_a_running_program_learns_of_a_new_key_and_asks_once_for_a_strange_one() -> None:
    asked = []

    def again() -> list[bytes]:
        asked.append(1)
        return [NEW, OLD]

    running = Keyring([OLD], again=again)
    assert running.open(Keyring([NEW]).seal(NAME, PLACE), PLACE) == NAME
    assert running.mark == Keyring([NEW]).mark
    strange = Keyring([b"a key that nobody here has ever heard of"]).seal(NAME, PLACE)
    for _ in range(3):
        with pytest.raises(CannotOpen):
            running.open(strange, PLACE)
    assert len(asked) == 2
