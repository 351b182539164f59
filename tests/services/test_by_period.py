import pytest

from bot.library import Library
from bot.services.answers import by_period


@pytest.mark.parametrize(
    ("facts", "labels"),
    [
        (("F000-05", "F001-26"), ["Năm 2024: 71/193", "Năm 2022: 86/193"]),
        (("F000-09", "F002-08", "F002-07"), ["Năm 2024: 18,3 %", "Quý I/2022: 10,2 %"]),
        (("F003-27", "F004-17", "F000-25"), ["Năm 2025", "Năm 2024"]),  # the third was replaced within its own year
        (("F000-05", "F000-14"), []),
        (("F000-05", "F000-14", "F001-26"), []),  # the second is something else
        (("F000-05",), []),
        ((), []),
    ],
)
def test_the_same_measure_at_different_periods_is_named_by_its_period(
    library: Library, facts: tuple[str, ...], labels: list[str]
) -> None:
    found = by_period([library.facts[name] for name in facts], first="F000-05" if not facts else facts[0])
    assert [label for label, _ in found] == labels


def test_what_was_found_first_must_be_one_of_them(library: Library) -> None:
    facts = [library.facts[name] for name in ("F000-05", "F001-26")]
    assert by_period(facts, first="passage:1") == []
