"""Text as people type it: one Unicode form, marks folded away, words found."""

import re
import unicodedata

_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_DIRECTION = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ZERO_WIDTH = re.compile(f"[{_INVISIBLE}{_DIRECTION}]")
WORD = re.compile(r"[^\W_]+")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    """NFC text without control characters, lone surrogates, zero-width and direction marks; new lines stay."""
    if text.isascii() and text.isprintable():
        return text
    text = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", without_unseen(text).replace("\u00a0", " "))


def without_unseen(text: str) -> str:
    """The text without the characters nobody can see: zero-width ones, direction marks."""
    return _ZERO_WIDTH.sub("", text)


def fold(text: str) -> str:
    """Lower case without marks: "Đường Hòa Bình" and "duong hoa binh" give the same."""
    decomposed = unicodedata.normalize("NFD", without_unseen(text).lower().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The words of a text, folded: letters and digits, no punctuation."""
    return WORD.findall(fold(text))


def phrase(text: str) -> str:
    """The folded words joined by single spaces, for comparing what was typed with what is known."""
    return " ".join(words(text))


def on_lines(*parts: str) -> str:
    """The parts that say something, each on a line of its own."""
    return "\n".join(part for part in parts if part)
