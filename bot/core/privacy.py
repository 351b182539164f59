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
_FEWEST: Final = 9  # digits of the old identity card
_LONGEST: Final = 19  # digits of a card number
_ALONE: Final = 10  # a chunk this long is a number by itself; a shorter one may go with its neighbours: +84 912345678
_CARD_START = re.compile(r"[3-6]|2[2-7]|9704")

_DIGIT_WORDS: Final = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8,
    "chin": 9,
}  # fmt: skip
_SPOKEN = rf"(?:{'|'.join(_DIGIT_WORDS)}|\d)"
_SPOKEN_GAP = r"[\s,.\u2010-\u2015-]{1,3}"
_SPOKEN_RUN = re.compile(rf"\b{_SPOKEN}(?:{_SPOKEN_GAP}{_SPOKEN}){{8,}}\b")
_SPOKEN_DIGIT = re.compile(_SPOKEN)

_BESIDE = (
    r"(?:otp|ma (?:otp|pin|xac (?:thuc|nhan|minh)|bao mat|dang nhap)"
    r"|mat khau|password|passcode|passwd|pass|pin|mk|mã|ma)"
)
_LINK = r"(?:\s*(?:\b(?:la|otp|cua|toi|em|chau|bac|minh|nay|moi|so|vneid|vua|nhan|duoc)\b|[:=\-–\"'“(]))*\s*"
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
    folded = fold_in_place(text)
    spans: list[Span] = []
    finders: tuple[Callable[[str, str], Iterator[Span]], ...] = (_spoken, _written, _codes)
    for find in finders:
        taken = list(spans)
        for start, end, kind in find(text, folded):
            if all(end <= other[0] or other[1] <= start for other in taken):
                spans.append((start, end, kind))
                taken.append((start, end, kind))
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
    """Numbers in digits: long chunks first, then rows of chunks, the longest first, then what stands alone."""
    for run in _RUN.finditer(text):
        chunks = [found.span() for found in re.compile(r"\d+").finditer(text, *run.span())]
        harmless = [found.span() for known in (_DATE, _THOUSANDS) for found in known.finditer(text, *run.span())]
        free = [not any(start <= chunk[0] < end for start, end in harmless) for chunk in chunks]
        counts = [0, *accumulate(stop - first for first, stop in chunks)]
        for size, least in ((1, _ALONE), *((size, 0) for size in range(min(len(chunks), _LONGEST), 0, -1))):
            for at in range(len(chunks) - size + 1):
                if not _FEWEST <= counts[at + size] - counts[at] <= _LONGEST:
                    continue
                row = chunks[at : at + size]
                start, end = row[0][0], row[-1][1]
                if all(free[at : at + size]) and end - start >= least and (kind := _kind(folded, row)):
                    yield _with_sign(text, start, end), end, kind
                    free[at : at + size] = [False] * size


def _with_sign(text: str, start: int, end: int) -> int:
    """The start moved back over the "+" or "(+" that belongs to the number."""
    start -= text[start - 1 : start] == "+"
    return start - (text[start - 1 : start] == "(" and ")" in text[start:end])


def _kind(text: str, row: list[tuple[int, int]]) -> Kind | None:
    """What a row of digit chunks is, if anything. Rows of counts, "12 5 30 4", must not look like a number."""
    start, end = row[0][0], row[-1][1]
    if text[start] != "0" and _MONEY_AFTER.match(text, end):
        return None
    digits = "".join(str(unicodedata.decimal(char)) for char in text[start:end] if char.isdecimal())
    kind, sizes = _digits_kind(digits), [stop - first for first, stop in row]
    if len(row) == 1 or set(sizes) == {1}:
        return kind
    likely = {
        "phone": len(row) <= 5,  # noqa: PLR2004  09 12 34 56 78
        "id": sizes == [3, 3, 3] or (digits[0] == "0" and len(row) <= 6),  # noqa: PLR2004  079 1 85 001 234
        "card": min(sizes[:-1]) >= 3 and bool(_CARD_START.match(digits)),  # noqa: PLR2004  4-4-4-4, 4-6-5
    }
    return kind if kind and likely.get(kind) else None


def _digits_kind(digits: str) -> Kind | None:
    national = re.sub(r"^(?:00)?840?(?=[2-9]\d{8}$)", "0", digits)
    if re.fullmatch(r"0[2-9]\d{8}|02\d{9}", national):
        return "phone"
    if len(digits) in {9, 12}:  # the old identity card and the new one
        return "id"
    return "card" if 13 <= len(digits) <= 19 and _luhn(digits) else None  # noqa: PLR2004  ISO/IEC 7812


def _luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B; a row of zeros passes it and is no card."""
    total = sum(int(digit) if at % 2 == 0 else sum(divmod(2 * int(digit), 10)) for at, digit in enumerate(digits[::-1]))
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
