from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from bot.core import certificates
from bot.core.certificates import Shown

KEY = b"k" * 32
SHOWN = Shown(
    number=12,
    title="Kỹ năng số hằng ngày",
    name="Nguyễn Thị Lan",
    team="Tổ Bản Mẫu",
    lessons=13,
    questions=39,
    right_answers=35,
    issued_on=date(2026, 11, 22),
    locale="vi",
)


def test_a_code_is_read_back_as_people_copy_it_from_paper() -> None:
    code = certificates.code_of(KEY, SHOWN)
    number, signature = code.split("-")
    assert certificates.is_genuine(KEY, SHOWN, signature)
    printed = certificates.printed(code)
    for typed in (code, printed, printed.upper(), f" TN-000{code} ", f"tn-00{printed}", code.replace("o", "0")):
        assert certificates.read_code(typed) == (int(number), signature), typed
    for typed in ("", "12", "12-", "x-" + signature, f"0-{signature}", f"12-{signature}a", "1" * 20 + f"-{signature}"):
        assert certificates.read_code(typed) is None, typed


CHANGED: dict[str, Any] = {
    "number": 13,
    "title": "Kỹ năng số",
    "name": "Nguyễn Thị Lân",
    "team": "",
    "lessons": 14,
    "questions": 40,
    "right_answers": 39,
    "issued_on": date(2026, 11, 23),
    "locale": "en",
}


def test_every_field_is_signed() -> None:
    assert CHANGED.keys() == {field.name for field in fields(Shown)}


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_of_any_field_is_seen(name: str) -> None:
    signature = certificates.code_of(KEY, SHOWN).partition("-")[2]
    assert not certificates.is_genuine(KEY, replace(SHOWN, **{name: CHANGED[name]}), signature)
    assert not certificates.is_genuine(b"j" * 32, SHOWN, signature)


def test_words_cannot_wander_from_one_field_into_the_next() -> None:
    one, other = replace(SHOWN, name="A", team="B C"), replace(SHOWN, name="A B", team="C")
    assert certificates.code_of(KEY, one) != certificates.code_of(KEY, other)


def test_sixty_in_a_hundred_are_enough() -> None:
    assert certificates.is_earned(right=9, questions=15)
    assert not certificates.is_earned(right=8, questions=15)
    assert not certificates.is_earned(right=0, questions=0)
