"""Names that pass for another's: letters swapped, added, or put before a strange ending."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from bot.core.suspicion.addresses import Address, latin
from bot.core.text import fold

_SHORT: Final = 4  # letters of a brand that stands for itself only as a whole word of the name
_LONG: Final = 9  # letters of a brand in which two mistakes still look alike
_DIGITS: Final = (str.maketrans("013457$", "oieasts"), str.maketrans("013457$", "oleasts"))
_ELSEWHERE = re.compile(r"(?:^|\.)gov(?:\.[a-z]{2})?$")  # the state's own ending in another country
_STATE: Final = "gov"


def shown_brand(address: Address, brands: Iterable[str]) -> str:
    """The first of the brands that the name carries or nearly carries; empty when it carries none."""
    labels = address.host.split(".")
    forms = {form for label in labels for form in _forms(label)}
    pieces = {piece for form in forms for piece in form.split("-")} | {form.replace("-", "") for form in forms}
    return next((brand for brand in brands if any(_carries(piece, brand) for piece in pieces)), "")


def plays_state(address: Address) -> bool:
    """Whether "gov" stands in the name of what is under no state's ending: "gov-vn.com", "vneid.gov.vn.xyz.top"."""
    if _ELSEWHERE.search(address.host):
        return False
    forms = {form for label in address.host.split(".") for form in _forms(label)}
    return any(_STATE in form.split("-") or "govvn" in form.replace("-", "") for form in forms)


def _forms(label: str) -> Iterator[str]:
    """A part of a name as an eye in a hurry reads it."""
    plain = fold(latin(label))
    yield plain
    for digits in _DIGITS:
        yield plain.translate(digits)
    yield plain.replace("rn", "m").replace("vv", "w")


def _carries(piece: str, brand: str) -> bool:
    if len(brand) <= _SHORT:
        return piece == brand or (len(brand) == _SHORT and piece.startswith(brand))
    return brand in piece or is_near(piece, brand, mistakes=2 if len(brand) >= _LONG else 1)


def is_near(word: str, other: str, *, mistakes: int) -> bool:
    """Whether so many letters added, lost, changed, or swapped with their neighbour make one out of the other."""
    if abs(len(word) - len(other)) > mistakes:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1] <= mistakes
