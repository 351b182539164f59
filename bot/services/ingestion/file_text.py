"""Bytes into Vietnamese text: the encoding found by trying, and refused when no reading looks like words."""

import codecs
import re
import unicodedata
from collections.abc import Callable

_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VIETNAMESE = {unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in _TONES} | {"đ"}
_ODD_IN_WORD = re.compile(r"[^\W\d_][¡-¿×÷\x80-\x9f][^\W\d_]|[a-zà-ÿ][A-ZÀ-Þ][a-zà-ÿ]")
_TWICE = re.compile(r"á[»º][\x80-\xbf\u2010-\u203a\u0152-\u017e]?|Ä[‘\x91]|Æ[°¡]|Ã[\xa0-\xbf]|â€|ï»¿")
_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 200_000  # characters that are looked at
_FOREIGN_SHARE = 0.08  # of letters: French and German marks stay below, a wrong reading of Vietnamese does not
_LATIN_SHARE = 0.5
_ODD_SHARE = 0.02  # of words
_LOST_SHARE = 0.001  # of characters
_TWICE_SHARE = 0.05  # of words

_BINARY = "tệp nhị phân, không phải văn bản"
_UNKNOWN = "không nhận ra bảng mã: hãy mở tệp và lưu lại với mã hóa UTF-8"
_GARBLED = "chữ trong tệp đã hỏng (sai bảng mã hoặc phông cũ): hãy chuyển sang Unicode, lưu UTF-8 rồi nạp lại"


class UnreadableText(Exception):
    """Bytes that are no Vietnamese or other Latin text; the message is one line of Vietnamese."""


def decode(content: bytes) -> str:
    """The text of UTF-8, UTF-16 with its mark, Windows-1258 or Windows-1252 bytes, in NFC. Raises UnreadableText."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _plausible(_decoded(content, encoding), _fits_unicode)
    if b"\x00" in content:
        raise UnreadableText(_BINARY)
    try:
        return _plausible(content.decode("utf-8"), _fits_unicode)
    except UnicodeDecodeError:
        pass
    for encoding, fits in (("cp1258", _fits_vietnamese), ("cp1252", _fits_latin)):
        try:
            return _plausible(content.decode(encoding), fits)
        except (UnicodeDecodeError, UnreadableText):
            continue
    raise UnreadableText(_UNKNOWN)


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as broken:
        raise UnreadableText(_UNKNOWN) from broken


def _plausible(raw: str, fits: Callable[[str], bool]) -> str:
    """The text in NFC, if it reads as words."""
    if "\x00" in raw:
        raise UnreadableText(_BINARY)
    text = unicodedata.normalize("NFC", raw.removeprefix("\ufeff"))
    sample = text[:_SAMPLE]
    if sample.strip() and not fits(sample):
        raise UnreadableText(_GARBLED)
    return text


def _fits_unicode(text: str) -> bool:
    """Mostly Latin letters, few lost characters, not a Vietnamese text read twice or kept in an old font."""
    letters = _letters(text)
    latin = sum(letter < "\u0250" or "\u1e00" <= letter <= "\u1eff" for letter in letters)
    if text.count("\ufffd") > max(1, _LOST_SHARE * len(text)) or latin < _LATIN_SHARE * len(letters):
        return False
    words = max(1, len(_WORD.findall(text)))
    if len(_TWICE.findall(text)) > max(1, _TWICE_SHARE * words):
        return False
    return _fits_vietnamese(text) or _fits_latin(text)


def _fits_vietnamese(text: str) -> bool:
    """Every mark sits on a letter of the Vietnamese alphabet, names of other languages aside."""
    if _odd(text) or re.search(r"[\x80-\x9f]", text):
        return False
    marked = [letter for letter in _letters(text) if letter > "\x7f"]
    loose = sum(bool(unicodedata.combining(char)) for char in text)
    strange = sum(letter not in _VIETNAMESE for letter in marked)
    return loose + strange <= _ODD_SHARE * len(marked)


def _fits_latin(text: str) -> bool:
    """Letters with marks are few, as in French or German."""
    letters = _letters(text)
    marked = sum(letter > "\x7f" for letter in letters)
    return not _odd(text) and marked <= _FOREIGN_SHARE * len(letters) and not re.search(r"[\x80-\x9f]", text)


def _odd(text: str) -> bool:
    """Whether signs stand inside words as in a text of an old font: "ChuyÓn ®æi"."""
    words = max(1, len(_WORD.findall(text)))
    return len(_ODD_IN_WORD.findall(text)) > max(1, _ODD_SHARE * words)


def _letters(text: str) -> list[str]:
    return [char for char in text.lower() if char.isalpha()]
