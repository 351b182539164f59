import pytest

from bot.core.payload import LIMIT, Payload, make, number, parse


def test_what_is_made_is_read_again() -> None:
    assert parse(make("rep", "12=show")) == Payload("rep", "12=show")
    with pytest.raises(ValueError, match="does not fit"):
        make("rep", "x" * LIMIT)


@pytest.mark.parametrize("text", ["", "0", "x", "-1", "1.5", "12 ", "9" * 19])
def test_what_no_database_can_hold_is_nothing(text: str) -> None:
    assert number(text) == 0


def test_an_id_is_read() -> None:
    assert number("9" * 18) == 10**18 - 1
