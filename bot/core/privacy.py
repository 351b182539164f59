"""Personal numbers people should not send, found in what they type and masked before anything is stored."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal

from bot.core.lexicon import fold_in_place
from bot.core.text import fold

Kind = Literal["id", "phone", "card", "code"]
Span = tuple[int, int, Kind]

MASKS: Final[dict[Kind, str]] = {"id": "[số căn cước]", "phone": "[số điện thoại]", "card": "[số thẻ]", "code": "[mã]"}

_GAP: Final = "[() \\t\u00a0\u200b-\u200d\u2060.\u00b7_\u2010-\u2015-]"
_RUN = re.compile(rf"\d+(?:{_GAP}{{1,3}}\d+)*")
_DATE = re.compile(
    r"(?<![\d.-])(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)(?![.-]?\d)"  # 18.11.2026, 2026-11-18
)
_MONEY_AFTER = re.compile(r" ?(?:₫|(?:d|dong|vnd|usd|ty|trieu|nghin|ngan)\b)")  # in folded text
_THOUSANDS = re.compile(r"(?<![+\d])(?<!\d\.)[1-9]\d{0,2}(?:\.\d{3})+(?!\.?\d)")
_LONGEST: Final = 19  # digits of a card number
_CHUNK = re.compile(r"\d+")
_DIGIT = re.compile(r"\d")
_FEWEST: Final = 9  # digits of the old identity card
_SINGLES = re.compile(rb"\x01{9,}")  # as many chunks of one digit
_MOST_CHUNKS: Final = 7  # a card of 19 digits in threes; a telephone number has five, an identity number six
_CARD_GROUP: Final = 3
_PHONE_STARTS: Final = (0, 8)  # 0912…, 84 912…; an identity number of several chunks begins with 0 or has three threes
_CARD_STARTS: Final = (2, 3, 4, 5, 6, 9)
_FEWEST_OF_CARD: Final = 13
_SIZES_OF_ID: Final = (9, 12)  # the old identity card and the new one
_MOST_OF_PHONE: Final = 14  # 0084 0 912 345 678
_PHONE_CHUNKS: Final = 5  # 09 12 34 56 78
_FEWEST_OF_CODE: Final = 4
_ALONE: Final = 10  # a chunk this long is a number by itself; a shorter one may go with its neighbours: +84 912345678
_CARD_START = re.compile(r"[3-6]|2[2-7]|9704")

_DIGIT_WORDS: Final = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8,
    "chin": 9,
}  # fmt: skip
_SPOKEN = rf"(?:{'|'.join(_DIGIT_WORDS)}|\d)"
_SPOKEN_GAP = r"[\s,.\u2010-\u2015-]{1,3}"
_SPOKEN_GAPS = re.compile(r"[\s,.\u2010-\u2015-]")
_SPOKEN_RUN = re.compile(rf"\b{_SPOKEN}(?:{_SPOKEN_GAP}{_SPOKEN}){{8,}}\b")
_SPOKEN_DIGIT = re.compile(_SPOKEN)

_BESIDE = (
    r"(?:otp|ma (?:otp|pin|xac (?:thuc|nhan|minh)|bao mat|dang nhap)"
    r"|mat khau|password|passcode|passwd|pass|pin|mk|mã|ma)"
)
_SECRET = re.compile(_BESIDE)
_LINK = r"(?:\s*(?:\b(?:la|otp|cua|toi|em|chau|bac|minh|nay|moi|so|vneid|vua|nhan|duoc)\b|[:=\-–\"'“(])){0,12}\s*"
_CODE = rf"(?:\d(?:[ .\-]?\d){{3,7}}|{_SPOKEN}(?:{_SPOKEN_GAP}{_SPOKEN}){{3,7}})"
_NO_INVITATION = r"(?!-\w{5}\b)"  # "mã 23456-FGHJK" is one of ours
_CODE_AFTER = re.compile(
    rf"(?<![\w\[])(?P<secret>{_BESIDE})\b{_LINK}(?<!\d)(?P<code>{_CODE})(?![\w/]|[.,]\d){_NO_INVITATION}"
)
_CODE_BEFORE = re.compile(
    rf"(?<![\w/])(?P<code>\d(?:[ .\-]?\d){{3,7}})\s*(?:[:=,\-–]\s*|(?:chinh )?(?P<says>la)\s+)?(?P<secret>{_BESIDE})\b"
)
_COUNTED_AFTER = re.compile(r"\s*(?:nguoi|ho|luot|dong|nam|phieu|ban|may|mah|lan|bai|tai khoan)\b")


@dataclass(frozen=True, slots=True)
class Masked:
    """The text with its personal numbers replaced, and which kinds there were, in the order found."""

    text: str
    kinds: tuple[Kind, ...] = ()


def mask(text: str) -> Masked:
    """The text, composed (NFC), with ID, telephone and card numbers and secret codes replaced by what they are.

    Numbers with dots, dashes or blanks between their digits and numbers said digit by digit are found too; dates,
    counts, money and the numbers of legal documents stay. A number that could be either is masked.
    """
    text = unicodedata.normalize("NFC", text)
    if len(_DIGIT.findall(text)) < _FEWEST_OF_CODE and len(_SPOKEN_GAPS.findall(text)) < _FEWEST_OF_CODE - 1:
        return Masked(text)
    folded = fold_in_place(text)
    spans: list[Span] = []
    taken = bytearray(len(text))  # 1: belongs to a span
    finders: tuple[Callable[[str, str], Iterator[Span]], ...] = (_spoken, _written, _codes)
    for find in finders:
        for start, end, kind in find(text, folded):
            if taken.find(1, start, end) < 0:
                spans.append((start, end, kind))
                taken[start:end] = b"\1" * (end - start)
    return _replace(text, sorted(spans))


def bare(text: str) -> str:
    """A masked text without what stands for its numbers: as words to look for, these would only mislead."""
    for mark in MASKS.values():
        text = text.replace(mark, " ")
    return text


def _replace(text: str, spans: list[Span]) -> Masked:
    pieces, at = [], 0
    for start, end, kind in spans:
        pieces += [text[at:start], MASKS[kind]]
        at = end
    return Masked("".join([*pieces, text[at:]]), tuple(dict.fromkeys(kind for _, _, kind in spans)))


def _written(text: str, folded: str) -> Iterator[Span]:
    """Numbers in digits: long chunks first, then digits one by one, then rows of chunks, the longest first."""
    harmless = bytearray(len(text))  # 1: belongs to a date or a sum
    for run in _RUN.finditer(text):
        for known in (_DATE, _THOUSANDS):
            for found in known.finditer(text, *run.span()):
                harmless[found.start() : found.end()] = b"\1" * (found.end() - found.start())
        chunks = [found.span() for found in _CHUNK.finditer(text, *run.span())]
        free = bytearray(not harmless[first] for first, _ in chunks)
        yield from _long_chunks(text, folded, chunks, free)
        yield from _one_by_one(text, folded, chunks, free)
        yield from _rows(text, folded, chunks, free)


def _long_chunks(text: str, folded: str, chunks: list[tuple[int, int]], free: bytearray) -> Iterator[Span]:
    for at, (start, end) in enumerate(chunks):
        if free[at] and _ALONE <= end - start <= _LONGEST and (kind := _kind(folded, chunks[at : at + 1])):
            yield _with_sign(text, start, end), end, kind
            free[at] = 0


def _one_by_one(text: str, folded: str, chunks: list[tuple[int, int]], free: bytearray) -> Iterator[Span]:
    """Nine and more single digits in a row are never a count, however many: all of them are one number."""
    single = bytes(ready and end - start == 1 for ready, (start, end) in zip(free, chunks, strict=True))
    for found in _SINGLES.finditer(single):
        row = chunks[found.start() : found.end()]
        start, end = row[0][0], row[-1][1]
        kind = _kind(folded, row) if len(row) <= _LONGEST else None
        if kind or len(row) > _FEWEST:
            yield _with_sign(text, start, end), end, kind or "id"
            free[found.start() : found.end()] = bytes(len(row))


def _rows(text: str, folded: str, chunks: list[tuple[int, int]], free: bytearray) -> Iterator[Span]:
    """Only rows that begin as a number may are looked at: a hostile text has thousands of others."""
    counts = [0, *accumulate(stop - first for first, stop in chunks)]
    firsts = [unicodedata.decimal(text[first]) for first, _ in chunks]
    begins = [
        at
        for at, (first, stop) in enumerate(chunks)
        if free[at] and (stop - first >= _CARD_GROUP or firsts[at] in _PHONE_STARTS)
    ]
    for size in range(min(len(chunks), _MOST_CHUNKS), 0, -1):
        for at in begins:
            if at + size > len(chunks) or not _FEWEST <= counts[at + size] - counts[at] <= _LONGEST:
                continue
            if size > 1 and not _likely(counts[at + size] - counts[at], size, firsts[at]):
                continue
            if free.find(0, at, at + size) < 0 and (kind := _kind(folded, chunks[at : at + size])):
                start, end = chunks[at][0], chunks[at + size - 1][1]
                yield _with_sign(text, start, end), end, kind
                free[at : at + size] = bytes(size)


def _likely(count: int, size: int, first: int) -> bool:
    """Whether so many digits in so many chunks, the first digit being this, are worth a closer look; see `_kind`."""
    if first in _PHONE_STARTS and (count in _SIZES_OF_ID or (count <= _MOST_OF_PHONE and size <= _PHONE_CHUNKS)):
        return True
    return count == _FEWEST or (count >= _FEWEST_OF_CARD and first in _CARD_STARTS)


def _with_sign(text: str, start: int, end: int) -> int:
    """The start moved back over the "+" or "(+" that belongs to the number."""
    start -= text[start - 1 : start] == "+"
    return start - (text[start - 1 : start] == "(" and ")" in text[start:end])


def _kind(text: str, row: list[tuple[int, int]]) -> Kind | None:
    """What a row of digit chunks is, if anything. Rows of counts, "12 5 30 4", must not look like a number."""
    start, end = row[0][0], row[-1][1]
    if text[start] != "0" and _MONEY_AFTER.match(text, end):
        return None
    digits = "".join([text[first:stop] for first, stop in row])
    if not digits.isascii():
        digits = "".join(str(unicodedata.decimal(char)) for char in digits)
    kind, sizes = _digits_kind(digits), [stop - first for first, stop in row]
    if len(row) == 1 or set(sizes) == {1}:
        return kind
    likely = {
        "phone": len(row) <= _PHONE_CHUNKS,
        "id": sizes == [3, 3, 3] or (digits[0] == "0" and len(row) <= 6),  # noqa: PLR2004  079 1 85 001 234
        "card": min(sizes[:-1]) >= 3 and bool(_CARD_START.match(digits)),  # noqa: PLR2004  4-4-4-4, 4-6-5
    }
    return kind if kind and likely.get(kind) else None


def _digits_kind(digits: str) -> Kind | None:
    national = re.sub(r"^(?:00)?840?(?=[2-9]\d{8}$)", "0", digits)
    if re.fullmatch(r"0[2-9]\d{8}|02\d{9}", national):
        return "phone"
    if len(digits) in _SIZES_OF_ID:
        return "id"
    return "card" if _FEWEST_OF_CARD <= len(digits) <= _LONGEST and _luhn(digits) else None  # ISO/IEC 7812


_DOUBLED: Final = str.maketrans("0123456789", "0246813579")  # twice the digit, its own digits added up


def _luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B; a row of zeros passes it and is no card."""
    total = sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))
    return total % 10 == 0 and any(digit != "0" for digit in digits)


def _spoken(text: str, folded: str) -> Iterator[Span]:  # noqa: ARG001  all finders take the same
    """Numbers said digit by digit: nine or more in a row are never a count."""
    for run in _SPOKEN_RUN.finditer(folded):
        words = _SPOKEN_DIGIT.findall(run[0])
        digits = "".join(str(_DIGIT_WORDS.get(word, word)) for word in words)
        if all(word.isdigit() for word in words) and (digits[0] != "0" or not _digits_kind(digits)):
            continue  # judged by the chunks already, or the numbers of a list: "1, 2, 3, …"
        yield run.start(), run.end(), _digits_kind(digits) or ("phone" if digits[0] == "0" else "id")


def _codes(text: str, folded: str) -> Iterator[Span]:
    """Four to eight digits beside a word for a secret."""
    if not _SECRET.search(folded):
        return
    for pattern in (_CODE_AFTER, _CODE_BEFORE):
        for found in pattern.finditer(folded):
            start, end = found.span("code")
            secret = text[slice(*found.span("secret"))].lower()
            vague = secret in {"mã", "ma", "pin", "pass", "mk"}
            if secret not in {"mã", "ma"} and fold(secret) == "ma":
                continue  # "mà", "má"
            if pattern is _CODE_BEFORE and vague and not found["says"]:
                continue
            if _DATE.fullmatch(text, start, end) or (vague and _COUNTED_AFTER.match(folded, end)):
                continue
            yield start, end, "code"
