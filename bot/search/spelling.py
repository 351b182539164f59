"""How words are typed: Telex with the keyboard off, one slip, what a syllable can look like."""

import re
import unicodedata
from collections.abc import Iterator

_TELEX = re.compile(r"([bcdghklmnpqrstvx]*)([aeiouyw]+)([sfrxj]?)(ng|nh|ch|[cmnpt])?(w?)([sfrxj]?)")
_TELEX_TONES = {"f": "\u0300", "s": "\u0301", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_TELEX_VOWELS = (
    ("uwow", "ươ"),
    ("uow", "ươ"),
    ("aa", "â"),
    ("ee", "ê"),
    ("oo", "ô"),
    ("aw", "ă"),
    ("ow", "ơ"),
    ("uw", "ư"),
)
_SPELLED = re.compile(  # how a Vietnamese syllable may look without marks
    r"(ngh?|nh|th|tr|[cpkg]h|gi|qu|[bcdghklmnprstvx])?"
    r"(a[iouy]?|e[ou]?|i(a|eu?|u)?|o([aeio]|a[iouy]|eo)?|u([aeiouy]|oi|ou|y[aeu]|ay|oa)?|y(e|eu)?)"
    r"(ng|nh|ch|[cmnpt])?"
)


def undo_telex(token: str) -> str:
    """The word meant by "chuyeenr" or "ddooir", its tone anywhere; "" when the token is no Telex."""
    typed = _TELEX.fullmatch(token)
    if not typed:
        return ""
    onset, vowels, early, coda, horn, late = typed.groups(default="")
    if early and late:
        return ""
    vowels += horn
    for keys, meant in _TELEX_VOWELS:
        vowels = vowels.replace(keys, meant)
    tone = _TELEX_TONES.get(early or late, "")
    word = unicodedata.normalize("NFC", onset.replace("dd", "đ") + vowels + coda + tone)
    return "" if word == token else word


def tone_marks(token: str) -> int:
    """How many tone marks a token carries: two are two words."""
    return sum(char in _TELEX_TONES.values() for char in unicodedata.normalize("NFD", token))


def well_spelled(folded: str) -> bool:
    """Whether a folded token could be a Vietnamese syllable."""
    return _SPELLED.fullmatch(folded) is not None


def shortened(word: str) -> Iterator[str]:
    """The word with any one letter left out."""
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def one_slip(typed: str, meant: str) -> bool:
    """Whether one letter was dropped, added, replaced or swapped with its neighbour."""
    if len(typed) != len(meant):
        longer, shorter = sorted((typed, meant), key=len, reverse=True)
        return shorter in shortened(longer)
    differ = [place for place, (a, b) in enumerate(zip(typed, meant, strict=True)) if a != b]
    if len(differ) <= 1:
        return bool(differ)
    first, end = differ[0], differ[0] + 2
    return typed[first:end] == meant[first:end][::-1] and typed[end:] == meant[end:]
