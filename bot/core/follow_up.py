"""A question that leans on the one before it: "còn năm 2022?", "thế năm ngoái thì sao", "còn ở Hà Nội?".

The rule: what was typed says nothing but a period or a place, maybe within words like "còn … thì sao". Then that period
or place is asked for in the question before. Everything else is a question of its own.
"""

import re

from bot.core.lexicon import fold_in_place

LONGEST = 60  # characters; who types more asks something of their own
_FRONT = re.compile(r"(?:(?:con|the|vay|va|roi|thi|vay con|the con|and|what about|how about|but)\s+)+")
_BACK = re.compile(
    r"(?:\s+(?:thi sao|thi the nao|thi nao|the nao|thi bao nhieu|la bao nhieu|bao nhieu|thi|sao|a|nhi|nhe|nua|hen|ha"
    r"|then))+$"
)
_ENGLISH = re.compile(r"(?:and|what about|how about|in|last|this|next)\b")
_MONTH = r"thang (?:1[0-2]|0?[1-9])(?:\s*(?:/|nam)\s*(?:19|20)\d\d)?"
_QUARTER = r"qu[iy] (?:iv|i{1,3}|[1-4])(?:\s*(?:/|nam)\s*(?:19|20)\d\d)?"
_YEAR = r"(?:nam )?(?:19|20)\d\d"
_DAY = r"(?:ngay )?\d{1,2}/\d{1,2}(?:/(?:19|20)\d\d)?"
_WITHIN = r"(?:(?:trong|vao|hoi|in|of|for)\s+)*"
_PERIOD = re.compile(rf"{_WITHIN}(?P<said>{_DAY}|{_MONTH}|{_QUARTER}|{_YEAR})")
_AGO = re.compile(rf"{_WITHIN}(?:nam (?:ngoai|truoc|nay|kia|sau|toi)|(?:last|this|next) year)")
_SHIFTS = {
    "nam kia": -2, "nam ngoai": -1, "nam truoc": -1, "nam nay": 0, "nam sau": 1, "nam toi": 1,
    "last year": -1, "this year": 0, "next year": 1,
}  # fmt: skip
_AT = r"(?:o|tai|trong tinh|tinh|thanh pho|xa|phuong|huyen|in|at)"
_PLACE = re.compile(rf"{_AT}\s+(?!day\b|do\b|dau\b|nha\b|muc\b|cap\b|nao\b|moi\b)(?:\w+\s?){{1,4}}")
_NAME = re.compile(r"(?:[^\W\d_a-z]\w*)(?:\s+[^\W\d_a-z]\w*){1,3}")  # two to four words that each begin large
_OF_ASKING = re.compile(r"\b(?:gi|ai|nao|dau|may|bao|sao|khong|chua|what|who|how|when|where|why)\b")


def follow(before: str, typed: str, *, year: int) -> str | None:
    """The question meant by what was typed after another one; None when it is a question of its own.

    `year` is the present one, for "năm ngoái". With no question before there is nothing to lean on.
    """
    typed = typed.strip(" \t\n?!.,…")
    if not before or not typed or len(typed) > LONGEST:
        return None
    core, framed = _core(typed)
    folded = fold_in_place(core)
    of_year = "" if _ENGLISH.match(fold_in_place(typed)) else "năm "
    if _AGO.fullmatch(folded):
        shift = next(shift for words, shift in _SHIFTS.items() if folded.endswith(words))
        return _with_period(before, f"{of_year}{year + shift}")
    period = _PERIOD.fullmatch(folded)
    if period and (framed or not folded.isdigit()):
        said = core[period.start("said") :]
        return _with_period(before, f"{of_year}{said}" if said.isdigit() else said)
    if framed and not _OF_ASKING.search(folded):
        if _PLACE.fullmatch(folded):
            return _with_place(before, core)
        if _NAME.fullmatch(core):
            return _with_place(before, f"ở {core}")
    return None


def _core(typed: str) -> tuple[str, bool]:
    """What was typed without the words around it, and whether there were any."""
    folded = fold_in_place(typed)
    front = _FRONT.match(folded + " ")
    start = min(front.end(), len(typed)) if front else 0
    back = _BACK.search(folded, start - 1 if start else 0)
    end = back.start() if back and back.start() >= start else len(typed)
    return typed[start:end].strip(), bool(front or back)


def _with_period(before: str, period: str) -> str:
    """The question with that period in the place of its own."""
    said = rf"(?<!\w){_WITHIN}(?:{_DAY}|{_MONTH}|{_QUARTER}|{_YEAR}|{_AGO.pattern})(?!\w)"
    return f"{_without(before, re.compile(said))} {period}".strip()


def _with_place(before: str, place: str) -> str:
    """The question with that place in the place of its own, where it names one with the same kind of word."""
    found = re.search(r"(?<!\w)(?:ở|tại|Ở|Tại|in)\s+(?:[^\W\d_a-z]\w*\s?)+", before)
    kept = before if not found else f"{before[: found.start()].rstrip()} {before[found.end() :].lstrip()}".strip()
    return f"{kept.rstrip(' ?!.')} {place}"


def _without(text: str, pattern: re.Pattern[str]) -> str:
    folded = fold_in_place(text)
    pieces, at = [], 0
    for found in pattern.finditer(folded):
        pieces.append(text[at : found.start()])
        at = found.end()
    kept = " ".join("".join([*pieces, text[at:]]).split())
    return kept.strip(" ?!.,")
