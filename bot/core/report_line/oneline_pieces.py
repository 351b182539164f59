"""A report line taken apart: numbers, known phrases, days, durations, and the rest as typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Final, Literal

from bot.core.days import UnclearDay, parse_day
from bot.core.lexicon import Lexicon, Token, fold_in_place, tokenize
from bot.core.numbers import UnclearNumber, parse_count
from bot.core.numerals import DIGITS, numeral, value
from bot.core.report_line.oneline_words import Meaning

Role = Literal[
    "number", "value", "unit", "label", "skill", "asked", "not", "about", "break", "sign", "filler", "unknown"
]

_STUCK: Final = ({"number", "unknown"}, {"number", "filler"})
_BREAKS: Final = frozenset(",;\n.()[]/|•*+&!?")
_SCALES: Final = {"chuc", "tram", "nghin", "ngan"}
_DAY_WORDS: Final = {
    "hom", "h", "sang", "trua", "chieu", "toi", "dem", "bua", "thu", "chu", "chunhat", "cn", "ngay", "mung", "mong",
    "buoi", "hqua", "hnay", "tuan", "thang", "dau", "cuoi",
}  # fmt: skip
_DAY_ALONE: Final = {"cn", "hqua", "hnay", "chunhat"}  # "mai" and "nay" by themselves are too many other things
_DAY_TOKENS: Final = 8
_NEAR: Final = 16  # tokens: longer than any number in words, any phrase, any duration
_DAY_START = re.compile(r"\d{1,4}(?:[/.-]\d| / ?\d| thang )")
_WRITTEN_DAY = re.compile(r"\d{1,2} ?([/.-]) ?\d{1,2}( ?[/.-] ?\d+)?")
_PART_OF_DAY: Final = {"sang", "trua", "chieu", "toi", "dem", "khuya", "kem"}
_CLOCK: Final = {"luc", "tu", "den", "hoi"}
_DURATION = re.compile(
    r"(?P<hours>\d{1,2})[hg](?P<minutes>[0-5]\d)(?: ?(?:p|ph|phut))?\b"
    r"|(?P<h>\d{1,2}|mot|hai|ba|bon) ?(?:gio|tieng|(?P<or_households>h)) ?(?P<m>[0-5]?\d) ?(?:p|ph|phut)\b"
    r"|(?P<said>\d{1,2}|mot|hai|ba|bon) ?(?:gio|tieng)(?: dong ho)?(?P<half> ruoi)?\b"
    r"|(?P<clock>\d{1,2}) ?[hg]\b"
    r"|(?P<half_hour>nua (?:gio|tieng))(?: dong ho)?\b"
)
_LONGEST_VISIT: Final = 5 * 60  # "8h30" is a time of day
_NEGATIVE = re.compile(r"(?<!\S)[-–]\d+")  # "-3", not "hộ-3"
_TANGLED = re.compile(r"\d[\d.]*(?:[^\w\s;()]{1,2}\d[\d.]*)+[%+]?|\d[\d.]*[%+²³½¼¾]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the line. `value`: an answer, a number (None: unclear), a skill's name, or the fields to ask for."""

    role: Role
    start: int
    end: int
    field: str = ""
    value: object = None


def read_pieces(text: str, lexicon: Lexicon[Meaning], today: date) -> list[Piece]:
    """The pieces of a composed (NFC) text in order, without fillers."""
    return list(_judged(_glued(list(_Reader(text, lexicon, today).pieces()))))


class _Reader:
    """One pass over the tokens: at each the longest thing known there."""

    __slots__ = ("folded", "lexicon", "text", "today", "tokens")

    def __init__(self, text: str, lexicon: Lexicon[Meaning], today: date) -> None:
        self.text = text
        self.folded = fold_in_place(text)
        self.tokens = tokenize(text)
        self.lexicon = lexicon
        self.today = today

    def pieces(self) -> Iterator[Piece]:
        at = 0
        while at < len(self.tokens):
            candidates = (self.phrase(at), self.day(at), self.duration(at), self.number_words(at))
            known = [piece for piece in candidates if piece]
            piece = max(known, key=_worth) if known else self.anything(at)
            yield piece
            while at < len(self.tokens) and self.tokens[at].start < piece.end:
                at += 1

    def phrase(self, at: int) -> Piece | None:
        match = self.lexicon.match(self.tokens, at)
        if not match:
            return None
        span = self.tokens[at].start, self.tokens[at + match.size - 1].end
        meanings = match.values
        if match.size > 1 and self.is_two_counts(at, match.size):
            return Piece("unit", *_span(self.tokens[at]), "people")
        if len(meanings) > 1:
            fields = tuple(dict.fromkeys(meaning.field for meaning in meanings if meaning.field))
            return Piece("asked", *span, value=fields)
        meaning = meanings[0]
        role: Role = "value" if meaning.role == "choice" else meaning.role
        return Piece(role, *span, meaning.field, meaning.value)

    def is_two_counts(self, at: int, size: int) -> bool:
        """Whether "8 người trên 60 tuổi: 3" stands here, which is eight people, three of them old."""
        if self.tokens[at].folded != "nguoi" or not any(token.is_number for token in self.tokens[at : at + size]):
            return False
        following = at + size + (at + size < len(self.tokens) and self.tokens[at + size].text in ":=")
        counted = following < len(self.tokens) and self.tokens[following].is_number
        owner = self.owner(following + 1)
        return bool(at and self.tokens[at - 1].is_number and counted and not (owner and owner.role == "unit"))

    def day(self, at: int) -> Piece | None:
        first = self.tokens[at]
        known = _DAY_START.match(self.folded, first.start) if first.is_number else first.folded in _DAY_WORDS
        if not known:
            return None
        for size in range(min(_DAY_TOKENS, len(self.tokens) - at), 0, -1):
            start, end = first.start, self.tokens[at + size - 1].end
            said = self.text[start:end]
            if "\n" in said or said[-1] in ".,;" or (size == 1 and first.folded not in _DAY_ALONE):
                continue
            try:
                day = parse_day(said, self.today)
            except UnclearDay as unclear:
                if unclear.reason == "ambiguous":
                    return Piece("asked", start, end, value=("day",))
                continue
            written = _WRITTEN_DAY.fullmatch(said)
            if written and not written[2] and self.is_share(at, at + size, written[1]):
                return Piece("number", start, end)
            return Piece("value", start, end, "day", day)
        return None

    def is_share(self, at: int, following: int, sign: str) -> bool:
        """Whether "5/6" or "5-6" belongs to a word beside it: "5/6 hộ", "hộ 5-6"."""
        owner = self.owner(following)
        if owner and (owner.role == "unit" or sign != "/"):
            near = self.tokens[following : following + _NEAR]
            after = next((token for token in near if token.start >= owner.end), None)
            return after is None or not (after.is_number or after.text in ":=")
        before = (self.owner(start) for start in range(max(0, at - 3), at))
        return sign != "/" and any(piece and piece.end == self.tokens[at - 1].end for piece in before)

    def owner(self, at: int) -> Piece | None:
        piece = self.phrase(at) if at < len(self.tokens) else None
        return piece if piece and piece.role in {"unit", "label", "skill"} else None

    def duration(self, at: int) -> Piece | None:
        token = self.tokens[at]
        found = _DURATION.match(self.folded, token.start)
        if not found:
            return None
        minutes = _minutes(found)
        span = found.span()
        following = next((other for other in self.tokens[at : at + _NEAR] if other.start >= found.end()), None)
        if (following and following.folded in _PART_OF_DAY) or (at and self.tokens[at - 1].folded in _CLOCK):
            return Piece("unknown", *span)
        if found["clock"]:  # "9h" with nothing around it to say that it is a time of day
            return None
        if found["or_households"]:  # "5h 30p": hours, or households and then minutes
            return Piece("asked", *span, value=("households", "minutes"))
        if minutes > _LONGEST_VISIT and found["hours"]:
            return Piece("asked", *span, value=("minutes",))
        return Piece("value", *span, "minutes", minutes)

    def number_words(self, at: int) -> Piece | None:
        """A number in words; "ba" and "năm" are also other words, so its unit has to follow."""
        run = []
        for token in self.tokens[at : at + _NEAR]:
            if not (word := numeral(token.text)):
                break
            run.append(word)
        if all(word.isdigit() for word in run):
            return None
        for size in range(len(run), 0, -1):
            number = value(run[:size])
            unit = self.owner(at + size)
            by_scale = run[0].isdigit() and run[size - 1] in _SCALES
            if number is not None and ((unit and unit.role == "unit") or by_scale):
                return Piece("number", self.tokens[at].start, self.tokens[at + size - 1].end, value=number)
        return None

    def anything(self, at: int) -> Piece:
        token = self.tokens[at]
        if token.is_number:
            tangled = _TANGLED.match(self.text, token.start)
            if tangled and tangled.end() > token.end:
                return Piece("number", *tangled.span())
            return Piece("number", token.start, token.end, value=_count(token))
        if token.is_word:
            return Piece("unknown", token.start, token.end)
        if negative := _NEGATIVE.match(self.text, token.start):
            return Piece("number", *negative.span())
        return Piece("break" if token.text in _BREAKS else "sign", token.start, token.end)


def _span(token: Token) -> tuple[int, int]:
    return token.start, token.end


def _worth(piece: Piece) -> tuple[int, bool]:
    """The longest piece first; of equally long ones what answers something, in the order they were tried."""
    return piece.end - piece.start, piece.role not in {"filler", "not", "about"}


def _minutes(found: re.Match[str]) -> int:
    if found["half_hour"] or found["clock"]:
        return 30 if found["half_hour"] else 0
    said = found["said"] or found["hours"] or found["h"]
    hours = int(said) if said.isdigit() else DIGITS[said]
    return hours * 60 + (30 if found["half"] else int(found["minutes"] or found["m"] or 0))


def _count(token: Token) -> int | None:
    try:
        return parse_count(token.text)
    except UnclearNumber:
        return None


def _glued(pieces: list[Piece]) -> list[Piece]:
    """Digits inside an unknown word, "a5" or "5x", are part of it. Fillers are dropped."""
    kept = list(pieces)
    for at, (left, right) in enumerate(pairwise(pieces)):
        if left.end == right.start and {left.role, right.role} in _STUCK:
            kept[at], kept[at + 1] = replace(left, role="unknown"), replace(right, role="unknown")
    return [piece for piece in kept if piece.role not in {"filler", "sign"}]


def _judged(pieces: list[Piece]) -> Iterator[Piece]:
    """Approximate and denied things: "khoảng 5" is no clear number, "chưa tự làm được" not the answer "tự làm được"."""
    at = 0
    while at < len(pieces):
        piece, following = pieces[at], pieces[at + 1] if at + 1 < len(pieces) else None
        at += 1
        if piece.role not in {"about", "not"}:
            yield piece
        elif following and piece.role == "about" and following.role == "number":
            yield Piece("number", piece.start, following.end)
            at += 1
        elif following and piece.role == "not" and following.role in {"value", "skill"}:
            yield Piece("asked", piece.start, following.end, value=(following.field,))
            at += 1
        else:
            yield Piece("unknown", piece.start, piece.end)
