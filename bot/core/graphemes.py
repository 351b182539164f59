"""What a reader sees as one character: a letter with its marks, an emoji with its tone, a flag."""

import unicodedata
from collections.abc import Iterator
from typing import Final

_JOINER: Final = "\u200d"
_COENG: Final = "\u17d2"  # Khmer: the next consonant is written below
_TRAILING: Final = "\u200c\u200d\u0e33\u0eb3"  # besides the combining marks: joiners, Thai and Lao AM


def graphemes(text: str) -> Iterator[str]:
    """The text in pieces that must not be cut: joined, they are the text again.

    The rules of Unicode Standard Annex 29 for extended grapheme clusters, without those for Indic conjuncts and
    prepended marks; a Khmer subscript stays with its consonant, which the annex leaves to the program.
    """
    start = 0
    flags = 0  # regional indicators in the piece so far
    for at in range(1, len(text)):
        flags = flags + 1 if _is_flag_half(text[at - 1]) else 0
        if not _belongs(text[at - 1], text[at], flags):
            yield text[start:at]
            start, flags = at, 0
    if text:
        yield text[start:]


def _belongs(before: str, char: str, flags: int) -> bool:
    """Whether `char` goes on with the piece that ends in `before`."""
    if before == "\r":
        return char == "\n"
    if _is_control(before) or _is_control(char):
        return False
    if _extends(char):
        return True
    if before == _JOINER:
        return unicodedata.category(char) in {"So", "Sm", "Sk"}
    if before == _COENG:
        return unicodedata.category(char) == "Lo"
    return (_is_flag_half(char) and flags % 2 == 1) or ("\u1160" <= char <= "\u11ff")  # Hangul vowels and finals


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Zl", "Zp"}


def _extends(char: str) -> bool:
    """Marks, joiners, skin tones, and the tags of flags such as Scotland's."""
    return (
        char in _TRAILING
        or unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
